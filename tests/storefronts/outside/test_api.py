"""The finder for programs: the same search, for anybody, readable by the exchange's own sites."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from portal.tenancy.models import Exchange
from storefronts import generation
from storefronts.models import Listing
from storefronts.outside.api import AddressRateThrottle
from tests.storefronts.finder.ground import listed, listed_many
from tests.world import World

SITE = "https://www.exchange.example"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def get(client: Client, path: str = "", **query: Any) -> Any:
    headers = query.pop("headers", {})
    return client.get(f"/api/v1/find/covered-california/{path}", query, headers=headers)


def errors(answer: Any) -> dict[str, str]:
    return {error["attr"]: error["detail"] for error in answer.json()["errors"]}


def test_fl02_anybody_finds_help_near_a_zip_code_without_a_token(
    client: Client, world: World
) -> None:
    listing = listed(world, languages=["English", "Hmong"])
    answer = get(client, place="95814")
    body = answer.json()
    assert (answer.status_code, body["count"], body["pages"]) == (200, 1, 1)
    [place] = body["results"]
    assert (place["id"], place["kind"], place["miles"]) == (str(listing.public_id), "storefront", 0)
    assert place["languages"] == ["English", "Hmong"]
    assert place["page"] == f"/find/covered-california/places/{listing.public_id}/"
    assert client.get(place["page"]).status_code == 200
    assert not answer.cookies


def test_an_answer_holds_what_the_public_page_shows_and_nothing_of_persons(
    client: Client, world: World
) -> None:
    agent = world.person("agent")
    agent.full_name = "Xóchitl Quintero"
    agent.save(update_fields=["full_name"])
    listed(world, kind=Listing.Kind.AGENT, person=agent, state_reason="internal")
    text = get(client, place="95814").content.decode()
    for hidden in (agent.email, agent.full_name, "internal"):
        assert hidden not in text
    assert set(json.loads(text)["results"][0]) == {
        *("id", "kind", "kind_label", "name", "organization", "street", "unit", "city", "state"),
        *("zip_code", "phone", "latitude", "longitude", "miles", "hours", "special_days"),
        *("opening", "languages", "services", "accessibility", "page"),
    }


def test_fl04_storefronts_come_first_through_the_api_too(client: Client, world: World) -> None:
    listed_many(world, [{"kind": "agent", "latitude": 38.58, "longitude": -121.49}])
    listed(world, "95616")
    kinds = [place["kind"] for place in get(client, place="95814").json()["results"]]
    assert kinds == ["storefront", "agent"]


def test_fl05_a_lapse_shows_at_once_however_fresh_the_answer_was(
    client: Client, world: World
) -> None:
    listing = listed(world)
    assert get(client, place="95814").json()["count"] == 1
    Listing.objects.filter(pk=listing.pk).update(state=Listing.State.LAPSED)
    generation.changed(world.exchange)
    assert get(client, place="95814").json()["count"] == 0
    assert get(client, f"places/{listing.public_id}/").status_code == 404


def test_words_come_in_the_language_asked_for_and_keys_stay_keys(
    client: Client, world: World
) -> None:
    listing = listed(world)
    place = get(client, f"places/{listing.public_id}/", lang="es").json()
    assert place["page"].startswith("/find/covered-california/es/")
    assert place["kind"] == "storefront"
    with translation.override("es"):
        assert place["kind_label"] == translation.gettext("Storefront")


def test_a_program_that_has_the_answer_is_told_so(client: Client, world: World) -> None:
    listed(world)
    first = get(client, place="95814")
    assert first["Cache-Control"] == "public, max-age=30"
    again = get(client, place="95814", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "attr", "words"),
    [
        ({}, "place", "either"),
        ({"place": "95814", "near": "38.58,-121.49"}, "place", "either"),
        ({"place": "00001"}, "place", "00001"),
        ({"place": "10001"}, "place", "New York"),
        ({"place": "Sacramentoo"}, "place", "“Sacramento”"),
        ({"near": "91,0"}, "near", "no such point"),
        ({"near": "here"}, "near", "pattern"),
        ({"place": "95814", "miles": "7"}, "miles", "not a valid choice"),
        ({"place": "95814", "language": "Elvish"}, "language", "not a valid choice"),
        ({"place": "95814", "kind": "wizard"}, "kind", "not a valid choice"),
        ({"place": "95814", "open": "perhaps"}, "open", "boolean"),
        ({"place": "95814", "page": "0"}, "page", "greater"),
        ({"place": "95814", "lang": "xx"}, "lang", "not a valid choice"),
        ({"place": "95814", "zip": "95814"}, "zip", "no such query parameter"),
    ],
)
def test_bad_input_is_one_clear_sentence_beside_its_parameter(
    client: Client, world: World, query: dict[str, str], attr: str, words: str
) -> None:
    answer = get(client, **query)
    assert answer.status_code == 400
    assert words in errors(answer)[attr]


def test_a_page_that_is_not_there_is_not_found_rather_than_empty(
    client: Client, world: World
) -> None:
    listed(world)
    assert get(client, place="95814", page=2).status_code == 404


def test_a_site_of_the_exchange_may_read_answers_and_errors_and_no_other_may(
    client: Client, world: World
) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(website_origins=[SITE])
    for query in ({"place": "95814"}, {"place": "00001"}):
        mine = get(client, **query, headers={"Origin": SITE})
        assert mine["Access-Control-Allow-Origin"] == SITE
        other = get(
            client, **query, headers={"Origin": "https://www.exchange.example.evil.example"}
        )
        assert "Access-Control-Allow-Origin" not in other
        assert "Origin" in other["Vary"], "a cache must not give one's answer to another"
        assert "Access-Control-Allow-Credentials" not in mine


def test_where_no_site_is_named_none_may_read(client: Client, world: World) -> None:
    answer = get(client, place="95814", headers={"Origin": SITE})
    assert "Access-Control-Allow-Origin" not in answer


def test_nothing_can_be_written(client: Client, world: World) -> None:
    for method in ("post", "put", "patch", "delete", "options"):
        answer = getattr(client, method)("/api/v1/find/covered-california/?place=95814")
        assert answer.status_code == 405, method


def test_an_exchange_without_a_finder_is_an_exchange_that_never_was(
    client: Client, world: World
) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(modules=["ticket"])
    there, nowhere = get(client, place="95814"), client.get("/api/v1/find/nowhere/?place=95814")
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())
    assert nowhere.status_code == 404


def test_who_is_signed_in_elsewhere_finds_the_same(
    client: Client, world: World, other_world: World
) -> None:
    world.enter()
    listed(world)
    client.force_login(other_world.people["ea.analyst"])
    assert get(client, place="95814").json()["count"] == 1


def test_one_address_asks_so_often_a_minute(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AddressRateThrottle, "get_rate", lambda self: "2/min")
    monkeypatch.setattr(AddressRateThrottle, "timer", staticmethod(time.monotonic))
    assert [get(client, place="95814").status_code for _ in range(3)] == [200, 200, 429]
    answer = get(client, place="95814")
    assert "You have sent too many requests" in answer.json()["errors"][0]["detail"]
    assert int(answer["Retry-After"]) > 0
