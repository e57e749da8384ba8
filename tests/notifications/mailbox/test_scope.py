"""Who may write to whom, and who reads what (SM-01, T-02, X-02)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from notifications.mailbox import configuration, conversations, people, reading
from notifications.mailbox.folders import team_seats
from notifications.mailbox.models import Item, Message, Thread
from portal.casework.models import Case
from portal.documents.refusals import SsnRefused
from portal.tenancy import services
from portal.tenancy.actor import NotAllowed
from tests.notifications.mailbox.ground import begin, help_request, team_of, to_team, token
from tests.world import World


def _reads(world: World, who: str, thread: Thread) -> bool:
    return Thread.objects.visible_to(world.actor(who)).filter(pk=thread.pk).exists()


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("agent", True),
        ("osd.staff", True),
        # Neither a lead nor an administrator reads what others write to each other.
        ("agency.manager", False),
        ("admin", False),
        ("privacy", False),
        ("agent2b", False),
        ("harbor.agent", False),
        ("cec", False),
        ("scr", False),
        ("ea.lead", False),
        ("office.staff", False),
    ],
)
def test_a_conversation_with_a_team_is_read_by_its_writer_and_the_team(
    world: World, who: str, reads: bool
) -> None:
    thread = to_team(world)
    assert _reads(world, who, thread) is reads


def test_another_exchange_sees_nothing_of_it(world: World, other_world: World) -> None:
    world.enter()
    thread = to_team(world)
    assert not _reads(other_world, "agent", thread)
    assert not Thread.objects.filter(pk=thread.pk).exists()


@pytest.mark.parametrize(
    ("writer", "reader", "reachable"),
    [
        ("agent", "agent2b", True),
        ("agent", "agency.manager", True),
        ("agent", "admin1", True),
        ("agent", "harbor.agent", False),
        ("agent", "cec", False),
        ("agent", "osd.staff", False),
        ("osd.staff", "agent", True),
        ("osd.staff", "cec", True),
        ("osd.staff", "office.staff", False),
        ("osd.staff", "scr", False),
        ("eru.specialist", "eru.lead", True),
        # A unit without a team writes to nobody outside.
        ("eru.specialist", "agent", False),
        ("eru.specialist", "office.staff", False),
    ],
)
def test_one_writes_to_colleagues_and_for_a_team_to_enrollers(
    world: World, writer: str, reader: str, reachable: bool
) -> None:
    team_of(world)
    actor = world.actor(writer)
    to = [token(world, reader)]
    if reachable:
        assert [party.token for party in people.resolve(actor, to)] == to
    else:
        with pytest.raises(ValidationError):
            people.resolve(actor, to)
    found = people.find_people(actor, world.person(reader).full_name)
    assert (to[0] in {one.token for one in found}) is reachable


def test_offices_have_no_secure_mailbox(world: World) -> None:
    with pytest.raises(NotAllowed):
        begin(world, "office.staff", ["team-1"])


def test_a_team_that_takes_messages_from_entities_is_out_of_reach_for_agencies(
    world: World,
) -> None:
    team = team_of(world)
    configuration.save_team(
        actor=world.actor("admin"), unit=team.unit, label=team.label, audience="entities"
    )
    assert people.teams_for(world.actor("agent")) == []
    assert [one.label for one in people.teams_for(world.actor("cec"))] == [team.label]
    with pytest.raises(ValidationError):
        begin(world, "agent", [f"team-{team.pk}"])
    assert people.find_people(world.actor("osd.staff"), "Agent") == []


def test_whoever_leaves_the_agency_leaves_its_conversations(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent")])
    assert Item.objects.visible_to(world.actor("agent")).count() == 1
    services.end_membership(actor=world.system, membership=world.memberships["agent"])
    world.memberships["agent"] = services.add_membership(
        actor=world.system,
        person=world.people["agent"],
        organization=world.organization("harbor"),
        role_key="agent_level_2",
    )
    assert not _reads(world, "agent", thread)
    assert not Item.objects.visible_to(world.actor("agent")).exists()
    # And what is said later does not reach them either.
    conversations.reply(
        actor=world.actor("agency.manager"), thread=thread, body="Are you there?", seen=1
    )
    assert Item.objects.get(person=world.people["agent"]).received_at == thread.last_message_at


def test_whoever_leaves_the_team_reads_its_conversations_no_more(world: World) -> None:
    thread = to_team(world)
    assert _reads(world, "osd.staff", thread)
    services.end_membership(actor=world.system, membership=world.memberships["osd.staff"])
    world.memberships["osd.staff"] = services.add_membership(
        actor=world.system,
        person=world.people["osd.staff"],
        organization=world.organization("agent-contracts"),
        role_key="contracts_staff",
    )
    assert not _reads(world, "osd.staff", thread)


def test_a_team_that_moves_to_another_unit_takes_its_conversations_along(world: World) -> None:
    team = team_of(world)
    thread = to_team(world)
    world.person("contracts")
    configuration.move_team(
        actor=world.actor("admin"), team=team, unit=world.organization("agent-contracts")
    )
    assert _reads(world, "contracts", thread)
    assert not _reads(world, "osd.staff", thread)
    assert list(team_seats(world.actor("contracts")).values_list("thread", flat=True)) == [
        thread.pk
    ]


def test_what_a_team_writes_to_several_begins_a_conversation_with_each(world: World) -> None:
    team_of(world)
    threads = conversations.begin_conversation(
        actor=world.actor("osd.staff"),
        to=[token(world, "agent"), token(world, "harbor.agent")],
        subject="New forms",
        body="From Monday on there are new forms.",
    )
    assert len(threads) == 2
    assert _reads(world, "agent", threads[0])
    assert not _reads(world, "agent", threads[1])
    shown = reading.open_conversation(actor=world.actor("agent"), pk=threads[0].pk)
    assert not any("Harbor" in name for name in shown.participants)


def test_the_case_is_shown_to_those_alone_who_may_see_it(world: World) -> None:
    case = help_request(world)
    thread = to_team(world, case_number=case.number)
    own = reading.open_conversation(actor=world.actor("agent"), pk=thread.pk)
    theirs = reading.open_conversation(actor=world.actor("osd.staff"), pk=thread.pk)
    assert own.case_number == case.number
    knows = Case.objects.visible_to(world.actor("osd.staff")).filter(pk=case.pk).exists()
    assert bool(theirs.case_number) is knows


def test_a_case_out_of_sight_cannot_be_named(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        to_team(world, case_number="EA-2025-000001")
    assert "case_number" in refused.value.error_dict


def test_ea_06_a_social_security_number_is_refused_everywhere(world: World) -> None:
    team_of(world)
    for values in ({"subject": "About 219-09-9999"}, {"body": "It is 219-09-9999."}):
        with pytest.raises(SsnRefused):
            to_team(world, **values)
    thread = to_team(world)
    with pytest.raises(SsnRefused):
        conversations.reply(
            actor=world.actor("agent"), thread=thread, body="It is 219-09-9999.", seen=1
        )
    assert not Thread.objects.exclude(pk=thread.pk).exists()


def test_what_is_said_lies_encrypted_and_cannot_be_changed(world: World) -> None:
    to_team(world, body="The applicant moved to the coast.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM mailbox_message")
        [(stored,)] = cursor.fetchall()
    assert "applicant" not in stored
    assert Message.objects.get().body == "The applicant moved to the coast."
    with pytest.raises(ProgrammingError), transaction.atomic():
        Message.objects.update(number=2)
