"""Standing delegations: the rows of C.7b, DL-06, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from notifications.drain import drain_outbox
from notifications.models import Bell, MailMessage
from portal.casework.machine import Refused
from portal.consumers.mirror import Consumer, Delegation
from portal.delegations import selectors, services
from portal.delegations.disclaimers import set_rules
from portal.delegations.models import DelegationAct
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.delegations.ground import FROZEN, consumer_of, delegate, deliver, pending
from tests.world import World


def bells(world: World, who: str) -> list[str]:
    drain_outbox(exchange=world.exchange, now=FROZEN)
    world.enter()
    rows = Bell.objects.filter(person=world.person(who)).order_by("pk")
    return list(rows.values_list("key", flat=True))


def status_of(delegation: Delegation) -> str:
    return Delegation.objects.get(pk=delegation.pk).status


# --- Pending ----------------------------------------------------------------------------------


def test_what_a_consumer_asks_waits_and_rings_the_enrollers_bell_DL_06(world: World) -> None:
    consumer = consumer_of(world)
    row = pending(world, consumer, "agent")
    assert row.status == "pending"
    assert pending(world, consumer, "agent") == row, "asking twice is asking once"
    assert bells(world, "agent") == ["delegation.pending"]
    assert bells(world, "agent2b") == bells(world, "agency.manager") == []
    consumer.refresh_from_db()
    assert consumer.organization is None


def test_a_request_without_an_enroller_is_for_the_leads_DL_06(world: World) -> None:
    row = pending(world, consumer_of(world), None)
    assert bells(world, "agency.manager") == ["delegation.pending"]
    assert bells(world, "agent") == []
    assert not selectors.pending_of(world.actor("agent")).exists()
    manager = world.actor("agency.manager")
    services.accept_delegation(actor=manager, delegation=row, enroller=world.person("agent1"))
    assert Consumer.objects.get().enroller == world.person("agent1")
    assert bells(world, "agent1") == ["delegation.received"]


def test_accepting_moves_the_consumer_and_tells_the_enroller_before_C_7b(world: World) -> None:
    consumer = consumer_of(world)
    before = delegate(world, consumer, "harbor.agent")
    row = pending(world, consumer, "agent")
    services.accept_delegation(actor=world.actor("agent"), delegation=row)
    assert (status_of(row), status_of(before)) == ("active", "ended")
    assert bells(world, "harbor.agent") == ["delegation.left"]
    assert bells(world, "agent") == ["delegation.pending"]
    assert not Consumer.objects.visible_to(world.actor("harbor.agent")).exists()
    with pytest.raises(Refused):
        services.accept_delegation(actor=world.actor("agent"), delegation=row)


def test_declining_needs_a_reason_and_leaves_the_consumer_C_7b(world: World) -> None:
    consumer = consumer_of(world)
    delegate(world, consumer, "harbor.agent")
    row = pending(world, consumer, "agent")
    agent = world.actor("agent")
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(ValidationError):
            services.decline_delegation(actor=agent, delegation=row, reason=reason)
    with pytest.raises(SsnRefused):
        services.decline_delegation(actor=agent, delegation=row, reason="SSN 219-09-9998")
    services.decline_delegation(actor=agent, delegation=row, reason="We do not serve the county.")
    assert status_of(row) == "declined"
    assert DelegationAct.objects.get().reason == "We do not serve the county."
    consumer.refresh_from_db()
    assert consumer.enroller == world.person("harbor.agent")


def test_what_nobody_decides_on_expires_after_the_exchanges_days_C_7b(world: World) -> None:
    set_rules(
        actor=world.actor("admin"),
        pending_days=5,
        searches_per_person=20,
        searches_per_organization=200,
    )
    row = pending(world, consumer_of(world), "agent")
    end = FROZEN + timedelta(days=5)
    assert services.expire_pending(actor=world.system, now=end - timedelta(seconds=1)) == 0
    assert services.expire_pending(actor=world.system, now=end) == 1
    assert status_of(row) == "expired"
    with pytest.raises(Refused, match="expired"):
        services.accept_delegation(actor=world.actor("agent"), delegation=row)


@pytest.mark.parametrize("who", ["admin1", "admin2"])
def test_admin_staff_see_what_is_pending_and_decide_nothing_decision_18(
    world: World, who: str
) -> None:
    row = pending(world, consumer_of(world), "agent")
    actor = world.actor(who)
    assert selectors.pending_of(actor).get() == row
    with pytest.raises(NotAllowed):
        services.accept_delegation(actor=actor, delegation=row)


@pytest.mark.parametrize("who", ["agent2b", "harbor.agent", "harbor.manager", "cec"])
def test_what_is_anothers_does_not_exist(world: World, who: str) -> None:
    row = pending(world, consumer_of(world), "agent")
    with pytest.raises(Delegation.DoesNotExist):
        services.accept_delegation(actor=world.actor(who), delegation=row)
    with pytest.raises(Delegation.DoesNotExist):
        services.end_delegation(actor=world.actor(who), delegation=row, reason="Mine.")


def test_only_the_system_and_staff_ask_on_a_consumers_behalf(world: World) -> None:
    consumer = consumer_of(world)
    agency = world.organization("sunrise")
    with pytest.raises(NotAllowed):
        services.request_delegation(
            actor=world.actor("agent"), consumer=consumer, organization=agency
        )
    with pytest.raises(Refused):
        services.request_delegation(
            actor=world.system,
            consumer=consumer,
            organization=agency,
            enroller=world.person("admin2"),
        )


# --- Transfer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agency.manager", "admin2"])
def test_managers_and_admin_staff_2_transfer_one_or_many_C_7b(world: World, who: str) -> None:
    rows = [
        delegate(world, consumer_of(world, case_number=f"500000040{n}"), "agent") for n in range(3)
    ]
    moved = services.transfer_delegations(
        actor=world.actor(who),
        delegations=[row.pk for row in rows],
        enroller=world.person("agent2b"),
    )
    assert len(moved) == 3
    assert {status_of(row) for row in rows} == {"transferred"}
    assert set(Consumer.objects.values_list("enroller", flat=True)) == {world.person("agent2b").pk}
    assert bells(world, "agent") == ["delegation.left"] * 3
    assert bells(world, "agent2b") == ["delegation.received"] * 3
    again = services.transfer_delegations(
        actor=world.actor(who),
        delegations=[row.pk for row in moved],
        enroller=world.person("agent2b"),
    )
    assert again == []


def test_an_entity_primary_contact_transfers_between_counselors_C_7b(world: World) -> None:
    row = delegate(world, consumer_of(world), "cec")
    services.transfer_delegations(
        actor=world.actor("entity.contact"), delegations=[row.pk], enroller=world.person("cec2")
    )
    assert Consumer.objects.get().enroller == world.person("cec2")


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("agent1", "Level 1 receives no transfers"),
        ("harbor.agent", "your own agency"),
        ("cec", "your own agency"),
        ("admin2", "enrolls nobody"),
    ],
)
def test_a_transfer_to_a_level_1_or_another_agency_is_refused_in_words_decision_18(
    world: World, to: str, says: str
) -> None:
    row = delegate(world, consumer_of(world), "agent")
    with pytest.raises(Refused, match=says):
        services.transfer_delegations(
            actor=world.actor("agency.manager"), delegations=[row.pk], enroller=world.person(to)
        )
    assert status_of(row) == "active"


@pytest.mark.parametrize("who", ["agent", "agent1", "admin1", "cec", "scr"])
def test_nobody_else_transfers(world: World, who: str) -> None:
    row = delegate(world, consumer_of(world), "agent")
    with pytest.raises(NotAllowed):
        services.transfer_delegations(
            actor=world.actor(who), delegations=[row.pk], enroller=world.person("agent2b")
        )


def test_a_transfer_is_of_all_or_of_none(world: World) -> None:
    mine = delegate(world, consumer_of(world), "agent")
    theirs = delegate(world, consumer_of(world, case_number="5000000400"), "harbor.agent")
    with pytest.raises(Refused):
        services.transfer_delegations(
            actor=world.actor("agency.manager"),
            delegations=[mine.pk, theirs.pk],
            enroller=world.person("agent2b"),
        )
    assert (status_of(mine), status_of(theirs)) == ("active", "active")


# --- End, add, remove -------------------------------------------------------------------------


def test_an_enroller_ends_a_delegation_with_a_reason_and_loses_access_at_once_C_7b(
    world: World,
) -> None:
    row = delegate(world, consumer_of(world), "agent")
    agent = world.actor("agent")
    with pytest.raises(ValidationError):
        services.end_delegation(actor=agent, delegation=row, reason="")
    services.end_delegation(actor=agent, delegation=row, reason="Moved out of state.")
    row.refresh_from_db()
    assert (row.status, row.ended_by) == ("ended", "enroller")
    assert not Consumer.objects.visible_to(world.actor("agent")).exists()
    assert bells(world, "agent") == [], "nobody is told of what they did themselves"
    [line] = selectors.lines_for(world.actor("agent"), selectors.past_of(world.actor("agent")))
    assert (line.consumer_name, line.consumer_pk, line.reason) == ("", None, "Moved out of state.")
    with pytest.raises(Refused):
        services.end_delegation(actor=agent, delegation=row, reason="Again.")


def test_a_manager_ends_an_agents_delegation_and_the_agent_is_told(world: World) -> None:
    row = delegate(world, consumer_of(world), "agent")
    manager = world.actor("agency.manager")
    services.end_delegation(actor=manager, delegation=row, reason="The agent is away.")
    assert bells(world, "agent") == ["delegation.left"]


def test_staff_add_and_remove_with_the_primary_contact_on_the_phone_C_7b(world: World) -> None:
    consumer = consumer_of(world)
    scr = world.actor("scr")
    world.person("agent")
    membership = selectors.membership_of_enroller(scr, "AGENT@covered-california.example")
    assert membership is not None
    with pytest.raises(ValidationError, match="on the phone"):
        services.add_delegation(
            actor=scr, consumer=consumer, membership=membership, contact_on_phone=False
        )
    row = services.add_delegation(
        actor=scr, consumer=consumer, membership=membership, contact_on_phone=True
    )
    assert (row.status, row.origin) == ("active", "staff")
    assert bells(world, "agent") == ["delegation.received"]
    with pytest.raises(Refused):
        services.add_delegation(
            actor=scr, consumer=consumer, membership=membership, contact_on_phone=True
        )
    with pytest.raises(ValidationError):
        services.remove_delegation(
            actor=scr, consumer=consumer, contact_on_phone=False, reason="Asked."
        )
    services.remove_delegation(actor=scr, consumer=consumer, contact_on_phone=True, reason="Asked.")
    row.refresh_from_db()
    assert (row.status, row.ended_by) == ("ended", "staff")
    assert bells(world, "agent") == ["delegation.received", "delegation.left"]


@pytest.mark.parametrize("who", ["agent", "agency.manager", "eru.lead", "admin", "office.staff"])
def test_only_the_service_center_adds_and_removes(world: World, who: str) -> None:
    consumer = consumer_of(world)
    with pytest.raises(NotAllowed):
        services.remove_delegation(
            actor=world.actor(who), consumer=consumer, contact_on_phone=True, reason="Asked."
        )


def test_every_act_is_on_the_ledger_with_ids_only(world: World) -> None:
    consumer = consumer_of(world)
    row = pending(world, consumer, "agent")
    services.accept_delegation(actor=world.actor("agent"), delegation=row)
    services.end_delegation(actor=world.actor("agent"), delegation=row, reason="Nayeli asked.")
    entries = LedgerEntry.objects.filter(action__startswith="delegations.").order_by("pk")
    assert [entry.action for entry in entries] == [
        "delegations.requested",
        "delegations.accepted",
        "delegations.ended",
    ]
    for entry in entries:
        assert entry.consumer_ids == [consumer.pk]
        assert "Nayeli" not in str(entry.data)


def test_no_bell_line_names_anybody_and_none_becomes_a_mail(world: World) -> None:
    consumer = consumer_of(world)
    delegate(world, consumer, "harbor.agent")
    row = pending(world, consumer, "agent")
    services.accept_delegation(actor=world.actor("agent"), delegation=row)
    assert deliver(world) == []
    assert not MailMessage.objects.exists()
    assert Bell.objects.count() == 2


def test_the_home_page_names_what_waits_for_one_and_nothing_else_EP_03(
    world: World, client: Client
) -> None:
    pending(world, consumer_of(world), "agent")
    world.person("agent2b")
    pages = {}
    for who in ("agent", "agency.manager", "agent2b"):
        client.force_login(world.people[who])
        pages[who] = client.get("/").content.decode()
    assert "1 consumer</a> asked to be delegated" in pages["agent"]
    assert "1 consumer</a> asked to be delegated" in pages["agency.manager"]
    assert "Pending Delegations" not in pages["agent2b"]
