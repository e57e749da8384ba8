"""Which days are due at an instant: a function of the exchange's clock alone (decision 24)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications.summaries.days import CATCH_UP, due_days, is_late, latest_due
from tests.notifications.summaries.ground import at

FIVE = time(5)
ZONES = [ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")]
#: The clock goes back, and forward.
BACK, FORWARD = date(2026, 11, 1), date(2027, 3, 14)

zones = st.sampled_from(ZONES)
from_times = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(second=0))
instants = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)
)


def ticks(day: date, zone: ZoneInfo) -> list[datetime]:
    """Every five minutes, as the schedule ticks, from the noon before a day to the noon after."""
    first = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(hours=12)
    return [first + timedelta(minutes=5 * number) for number in range(50 * 12)]


@settings(max_examples=20)  # each is six hundred ticks
@given(zones, st.sampled_from([BACK, FORWARD]) | st.dates(date(2026, 1, 1), date(2027, 12, 31)))
@example(ZONES[0], BACK)
@example(ZONES[0], FORWARD)
@example(ZONES[1], BACK)
@example(ZONES[1], FORWARD)
def test_a_schedule_that_ticks_makes_each_local_day_once_also_when_the_clock_changes(
    zone: ZoneInfo, day: date
) -> None:
    made = {day - timedelta(days=2)}
    order = []
    for tick in ticks(day, zone):
        for due in due_days(tick, zone, FIVE, finished=made, known=made):
            made.add(due)
            order.append((due, tick.astimezone(zone)))
    assert [due for due, _ in order] == [day - timedelta(days=1), day, day + timedelta(days=1)]
    for due, moment in order[1:]:
        assert (moment.date(), moment.hour, moment.minute) == (due, 5, 0)


@given(instants, zones, from_times)
@example(datetime(2026, 11, 1, 8, 30, tzinfo=UTC), ZONES[0], time(1, 30))
@example(datetime(2027, 3, 14, 10, 0, tzinfo=UTC), ZONES[0], time(2, 30))
def test_no_day_is_due_before_its_time_nor_held_back_beyond_it(
    now: datetime, zone: ZoneInfo, from_time: time
) -> None:
    local = now.astimezone(zone)
    latest = latest_due(now, zone, from_time)
    assert latest == local.date() - timedelta(days=local.time() < from_time)
    assert is_late(latest, now, zone) == (latest != local.date())


@given(instants, zones, from_times, st.integers(0, 40))
def test_missed_days_are_made_up_for_in_order_at_most_14_and_none_twice(
    now: datetime, zone: ZoneInfo, from_time: time, away: int
) -> None:
    latest = latest_due(now, zone, from_time)
    last = latest - timedelta(days=away)
    due = due_days(now, zone, from_time, finished={last}, known={last})
    assert due == [latest - timedelta(days=n) for n in reversed(range(min(away, CATCH_UP)))]
    assert not due_days(now, zone, from_time, finished={*due, last}, known={*due, last})


@given(instants, zones, from_times)
def test_before_the_first_summaries_nothing_was_missed(
    now: datetime, zone: ZoneInfo, from_time: time
) -> None:
    due = due_days(now, zone, from_time, finished=(), known=())
    today = now.astimezone(zone).date()
    assert due == ([today] if now.astimezone(zone).time() >= from_time else [])


def test_a_day_that_was_begun_and_not_finished_is_due_again() -> None:
    day = date(2026, 5, 4)
    known = {day - timedelta(days=1), day}
    due = due_days(at(day), ZONES[0], FIVE, finished=known - {day}, known=known)
    assert due == [day]


def test_a_day_is_due_at_another_instant_in_each_zone() -> None:
    now = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    assert [latest_due(now, zone, FIVE) for zone in ZONES] == [date(2026, 5, 3), date(2026, 5, 4)]


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_days(datetime(2026, 5, 4), ZONES[0], FIVE, finished=(), known=())
