"""CRW cases follow their consumer's delegation (C.5 row 7, C.7b, X-07)."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.consumers.book import end_delegation
from portal.consumers.mirror import Delegation
from retention import services
from retention.models import CrwCase
from retention.transfers import transfer_case
from tests.retention.ground import crw, delegate, open_crw, open_for, reason
from tests.world import NOW, World

LATER = NOW + timedelta(hours=1)


def lose(world: World, case: Case) -> None:
    end_delegation(
        actor=world.system,
        consumer=crw(case).consumer,
        ended_by=Delegation.EndedBy.CONSUMER,
        at=LATER,
    )


def close(world: World, case: Case) -> None:
    services.close_case(
        case=case,
        actor=world.actor("agent"),
        status="closed",
        reason=reason(world),
        steps="Renewed.",
    )


def test_a_delegation_that_ends_closes_the_open_case_by_the_system(world: World) -> None:
    """C.5 row 7: “consumer no longer delegated”."""
    case = open_crw(world)
    lose(world, case)
    case.refresh_from_db()
    row = crw(case)
    assert (case.status, row.is_open, row.in_book) == ("closed", False, False)
    assert (row.reason.label, row.closed_by) == ("No longer delegated", None)
    event = TimelineEvent.objects.get(case=case, verb="close_by_system")
    assert (event.actor, event.to_status) == (None, "closed")


def test_access_ends_at_the_next_request_for_open_and_closed_cases(
    world: World, client: Client
) -> None:
    """X-07, X-02: page, list and API alike; Outreach and Sales keep the record."""
    case = open_crw(world)
    other_year = open_for(world, crw(case).consumer, year=2027)
    close(world, other_year)
    client.force_login(world.person("agent"))
    address = f"/crw/cases/{case.number}/"
    assert client.get(address).status_code == 200
    world.enter()
    lose(world, case)
    for who in ("agent", "agency.manager"):
        client.force_login(world.person(who))
        assert client.get(address).status_code == 404
        assert client.get(f"/crw/cases/{other_year.number}/").status_code == 404
        assert b"Rosa" not in client.get("/crw/cases/?state=closed").content
    client.force_login(world.person("osd.staff"))
    assert client.get(address).status_code == 200


def test_another_enroller_of_the_organization_gets_all_the_consumers_cases(world: World) -> None:
    """C.7b: open ones by an act of the timeline, and the new enroller is told."""
    case = open_crw(world)
    closed = open_for(world, crw(case).consumer, year=2027)
    close(world, closed)
    delegate(world, crw(case).consumer, "sunrise", "agent2b", LATER)
    agent2b = world.person("agent2b")
    assert set(Case.objects.filter(kind="crw").values_list("owner", flat=True)) == {agent2b.pk}
    assert set(CrwCase.objects.values_list("enroller", flat=True)) == {agent2b.pk}
    moved = TimelineEvent.objects.filter(verb="follow_delegation")
    assert [event.case_id for event in moved] == [case.pk]
    assert moved[0].data == {"from_owner": world.person("agent").pk, "to_owner": agent2b.pk}
    told = OutboxMessage.objects.filter(key="retention.transferred_to")
    assert [message.recipient for message in told] == [agent2b]


def test_another_organization_gets_nothing_of_the_first_ones_cases(world: World) -> None:
    case = open_crw(world)
    delegate(world, crw(case).consumer, "harbor", "harbor.agent", LATER)
    assert not crw(case).is_open
    for who in ("agent", "agency.manager", "harbor.agent", "harbor.manager"):
        assert not Case.objects.visible_to(world.actor(who)).filter(pk=case.pk).exists(), who
    again = open_for(world, crw(case).consumer)
    assert again.owner == world.person("harbor.agent")


def test_a_consumer_who_comes_back_brings_the_old_cases_into_sight(world: World) -> None:
    case = open_crw(world)
    lose(world, case)
    delegate(world, crw(case).consumer, "sunrise", "agent", LATER + timedelta(days=1))
    assert crw(case).in_book
    assert not crw(case).is_open
    assert Case.objects.visible_to(world.actor("agent")).filter(pk=case.pk).exists()


def test_the_same_delegation_told_again_leaves_a_transferred_case_where_it_is(
    world: World,
) -> None:
    """A feed that repeats who has the consumer undoes no manager's decision."""
    case = open_crw(world)
    transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person("agent2b"))
    delegate(world, crw(case).consumer, "sunrise", "agent", LATER)
    assert crw(case).enroller == world.person("agent2b")


def test_the_organizations_own_delegation_leaves_the_case_to_its_leads(world: World) -> None:
    case = open_crw(world)
    delegate(world, crw(case).consumer, "sunrise", None, LATER)
    assert crw(case).enroller is None
    assert Case.objects.visible_to(world.actor("agency.manager")).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(world.actor("agent")).filter(pk=case.pk).exists()


def test_the_copies_on_the_row_follow_the_case(world: World) -> None:
    """Migration 0002: whoever changes the case, by service or by statement."""
    case = open_crw(world)
    harbor, agent2b = world.organization("harbor"), world.person("agent2b")
    Case.objects.filter(pk=case.pk).update(organization=harbor, owner=agent2b, is_open=False)
    row = crw(case)
    assert (row.organization, row.enroller, row.is_open) == (harbor, agent2b, False)
