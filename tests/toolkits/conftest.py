"""Entries to search, and people who write and read them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.models import Entry
from portal.toolkits.services import Content
from tests.world import World

AS_OF = date(2025, 10, 10)
Publish = Callable[..., Entry]


def content(title: str = "A guide", **fields: Any) -> Content:
    """What an entry says, with everything that is needed to publish it."""
    given = {"summary": f"About {title}.", "body": "Some steps.", "as_of": AS_OF} | fields
    return Content(title=title, **given)


def pdf(*lines: str) -> bytes:
    """A PDF with a line of text on each page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for line in lines:
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def publish_in(world: World, title: str = "A guide", **fields: Any) -> Entry:
    """An entry the exchange's system wrote and published."""
    file = fields.pop("file", None)
    key = fields.pop("key", "")
    entry = services.add_entry(
        actor=world.system, content=content(title, **fields), key=key, file=file
    )
    version = entry.versions.get()
    return services.publish_version(
        actor=world.system, version=version, expected_revision=version.revision
    )


@pytest.fixture
def publish(world: World) -> Publish:
    """``publish("Title", body="…")`` is a published entry of the world's exchange."""
    return lambda *args, **fields: publish_in(world, *args, **fields)


@pytest.fixture
def writer(world: World) -> Actor:
    """Somebody of Distribution Services, who writes the toolkits."""
    return world.actor("osd.staff")


@pytest.fixture
def agent(world: World) -> Actor:
    return world.actor("agent")


@pytest.fixture
def counselor(world: World) -> Actor:
    return world.actor("cec")
