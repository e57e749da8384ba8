"""What a consumer needs next, by the daily summary's topics (SM-04)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.consumers import needs
from portal.consumers.models import Consumer
from portal.consumers.needs import NeedSource
from portal.consumers.needs_of_mirror import TOPICS, birthday_at, born_by
from portal.tenancy.actor import Actor
from tests.book import ground
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 5)


def needed(actor: Actor, found: Consumer) -> dict[str, date | None]:
    return {n.key: n.due_on for n in needs.needs_of(actor, [found.pk], TODAY)[found.pk]}


def waiting(actor: Actor, found: Consumer) -> set[str]:
    rows = Consumer.objects.filter(pk=found.pk)
    return {key for key in TOPICS if rows.filter(needs.needing_q(actor, key, TODAY)).exists()}


def test_a_consumer_without_anything_on_record_needs_nothing(world: World) -> None:
    assert needed(world.actor("agent"), ground.consumer(world)) == {}


@pytest.mark.parametrize(
    ("key", "make", "due_on"),
    [
        (
            "actions_requested",
            lambda c: ground.notice(c, needs_action=True, act_by=date(2025, 11, 20)),
            date(2025, 11, 20),
        ),
        ("actions_requested", lambda c: ground.notice(c, needs_action=True), None),
        ("binder_payment", lambda c: ground.enroll(c, status="pending"), None),
        ("updates_pending", lambda c: ground.enroll(c, updates_pending=True), None),
        (
            "consent_valid_thru",
            lambda c: ground.consent(c, date(2026, 2, 2)),
            date(2026, 2, 2),
        ),
        ("consent_valid_thru", lambda c: ground.consent(c, date(2025, 1, 1)), date(2025, 1, 1)),
    ],
)
def test_sm_04_each_topic_is_told_and_can_be_filtered_by(
    world: World, key: str, make: Any, due_on: date | None
) -> None:
    found = ground.consumer(world)
    make(found)
    actor = world.actor("agent")
    assert needed(actor, found) == {key: due_on}
    assert waiting(actor, found) == {key}


@pytest.mark.parametrize(
    "make",
    [
        lambda c: ground.notice(c, needs_action=True, resolved_on=TODAY),
        lambda c: ground.notice(c),
        lambda c: ground.enroll(c),
        lambda c: ground.enroll(c, status="canceled"),
        lambda c: ground.consent(c, TODAY + timedelta(days=90)),
    ],
)
def test_what_is_done_or_far_off_is_no_need(world: World, make: Any) -> None:
    found = ground.consumer(world)
    make(found)
    actor = world.actor("agent")
    assert needed(actor, found) == {}
    assert waiting(actor, found) == set()


@pytest.mark.parametrize(
    ("born", "is_told"),
    [
        (date(1960, 11, 5), True),  # 65 today
        (date(1961, 2, 3), True),  # in 90 days
        (date(1961, 2, 4), False),
        (date(1950, 1, 1), True),  # "until resolved": still covered
    ],
)
def test_sm_04_medicare_is_told_90_days_before_65_and_until_the_coverage_ends(
    world: World, born: date, is_told: bool
) -> None:
    found = ground.consumer(world, date_of_birth=born)
    actor = world.actor("agent")
    assert needed(actor, found) == {}, "Without health coverage there is nothing to change."
    enrollment = ground.enroll(found)
    told = needed(actor, found)
    assert ("medicare_aged_out" in told) is is_told
    if is_told:
        ahead = birthday_at(born, 65)
        assert told["medicare_aged_out"] == (ahead if ahead > TODAY else None)
    assert ("medicare_aged_out" in waiting(actor, found)) is is_told
    enrollment.status = "terminated"
    enrollment.save()
    assert needed(actor, found) == {}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dates(date(1900, 1, 1), date(2010, 12, 31)), st.dates(date(1990, 1, 1), date(2099, 1, 1)))
def test_who_is_born_by_a_day_has_come_to_the_age_by_it(born: date, day: date) -> None:
    """List and filter reckon from either side, and agree even about February 29."""
    assert (born <= born_by(day, 65)) == (birthday_at(born, 65) <= day)


def test_a_need_belongs_to_one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_sources", dict(needs._sources))
    with pytest.raises(ValueError, match="another source"):
        needs.register(
            NeedSource("twin", {"binder_payment": "Pay"}, lambda *a: {}, lambda *a: None)  # type: ignore[arg-type,return-value]
        )
