"""The finder in a frame, the script for it, and the map of its pages."""

from __future__ import annotations

import re
import uuid
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from portal.tenancy.models import Exchange
from storefronts import generation
from storefronts.models import Listing
from storefronts.outside import views
from tests.storefronts.finder.ground import listed
from tests.world import World

FINDER = "/find/covered-california/"
SITES = ["https://www.exchange.example", "http://localhost:3000"]
_XML = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def locations(client: Client, path: str = "sitemap.xml") -> list[str]:
    answer = client.get(f"{FINDER}{path}")
    assert answer["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.content)
    return [found.text or "" for found in root.iter(f"{_XML}loc")]


def test_the_finder_is_framed_by_the_sites_the_exchange_names(client: Client, world: World) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(website_origins=SITES)
    answer = client.get(f"{FINDER}embed/")
    assert f"frame-ancestors {' '.join(SITES)};" in f"{answer['Content-Security-Policy']};"
    assert "X-Frame-Options" not in answer
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_it_is_framed_by_nobody_where_none_is_named(client: Client, world: World) -> None:
    answer = client.get(f"{FINDER}embed/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", [FINDER, "/accounts/login/"])
def test_no_other_page_is_ever_framed(client: Client, world: World, path: str) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(website_origins=SITES)
    answer = client.get(path)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_search_stays_in_the_frame_and_a_place_opens_beside_it(
    client: Client, world: World
) -> None:
    listing = listed(world)
    page = client.get(f"{FINDER}es/embed/", {"place": "95814"}).content.decode()
    assert '<html lang="es"' in page
    assert f'action="{FINDER}es/embed/"' in page
    link = re.search(rf'<a [^>]*href="{FINDER}es/places/{listing.public_id}/"[^>]*>', page)
    assert link is not None
    assert 'target="_blank" rel="noopener"' in link[0]
    assert f'href="{FINDER}es/?place=95814" target="_blank"' in page
    assert "set-cookie" not in {name.lower() for name in client.get(f"{FINDER}embed/").headers}


def test_what_was_typed_stays_in_the_frame_when_it_is_no_place(
    client: Client, world: World
) -> None:
    page = client.get(f"{FINDER}embed/", {"place": '1"><script>'}).content.decode()
    assert "<script>" not in page
    assert 'value="1&quot;&gt;&lt;script&gt;"' in page
    assert 'role="alert"' in page


def test_the_script_of_the_widget_is_for_other_sites_and_for_scripts_alone(
    client: Client, world: World
) -> None:
    answer = client.get(f"{FINDER}widget.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert b"data-liaison-finder" in answer.content
    assert client.get("/find/nowhere/widget.js").status_code == 404


def test_the_map_names_every_page_that_is_shown_in_every_language(
    client: Client, world: World
) -> None:
    shown = listed(world)
    for state in set(Listing.State) - {Listing.State.ACTIVE}:
        listed(world, state=state)
    here = f"{settings.PUBLIC_URL}{FINDER}"
    assert locations(client) == [
        here,
        f"{here}es/",
        f"{here}places/{shown.public_id}/",
        f"{here}es/places/{shown.public_id}/",
    ]
    for address in locations(client):
        assert client.get(address.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_the_map_follows_what_is_shown(client: Client, world: World) -> None:
    assert len(locations(client)) == 2
    listed(world)
    assert len(locations(client)) == 4
    Listing.objects.update(state=Listing.State.CLOSED)
    generation.changed(world.exchange)
    assert len(locations(client)) == 2


def test_a_large_map_comes_in_parts_that_are_the_whole(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LISTINGS_A_MAP", 2)
    listings = [listed(world) for _ in range(5)]
    index = locations(client)
    assert [address.rpartition("/")[2] for address in index] == [
        f"sitemap-{number}.xml" for number in (1, 2, 3)
    ]
    found = [page for number in (1, 2, 3) for page in locations(client, f"sitemap-{number}.xml")]
    assert len(found) == len(set(found)) == 2 * (1 + len(listings))
    assert client.get(f"{FINDER}sitemap-4.xml").status_code == 404


@pytest.mark.parametrize("path", ["embed/", "widget.js", "sitemap.xml", "es/embed/"])
def test_an_exchange_without_a_finder_has_none_of_it(
    client: Client, world: World, path: str
) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(modules=["ticket"])
    assert client.get(f"{FINDER}{path}").status_code == 404
    assert client.get(f"{FINDER}places/{uuid.uuid4()}/").status_code == 404
    assert client.post(f"{FINDER}{path}").status_code == 405
