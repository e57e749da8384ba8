"""Deadlines that lie before an event, and clocks reckoned from a day before they began."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clocks import services
from portal.clocks.business_time import BusinessTimeError, Calendar, add_days, subtract_days
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.explanations import promise_of
from portal.clocks.models import SlaPolicy, Timer
from portal.clocks.reckoning import calendar_of, deadline, warning
from tests.world import NOW, World

CALENDAR = Calendar.from_json(
    {
        "zone": "America/Los_Angeles",
        "week": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "closed": ["2025-11-11", "2025-11-27", "2025-11-28"],
        "open": {},
    }
)


def pacific(text: str) -> datetime:
    return CALENDAR.localize(datetime.fromisoformat(text)).astimezone(UTC)


@pytest.mark.parametrize(
    ("event", "days", "expected"),
    [
        ("2025-11-20T10:00", 2, "2025-11-18T10:00"),
        ("2025-11-17T10:00", 2, "2025-11-13T10:00"),  # over a weekend
        ("2025-11-13T09:30", 2, "2025-11-10T09:30"),  # over Veterans Day
        ("2025-12-01T13:00", 2, "2025-11-25T13:00"),  # over Thanksgiving
        ("2025-11-20T10:00", 0, "2025-11-20T10:00"),
        ("2025-11-04T10:00", 3, "2025-10-30T10:00"),  # over the end of daylight saving time
    ],
)
def test_days_before_an_event_are_open_days_at_its_time_of_day(event, days, expected) -> None:
    assert subtract_days(CALENDAR, pacific(event), days) == pacific(expected)


def test_days_before_an_event_cannot_be_negative() -> None:
    with pytest.raises(BusinessTimeError):
        subtract_days(CALENDAR, NOW, -1)


@given(
    st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2026, 12, 31)),
    st.integers(min_value=1, max_value=30),
)
def test_so_many_open_days_lie_between_the_deadline_and_the_event(local, days) -> None:
    event = CALENDAR.localize(local).astimezone(UTC)
    back = subtract_days(CALENDAR, event, days)
    first, last = CALENDAR.localize(back).date(), CALENDAR.localize(event).date()
    between = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal())]
    assert CALENDAR.is_open_day(first)
    assert sum(CALENDAR.is_open_day(day) for day in between) == days
    # Counting forward again from the deadline leads to the event's day, or past a closed one.
    assert CALENDAR.localize(add_days(CALENDAR, back, days)).date() >= last


def _policy(world: World, **values: object) -> SlaPolicy:
    return SlaPolicy.objects.create(
        exchange=world.exchange,
        key="thing.before",
        label="Papers before the hearing",
        case_kind="thing",
        calendar=world.exchange.calendars.get(is_default=True),
        **values,
    )


def test_a_clock_before_an_event_is_due_and_warned_so_many_days_before_it(world: World) -> None:
    policy = _policy(world, measure=SlaPolicy.Measure.BUSINESS_DAYS_BEFORE, limit=2, target=5)
    hearing = pacific("2025-12-03T10:00")
    effect = ClockEffect(Effect.START, policy.key, counts_from=hearing)
    services.apply_effects(
        exchange_id=world.exchange.pk, case_id=_case_id(world), effects=[effect], at=NOW
    )
    timer = Timer.objects.get(policy=policy)
    assert timer.due_at == pacific("2025-12-01T10:00")
    assert timer.warn_at == pacific("2025-11-24T10:00")
    assert (timer.started_at, timer.origin) == (NOW, hearing)
    assert promise_of(policy) == "2 business days before, warned 5 days before"


def test_a_clock_can_be_reckoned_from_a_day_before_it_began(world: World) -> None:
    policy = _policy(world, measure=SlaPolicy.Measure.CALENDAR_DAYS, limit=90)
    request = NOW - timedelta(days=4)
    effect = ClockEffect(Effect.START, policy.key, counts_from=request)
    services.apply_effects(
        exchange_id=world.exchange.pk, case_id=_case_id(world), effects=[effect], at=NOW
    )
    timer = Timer.objects.get(policy=policy)
    assert timer.started_at == NOW
    assert timer.due_at == deadline(policy, calendar_of(policy), request)


def test_calendar_days_before_an_event_count_every_day(world: World) -> None:
    policy = _policy(world, measure=SlaPolicy.Measure.CALENDAR_DAYS_BEFORE, limit=15)
    calendar = calendar_of(policy)
    hearing = pacific("2025-12-03T10:00")
    assert deadline(policy, calendar, hearing) == pacific("2025-11-18T10:00")
    assert warning(policy, calendar, hearing, pacific("2025-11-18T10:00")) is None


def _case_id(world: World) -> int:
    from escalations.constituent.services import submit_case

    return submit_case(actor=world.actor("office.staff"), description="No card arrived.").pk
