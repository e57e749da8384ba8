"""The rules of business time, one by one and against a reckoning minute by minute."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.clocks.business_time import (
    BusinessTimeError,
    Calendar,
    CalendarError,
    ClockStopped,
    Hold,
    InstantError,
    Interval,
    NoOpenTime,
    Pause,
    add,
    add_days,
    add_open_day_hours,
    between,
    explain,
    pauses_of,
    seconds_by_party,
    segments,
)

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
HOUR = 3_600
MINUTE = timedelta(minutes=1)
OFFICE = (Interval.parse("08:00", "18:00"),)
ROUND_THE_CLOCK = (Interval.parse("00:00", "24:00"),)


def weekdays(*closed: date) -> Calendar:
    """Return a Monday-to-Friday calendar, 8:00 to 18:00 in Los Angeles."""
    return Calendar(LOS_ANGELES, dict.fromkeys(range(5), OFFICE), frozenset(closed))


def always(zone: str) -> Calendar:
    """Return a calendar that never closes."""
    return Calendar(ZoneInfo(zone), dict.fromkeys(range(7), ROUND_THE_CLOCK))


def pacific(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOS_ANGELES)  # type: ignore[arg-type, misc]


# Small ranges around the hardest days: both changes of the exchanges' zones, changes at midnight,
# a change by half an hour, one at 00:01 that shows the day before again, and a day left out.
HARD_DAYS = [
    ("America/Los_Angeles", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2015, 10, 18)),
    ("America/Sao_Paulo", date(2015, 2, 21)),
    ("Asia/Tehran", date(2015, 3, 22)),
    ("Asia/Tehran", date(2015, 9, 21)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("UTC", date(2026, 1, 1)),
]


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Draw up to three intervals apart, on whole minutes."""
    edges = sorted(draw(st.sets(st.integers(0, 24 * 12), max_size=6)))
    return tuple(
        Interval(opens * 300, closes * 300)
        for opens, closes in zip(edges[::2], edges[1::2], strict=False)
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime, list[Pause]]:
    """Draw a calendar, a range of minutes around a hard day, and pauses in and around it."""
    zone, hard_day = draw(st.sampled_from(HARD_DAYS))
    near = st.integers(-3, 4).map(lambda days: hard_day + timedelta(days=days))
    calendar = Calendar(
        ZoneInfo(zone),
        draw(st.dictionaries(st.integers(0, 6), day_hours(), min_size=4)),
        draw(st.frozensets(near, max_size=2)),
        draw(st.dictionaries(near, day_hours(), max_size=2)),
    )
    origin = datetime(hard_day.year, hard_day.month, hard_day.day, tzinfo=UTC)
    minutes = st.integers(-1_200, 2_200).map(lambda minute: origin + minute * MINUTE)
    start, end = sorted((draw(minutes), draw(minutes)))
    pauses: list[Pause] = []
    for _ in range(draw(st.integers(0, 3))):
        since, until = sorted((draw(minutes), draw(minutes)))
        pauses.append((since, draw(st.sampled_from([until, until, None]))))
    return calendar, start, end, pauses


def is_counted(calendar: Calendar, minute: datetime, pauses: Sequence[Pause]) -> bool:
    """Tell naively whether a minute counts: look at the clock on the wall and the calendar."""
    wall = minute.astimezone(calendar.zone)
    hours = calendar.open.get(wall.date())
    if hours is None:
        closed = wall.date() in calendar.closed
        hours = () if closed else calendar.week.get(wall.weekday(), ())
    at = wall.hour * HOUR + wall.minute * 60
    return any(opens <= at < closes for opens, closes in hours) and not any(
        since <= minute and (until is None or minute < until) for since, until in pauses
    )


def counted_minutes(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause]
) -> int:
    found, minute = 0, start
    while minute < end:
        found += is_counted(calendar, minute, pauses)
        minute += MINUTE
    return found


@settings(max_examples=80, deadline=None)
@given(situations())
def test_between_agrees_with_a_reckoning_minute_by_minute(
    situation: tuple[Calendar, datetime, datetime, list[Pause]],
) -> None:
    calendar, start, end, pauses = situation
    assert between(calendar, start, end, pauses) == 60 * counted_minutes(
        calendar, start, end, pauses
    )


