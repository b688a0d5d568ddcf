# SPDX-License-Identifier: EUPL-1.2
"""Dates as the programme counts them, and days spread over a period. Pure."""

import calendar
from datetime import date, timedelta


def plus_months(day, months):
    """Plus so many months, clamped to the end of the month (31 January plus one is 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def plus(day, days):
    return day + timedelta(days=days)


def spread(rng, first, last, n):
    """n days in order, one at random in each n-th part of the period; both ends belong to it."""
    span = (last - first).days + 1
    return [plus(first, int((i + rng.random()) * span / n)) for i in range(n)]


def workday(day):
    """The day itself, or the Friday before: offices are closed at the weekend."""
    return plus(day, -max(0, day.weekday() - 4))
