/* SPDX-License-Identifier: EUPL-1.2 */
/* forgetful BACKING MOUNT: a file system that shows BACKING and, like a disk without power, forgets: at SIGUSR1 every
 * operation fails from then on, and when it is unmounted all that was written and not synced is taken back. Of each
 * file it keeps the pages as they were when it was last synced. Names are kept as on a journalled disk: a file that was
 * made stays, empty. One thread, run in the foreground. */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PAGE ((off_t)4096)
#define PATH_LEN 4096

/* A file with unsynced bytes, as it was before them. */
struct dirty {
	struct dirty *next;
	ino_t inode;
	int fd;
	off_t size;
	unsigned char **pages; /* NULL: not written since */
	size_t n_pages;
};

static const char *backing;
static struct dirty *dirty;
static volatile sig_atomic_t power_is_lost;

static void lose_power(int unused)
{
	(void)unused;
	power_is_lost = 1;
}

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* --- what was --- */

static struct dirty **dirty_of(int fd)
{
	struct stat s;
	if (fstat(fd, &s) != 0)
		abort();
	struct dirty **d = &dirty;
	while (*d && (*d)->inode != s.st_ino)
		d = &(*d)->next;
	if (!*d) {
		char name[64];
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		*d = must(calloc(1, sizeof **d));
		**d = (struct dirty){ .inode = s.st_ino, .fd = open(name, O_RDWR | O_CLOEXEC), .size = s.st_size };
		if ((*d)->fd < 0)
			abort();
	}
	return d;
}

static void forget_the_past(struct dirty **d)
{
	struct dirty *gone = *d;
	*d = gone->next;
	for (size_t i = 0; i < gone->n_pages; i++)
		free(gone->pages[i]);
	free(gone->pages);
	close(gone->fd);
	free(gone);
}

/* Keeps the pages of [offset, end) as they are, unless they are kept already. */
static void keep(int fd, off_t offset, off_t end)
{
	struct dirty *d = *dirty_of(fd);
	if (end > d->size)
		end = d->size;
	for (off_t page = offset / PAGE; page * PAGE < end; page++) {
		if ((size_t)page >= d->n_pages) {
			size_t n = (size_t)page * 2 + 16;
			d->pages = must(realloc(d->pages, n * sizeof *d->pages));
			memset(d->pages + d->n_pages, 0, (n - d->n_pages) * sizeof *d->pages);
			d->n_pages = n;
		}
		if (d->pages[page])
			continue;
		d->pages[page] = must(calloc(1, (size_t)PAGE));
		if (pread(d->fd, d->pages[page], (size_t)PAGE, page * PAGE) < 0)
			abort();
	}
}

static void take_back(const struct dirty *d)
{
	for (size_t i = 0; i < d->n_pages; i++) {
		off_t at = (off_t)i * PAGE, len = d->size - at < PAGE ? d->size - at : PAGE;
		if (d->pages[i] && len > 0 && pwrite(d->fd, d->pages[i], (size_t)len, at) != len)
			abort();
	}
	if (ftruncate(d->fd, d->size) != 0)
		abort();
}

/* --- operations --- */

#define ENTER(full, path)                                                                                              \
	char full[PATH_LEN];                                                                                               \
	if (power_is_lost)                                                                                                 \
		return -EIO;                                                                                                   \
	if (snprintf(full, sizeof full, "%s%s", backing, path) >= PATH_LEN)                                                \
	return -ENAMETOOLONG

static int result(int r)
{
	return r < 0 ? -errno : 0;
}

/* What is made belongs to who makes it. */
static int belongs(int made, const char *full)
{
	const struct fuse_context *caller = fuse_get_context();
	return made < 0 || lchown(full, caller->uid, caller->gid) < 0 ? -errno : 0;
}

static int on_getattr(const char *path, struct stat *s, struct fuse_file_info *fi)
{
	ENTER(full, path);
	return result(fi ? fstat((int)fi->fh, s) : lstat(full, s));
}

static int on_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags)
{
	(void)offset;
	(void)fi;
	(void)flags;
	ENTER(full, path);
	DIR *dir = opendir(full);
	if (!dir)
		return -errno;
	for (const struct dirent *e; (e = readdir(dir));)
		fill(buffer, e->d_name, NULL, 0, 0);
	closedir(dir);
	return 0;
}