@settings(max_examples=80, deadline=None)
@given(situations(), st.integers(1, 900))
def test_add_finds_the_minute_at_which_the_amount_has_passed(
    situation: tuple[Calendar, datetime, datetime, list[Pause]], minutes: int
) -> None:
    calendar, start, _, pauses = situation
    limit = start + timedelta(days=2)
    minute, left = start, minutes
    while left and minute < limit:
        left -= is_counted(calendar, minute, pauses)
        minute += MINUTE
    if left == 0:
        assert add(calendar, start, minutes * 60, pauses) == minute


@settings(max_examples=80, deadline=None)
@given(situations(), st.integers(0, 400_000))
def test_between_undoes_add_and_a_second_less_is_not_enough(
    situation: tuple[Calendar, datetime, datetime, list[Pause]], seconds: int
) -> None:
    calendar, start, _, pauses = situation
    try:
        due = add(calendar, start, seconds, pauses)
    except (NoOpenTime, ClockStopped):
        return
    assert due >= start
    assert between(calendar, start, due, pauses) == seconds
    if seconds:
        assert between(calendar, start, due - timedelta(seconds=1), pauses) == seconds - 1


@settings(max_examples=80, deadline=None)
@given(situations(), st.integers(0, 200_000), st.integers(0, 200_000))
def test_two_amounts_added_one_after_the_other_are_their_sum(
    situation: tuple[Calendar, datetime, datetime, list[Pause]], one: int, other: int
) -> None:
    calendar, start, _, pauses = situation
    try:
        whole = add(calendar, start, one + other, pauses)
    except (NoOpenTime, ClockStopped):
        return
    middle = add(calendar, start, one, pauses)
    assert start <= middle <= whole
    assert add(calendar, middle, other, pauses) == whole


@settings(max_examples=80, deadline=None)
@given(situations(), st.integers(1, 999))
def test_a_range_cut_in_two_keeps_its_business_time(
    situation: tuple[Calendar, datetime, datetime, list[Pause]], share: int
) -> None:
    calendar, start, end, pauses = situation
    middle = start + (end - start) * share // 1_000
    whole = between(calendar, start, end, pauses)
    parts = between(calendar, start, middle, pauses) + between(calendar, middle, end, pauses)
    assert whole == parts


@settings(max_examples=80, deadline=None)
@given(
    situations(),
    st.lists(
        st.tuples(st.sampled_from(["unit", "help desk", "carrier"]), st.integers(0, 5_000)),
        max_size=6,
    ),
)
def test_decision_10_the_parties_parts_add_up_to_the_business_time(
    situation: tuple[Calendar, datetime, datetime, list[Pause]],
    changes: list[tuple[str, int]],
) -> None:
    calendar, start, end, _ = situation
    holds = [Hold("unit", start, counted=True)] + [
        Hold(party, start + minutes * MINUTE, counted=party == "unit") for party, minutes in changes
    ]
    parts = segments(calendar, start, end, holds)
    assert sum(seconds_by_party(parts).values()) == between(calendar, start, end)
    assert sum(part.counted_seconds for part in parts) == between(
        calendar, start, end, pauses_of(holds)
    )
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    if start < end:
        assert (parts[0].start, parts[-1].end) == (start, end)


@settings(max_examples=80, deadline=None)
@given(situations())
def test_a_calendar_survives_json_pickle_and_copy(
    situation: tuple[Calendar, datetime, datetime, list[Pause]],
) -> None:
    calendar = situation[0]
    again = Calendar.from_json(calendar.to_json())
    assert again.to_json() == calendar.to_json()
    for twin in (pickle.loads(pickle.dumps(calendar)), copy.deepcopy(calendar)):
        assert twin == calendar
        assert hash(twin) == hash(calendar)


@settings(max_examples=80, deadline=None)
@given(situations())
def test_the_intervals_of_the_days_are_the_open_time(
    situation: tuple[Calendar, datetime, datetime, list[Pause]],
) -> None:
    calendar, start, end, _pauses = situation
    first = start.astimezone(calendar.zone).date() - timedelta(days=1)
    total = timedelta()
    for number in range((end.date() - first).days + 3):
        for opened, closed in calendar.intervals_on(first + timedelta(days=number)):
            assert opened.tzinfo is UTC
            total += max(timedelta(), min(closed, end) - max(opened, start))
    assert total.total_seconds() == between(calendar, start, end)


