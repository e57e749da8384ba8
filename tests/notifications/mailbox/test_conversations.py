"""Writing, answering, taking over; counts, marks, search and what is said by mail (SM-01)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from notifications.catalogue import get
from notifications.drain import drain_outbox
from notifications.mailbox import conversations, folders, reading
from notifications.mailbox.items import Mark, mark_items
from notifications.mailbox.models import Item, MessageFile, Seat, Thread
from notifications.mailbox.searching import search_mailbox
from notifications.mailbox.unread import unread_rows, waiting_for
from notifications.models import Bell, MailMessage
from portal.casework.machine import Conflict, Refused
from portal.ledger.models import LedgerEntry
from tests.notifications.mailbox.ground import begin, paper, team_of, to_team, token
from tests.world import NOW, World


def _unread(world: World, who: str) -> int:
    return len(unread_rows(world.actor(who)))


def test_sm_01_a_message_counts_as_unread_until_it_is_opened(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent")])
    assert _unread(world, "agent") == 1
    assert _unread(world, "agency.manager") == 0
    reading.open_conversation(actor=world.actor("agent"), pk=thread.pk)
    assert _unread(world, "agent") == 0
    assert LedgerEntry.objects.filter(action="mailbox.opened").count() == 1


def test_a_new_message_brings_an_archived_conversation_back(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent")])
    actor = world.actor("agent")
    item = Item.objects.visible_to(actor).get()
    assert mark_items(actor=actor, keys=[item.pk], mark=Mark.ARCHIVE) == 1
    assert _unread(world, "agent") == 0
    conversations.reply(actor=world.actor("agency.manager"), thread=thread, body="More.", seen=1)
    item.refresh_from_db()
    assert item.archived_at is None
    assert item.read_at is None


def test_marks_reach_ones_own_entries_alone(world: World) -> None:
    begin(world, "agency.manager", [token(world, "agent")])
    keys = list(Item.objects.values_list("pk", flat=True))
    assert mark_items(actor=world.actor("agent2b"), keys=keys, mark=Mark.READ) == 0
    assert mark_items(actor=world.actor("agent"), keys=keys, mark=Mark.READ) == 1
    assert mark_items(actor=world.actor("agent"), keys=keys, mark=Mark.UNREAD) == 1


def test_the_badge_costs_one_statement(world: World, django_assert_num_queries: object) -> None:
    begin(world, "agency.manager", [token(world, "agent")])
    actor = world.actor("agent")
    with django_assert_num_queries(1):  # type: ignore[operator]
        waiting = waiting_for(actor)
    assert waiting.count == 1


def test_of_two_answers_at_once_the_second_is_shown_the_first(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent"), token(world, "agent2b")])
    conversations.reply(actor=world.actor("agent"), thread=thread, body="I can.", seen=1)
    with pytest.raises(Conflict) as conflict:
        conversations.reply(actor=world.actor("agent2b"), thread=thread, body="I can too.", seen=1)
    conversations.reply(
        actor=world.actor("agent2b"),
        thread=thread,
        body="I can too.",
        seen=conflict.value.current_version,
    )
    numbers = [message.number for message in thread.messages.all()]
    assert numbers == [1, 2, 3]


def test_a_message_sent_twice_from_one_page_is_sent_once(world: World) -> None:
    page = uuid.uuid4()
    first = to_team(world, begun_as=page)
    assert to_team(world, begun_as=page) == first
    assert Thread.objects.count() == 1


def test_an_answer_takes_a_teams_conversation_and_a_colleague_takes_it_over_first(
    world: World,
) -> None:
    team = team_of(world, "escalations-unit", "Escalations")
    thread = begin(world, "agent", [f"team-{team.pk}"])
    seat = Seat.objects.get(thread=thread, team__isnull=False)
    assert seat.waits_since == NOW
    assert seat.taken_by is None
    conversations.reply(actor=world.actor("eru.specialist"), thread=thread, body="Yes.", seen=1)
    seat.refresh_from_db()
    assert seat.taken_by == world.person("eru.specialist")
    assert seat.waits_since is None
    colleague = world.actor("eru.colleague")
    with pytest.raises(Refused):
        conversations.reply(actor=colleague, thread=thread, body="No.", seen=2)
    with pytest.raises(Conflict):
        conversations.take_conversation(actor=colleague, thread=thread, from_person=None)
    conversations.take_conversation(actor=colleague, thread=thread, from_person=seat.taken_by_id)
    conversations.reply(actor=colleague, thread=thread, body="Let me look.", seen=2)
    # From now on the answer comes to the one who took it, not to all.
    conversations.reply(actor=world.actor("agent"), thread=thread, body="Thank you.", seen=3)
    assert _unread(world, "eru.colleague") == 1
    assert _unread(world, "eru.specialist") == 0


def test_a_conversation_that_is_handed_on_waits_for_the_other_team_alone(world: World) -> None:
    thread = to_team(world)
    other = team_of(world, "escalations-unit", "Escalations")
    staff = world.actor("osd.staff")
    conversations.take_conversation(actor=staff, thread=thread, from_person=None)
    with pytest.raises(Conflict):
        conversations.hand_on_conversation(actor=staff, thread=thread, team=other, seen=0)
    own = Seat.objects.get(thread=thread, team__isnull=False).team
    with pytest.raises(ValidationError):
        conversations.hand_on_conversation(actor=staff, thread=thread, team=own, seen=1)
    conversations.hand_on_conversation(actor=staff, thread=thread, team=other, seen=1)
    seat = Seat.objects.get(thread=thread, team__isnull=False)
    assert (seat.team, seat.taken_by, seat.waits_since) == (other, None, NOW)
    assert not Thread.objects.visible_to(staff).filter(pk=thread.pk).exists()
    conversations.reply(actor=world.actor("eru.specialist"), thread=thread, body="Here.", seen=1)
    with pytest.raises(Thread.DoesNotExist):
        conversations.reply(actor=staff, thread=thread, body="Late.", seen=2)


def test_a_message_that_needs_no_answer_waits_no_more(world: World) -> None:
    thread = to_team(world)
    staff = world.actor("osd.staff")
    assert folders.team_seats(staff).filter(folders.waiting_for(staff)).count() == 1
    with pytest.raises(Conflict):
        conversations.settle_conversation(actor=staff, thread=thread, seen=0)
    conversations.settle_conversation(actor=staff, thread=thread, seen=1)
    assert not folders.team_seats(staff).filter(folders.waiting_for(staff)).exists()


def test_x_02_the_mail_says_that_something_waits_and_nothing_else(world: World) -> None:
    thread = begin(
        world,
        "agency.manager",
        [token(world, "agent")],
        subject="Ledger of May",
        body="Look at it.",
    )
    conversations.reply(actor=world.actor("agency.manager"), thread=thread, body="Soon.", seen=1)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    # One mail: the second message found the first still unread.
    mail = MailMessage.objects.get(key="mailbox.message_waiting")
    assert mail.to == world.person("agent").email
    assert not any(
        word in mail.subject + mail.body for word in ("Ledger", "Look", "Manager", "Sunrise")
    )
    assert not Bell.objects.filter(key="mailbox.message_waiting").exists()


def test_what_is_written_to_a_team_rings_its_people(world: World) -> None:
    world.person("osd.staff")
    to_team(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert [bell.person for bell in Bell.objects.filter(key="mailbox.team_waiting")] == [
        world.person("osd.staff")
    ]
    assert "number" not in get("mailbox.team_waiting").variables


def test_files_come_with_a_message_and_open_to_its_readers_alone(world: World) -> None:
    thread = to_team(world, files=[paper()])
    other = to_team(world, "agent2b")
    public_id = str(MessageFile.objects.get().document.public_id)
    for reader in ("agent", "osd.staff"):
        reading.open_file(actor=world.actor(reader), thread=thread.pk, public_id=public_id)
    for reader, pk in (
        ("agent2b", thread.pk),
        ("agent2b", other.pk),
        ("agency.manager", thread.pk),
    ):
        with pytest.raises(MessageFile.DoesNotExist):
            reading.open_file(actor=world.actor(reader), thread=pk, public_id=public_id)


def test_the_search_finds_subjects_and_what_was_said_of_ones_own_alone(world: World) -> None:
    thread = to_team(world, subject="Forms", body="The blue one is missing.")
    to_team(world, "agent2b", subject="Forms", body="The blue one is missing.")
    actor = world.actor("agent")
    for text in ("forms", "BLUE missing", "Blue"):
        assert [hit.url for hit in search_mailbox(actor, text).hits] == [
            f"/mailbox/conversations/{thread.pk}/"
        ]
    assert search_mailbox(actor, "green").hits == []
    assert search_mailbox(world.actor("agency.manager"), "blue").hits == []


def test_a_message_has_text_a_subject_and_a_recipient(world: World) -> None:
    for values in ({"subject": " "}, {"body": ""}):
        with pytest.raises(ValidationError):
            to_team(world, **values)
    with pytest.raises(ValidationError):
        begin(world, "agent", [])


def test_every_folder_shows_what_lies_in_it(world: World) -> None:
    begin(world, "agency.manager", [token(world, "agent")])
    actor = world.actor("agent")
    keys = {one.key: one for one in folders.folders_of(actor)}
    assert next(iter(keys)) == "inbox"
    assert list(keys)[-2:] == ["sent", "archive"]
    assert "daily-summaries" in keys
    assert "team" not in keys
    assert folders.items_in(actor, keys["inbox"]).count() == 1
    assert not folders.items_in(actor, keys["daily-summaries"]).exists()
    assert folders.sent_by(world.actor("agency.manager")).count() == 1
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        mark_items(
            actor=actor, keys=list(Item.objects.values_list("pk", flat=True)), mark=Mark.ARCHIVE
        )
    assert folders.items_in(actor, keys["archive"]).count() == 1
