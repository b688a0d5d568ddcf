/* SPDX-License-Identifier: EUPL-1.2 */
/* The slots of the places in fault.h, in a file that a test maps too: it arms a running daemon without a word to it,
 * and what was counted outlives the process. Nothing of this is in a program that is not built for tests. */
#include "base/fault.h"

#ifdef UDVEJ_TESTS
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* As tests/crash/slots.py reads it. */
struct slot {
	char name[32];
	uint64_t passed;
	uint64_t strike_at; /* the passing, counted from when the file was made; 0: never */
};

static const char *const names[] = {
#define ROW(name) #name,
	FAULT_POINTS(ROW) FAULT_CALLS(ROW)
#undef ROW
};

static struct slot *slots;

/* Without a file, or when it cannot be used, nothing strikes. Allocates nothing: allocations are among the places. */
static struct slot *open_slots(void)
{
	static struct slot unused[FAULT_COUNT];
	const char *path = getenv("UDVEJ_FAULTS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return unused;
	void *mapped = MAP_FAILED;
	if (ftruncate(fd, sizeof unused) == 0)
		mapped = mmap(NULL, sizeof unused, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (mapped == MAP_FAILED)
		return unused;
	struct slot *s = mapped;
	for (int i = 0; i < FAULT_COUNT; i++)
		snprintf(s[i].name, sizeof s[i].name, "%s", names[i]);
	return s;
}

bool fault_strikes(enum fault f)
{
	if (!slots)
		slots = open_slots();
	return ++slots[f].passed == slots[f].strike_at;
}

void fault_point(enum fault f)
{
	if (fault_strikes(f))
		kill(getpid(), SIGKILL);
}
#endif
