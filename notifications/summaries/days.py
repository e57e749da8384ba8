"""Which local days want their summaries at an instant. No database: a function of a clock.

A day begins and ends by the exchange's own clock (decision 24). It is due from a wall-clock time
on, so on the two days a year when the clock changes it is due exactly once like on any other.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: Days without any worker that are made up for; older ones help nobody any more.
CATCH_UP: Final = 14


def latest_due(now: datetime, zone: ZoneInfo, from_time: time) -> date:
    """The latest local day whose summaries may be made at ``now`` (aware)."""
    local = now.astimezone(zone)
    today = local.date()
    return today if local.time() >= from_time else today - timedelta(days=1)


def due_days(
    now: datetime,
    zone: ZoneInfo,
    from_time: time,
    *,
    finished: Collection[date],
    known: Collection[date],
) -> list[date]:
    """Days to make now, the earliest first.

    Before the first summaries of an exchange nothing was missed: its first day is the one that
    comes of age while the portal runs.

    Args:
        from_time: the wall-clock time from which a day's summaries are made.
        finished: days that are complete, as far as they lie within the last :data:`CATCH_UP`.
        known: days that were begun, likewise, and at least one earlier day if there is any.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("Days are counted from an instant with a time zone.")
    latest = latest_due(now, zone, from_time)
    today = now.astimezone(zone).date()
    first = min(known, default=today)
    window = (latest - timedelta(days=back) for back in reversed(range(CATCH_UP)))
    return [day for day in window if day >= min(first, today) and day not in finished]


def is_late(day: date, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the day is over, by the exchange's clock, at ``now``."""
    return now.astimezone(zone).date() > day
