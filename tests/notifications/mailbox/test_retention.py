"""How long a mailbox keeps what it holds, and what it does not let go."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from notifications.mailbox import configuration, conversations
from notifications.mailbox.models import Item, Message, Thread
from notifications.mailbox.retention import DAYS, forget_mailbox
from portal.casework.models import Case
from portal.documents.models import Document
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.notifications.mailbox.ground import begin, help_request, paper, to_team, token
from tests.world import NOW, World

OLD = NOW + timedelta(days=DAYS, seconds=1)


def test_a_conversation_goes_as_a_whole_once_its_days_are_over(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent")], files=[paper()])
    assert not any(
        forget_mailbox(exchange=world.exchange, now=NOW + timedelta(days=DAYS)).as_dict().values()
    )
    counts = forget_mailbox(exchange=world.exchange, now=OLD).as_dict()
    assert counts == {"items": 1, "conversations": 1, "files": 1}
    world.enter()
    for model in (Thread, Message, Item, Document):
        assert not model.objects.exists()
    assert LedgerEntry.objects.get(action="mailbox.forgotten").data["conversations"] == [thread.pk]


def test_a_later_message_keeps_the_whole_conversation(world: World) -> None:
    begin(world, "agency.manager", [token(world, "agent")])
    Thread.objects.update(last_message_at=NOW + timedelta(days=1))
    assert forget_mailbox(exchange=world.exchange, now=OLD).conversations == 0


def test_a_legal_hold_keeps_a_conversation_however_old(world: World) -> None:
    thread = to_team(world)
    with pytest.raises(NotAllowed):
        conversations.hold_conversation(actor=world.actor("admin"), number=thread.pk, is_held=True)
    officer = world.actor("privacy")
    conversations.hold_conversation(actor=officer, number=thread.pk, is_held=True)
    assert forget_mailbox(exchange=world.exchange, now=OLD).conversations == 0
    world.enter()
    conversations.hold_conversation(actor=officer, number=thread.pk, is_held=False)
    assert forget_mailbox(exchange=world.exchange, now=OLD).conversations == 1


def test_a_conversation_about_an_open_case_is_kept_until_it_closes(world: World) -> None:
    case = help_request(world)
    to_team(world, case_number=case.number)
    assert forget_mailbox(exchange=world.exchange, now=OLD).conversations == 0
    world.enter()
    Case.objects.filter(pk=case.pk).update(is_open=False, closed_at=NOW)
    assert forget_mailbox(exchange=world.exchange, now=OLD).conversations == 1


def test_an_exchange_says_for_how_many_days(world: World) -> None:
    to_team(world)
    admin = world.actor("admin")
    with pytest.raises(ValidationError):
        configuration.set_days(actor=admin, days={"message": 29})
    with pytest.raises(ValidationError):
        configuration.set_days(actor=admin, days={"summary": 60})
    configuration.set_days(actor=admin, days={"message": 60})
    assert forget_mailbox(exchange=world.exchange, now=NOW + timedelta(days=61)).conversations == 1


def test_the_command_counts_what_went(world: World) -> None:
    to_team(world)
    out = StringIO()
    call_command("forget_mailbox", now=OLD, exchange=world.exchange.slug, stdout=out)
    assert json.loads(out.getvalue())["conversations"] == 1
