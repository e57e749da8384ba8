"""Who may open alerts and briefings: enrollers what is for them, Outreach and Sales all of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from notifications.briefings.models import Briefing, Category, Delivery, State
from notifications.briefings.tokens import make_token
from notifications.mail_rows import write_mail
from notifications.models import MailMessage
from notifications.wording import Wording
from tests.access.policy import ENROLLERS, OSD, PUBLIC, Route, page, thing
from tests.world import World

_READERS = ENROLLERS | OSD

ROUTES: dict[str, Route] = {
    "briefings:index": page(_READERS),
    "briefings:briefing": thing(_READERS, pk="briefing"),
    "briefings:mail": page(ENROLLERS, post=True, get=False),
    "briefings:stop": Route(
        PUBLIC.allow,
        takes={"token": "briefing_token"},
        post=True,
        public=True,
        sessionless=True,
    ),
    "briefings:desk": page(OSD),
    "briefings:new": page(OSD, post=True),
    "briefings:draft": thing(OSD, pk="briefing"),
    "briefings:change": thing(OSD, post=True, pk="briefing"),
    "briefings:approve": thing(OSD, post=True, get=False, pk="briefing"),
    "briefings:send": thing(OSD, post=True, pk="briefing"),
    "briefings:cancel": thing(OSD, post=True, pk="briefing"),
    "briefings:archive": thing(OSD, post=True, pk="briefing"),
    "briefings:test": thing(OSD, post=True, get=False, pk="briefing"),
    "briefings:figures": thing(OSD, pk="briefing"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A briefing that went to everybody, and the token of the agent's mail."""
    now = timezone.now()
    briefing = Briefing.objects.create(
        exchange=world.exchange,
        category=Category.DATE,
        title="Renewals",
        summary="They begin.",
        body="On Monday.",
        text="On Monday.",
        state=State.SENT,
        sent_at=now,
    )
    agent = world.person("agent")
    write_mail(
        exchange=world.exchange,
        key="briefing.news",
        to=agent.email,
        wording=Wording("Briefing", "It is there."),
        now=now,
        unique="access",
        person=agent,
    )
    mail = MailMessage.objects.get(person=agent, key="briefing.news")
    Delivery.objects.create(
        exchange=world.exchange,
        briefing=briefing,
        person=agent,
        role_key="agent_level_2",
        organization_kind="agency",
        mail=mail,
    )
    return {"briefing": briefing.pk, "briefing_token": make_token(mail)}
