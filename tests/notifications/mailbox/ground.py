"""A team one can write to, and conversations to look at."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from notifications.mailbox import configuration, conversations
from notifications.mailbox.models import Team, Thread
from portal.casework.models import Case
from portal.help_requests import configuration as requests
from portal.help_requests.models import HelpTopic
from portal.help_requests.services import submit_request
from tests.documents.hostile import letter
from tests.world import World


def team_of(
    world: World, unit: str = "outreach-and-sales", label: str = "Outreach and Sales"
) -> Team:
    """A team of a unit, reachable by agencies and entities."""
    return configuration.save_team(
        actor=world.actor("admin"),
        unit=world.organization(unit),
        label=label,
        helps_with="Everything about working with the exchange.",
    )


def token(world: World, who: str) -> str:
    return f"person-{world.person(who).pk}"


def begin(world: World, who: str, to: list[str], **values: Any) -> Thread:
    """A conversation somebody begins; the first of them, if there are several."""
    given = {"subject": "A question", "body": "Where do I find the form?", **values}
    return conversations.begin_conversation(actor=world.actor(who), to=to, **given)[0]


def to_team(world: World, who: str = "agent", **values: Any) -> Thread:
    """A conversation with Outreach and Sales."""
    team = Team.objects.filter(exchange=world.exchange, unit__code="outreach-and-sales").first()
    return begin(world, who, [f"team-{(team or team_of(world)).pk}"], **values)


def paper() -> SimpleUploadedFile:
    """A file that is accepted."""
    return SimpleUploadedFile("note.pdf", letter("A note."), content_type="application/pdf")


def help_request(world: World) -> Case:
    """A case of the agent's."""
    for code in ("agent-contracts", "certification-services"):
        world.organization(code)
    requests.found_help_requests(actor=world.system)
    return submit_request(
        actor=world.actor("agent"),
        topic=HelpTopic.objects.get(exchange=world.exchange, key="profile-change"),
        subject="New telephone",
        description="It has changed.",
    )
