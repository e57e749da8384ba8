"""The page that shows the API's document, in a real browser under the content policy."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect

from tests.world import build_world


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_the_document_is_drawn_without_a_breach_of_the_content_policy(
    page: Page, live_server: Any, width: int
) -> None:
    with transaction.atomic():
        world = build_world()
    client = Client()
    client.force_login(world.people["ea.analyst"])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/api/v1/docs/")
    timeline = page.locator("#operations-cases-cases_timeline")
    expect(timeline).to_be_visible(timeout=30_000)
    timeline.get_by_role("button").first.click()
    expect(timeline.get_by_text("oldest first")).to_be_visible()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/api-docs-{width}.png")
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