static int on_open(const char *path, struct fuse_file_info *fi)
{
	ENTER(full, path);
	bool writes = (fi->flags & O_ACCMODE) != O_RDONLY; /* what is overwritten has to be read */
	int fd = open(full, writes ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	fi->fh = (uint64_t)fd;
	if (!(fi->flags & O_TRUNC))
		return 0;
	keep(fd, 0, INT64_MAX);
	return result(ftruncate(fd, 0));
}

static int on_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
	ENTER(full, path);
	int fd = open(full, O_RDWR | O_CREAT | O_CLOEXEC | (fi->flags & O_EXCL), mode);
	fi->fh = (uint64_t)fd;
	return belongs(fd, full);
}

static int on_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *fi)
{
	ENTER(full, path);
	ssize_t n = pread((int)fi->fh, buffer, size, offset);
	return n < 0 ? -errno : (int)n;
}

static int on_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *fi)
{
	ENTER(full, path);
	keep((int)fi->fh, offset, offset + (off_t)size);
	ssize_t n = pwrite((int)fi->fh, buffer, size, offset);
	return n < 0 ? -errno : (int)n;
}

static int on_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
	ENTER(full, path);
	int fd = fi ? (int)fi->fh : open(full, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	keep(fd, size, INT64_MAX);
	int r = result(ftruncate(fd, size));
	if (!fi)
		close(fd);
	return r;
}

static int on_fallocate(const char *path, int mode, off_t offset, off_t len, struct fuse_file_info *fi)
{
	ENTER(full, path);
	keep((int)fi->fh, offset, offset + len);
	return result(fallocate((int)fi->fh, mode, offset, len));
}

/* The disk has it now. Our own backing need not be on a real one. */
static int on_fsync(const char *path, int only_data, struct fuse_file_info *fi)
{
	(void)only_data;
	ENTER(full, path);
	forget_the_past(dirty_of((int)fi->fh));
	return 0;
}

static int on_release(const char *path, struct fuse_file_info *fi)
{
	(void)path;
	return result(close((int)fi->fh));
}

static int on_unlink(const char *path)
{
	ENTER(full, path);
	return result(unlink(full));
}

static int on_rename(const char *from, const char *to, unsigned flags)
{
	char target[PATH_LEN];
	ENTER(full, from);
	if (flags || snprintf(target, sizeof target, "%s%s", backing, to) >= PATH_LEN)
		return -EINVAL;
	return result(rename(full, target));
}

static int on_mkdir(const char *path, mode_t mode)
{
	ENTER(full, path);
	return belongs(mkdir(full, mode), full);
}

static int on_rmdir(const char *path)
{
	ENTER(full, path);
	return result(rmdir(full));
}

static int on_chmod(const char *path, mode_t mode, struct fuse_file_info *fi)
{
	(void)fi;
	ENTER(full, path);
	return result(chmod(full, mode));
}

static int on_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *fi)
{
	(void)fi;
	ENTER(full, path);
	return result(lchown(full, uid, gid));
}

static int on_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *fi)
{
	(void)fi;
	ENTER(full, path);
	return result(utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW));
}

static int on_statfs(const char *path, struct statvfs *s)
{
	ENTER(full, path);
	return result(statvfs(full, s));
}

static const struct fuse_operations operations = {
	.getattr = on_getattr,
	.readdir = on_readdir,
	.open = on_open,
	.create = on_create,
	.read = on_read,
	.write = on_write,
	.truncate = on_truncate,
	.fallocate = on_fallocate,
	.fsync = on_fsync,
	.release = on_release,
	.unlink = on_unlink,
	.rename = on_rename,
	.mkdir = on_mkdir,
	.rmdir = on_rmdir,
	.chmod = on_chmod,
	.chown = on_chown,
	.utimens = on_utimens,
	.statfs = on_statfs,
};

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: forgetful BACKING MOUNT\n");
		return 2;
	}
	backing = argv[1];
	umask(0);
	signal(SIGUSR1, lose_power);
	char foreground[] = "-f", one_thread[] = "-s", options[] = "-oallow_other,default_permissions";
	char *words[] = { argv[0], foreground, one_thread, options, argv[2], NULL };
	int code = fuse_main(5, words, &operations, NULL);
	for (const struct dirty *d = dirty; d && power_is_lost; d = d->next)
		take_back(d);
	return code;
}
