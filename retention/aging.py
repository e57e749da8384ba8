"""How long a case has been open, in whole days of the exchange's zone (CRW-11, decision 14).

Age is counted in local days: a case opened at 23:50 is one day old ten minutes later. Pure
functions of instants and a zone; the database groups by the instants :func:`bounds` gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from portal.clocks.reckoning import zone


@dataclass(frozen=True)
class Bucket:
    """One bar of “Aging CRW Cases”: ages from ``least`` up to ``most`` days, both included."""

    key: str
    label: str
    least: int
    most: int | None


#: The first bound that an age lies under decides (decision 14: 0–6, 7–29, 30–44, 45–59, 60+).
BUCKETS: Final = (
    Bucket("7", "<7", 0, 6),
    Bucket("30", "<30", 7, 29),
    Bucket("45", "<45", 30, 44),
    Bucket("60", "<60", 45, 59),
    Bucket("60-over", "60+", 60, None),
)
BY_KEY: Final = {bucket.key: bucket for bucket in BUCKETS}


def today(now: datetime, zone_name: str) -> date:
    """The local day of an instant."""
    return now.astimezone(zone(zone_name)).date()


def age_in_days(aged_from: datetime, now: datetime, zone_name: str) -> int:
    """Local days from the one aging is counted from to today; never negative."""
    return max(0, (today(now, zone_name) - today(aged_from, zone_name)).days)


def bucket_of(age: int) -> Bucket:
    """The bucket of an age in days."""
    return next(bucket for bucket in BUCKETS if bucket.most is None or age <= bucket.most)


def bounds(
    bucket: Bucket, now: datetime, zone_name: str
) -> tuple[datetime | None, datetime | None]:
    """Between which instants aging of the bucket's cases is counted from.

    The youngest bucket has none above, so that a case that will be
    counted from a moment yet to come is young, not lost.
    """
    day, tz = today(now, zone_name), zone(zone_name)
    start = None if bucket.most is None else day - timedelta(days=bucket.most)
    end = None if bucket.least == 0 else day - timedelta(days=bucket.least - 1)
    return _midnight(start, tz), _midnight(end, tz)


def thresholds(now: datetime, zone_name: str) -> Sequence[tuple[Bucket, datetime]]:
    """Each bucket but the oldest with the instant from which on its cases are counted."""
    found = []
    for bucket in BUCKETS:
        start, _ = bounds(bucket, now, zone_name)
        if start is not None:
            found.append((bucket, start))
    return found


def _midnight(day: date | None, tz: object) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, tz)  # type: ignore[arg-type]
