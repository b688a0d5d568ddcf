# SPDX-License-Identifier: EUPL-1.2
"""What is shown while things start: a line for each step, a tick when it is done, how long it took."""

import contextlib
import sys
import time

WIDTH = 48


def line(text=""):
    print(text, flush=True)


@contextlib.contextmanager
def step(what):
    """Shows `what` while the block runs, ticks it with its time afterwards; a note can be added: note(text)."""
    live = sys.stdout.isatty()
    notes = []
    started = time.monotonic()
    if live:
        print(f"  … {what}", end="", flush=True)
    try:
        yield notes.append
    except BaseException:
        print(f"\r\033[K  ✗ {what}" if live else f"  ✗ {what}", flush=True)
        raise
    took = f"{time.monotonic() - started:.1f} s"
    print(f"{chr(13) + chr(27) + '[K' if live else ''}  ✓ {what:<{WIDTH}} {took:>7}", flush=True)
    for note in notes:
        line(f"    {note}")
