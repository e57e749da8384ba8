"""Transfers: by Agency Managers alone, to an Agent Level 2 of the agency (CRW-16, X-07)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.tenancy import services as tenancy
from portal.tenancy.actor import NotAllowed
from retention import services
from retention.transfers import MOST, receiving_agents, transfer_case, transfer_cases
from tests.retention.ground import crw, open_crw, reason
from tests.world import NOW, World

_MANAGERS = {"agency.manager"}
#: To them the case of Sunrise's agent does not exist.
_BLIND = {
    *("agent2b", "agent1", "admin1", "admin2", "harbor.manager", "harbor.agent", "cec"),
    *("entity.contact", "ea.analyst", "eru.lead", "scr", "admin", "office.staff", "privacy"),
}
_ROLES = sorted({*_MANAGERS, *_BLIND, "agent", "osd.staff"})


@pytest.mark.parametrize("who", _ROLES)
def test_only_the_agency_manager_transfers(world: World, who: str) -> None:
    """CRW-16: every role, with a case of Sunrise's agent and a rightful receiver."""
    case = open_crw(world)
    receiver = world.person("agent2b")
    if who in _MANAGERS:
        assert transfer_case(case=case, actor=world.actor(who), person=receiver).owner == receiver
        return
    expected = Case.DoesNotExist if who in _BLIND else NotAllowed
    with pytest.raises(expected):
        transfer_case(case=case, actor=world.actor(who), person=receiver)
    case.refresh_from_db()
    assert case.owner == world.person("agent")


@pytest.mark.parametrize(
    ("receiver", "words"),
    [
        ("agent1", "an Agent Level 1 works own cases and receives no transfers"),
        ("agency.manager", "Choose an Agent Level 2"),
        ("admin1", "Choose an Agent Level 2"),
        ("admin2", "Choose an Agent Level 2"),
        ("harbor.agent", "of the same agency"),
        ("harbor.manager", "of the same agency"),
        ("cec", "of the same agency"),
        ("scr", "of the same agency"),
    ],
)
def test_whom_a_case_cannot_go_to_is_said_in_words(world: World, receiver: str, words: str) -> None:
    case = open_crw(world)
    with pytest.raises(ValidationError, match=words):
        transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person(receiver))
    case.refresh_from_db()
    assert case.owner == world.person("agent")


def test_a_case_does_not_go_to_who_has_it(world: World) -> None:
    case = open_crw(world)
    with pytest.raises(Refused, match=f"{case.number} is with Agent already"):
        transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person("agent"))


@pytest.mark.parametrize("holder", ["agent1", "agency.manager", "admin2", "agent"])
def test_the_case_may_be_with_anybody_of_the_agency_before(world: World, holder: str) -> None:
    case = open_crw(world, holder)
    moved = transfer_case(
        case=case, actor=world.actor("agency.manager"), person=world.person("agent2b")
    )
    assert moved.owner == world.person("agent2b")


def test_aging_and_the_reminder_go_on_and_both_are_told(world: World) -> None:
    """CRW-16, C.5 row 5."""
    case = open_crw(world, at=NOW - timedelta(days=40))
    services.set_reminder(case=case, actor=world.actor("agent"), next_contact_on=date(2025, 11, 20))
    before = crw(case)
    transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person("agent2b"))
    row = crw(case)
    assert (row.aged_from, row.next_contact_on) == (before.aged_from, date(2025, 11, 20))
    assert (row.enroller, row.was_transferred) == (world.person("agent2b"), True)
    told = OutboxMessage.objects.filter(key__startswith="retention.transferred")
    assert {(message.key, message.recipient) for message in told} == {
        ("retention.transferred_to", world.person("agent2b")),
        ("retention.transferred_from", world.person("agent")),
    }
    gone = told.get(key="retention.transferred_from")
    assert gone.case is None, "what went is not theirs to see any more"


def test_many_go_together_and_the_former_holder_is_told_once(world: World) -> None:
    cases = [open_crw(world, name=f"Consumer {n}") for n in range(3)]
    transfer_cases(cases=cases, actor=world.actor("agency.manager"), person=world.person("agent2b"))
    assert set(Case.objects.filter(kind="crw").values_list("owner", flat=True)) == {
        world.person("agent2b").pk
    }
    assert OutboxMessage.objects.filter(key="retention.transferred_from").count() == 1
    assert OutboxMessage.objects.filter(key="retention.transferred_to").count() == 3


def test_all_go_or_none(world: World) -> None:
    """One that is closed keeps them all."""
    cases = [open_crw(world, name=f"Consumer {n}") for n in range(3)]
    services.close_case(
        case=cases[2],
        actor=world.actor("agent"),
        status="closed",
        reason=reason(world),
        steps="Renewed.",
    )
    manager = world.actor("agency.manager")
    with pytest.raises(Refused):
        transfer_cases(cases=cases, actor=manager, person=world.person("agent2b"))
    owners = Case.objects.filter(kind="crw").values_list("owner", flat=True)
    assert set(owners) == {world.person("agent").pk}
    assert not TimelineEvent.objects.filter(verb="transfer_to_agent").exists()


def test_more_than_the_most_are_refused(world: World) -> None:
    case = open_crw(world)
    with pytest.raises(ValidationError, match="At most"):
        transfer_cases(
            cases=[case] * (MOST + 1),
            actor=world.actor("agency.manager"),
            person=world.person("agent2b"),
        )


def test_a_stale_page_transfers_nothing(world: World) -> None:
    case = open_crw(world)
    manager = world.actor("agency.manager")
    transfer_case(case=case, actor=manager, person=world.person("agent2b"))
    with pytest.raises(Conflict):
        transfer_case(
            case=case, actor=manager, person=world.person("agent"), expected_version=case.version
        )


def test_after_a_transfer_the_former_holder_sees_it_no_more(world: World) -> None:
    """X-07: peers do not see each other's cases."""
    case = open_crw(world)
    transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person("agent2b"))
    assert not Case.objects.visible_to(world.actor("agent")).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(world.actor("agent2b")).filter(pk=case.pk).exists()


def test_receivers_are_those_who_work_there_now(world: World) -> None:
    world.person("agent2b")
    membership = world.memberships["agent2b"]
    tenancy.end_membership(actor=world.actor("agency.manager"), membership=membership)
    names = receiving_agents(world.organization("sunrise")).values_list("full_name", flat=True)
    assert list(names) == ["Agent"]
