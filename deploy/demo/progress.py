# SPDX-License-Identifier: EUPL-1.2
"""One progress bar with rate and time left: a line that is drawn again on a terminal, a line now and then elsewhere."""

import sys
import time

WIDTH = 32
EVERY_LINE = 5.0  # seconds, where it is no terminal
RATE_OVER = 5.0  # seconds
INDENT = "    "


class Progress:
    def __init__(self, total, what, out=sys.stdout):
        self.total, self.what, self.out = total, what, out
        self.live = out.isatty()
        self.began = self.shown = time.monotonic()
        self.samples = [(self.began, 0)]

    def look(self, done):
        now = time.monotonic()
        self.samples = [one for one in self.samples if now - one[0] < RATE_OVER] or self.samples[-1:]
        since, before = self.samples[0]
        self.samples.append((now, done))
        rate = (done - before) / (now - since) if now > since else 0.0
        if self.live:
            self.out.write("\r\033[K" + INDENT + self.line(done, rate, bar=True))
            self.out.flush()
        elif now - self.shown > EVERY_LINE:
            self.shown = now
            print(INDENT + self.line(done, rate, bar=False), file=self.out, flush=True)

    def line(self, done, rate, bar):
        left = f"{remaining((self.total - done) / rate)} left" if rate and done < self.total else ""
        filled = WIDTH * done // self.total
        drawn = "█" * filled + "░" * (WIDTH - filled) + " " if bar else ""
        return f"{drawn}{done:,} of {self.total:,} {self.what}  {rate:,.0f}/s  {left}".rstrip()

    def finish(self):
        took = time.monotonic() - self.began
        text = f"{self.total:,} {self.what} in {took:.1f} s, {self.total / max(took, 0.001):,.0f}/s"
        print(("\r\033[K" if self.live else "") + INDENT + text, file=self.out, flush=True)

    def leave(self):
        """Leaves the bar as it stands, for a message below it."""
        if self.live:
            print(file=self.out)


def remaining(seconds):
    minutes, rest = divmod(int(seconds) + 1, 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
