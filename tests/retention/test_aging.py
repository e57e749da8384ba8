"""Aging in local days, its buckets, and what reopening does to it (CRW-11, decision 14, C.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention import aging, services
from tests.retention.ground import crw, open_crw, reason
from tests.world import NOW, World

ZONE = "America/Los_Angeles"
instants = st.datetimes(
    min_value=datetime(2024, 1, 1),
    max_value=datetime(2027, 1, 1),
    timezones=st.just(UTC),
)


def test_the_labels_are_those_of_the_guide_and_the_overflow() -> None:
    """CRW-11, decision 14."""
    assert [bucket.label for bucket in aging.BUCKETS] == ["<7", "<30", "<45", "<60", "60+"]


@pytest.mark.parametrize(
    ("age", "label"),
    [(0, "<7"), (6, "<7"), (7, "<30"), (29, "<30"), (30, "<45"), (44, "<45"), (45, "<60"),
     (59, "<60"), (60, "60+"), (400, "60+")],
)  # fmt: skip
def test_an_age_lies_in_the_bucket_of_its_first_bound(age: int, label: str) -> None:
    """Decision 14: 0–6, 7–29, 30–44, 45–59, 60 and over."""
    assert aging.bucket_of(age).label == label


def test_age_is_counted_in_days_of_the_exchanges_zone() -> None:
    late = datetime(2025, 11, 5, 7, 50, tzinfo=UTC)  # 23:50 on November 4 in Los Angeles
    assert aging.age_in_days(late, late + timedelta(minutes=20), ZONE) == 1
    assert aging.age_in_days(late, late + timedelta(minutes=20), "UTC") == 0


@given(aged_from=instants, now=instants)
def test_the_bounds_of_the_database_and_the_age_agree(aged_from: datetime, now: datetime) -> None:
    """Also over the days on which clocks change."""
    bucket = aging.bucket_of(aging.age_in_days(aged_from, now, ZONE))
    inside = []
    for candidate in aging.BUCKETS:
        start, end = aging.bounds(candidate, now, ZONE)
        if (start is None or aged_from >= start) and (end is None or aged_from < end):
            inside.append(candidate)
    assert inside == [bucket]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=6))
def test_only_the_time_a_case_was_open_ages_it(world: World, spans: list[int]) -> None:
    """Closed, reopened, closed again in any rhythm: age and resolution time are open days."""
    case = open_crw(world, name=f"Consumer {spans}")
    now, open_days, is_open = NOW, 0, True
    for days in spans:
        now += timedelta(days=days)
        open_days += days if is_open else 0
        with time_machine.travel(now, tick=False):
            if is_open:
                services.close_case(
                    case=case,
                    actor=world.actor("agent"),
                    status="closed",
                    reason=reason(world),
                    steps="Done.",
                )
                assert crw(case).open_seconds == open_days * 86_400
            else:
                services.reopen_case(
                    case=case, actor=world.actor("agency.manager"), reason="Cancelled."
                )
                assert now - crw(case).aged_from == timedelta(days=open_days)
        is_open = not is_open
