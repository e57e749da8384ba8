"""Quiet hours on the exchange's clock, also on the days the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.quiet import Quiet

LA = ZoneInfo("America/Los_Angeles")
NIGHT = Quiet(time(21), time(7), LA)

_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
_zones = st.sampled_from(["America/Los_Angeles", "America/New_York", "UTC", "Pacific/Auckland"])
#: Half of them on the four days around a change of the clocks.
_instants = st.one_of(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.datetimes(datetime(2025, 3, 8), datetime(2025, 3, 10), timezones=st.just(UTC)),
    st.datetimes(datetime(2025, 11, 1), datetime(2025, 11, 3), timezones=st.just(UTC)),
)


def _is_quiet(quiet: Quiet, at: datetime) -> bool:
    """By the clock on the wall, stated anew."""
    clock = at.astimezone(quiet.zone).time()
    if quiet.starts < quiet.ends:
        return quiet.starts <= clock < quiet.ends
    return clock >= quiet.starts or clock < quiet.ends


@given(now=_instants, starts=_times, ends=_times, zone=_zones)
def test_quiet_hours_end_at_the_first_minute_the_wall_clock_is_outside_them(
    now: datetime, starts: time, ends: time, zone: str
) -> None:
    quiet = Quiet(starts, ends, ZoneInfo(zone))
    if starts == ends:
        return
    end = quiet.until(now)
    assert (end is not None) == _is_quiet(quiet, now)
    if end is None:
        return
    assert now < end <= now + timedelta(hours=25)
    assert not _is_quiet(quiet, end)
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < end:
        assert _is_quiet(quiet, minute), "it ended earlier"
        minute += timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2025-11-05T22:00-08:00", "2025-11-06T07:00-08:00"),
        ("2025-11-06T06:59-08:00", "2025-11-06T07:00-08:00"),
        ("2025-11-06T07:00-08:00", None),
        ("2025-11-05T20:59-08:00", None),
        ("2025-11-01T23:00-07:00", "2025-11-02T07:00-08:00"),
        ("2026-03-07T23:00-08:00", "2026-03-08T07:00-07:00"),
    ],
    ids=["evening", "last minute", "morning", "before", "clocks back", "clocks forward"],
)
def test_a_night_ends_at_seven_by_the_clock_on_the_wall(now: str, end: str | None) -> None:
    wanted = datetime.fromisoformat(end) if end else None
    assert NIGHT.until(datetime.fromisoformat(now)) == wanted


def test_an_end_the_clocks_jump_over_is_the_jump() -> None:
    quiet = Quiet(time(21), time(2, 30), LA)
    now = datetime.fromisoformat("2026-03-08T01:59:00-08:00")
    assert quiet.until(now) == datetime.fromisoformat("2026-03-08T03:00:00-07:00")


def test_an_instant_without_a_time_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        NIGHT.until(datetime(2025, 11, 5))
