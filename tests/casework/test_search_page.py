"""One search for everything: sources, their gates, and what is recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.consumers import book
from portal.consumers.models import Consumer, Delegation
from portal.consumers.search import find_consumers, normal_identifier
from portal.ledger.models import LedgerEntry
from portal.ui import search
from portal.ui.search import Found, Hit, Source
from tests.casework.cases import NAME, office_case, signed_in
from tests.world import World


@pytest.fixture
def consumer(world: World) -> Consumer:
    """Somebody delegated to an agent of Sunrise."""
    return make_consumer(world)


def make_consumer(world: World, *, enroller: str | None = "agent", **other: Any) -> Consumer:
    values: dict[str, Any] = {
        "case_number": "5000000101",
        "application_id": "APP-7781",
        "full_name": "Xochitl Brandt-Núñez",
        "date_of_birth": date(1984, 2, 29),
        "phone": "559-555-0142",
        "email": "Xochitl@people.example",
    }
    row = Consumer.objects.create(exchange=world.exchange, **values | other)
    if enroller:
        actor = world.actor(enroller)
        assert actor.organization is not None
        book.start_delegation(
            actor=world.system,
            consumer=row,
            organization=actor.organization,
            enroller=actor.person,
            origin=Delegation.Origin.values[0],
        )
        row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    "text",
    [
        "xochitl",
        "Brandt",
        "núñez xochitl",
        "5000000101",
        "app-7781",
        "APP7781",
        "(559) 555-0142",
        "559.555.0142",
        "XOCHITL@people.example",
    ],
)
def test_a_consumer_is_found_by_name_and_by_the_numbers_people_quote(
    world: World, consumer: Consumer, text: str
) -> None:
    found = find_consumers(world.actor("agent"), text, 5)
    assert [hit.title for hit in found.rows] == [consumer.full_name]


@pytest.mark.parametrize("text", ["Xoch", "555-0142", "people.example", "' OR 1=1 --", "\\", "!&|"])
def test_half_a_name_or_a_piece_of_a_number_finds_nobody(
    world: World, consumer: Consumer, text: str
) -> None:
    assert not find_consumers(world.actor("agent"), text, 5).rows


@pytest.mark.parametrize(
    ("key", "finds"),
    [
        ("agent", True),
        ("agency.manager", True),
        ("admin1", True),
        ("eru.specialist", True),
        ("agent2b", False),
        ("agent1", False),
        ("harbor.manager", False),
        ("cec", False),
        ("office.staff", False),
        ("ea.analyst", False),
    ],
)
def test_search_finds_the_consumers_a_person_may_see_and_no_other_X_07(
    world: World, consumer: Consumer, key: str, finds: bool
) -> None:
    html = signed_in(world, key).get("/search/", {"q": "Xochitl"}).content.decode()
    assert (consumer.full_name in html) is finds


def test_who_loses_the_delegation_finds_the_consumer_no_more(
    world: World, consumer: Consumer
) -> None:
    client = signed_in(world, "agent")
    assert consumer.full_name in client.get("/search/", {"q": "Xochitl"}).content.decode()
    book.end_delegation(
        actor=world.system, consumer=consumer, ended_by=Delegation.EndedBy.values[0]
    )
    assert consumer.full_name not in client.get("/search/", {"q": "Xochitl"}).content.decode()


def test_another_exchange_s_consumers_are_not_found(
    world: World, other_world: World, consumer: Consumer
) -> None:
    assert not find_consumers(other_world.actor("eru.specialist"), "Xochitl", 5).rows
    world.enter()


def test_seeing_who_was_found_is_recorded_and_what_was_typed_is_not(
    world: World, consumer: Consumer
) -> None:
    signed_in(world, "agent").get("/search/", {"q": "Xochitl"})
    entry = LedgerEntry.objects.get(action="consumers.listed")
    assert entry.consumer_ids == [consumer.pk]
    assert entry.fields == ["case_number", "full_name"]
    assert entry.data == {"surface": "search"}
    signed_in(world, "agent2b").get("/search/", {"q": "Xochitl"})
    assert LedgerEntry.objects.filter(action="consumers.listed").count() == 1


def test_hits_are_grouped_by_source_with_their_counts_and_links(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office_case(world)
    monkeypatch.setattr(search, "_sources", dict(search._sources))

    def guides(actor: Any, text: str, limit: int) -> Found:
        assert (text, limit) == (NAME.split()[-1], search.LIMIT)
        return Found(rows=[Hit("A <guide>", "/guides/1/", "On it"), Hit("Plain")], has_more=True)

    search.register(Source("guides", "Guides", guides, action="casework.view", order=90))
    search.register(Source("none", "None", guides, action="no.such"))
    search.register(Source("off", "Off", guides, module="no-such"))
    search.register(Source("rule", "Rule", guides, offered=lambda actor: False))
    with pytest.raises(ValueError, match="twice"):
        search.register(Source("guides", "Others", guides))
    answer = signed_in(world, "ea.analyst").get("/search/", {"q": f" {NAME.split()[-1]}  "})
    html = answer.content.decode()
    assert case.number in html.split('id="found-guides"')[0]
    assert 'href="#found-cases">Cases (1)</a>' in html
    assert 'href="#found-guides">Guides (2+)</a>' in html
    assert '<a href="/guides/1/">A &lt;guide&gt;</a>' in html
    assert "There are more" in html


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "What you can search for"), ("x", "too short"), ("zzqq", "Nothing found")],
)
def test_a_search_without_hits_says_why_and_what_can_be_found(
    world: World, text: str, said: str
) -> None:
    html = signed_in(world, "agent").get("/search/", {"q": text}).content.decode()
    assert said in html
    assert "A consumer’s name" in html


def test_what_is_too_short_is_not_looked_for(
    world: World, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(search, "_sources", {})
    search.register(
        Source("s", "S", lambda actor, text, limit: asked.append(text) or Found())  # type: ignore[func-returns-value]
    )
    client = signed_in(world, "agent")
    for text in ("", " ", "x", " x "):
        client.get("/search/", {"q": text})
    assert asked == []
    client.get("/search/", {"q": "李 "})
    client.get("/search/", {"q": "xy" * 200})
    assert asked == [("xy" * 200)[: search.LONGEST]]


@pytest.mark.parametrize("rows", [1, 12])
def test_consumers_cost_a_search_one_statement_however_many_match(world: World, rows: int) -> None:
    for number in range(rows):
        make_consumer(world, case_number=f"50000002{number:02}", phone="", email="")
    actor = world.actor("eru.specialist")
    find_consumers(actor, "Xochitl", 5)
    with CaptureQueriesContext(connection) as statements:
        found = find_consumers(actor, "Xochitl", 5)
    # The search, and the ledger's entry.
    assert len(statements) == 2
    assert found.has_more is (rows > 5)


def test_identifiers_are_compared_without_their_punctuation() -> None:
    assert normal_identifier(" (559) 555-0142 ") == "5595550142"
    assert normal_identifier("A.B+c@People.example'") == "a.b+c@people.example"