# Day targets.


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 365 * 24 * 60), st.integers(1, 30))
def test_decision_11_a_day_target_keeps_the_time_of_day_on_the_nth_open_day(
    minute: int, days: int
) -> None:
    calendar = weekdays(date(2026, 1, 19), date(2026, 11, 11))
    start = calendar.localize(datetime(2026, 1, 1, 8, tzinfo=UTC) + minute * MINUTE)
    due = calendar.localize(add_days(calendar, start, days))
    assert (due.hour, due.minute) == (start.hour, start.minute)
    between_them = [
        start.date() + timedelta(days=number)
        for number in range(1, (due.date() - start.date()).days + 1)
    ]
    assert sum(calendar.is_open_day(day) for day in between_them) == days
    assert calendar.is_open_day(due.date())


def test_decision_11_a_day_target_opened_after_hours_keeps_its_time() -> None:
    due = add_days(weekdays(), pacific(2026, 1, 6, 19, 30), 2)
    assert due == pacific(2026, 1, 8, 19, 30)


def test_decision_11_end_of_business_day_is_the_close_of_the_nth_open_day() -> None:
    calendar = weekdays()
    friday_evening = pacific(2026, 1, 9, 19, 0)
    assert add_days(calendar, friday_evening, 1, end_of_day=True) == pacific(2026, 1, 12, 18)
    assert add_days(calendar, friday_evening, 0, end_of_day=True) == pacific(2026, 1, 12, 18)
    assert add_days(calendar, friday_evening, 0) == friday_evening


def test_decision_10_a_pause_moves_a_day_target_by_its_business_time() -> None:
    calendar = weekdays()
    start = pacific(2026, 1, 5, 10, 20)
    overnight = (pacific(2026, 1, 5, 17), pacific(2026, 1, 6, 9))
    assert add_days(calendar, start, 2, pauses=[overnight]) == pacific(2026, 1, 7, 12, 20)


def test_decision_10_a_pause_that_begins_in_the_moved_part_of_a_day_target_counts_too() -> None:
    calendar = weekdays()
    pauses = [
        (pacific(2026, 1, 5, 11), pacific(2026, 1, 5, 12)),
        (pacific(2026, 1, 7, 10, 30), pacific(2026, 1, 7, 11, 0)),
    ]
    due = add_days(calendar, pacific(2026, 1, 5, 10, 20), 2, pauses=pauses)
    assert due == pacific(2026, 1, 7, 11, 50)


def test_decision_10_a_pause_in_closed_time_does_not_move_a_day_target() -> None:
    weekend = (pacific(2026, 1, 9, 18), pacific(2026, 1, 12, 8))
    due = add_days(weekdays(), pacific(2026, 1, 9, 10, 20), 1, pauses=[weekend])
    assert due == pacific(2026, 1, 12, 10, 20)


def test_decision_11_a_day_the_zone_leaves_out_is_no_business_day() -> None:
    apia = ZoneInfo("Pacific/Apia")
    calendar = always("Pacific/Apia")
    assert not calendar.is_open_day(date(2011, 12, 30))
    due = add_days(calendar, datetime(2011, 12, 29, 10, tzinfo=apia), 1)
    assert due == datetime(2011, 12, 31, 10, tzinfo=apia)


def test_decision_12_24_business_hours_keep_the_clock_time_over_a_clock_change() -> None:
    calendar = always("America/Los_Angeles")
    assert add_open_day_hours(calendar, pacific(2026, 3, 7, 10), 24) == pacific(2026, 3, 8, 10)
    assert add_open_day_hours(calendar, pacific(2026, 3, 7, 10), 0) == pacific(2026, 3, 7, 10)


def test_decision_12_hours_run_outside_opening_hours_of_an_open_day() -> None:
    due = add_open_day_hours(weekdays(), pacific(2026, 1, 9, 20), 6)
    assert due == pacific(2026, 1, 12, 2)


# Calendars.


