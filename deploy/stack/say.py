# SPDX-License-Identifier: EUPL-1.2
"""What is shown while things start: a line for each step, a tick when it is done, how long it took."""

import contextlib
import os
import sys
import time

WIDTH = 48


def line(text="", end="\n"):
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        # Whoever read this has seen enough (deploy/up | head); what is being done goes on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def step(what):
    """Shows `what` while the block runs, ticks it with its time afterwards; a note can be added: note(text)."""
    live = sys.stdout.isatty()
    notes = []
    started = time.monotonic()
    if live:
        line(f"  … {what}", end="")
    try:
        yield notes.append
    except BaseException:
        line(f"\r\033[K  ✗ {what}" if live else f"  ✗ {what}")
        raise
    took = f"{time.monotonic() - started:.1f} s"
    line(f"{chr(13) + chr(27) + '[K' if live else ''}  ✓ {what:<{WIDTH}} {took:>7}")
    for note in notes:
        line(f"    {note}")
