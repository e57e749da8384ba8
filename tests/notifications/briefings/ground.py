"""A briefing that goes the way two people send it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from notifications.briefings import services
from notifications.briefings.models import Briefing, Category, Kind
from notifications.briefings.sending import SendCounts, send_briefings
from tests.world import NOW, World

WRITER, COLLEAGUE = "osd.staff", "osd.colleague"


def write(world: World, title: str = "Renewals begin on Monday", **fields: Any) -> Briefing:
    """A draft of the writer's."""
    values: dict[str, Any] = {
        "kind": Kind.BRIEFING,
        "category": Category.DATE,
        "title": title,
        "summary": "Look through your book before.",
        "body": "# What changes\n\nThe renewal **worklist** opens at eight.",
    }
    return services.write_briefing(actor=world.actor(WRITER), **values | fields)


def approve(world: World, briefing: Briefing) -> Briefing:
    """The colleague approves it as it stands."""
    briefing.refresh_from_db(fields=["version"])
    return services.approve_briefing(
        actor=world.actor(COLLEAGUE), briefing=briefing, expected_version=briefing.version
    )


def schedule(world: World, send_at: datetime | None = None, **fields: Any) -> Briefing:
    """Written, approved, and given a time."""
    return services.schedule_briefing(
        actor=world.actor(WRITER), briefing=approve(world, write(world, **fields)), send_at=send_at
    )


def send(world: World, now: datetime = NOW) -> SendCounts:
    """A round of the worker."""
    counts = send_briefings(exchange=world.exchange, now=now)
    world.enter()
    return counts


def sent(world: World, **fields: Any) -> Briefing:
    """A briefing that everybody it is for has."""
    briefing = schedule(world, **fields)
    send(world)
    briefing.refresh_from_db(fields=["state", "sent_at"])
    return briefing


def hire(world: World, *keys: str) -> None:
    """Let these people join."""
    for key in keys:
        world.person(key)