def test_ho_05_hours_for_a_date_win_over_the_week_and_over_a_closed_date() -> None:
    saturday = date(2026, 1, 31)
    calendar = Calendar(
        LOS_ANGELES,
        dict.fromkeys(range(5), OFFICE),
        frozenset({saturday}),
        {saturday: (Interval.parse("08:00", "22:00"),)},
    )
    assert calendar.intervals_on(saturday) == (
        (datetime(2026, 1, 31, 16, tzinfo=UTC), datetime(2026, 2, 1, 6, tzinfo=UTC)),
    )


def test_a_date_given_no_hours_is_closed() -> None:
    monday = date(2026, 1, 5)
    calendar = Calendar(LOS_ANGELES, {0: OFFICE}, frozenset(), {monday: ()})
    assert not calendar.is_open_day(monday)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"zone": "America/Nowhere"}, "not a known time zone"),
        ({"zone": "../UTC"}, "not a known time zone"),
        ({"zone": "America"}, "not a known time zone"),
        ({"zone": None}, "not a known time zone"),
        ({"week": {"monday": []}}, "Unknown weekday"),
        ({"week": {"mon": [["18:00", "08:00"]]}}, "split hours across midnight"),
        ({"week": {"mon": [["08:00", "08:00"]]}}, "must end after they start"),
        ({"week": {"mon": [["08:00", "12:00"], ["11:59", "13:00"]]}}, "of mon overlap"),
        ({"week": {"mon": [["08:00", "24:01"]]}}, "not a time of day"),
        ({"week": {"mon": [["8am", "18:00"]]}}, "not a time of day"),
        ({"week": {"mon": ["08:00", "18:00"]}}, "list of pairs"),
        ({"week": [1]}, "week is an object"),
        ({"closed": ["20260131"]}, "not a date"),
        ({"closed": ["2026-02-30"]}, "not a date"),
        ({"closed": "2026-01-31"}, "list of dates"),
        ({"open": {"2026-01-31": [["20:00", "08:00"]]}}, "must end after they start"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_with_the_reason(
    change: dict[str, object], reason: str
) -> None:
    with pytest.raises(CalendarError, match=reason):
        Calendar.from_json({"zone": "UTC", "week": {}, **change})


def test_hours_that_touch_are_one_stretch_and_a_day_may_end_at_24_00() -> None:
    day = {"mon": [["22:00", "24:00"], ["20:00", "22:00"]]}
    calendar = Calendar.from_json({"zone": "UTC", "week": day})
    assert calendar.intervals_on(date(2026, 1, 5)) == (
        (datetime(2026, 1, 5, 20, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)),
    )


def test_a_weekday_outside_the_week_is_refused() -> None:
    with pytest.raises(CalendarError, match="Weekday 7"):
        Calendar(LOS_ANGELES, {7: OFFICE})


# Guards.


def test_a_calendar_without_open_time_is_an_error_and_not_an_endless_loop() -> None:
    never = Calendar(LOS_ANGELES, {})
    start = pacific(2026, 1, 5, 10)
    with pytest.raises(NoOpenTime):
        add(never, start, 1)
    with pytest.raises(NoOpenTime):
        add_days(never, start, 1)
    with pytest.raises(NoOpenTime):
        add_open_day_hours(never, start, 1)
    assert between(never, start, pacific(2046, 1, 5, 10)) == 0


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(InstantError, match="no time zone"):
        add(weekdays(), datetime(2026, 1, 5, 10), 60)


@pytest.mark.parametrize("year", [1899, 2200])
def test_years_nobody_plans_for_are_refused(year: int) -> None:
    with pytest.raises(InstantError, match="outside the years"):
        between(weekdays(), datetime(year, 1, 1, tzinfo=UTC), pacific(2026, 1, 5))


def test_a_deadline_after_2200_is_refused() -> None:
    with pytest.raises(InstantError, match="2200"):
        add(weekdays(), datetime(2199, 12, 1, tzinfo=UTC), 10**9)
    with pytest.raises(InstantError, match="2200"):
        add_days(weekdays(), datetime(2199, 12, 1, tzinfo=UTC), 100)


def test_negative_amounts_are_refused() -> None:
    start = pacific(2026, 1, 5)
    for question in (add, add_days, add_open_day_hours):
        with pytest.raises(BusinessTimeError, match="negative"):
            question(weekdays(), start, -1)


def test_a_clock_that_stands_has_no_deadline_unless_it_was_reached_before() -> None:
    start = pacific(2026, 1, 5, 8)
    standing: list[Pause] = [(pacific(2026, 1, 5, 10), None)]
    assert add(weekdays(), start, 2 * HOUR, standing) == pacific(2026, 1, 5, 10)
    with pytest.raises(ClockStopped):
        add(weekdays(), start, 2 * HOUR + 1, standing)


def test_fractions_of_a_second_are_dropped_so_that_parts_add_up() -> None:
    start = pacific(2026, 1, 5, 10, 0, 0, 999_999)
    assert add(weekdays(), start, 60) == pacific(2026, 1, 5, 10, 1)
    assert between(weekdays(), start, pacific(2026, 1, 5, 10, 1)) == 60


def test_between_is_zero_when_the_end_comes_first() -> None:
    assert between(weekdays(), pacific(2026, 1, 6, 10), pacific(2026, 1, 5, 10)) == 0


def test_deadlines_are_in_utc_so_that_they_compare_where_the_clock_is_put_back() -> None:
    calendar = always("America/Los_Angeles")
    first = add(calendar, pacific(2026, 11, 1, 0, 45), HOUR)
    second = add(calendar, pacific(2026, 11, 1, 0, 30), 2 * HOUR)
    assert calendar.localize(second).time() < calendar.localize(first).time()
    assert (second - first) == timedelta(minutes=45)
    assert first.tzinfo is second.tzinfo is UTC


def test_a_wall_time_shown_twice_is_the_first_of_the_two() -> None:
    calendar = always("America/Los_Angeles")
    due = add_days(calendar, pacific(2026, 10, 31, 1, 30), 1)
    assert due.astimezone(UTC) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


# Explanations.

HOLDS = [
    Hold("Escalations Unit", pacific(2026, 1, 5, 8), counted=True),
    Hold("help desk", pacific(2026, 1, 5, 16), counted=False),
    Hold("Escalations Unit", pacific(2026, 1, 6, 11), counted=True),
]


def test_a_timer_explains_its_segments_sums_and_deadline() -> None:
    told = explain(
        weekdays(),
        start=pacific(2026, 1, 5, 10),
        now=pacific(2026, 1, 6, 12),
        holds=HOLDS,
        seconds=10 * HOUR,
    )
    assert [(part.party, part.counted, part.business_seconds) for part in told.segments] == [
        ("Escalations Unit", True, 6 * HOUR),
        ("help desk", False, 5 * HOUR),
        ("Escalations Unit", True, 1 * HOUR),
    ]
    assert seconds_by_party(told.segments) == {
        "Escalations Unit": 7 * HOUR,
        "help desk": 5 * HOUR,
    }
    assert (told.counted_seconds, told.paused_seconds) == (7 * HOUR, 5 * HOUR)
    assert told.due == pacific(2026, 1, 6, 15)


def test_a_standing_timer_is_explained_without_a_deadline() -> None:
    told = explain(
        weekdays(),
        start=pacific(2026, 1, 5, 10),
        now=pacific(2026, 1, 6, 9),
        holds=HOLDS,
        days=2,
    )
    assert told.due is None
    assert told.paused_seconds == 3 * HOUR


def test_a_day_timer_is_explained_with_its_pause_added() -> None:
    told = explain(
        weekdays(), start=pacific(2026, 1, 5, 10), now=pacific(2026, 1, 7), holds=HOLDS, days=2
    )
    assert told.due == pacific(2026, 1, 7, 15)


def test_a_target_is_in_seconds_or_in_days_and_somebody_holds_the_clock() -> None:
    calendar, start = weekdays(), pacific(2026, 1, 5, 10)
    with pytest.raises(BusinessTimeError, match="either"):
        explain(calendar, start=start, now=start, holds=HOLDS)
    with pytest.raises(BusinessTimeError, match="Nobody holds"):
        segments(calendar, pacific(2026, 1, 5, 7), start, HOLDS)


def test_of_two_holds_that_begin_together_the_last_stands() -> None:
    start, end = pacific(2026, 1, 5, 8), pacific(2026, 1, 5, 9)
    holds = [Hold("help desk", start, counted=False), Hold("carrier", start, counted=False)]
    assert seconds_by_party(segments(weekdays(), start, end, holds)) == {"carrier": HOUR}
    assert pauses_of(holds) == ((start, None),)
