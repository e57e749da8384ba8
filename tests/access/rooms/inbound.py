"""Who may open the desk of mail coming in, and the mailbox's page."""

from __future__ import annotations

from typing import Any

from notifications.inbound.models import OfficeSender
from tests.access.policy import ADMIN, ALL, EA, Route, page, thing
from tests.notifications.inbound import ground
from tests.world import World

_SETTING_UP = ADMIN | {"ea.lead"}

ROUTES: dict[str, Route] = {
    "inbound:triage": page(EA),
    "inbound:mail": thing(EA, pk="held_mail"),
    "inbound:file": thing(EA, pk="held_mail", place="held_mail_file"),
    "inbound:act": thing(EA, get=False, post=True, pk="held_mail", what="mail_act"),
    "inbound:mailbox": page(_SETTING_UP, post=True),
    "inbound:secret": page(_SETTING_UP, post=True),
    "inbound:sender-add": page(_SETTING_UP, get=False, post=True),
    "inbound:sender-remove": thing(_SETTING_UP, post=True, pk="office_sender"),
    "inbound:take": Route(
        ALL,
        takes={"public_id": "mailbox_id"},
        get=False,
        post=True,
        public=True,
        sessionless=True,
    ),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A mail of somebody unknown, with a file; and an address of an office."""
    mailbox = ground.mailbox_of(world)
    mail = ground.take(
        world,
        mailbox,
        ground.letter(
            sender="someone@inbox.example", files={"a.docx": (b"PK\x03\x04", "application/x")}
        ),
    )
    type(mail).objects.filter(pk=mail.pk).update(state="held", reason="unknown_sender")
    sender = OfficeSender.objects.create(
        exchange=world.exchange,
        office=world.organizations["senate-07"],
        value="@senate07.example",
    )
    return {
        "held_mail": mail.pk,
        "held_mail_file": 1,
        "mail_act": "ignore",
        "office_sender": sender.pk,
        "mailbox_id": mailbox.public_id,
    }
