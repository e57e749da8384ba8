"""The tiers' clocks over any instant of two years: weekends, holidays, both clock changes.

The expectation reckons with dates and wall times alone, and shares no code with the portal.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from escalations.tiers.promises import APPEAL_POLICIES, MEMBER_CASE_POLICIES
from portal.clocks.business_time import Calendar
from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec
from portal.clocks.reckoning import deadline, warning

ZONE = ZoneInfo("America/Los_Angeles")
CLOSED = {date(2025, 11, 27), date(2025, 11, 28), date(2025, 12, 25), date(2026, 1, 1)}
CALENDAR = Calendar.from_json(
    {
        "zone": ZONE.key,
        "week": {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "closed": [day.isoformat() for day in sorted(CLOSED)],
        "open": {},
    }
)
BY_KEY = {spec.key: spec for spec in (*MEMBER_CASE_POLICIES, *APPEAL_POLICIES)}
INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 2), max_value=datetime(2026, 12, 1), timezones=st.just(UTC)
).map(lambda instant: instant.replace(microsecond=0))
SPRING_FORWARD = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)  # Sunday, 01:30 in Los Angeles
FALL_BACK = datetime(2025, 11, 2, 8, 30, tzinfo=UTC)  # Sunday, 01:30 for the first time
FRIDAY_BEFORE_SPRING = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
FRIDAY_BEFORE_FALL = datetime(2025, 10, 31, 22, 0, tzinfo=UTC)


def policy(spec: PolicySpec) -> SlaPolicy:
    return SlaPolicy(
        key=spec.key,
        measure=spec.measure,
        limit=spec.limit,
        target=spec.target,
        end_of_day=spec.end_of_day,
    )


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def days_on(start: datetime, days: int) -> datetime:
    """The same wall time so many open days on; from a closed day, midnight of the next open."""
    local = start.astimezone(ZONE)
    day, wall = local.date(), local.timetz().replace(tzinfo=None)
    if not is_open(day):
        wall = datetime.min.time()
        while not is_open(day):
            day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_open(day):
            day += timedelta(days=1)
    return datetime.combine(day, wall, ZONE).astimezone(UTC)


@given(start=INSTANTS)
@example(start=SPRING_FORWARD)
@example(start=FALL_BACK)
@example(start=FRIDAY_BEFORE_SPRING)
@example(start=FRIDAY_BEFORE_FALL)
def test_cc18_tier_1_is_warned_after_one_open_day_and_in_breach_after_two(start: datetime) -> None:
    terms = policy(BY_KEY["member_case.tier_1"])
    due = deadline(terms, CALENDAR, start)
    assert due == days_on(start, 2)
    assert warning(terms, CALENDAR, start, due) == days_on(start, 1)


@given(start=INSTANTS)
@example(start=FRIDAY_BEFORE_SPRING)
@example(start=FRIDAY_BEFORE_FALL)
def test_cc15_an_email_has_the_same_wall_time_on_the_next_open_day(start: datetime) -> None:
    """Decision 12, also across both clock changes."""
    assert deadline(policy(BY_KEY["member_case.email_response"]), CALENDAR, start) == days_on(
        start, 1
    )


@given(start=INSTANTS)
@example(start=SPRING_FORWARD)
@example(start=FALL_BACK)
def test_cc15_an_expedited_appeal_has_72_elapsed_hours_whatever_the_clock_on_the_wall_does(
    start: datetime,
) -> None:
    terms = policy(BY_KEY["plan_appeal.decide_expedited"])
    due = deadline(terms, CALENDAR, start)
    assert due - start == timedelta(hours=72)
    assert warning(terms, CALENDAR, start, due) == start + timedelta(hours=48)


@given(start=INSTANTS, asked=st.integers(1, 40), waited=st.integers(1, 300))
def test_cc18_waiting_for_the_member_never_brings_the_deadline_forward(
    start: datetime, asked: int, waited: int
) -> None:
    terms = policy(BY_KEY["member_case.tier_1"])
    pause = (start + timedelta(hours=asked), start + timedelta(hours=asked + waited))
    assert deadline(terms, CALENDAR, start, [pause]) >= deadline(terms, CALENDAR, start)
