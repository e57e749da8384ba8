"""From rows to the pure reckoning: calendars and policies as ``business_time`` wants them.

A deadline is always the same function of policy, calendar, start and pauses, whoever asks: the
act that starts a clock, the one that resumes it, the preview of a new calendar, the explanation
on the case page. So no two places can disagree about it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from portal.clocks.business_time import (
    Calendar,
    Hold,
    Pause,
    add,
    add_days,
    add_open_day_hours,
    between,
    subtract_days,
)
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy, TimerSegment

#: Measures that count office hours or office days; the others count on through nights.
OFFICE_MEASURES = frozenset(
    {
        SlaPolicy.Measure.BUSINESS_DAYS,
        SlaPolicy.Measure.BUSINESS_MINUTES,
        SlaPolicy.Measure.OPEN_DAY_HOURS,
    }
)
#: Measures that count back from an event; the event does not wait, so no pause moves them.
BEFORE_MEASURES = frozenset(
    {SlaPolicy.Measure.BUSINESS_DAYS_BEFORE, SlaPolicy.Measure.CALENDAR_DAYS_BEFORE}
)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of this name.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: there is none.
    """
    return ZoneInfo(name)


def calendar_of(source: BusinessCalendar | SlaPolicy) -> Calendar:
    """The calendar of a row, or of a policy, ready to reckon with.

    Reads the exceptions unless they were prefetched. Equal calendars are one object, which keeps
    the days it has worked out from one request to the next.

    Raises:
        CalendarError: the stored hours contradict themselves; the services let none be stored.
    """
    row = source.calendar if isinstance(source, SlaPolicy) else source
    return calendar_from(row.zone, row.week, row.exceptions.all())


def calendar_from(
    zone_name: str, week: dict[str, Any], exceptions: Iterable[CalendarException]
) -> Calendar:
    """A calendar from its parts, saved or only proposed.

    Raises:
        CalendarError: the hours contradict themselves; the message says where.
    """
    content = {
        "zone": zone_name,
        "week": week,
        "closed": [e.date.isoformat() for e in exceptions if not e.hours],
        "open": {e.date.isoformat(): e.hours for e in exceptions if e.hours},
    }
    return _calendar(json.dumps(content, sort_keys=True))


@lru_cache(maxsize=256)
def _calendar(text: str) -> Calendar:
    return Calendar.from_json(json.loads(text))


def holds_of(segments: Iterable[TimerSegment]) -> list[Hold]:
    """Who held a clock since when, as the pure reckoning wants it."""
    return [Hold(part.party, part.since, part.counted) for part in segments]


def deadline(
    policy: SlaPolicy,
    calendar: Calendar,
    started_at: datetime,
    pauses: Sequence[Pause] = (),
    *,
    amount: int | None = None,
) -> datetime:
    """The UTC instant at which ``amount`` of the policy's measure has passed; default its limit.

    Office measures move by the business time paused, calendar days and clock hours by the
    elapsed time. Every pause must have ended. Measures "before" are reckoned back from
    ``started_at``, which is then the event, and no pause moves them.

    Raises:
        BusinessTimeError: the calendar never opens, or a pause has no end.
    """
    amount = policy.limit if amount is None else amount
    measure = policy.measure
    if measure == SlaPolicy.Measure.BUSINESS_DAYS_BEFORE:
        return subtract_days(calendar, started_at, amount)
    if measure == SlaPolicy.Measure.CALENDAR_DAYS_BEFORE:
        return _calendar_days_later(policy, calendar, started_at, -amount)
    if measure == SlaPolicy.Measure.BUSINESS_DAYS:
        return add_days(calendar, started_at, amount, policy.end_of_day, pauses)
    if measure == SlaPolicy.Measure.BUSINESS_MINUTES:
        return add(calendar, started_at, amount * 60, pauses)
    if measure == SlaPolicy.Measure.OPEN_DAY_HOURS:
        due = add_open_day_hours(calendar, started_at, amount)
        if not pauses:
            return due
        paused = between(calendar, started_at, due) - between(calendar, started_at, due, pauses)
        return add(calendar, due, paused, pauses)
    if measure == SlaPolicy.Measure.CALENDAR_DAYS:
        return _moved(_calendar_days_later(policy, calendar, started_at, amount), pauses)
    return _moved(started_at + timedelta(hours=amount), pauses)


def warning(
    policy: SlaPolicy,
    calendar: Calendar,
    started_at: datetime,
    due_at: datetime,
    pauses: Sequence[Pause] = (),
) -> datetime | None:
    """When to warn before ``due_at``: at the policy's target, or at its share of the time.

    None when that is no sooner than the deadline itself, or when a deadline before an event has
    no target: there is no time of which to take a share. Raises what ``deadline`` raises.
    """
    if policy.target is not None:
        found = deadline(policy, calendar, started_at, pauses, amount=policy.target)
    elif policy.measure in BEFORE_MEASURES:
        return None
    elif policy.measure in OFFICE_MEASURES and (
        total := between(calendar, started_at, due_at, pauses)
    ):
        found = add(calendar, started_at, total * policy.warn_percent // 100, pauses)
    else:
        paused = timedelta()
        for since, until in pauses:
            if until is not None and since < due_at:
                paused += until - since
        share = (due_at - started_at - paused) * policy.warn_percent / 100
        found = _moved(started_at + share, pauses)
    return found if found < due_at else None


def _calendar_days_later(
    policy: SlaPolicy, calendar: Calendar, started_at: datetime, days: int
) -> datetime:
    """The same wall time ``days`` dates later, or that date's midnight at its end.

    Negative days lie before, where a day's end would be too late.
    """
    wall = calendar.localize(started_at).replace(tzinfo=None) + timedelta(days=days)
    if policy.end_of_day and days >= 0:
        wall = datetime.combine(wall.date() + timedelta(days=1), time())
    return calendar.localize(wall).astimezone(UTC)


def _moved(moment: datetime, pauses: Sequence[Pause]) -> datetime:
    """``moment`` moved on by each ended pause that began before it."""
    for since, until in sorted(pauses, key=lambda pause: pause[0]):
        if until is not None and since < moment:
            moment += until - since
    return moment
