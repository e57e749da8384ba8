"""The two files programs look for at the root."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.world import World


def test_a_search_engine_is_let_into_the_finder_and_nowhere_else(
    client: Client, world: World
) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert [line for line in lines if line.startswith("Allow")] == ["Allow: /find/"]
    assert {"Disallow: /", "Disallow: /find/*?", "Disallow: /find/*/embed/"} <= set(lines)
    maps = [line for line in lines if line.startswith("Sitemap")]
    assert maps == [f"Sitemap: {settings.PUBLIC_URL}/find/{world.exchange.slug}/sitemap.xml"]


def test_an_exchange_without_a_finder_has_no_map(client: Client, world: World) -> None:
    world.exchange.modules = ["ticket"]
    world.exchange.save()
    assert "Sitemap" not in client.get("/robots.txt").content.decode()


@pytest.mark.django_db
def test_whoever_finds_a_weakness_is_told_whom_to_write_to(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == settings.SECURITY_CONTACT
    assert fields["Canonical"] == f"{settings.PUBLIC_URL}/.well-known/security.txt"
    ahead = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=30) < ahead < timedelta(days=365), "RFC 9116: less than a year"
