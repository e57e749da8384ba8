"""The finder's pages: what is shown to whom, without a session, and how soon (FL-01…FL-05)."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from storefronts import generation
from storefronts.contacts import limits
from storefronts.finder import public
from storefronts.models import Listing
from tests.storefronts.finder.ground import listed
from tests.world import NOW, World

FIND = "/find/covered-california/"


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()


def text_of(response: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.split())


def test_fl_01_anybody_opens_it_without_a_session_a_cookie_or_a_redirect(world: World) -> None:
    response = Client().get(FIND)
    assert response.status_code == 200
    assert "Find Free Local Help" in text_of(response)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "csrf" not in response.content.decode()


def test_an_unknown_exchange_or_one_without_storefronts_is_missing(
    world: World, other_world: World
) -> None:
    assert Client().get("/find/nowhere/").status_code == 404
    other_world.exchange.modules = []
    other_world.exchange.save()
    assert Client().get("/find/maryland/?place=21201").status_code == 404


def test_fl_03_a_storefront_is_told_by_word_and_class_and_comes_first(world: World) -> None:
    listed(world, kind="agent", name="Ada Agent")
    listed(world, "95818", name="Elm Storefront")
    page = Client().get(FIND, {"place": "95814"}).content.decode()
    assert page.index("Elm Storefront") < page.index("Ada Agent")
    assert page.index("finder-place--storefront") < page.index("finder-place--other")
    assert 'data-kind="storefront" data-mark="1"' in page
    assert "Certified Insurance Agent" in page


def test_what_was_typed_stays_with_a_sentence_about_it(world: World) -> None:
    response = Client().get(FIND, {"place": "89501", "language": "Spanish"})
    page = response.content.decode()
    assert "ZIP code 89501 is in Reno, NV." in page
    assert 'value="89501"' in page
    assert re.search(r'<option value="Spanish" selected', page)


def test_a_search_that_names_no_distance_shows_the_one_that_was_meant(world: World) -> None:
    page = Client().get(FIND, {"place": "95814"}).content.decode()
    assert '<option value="25" selected' in page


def test_nothing_near_offers_a_distance_with_something(world: World) -> None:
    listed(world, "94102")
    response = Client().get(FIND, {"place": "95814", "miles": "25"})
    assert "Search within 100 miles" in text_of(response)


def test_whoever_asks_for_ever_new_places_does_not_fill_the_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "_REMEMBERED_A_MINUTE", 2)
    listed(world)
    for city in ("Fresno", "Sacramento", "Oakland", "Davis"):
        assert Client().get(FIND, {"place": city}).status_code == 200
    costs = []
    for city in ("Fresno", "Sacramento", "Oakland", "Davis"):
        with CaptureQueriesContext(connection) as captured:
            Client().get(FIND, {"place": city})
        costs.append(len(captured))
    assert max(costs[:2]) < min(costs[2:])


def test_the_finder_its_api_and_its_form_stay_open_while_the_cache_is_away(world: World) -> None:
    listing = listed(world, name="Elm Storefront")
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    with override_settings(CACHES={"default": away}):
        assert "Elm Storefront" in text_of(Client().get(FIND, {"place": "95814"}))
        answer = Client().get("/api/v1/find/covered-california/", {"place": "95814"})
        assert answer.status_code == 200
        assert not limits.is_over_limit(RequestFactory().get("/"), listing)


def test_p9_a_zip_code_costs_three_statements_and_one_remembered_costs_two(world: World) -> None:
    listed(world)
    with CaptureQueriesContext(connection) as first:
        Client().get(FIND, {"place": "95814"})
    with CaptureQueriesContext(connection) as second:
        Client().get(FIND, {"place": "95814"})

    def statements(seen: CaptureQueriesContext) -> int:
        return len([row for row in seen.captured_queries if "SAVEPOINT" not in row["sql"]])

    assert (statements(first), statements(second)) == (3, 2)


def test_an_answer_is_kept_half_a_minute_and_known_again_by_its_tag(world: World) -> None:
    listed(world)
    first = Client().get(FIND, {"place": "95814"})
    assert first.headers["Cache-Control"] == "public, max-age=30"
    again = Client().get(FIND, {"place": "95814"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_sf_11_an_approval_shows_at_once_and_a_lapse_hides_at_once(world: World) -> None:
    client = Client()
    assert "Nothing found" in text_of(client.get(FIND, {"place": "95814"}))
    listing = listed(world, name="New Storefront")
    assert "New Storefront" in text_of(client.get(FIND, {"place": "95814"}))
    place = f"{FIND}places/{listing.public_id}/"
    assert client.get(place).status_code == 200
    Listing.objects.filter(pk=listing.pk).update(state="lapsed")
    generation.changed(world.exchange)
    assert "New Storefront" not in text_of(client.get(FIND, {"place": "95814"}))
    assert client.get(place).status_code == 404


def test_open_now_is_never_older_than_a_minute(world: World) -> None:
    # NOW is on a weekday; the place closes at the end of the exchange's day.
    listing = listed(world, hours={day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed")})
    place = f"{FIND}places/{listing.public_id}/"
    seen = []
    for hours in range(0, 24 * 7, 12):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            seen.append("Open now until" in text_of(Client().get(place)))
    assert True in seen
    assert False in seen


def test_a_place_tells_hours_holidays_languages_and_how_to_reach_it(world: World) -> None:
    day = (NOW + timedelta(days=10)).date().isoformat()
    listing = listed(
        world,
        languages=["English", "Spanish"],
        accessibility=["step-free"],
        special_days=[{"date": day, "hours": [], "label": "Founders Day"}],
    )
    response = Client().get(f"{FIND}places/{listing.public_id}/")
    words = text_of(response)
    assert "9:00 AM – 5:00 PM" in words
    assert "(Founders Day): Closed" in words
    assert "English, Spanish" in words
    assert "Step-free entrance" in words
    page = response.content.decode()
    assert 'href="tel:+19165550142"' in page
    assert 'rel="noopener noreferrer external"' in page
    assert words.count("today") == 1


@pytest.mark.parametrize("state", ["suspended", "closed", "lapsed"])
def test_a_place_that_is_not_active_is_as_missing_as_one_made_up(world: World, state: str) -> None:
    listing = listed(world, state=state)
    for end in ("", "photo", "help/", "help/sent/"):
        assert Client().get(f"{FIND}places/{listing.public_id}/{end}").status_code == 404
        assert Client().get(f"{FIND}places/{uuid4()}/{end}").status_code == 404


def test_a_place_of_another_exchange_is_missing_here(world: World, other_world: World) -> None:
    other_world.enter()
    listing = listed(other_world, "21201")
    world.enter()
    assert Client().get(f"{FIND}places/{listing.public_id}/").status_code == 404


def test_without_an_approved_application_there_is_no_photo(world: World) -> None:
    listing = listed(world)
    assert Client().get(f"{FIND}places/{listing.public_id}/photo").status_code == 404
    assert b"<img" not in Client().get(f"{FIND}places/{listing.public_id}/").content


def test_pages_go_on_and_a_page_beyond_the_last_is_missing(world: World) -> None:
    for number in range(21):
        listed(world, name=f"Place {number:02}", kind="agent")
    first = Client().get(FIND, {"place": "95814"})
    assert "1–20 of 21" in text_of(first)
    second = Client().get(FIND, {"place": "95814", "page": "2"})
    assert "21–21 of 21" in text_of(second)
    assert Client().get(FIND, {"place": "95814", "page": "3"}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"place": "x" * 500},
        {"place": "95814", "miles": "9999"},
        {"place": "95814", "kind": "wizard"},
        {"place": "95814", "page": "-1"},
        {"place": "95814", "near": "0,0;drop"},
        {"place": "'; --"},
        {"near": "38.58,-121.49"},
        {"place": ""},
    ],
)
def test_whatever_is_typed_the_page_answers(world: World, query: dict[str, str]) -> None:
    listed(world)
    assert Client().get(FIND, query).status_code == 200
