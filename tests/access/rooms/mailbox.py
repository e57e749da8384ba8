"""Who may open the secure mailbox's pages (SM-01); the conversation is the agent's with a team."""

from __future__ import annotations

import uuid
from typing import Any

from notifications.mailbox.conversations import hold_conversation
from notifications.mailbox.models import MessageFile
from portal.casework.drafts import save_draft
from tests.access.policy import ADMIN, ENROLLERS, OSD, PRIVACY, STAFF, UNITS, page, thing
from tests.notifications.mailbox import ground
from tests.world import World

_READERS = ENROLLERS | STAFF
#: The agent who wrote; Outreach and Sales, to whom it was written.
_PARTIES = frozenset({"agent"}) | OSD
_OF_TEAM = {"pk": "conversation"}

ROUTES = {
    "mailbox:index": page(_READERS),
    "mailbox:folder": page(_READERS, key="mailbox_folder"),
    "mailbox:search": page(_READERS),
    "mailbox:mark": page(_READERS, get=False, post=True),
    "mailbox:begin": page(_READERS),
    "mailbox:new": page(_READERS, post=True, public_id="mailbox_new"),
    "mailbox:discard": thing(frozenset({"agent"}), _READERS, post=True, public_id="mailbox_draft"),
    "mailbox:conversation": thing(_PARTIES, _READERS, post=True, **_OF_TEAM),
    "mailbox:archive": thing(_PARTIES, _READERS, get=False, post=True, **_OF_TEAM),
    "mailbox:take": thing(OSD, UNITS, get=False, post=True, **_OF_TEAM),
    "mailbox:give-back": thing(OSD, UNITS, get=False, post=True, **_OF_TEAM),
    "mailbox:hand-on": thing(OSD, UNITS, post=True, **_OF_TEAM),
    "mailbox:settle": thing(OSD, UNITS, get=False, post=True, **_OF_TEAM),
    "mailbox:file": thing(_PARTIES, _READERS, public_id="mailbox_file", **_OF_TEAM),
    "mailbox:settings": page(ADMIN, post=True),
    "mailbox:move": thing(ADMIN, post=True, pk="mailbox_team"),
    "mailbox:days": page(ADMIN, get=False, post=True),
    "mailbox:hold": page(PRIVACY, post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A conversation with a file, and a message that is not sent yet."""
    thread = ground.to_team(world, files=[ground.paper()])
    hold_conversation(actor=world.actor("privacy"), number=thread.pk, is_held=True)
    draft = save_draft(actor=world.actor("agent"), form="mailbox.new", content={"subject": "Later"})
    return {
        "conversation": thread.pk,
        "mailbox_team": thread.seats.get(team__isnull=False).team_id,
        "mailbox_file": MessageFile.objects.get(message__thread=thread).document.public_id,
        "mailbox_folder": "sent",
        "mailbox_new": uuid.uuid4(),
        "mailbox_draft": draft.public_id,
    }
