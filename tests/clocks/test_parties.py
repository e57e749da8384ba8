"""The party clock as a pure reckoning: turns in, business time per party out (decision 10)."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clocks.business_time import Calendar, InstantError, between
from portal.clocks.parties import Turn, months_between, open_spans, party_time, to_the_minute
from tests.clocks.ground import PACIFIC, pacific

CALENDAR = Calendar.from_json(
    {
        "zone": "America/Los_Angeles",
        "week": {
            **{day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu")},
            "fri": [["08:00", "12:00"], ["13:00", "17:30"]],
        },
        "closed": ["2025-11-11", "2025-11-27"],
    }
)
OPENED = pacific("2025-10-30T10:20")  # the clock is put back on 2025-11-02

PARTIES = st.sampled_from(["unit", "consumer", "carrier", "help_desk", None])
TURNS = st.lists(st.tuples(st.integers(0, 5 * 86_400), PARTIES), max_size=12)


def turns_from(steps: list[tuple[int, str | None]]) -> list[Turn]:
    at, turns = OPENED, [(OPENED, "unit")]
    for wait, party in steps:
        at += timedelta(seconds=wait)
        turns.append((at, party))
    return turns


def test_each_party_gets_the_business_time_between_its_turns() -> None:
    turns = [
        (pacific("2025-11-10T16:00"), "unit"),
        (pacific("2025-11-12T09:30"), "carrier"),
        (pacific("2025-11-12T11:00"), "unit"),
        (pacific("2025-11-12T12:00"), None),
    ]
    found = party_time(CALENDAR, turns, pacific("2025-11-20T12:00"))
    assert found.by_party == {"unit": (2 + 1.5 + 1) * 3_600, "carrier": 1.5 * 3_600}
    assert found.elapsed_seconds == 6 * 3_600
    assert found.holder is None


def test_a_case_that_opens_again_is_held_again() -> None:
    turns = [
        (pacific("2025-11-12T09:00"), "unit"),
        (pacific("2025-11-12T10:00"), None),
        (pacific("2025-11-13T09:00"), "unit"),
    ]
    found = party_time(CALENDAR, turns, pacific("2025-11-13T09:30"))
    assert found.by_party == {"unit": 5_400}
    assert found.holder == "unit"


def test_instants_are_read_to_the_minute_so_that_minutes_add_up() -> None:
    turns = [
        (pacific("2025-11-12T09:00:40"), "unit"),
        (pacific("2025-11-12T09:10:50"), "carrier"),
    ]
    found = party_time(CALENDAR, turns, pacific("2025-11-12T09:20:59"))
    assert found.by_party == {"unit": 600, "carrier": 600}


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises((InstantError, TypeError)):
        party_time(CALENDAR, [(datetime(2025, 11, 12), "unit")], pacific("2025-11-13T09:30"))


@given(steps=TURNS, later=st.integers(0, 10 * 86_400))
def test_the_parties_time_is_the_elapsed_time_and_one_holds_the_clock_at_every_moment(
    steps: list[tuple[int, str | None]], later: int
) -> None:
    """The conservation law, for any sequence of turns, closings and reopenings."""
    turns = turns_from(steps)
    end = turns[-1][0] + timedelta(seconds=later)
    found = party_time(CALENDAR, turns, end)
    ends = [*(at for at, _ in turns[1:]), end]
    open_time = sum(
        between(CALENDAR, to_the_minute(at), to_the_minute(until))
        for (at, party), until in zip(turns, ends, strict=True)
        if party is not None
    )
    assert found.elapsed_seconds == sum(found.by_party.values()) == open_time
    assert all(held.business_seconds % 60 == 0 for held in found.stretches)
    for one, other in pairwise(found.stretches):
        assert one.end <= other.start, "no two hold it at once"
        assert one.end < other.start or one.party != other.party


@given(start=st.integers(0, 40 * 86_400), length=st.integers(0, 40 * 86_400))
def test_the_open_spans_hold_the_business_time(start: int, length: int) -> None:
    first = OPENED + timedelta(seconds=start)
    last = first + timedelta(seconds=length)
    spans = list(open_spans(CALENDAR, first, last))
    assert sum(b - a for a, b in spans) == between(CALENDAR, first, last)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_months_begin_at_local_midnight() -> None:
    months = months_between(
        datetime(2025, 10, 14, 9, tzinfo=PACIFIC), datetime(2025, 12, 2, tzinfo=PACIFIC)
    )
    assert [month.isoformat() for month in months] == [
        "2025-10-01T00:00:00-07:00",
        "2025-11-01T00:00:00-07:00",
        "2025-12-01T00:00:00-08:00",
    ]
