"""In whose book a consumer is, and who may see them for it (T-02, X-07, C.7b, decision 18)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.consumers import book
from portal.consumers.models import Consumer, Delegation
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def consumer(world: World) -> Consumer:
    return Consumer.objects.create(
        exchange=world.exchange,
        case_number="5001234567",
        full_name="Marisol Ibarra",
        date_of_birth=date(1980, 2, 3),
    )


def delegate(world: World, consumer: Consumer, key: str) -> Delegation:
    person = world.person(key)
    return book.start_delegation(
        actor=world.system,
        consumer=consumer,
        organization=world.memberships[key].organization,
        enroller=person,
        origin=Delegation.Origin.FEED,
    )


@pytest.mark.parametrize(
    ("key", "sees"),
    [
        ("agent", True),
        ("agent2b", False),
        ("agent1", False),
        ("agency.manager", True),
        ("admin1", True),
        ("admin2", True),
        ("harbor.manager", False),
        ("harbor.agent", False),
        ("entity.contact", False),
        ("cec", False),
        ("osd.staff", True),
        ("scr", True),
        ("office.manager", False),
        ("ea.analyst", False),
        ("admin", False),
    ],
)
def test_a_consumer_is_seen_by_their_enroller_the_leads_and_the_exchange(
    world: World, consumer: Consumer, key: str, sees: bool
) -> None:
    delegate(world, consumer, "agent")

    assert Consumer.objects.visible_to(world.actor(key)).exists() is sees


def test_a_delegation_that_ends_ends_the_sight_of_everybody_of_the_agency(
    world: World, consumer: Consumer
) -> None:
    delegate(world, consumer, "agent")
    book.end_delegation(actor=world.system, consumer=consumer, ended_by=Delegation.EndedBy.CONSUMER)

    for key in ("agent", "agency.manager", "admin1"):
        assert not Consumer.objects.visible_to(world.actor(key)).exists()
    assert consumer.delegations.get().status == Delegation.Status.ENDED


def test_a_consumer_is_delegated_to_one_enroller_at_a_time(
    world: World, consumer: Consumer
) -> None:
    first = delegate(world, consumer, "agent")
    within = delegate(world, consumer, "agent2b")
    beyond = delegate(world, consumer, "cec")

    for row in (first, within, beyond):
        row.refresh_from_db()
    assert [row.status for row in (first, within, beyond)] == ["transferred", "ended", "active"]
    consumer.refresh_from_db()
    assert consumer.enroller == world.people["cec"]
    assert not Consumer.objects.visible_to(world.actor("agent2b")).exists()


def test_rooms_are_told_of_consumers_who_change_hands(
    world: World, consumer: Consumer, monkeypatch: Any
) -> None:
    told: list[book.Moved] = []
    monkeypatch.setattr(book, "_handlers", [told.append])

    delegate(world, consumer, "agent")
    book.end_delegation(actor=world.system, consumer=consumer, ended_by=Delegation.EndedBy.STAFF)

    assert [moved.consumer_ids for moved in told] == [[consumer.pk], [consumer.pk]]


def test_a_consumer_of_another_exchange_is_seen_by_nobody_here(
    world: World, other_world: World, consumer: Consumer
) -> None:
    assert not Consumer.objects.visible_to(other_world.actor("scr")).exists()
