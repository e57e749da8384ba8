"""The book of business: whose consumers, found and narrowed how, at which cost, and recorded."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.book.exports import HEADER
from portal.consumers import book as delegations
from portal.consumers.models import Consumer, Delegation
from portal.ledger.models import LedgerEntry
from tests.api.conftest import call as call
from tests.book import ground
from tests.world import World

pytestmark = pytest.mark.django_db

#: Everybody who might try, and which of four consumers they see: the agent's own, a colleague's of
#: the same agency, another agency's, an entity's.
SIGHT = {
    "agent": {"own"},
    "agent2b": {"colleague"},
    "agent1": set(),
    "agency.manager": {"own", "colleague", "unnamed"},
    "admin1": {"own", "colleague", "unnamed"},
    "admin2": {"own", "colleague", "unnamed"},
    "harbor.manager": {"harbor"},
    "harbor.agent": {"harbor"},
    "entity.contact": {"entity"},
    "cec": {"entity"},
    "cec2": set(),
}
#: The exchange's people who take calls and look after the data see everybody; they have no book.
STAFF = ("scr", "osd.staff", "eru.specialist", "eru.lead", "psu.specialist", "pau.specialist",
         "privacy")  # fmt: skip
NOBODY = ("ea.analyst", "admin", "qa.analyst", "office.manager", "office.staff", "contracts")
ALL = ("own", "colleague", "unnamed", "harbor", "entity", "nobodys", "foreign")
EXPORTS = set(SIGHT) - {"admin1", "admin2"}


@pytest.fixture
def consumers(world: World, other_world: World) -> dict[str, Consumer]:
    """One of each relation, under names that tell which."""
    made = {key: ground.consumer(world, f"Person {key}") for key in ALL if key != "foreign"}
    for key, who in {
        "own": "agent",
        "colleague": "agent2b",
        "harbor": "harbor.agent",
        "entity": "cec",
    }.items():
        ground.delegate(world, made[key], who)
    ground.delegate(world, made["unnamed"], "agent", named=False)
    other_world.enter()
    made["foreign"] = ground.consumer(other_world, "Person foreign")
    ground.delegate(other_world, made["foreign"], "agent")
    world.enter()
    return made


def listed(text: str) -> set[str]:
    return {key for key in ALL if f"Person {key}" in text}


@pytest.mark.parametrize("key", SIGHT)
def test_t_02_x_07_list_search_page_export_and_api_open_to_the_same_consumers(
    world: World, consumers: dict[str, Consumer], call: Any, key: str
) -> None:
    sees, client, api = SIGHT[key], ground.browser(world, key), call(key)
    url = reverse("book:list")
    assert listed(client.get(url).content.decode()) == sees
    for name, each in consumers.items():
        page = client.get(reverse("book:consumer", args=[each.pk]))
        assert page.status_code == (200 if name in sees else 404), name
        answer = api.get(f"consumers/{each.pk}/")
        assert answer.status_code == (200 if name in sees else 404), name
        hits = client.get(url, {"q": f"Person {name}"}).context["rows"]
        assert [row.name for row in hits] == ([f"Person {name}"] if name in sees else [])
    assert {row["name"] for row in api.get("consumers/").json()["results"]} == {
        f"Person {name}" for name in sees
    }
    file = client.get(reverse("book:export"), {"format": "csv"})
    if key in EXPORTS:
        assert listed(file.content.decode("utf-8-sig")) == sees
    else:
        assert file.status_code == 403, "Admin Staff see and upload (decision 18)."


@pytest.mark.parametrize("key", STAFF)
def test_staff_who_help_consumers_open_any_page_of_their_exchange(
    world: World, consumers: dict[str, Consumer], call: Any, key: str
) -> None:
    client, api = ground.browser(world, key), call(key)
    for name, each in consumers.items():
        status = 404 if name == "foreign" else 200
        assert client.get(reverse("book:consumer", args=[each.pk])).status_code == status
        assert api.get(f"consumers/{each.pk}/").status_code == status
    assert client.get(reverse("book:list")).status_code == 403


@pytest.mark.parametrize("key", NOBODY)
def test_everybody_else_sees_no_consumer(
    world: World, consumers: dict[str, Consumer], call: Any, key: str
) -> None:
    client, api = ground.browser(world, key), call(key)
    pk = consumers["own"].pk
    for url in (reverse("book:list"), reverse("book:export"), reverse("book:consumer", args=[pk])):
        assert client.get(url).status_code == 403
    for path in ("consumers/", f"consumers/{pk}/"):
        assert api.get(path).status_code == 403


def test_losing_a_delegation_ends_access_at_the_next_request(
    world: World, consumers: dict[str, Consumer], call: Any
) -> None:
    own, client, api = consumers["own"], ground.browser(world, "agent"), call("agent")
    page = reverse("book:consumer", args=[own.pk])
    assert client.get(page).status_code == 200
    delegations.end_delegation(
        actor=world.system, consumer=own, ended_by=Delegation.EndedBy.CONSUMER
    )
    assert client.get(page).status_code == 404
    assert api.get(f"consumers/{own.pk}/").status_code == 404
    assert listed(client.get(reverse("book:list")).content.decode()) == set()
    assert ground.browser(world, "agency.manager").get(page).status_code == 404


def test_every_list_and_file_names_in_the_ledger_whom_it_showed(
    world: World, consumers: dict[str, Consumer]
) -> None:
    client = ground.browser(world, "agency.manager")
    client.get(reverse("book:list"))
    entry = LedgerEntry.objects.filter(action="consumers.listed").get()
    shown = sorted(consumers[key].pk for key in ("own", "colleague", "unnamed"))
    assert entry.consumer_ids == shown
    assert "full_name" in entry.fields
    client.get(reverse("book:export"))
    entry = LedgerEntry.objects.filter(action="consumers.exported").get()
    assert entry.consumer_ids == shown
    assert entry.data == {"list": "book", "format": "csv", "rows": 3}


def names(world: World, key: str = "agency.manager", **query: str) -> list[str]:
    answer = ground.browser(world, key).get(reverse("book:list"), query)
    assert answer.status_code == 200
    return [row.name for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("đặng", ["Đặng Thị Hoa"]),
        ("hoa thị", ["Đặng Thị Hoa"]),
        ("555-0177", ["Đặng Thị Hoa"]),
        ("(213) 5550142", ["Marisol Ibarra"]),
        ("HOA@people.example", ["Đặng Thị Hoa"]),
        ("1234567890", ["Marisol Ibarra"]),
        ("12345", ["Marisol Ibarra"]),
        ("nobody", []),
        ("%", []),
    ],
)
def test_a_consumer_is_found_by_name_number_phone_and_email(
    world: World, typed: str, found: list[str]
) -> None:
    first = ground.consumer(world, case_number="1234567890")
    second = ground.consumer(
        world, "Đặng Thị Hoa", phone="213.555.0177", email="hoa@people.example"
    )
    for each in (first, second):
        ground.delegate(world, each, "agent")
    assert names(world, "agent", q=typed) == found


def test_a_social_security_number_is_refused_and_leaves_the_address(world: World) -> None:
    client = ground.browser(world, "agent")
    answer = client.get(reverse("book:list"), {"q": "123-45-6789"}, follow=True)
    assert answer.redirect_chain == [(reverse("book:list"), 302)]
    assert b"123-45-6789" not in answer.content
    assert b"Social Security" in answer.content


def test_the_book_is_narrowed_by_enroller_year_status_need_and_language(world: World) -> None:
    ana, ben, cho = (ground.consumer(world, name) for name in ("Ana", "Ben", "Cho"))
    ground.delegate(world, ana, "agent")
    ground.delegate(world, ben, "agent2b")
    ground.delegate(world, cho, "agent", named=False)
    Consumer.objects.filter(pk=cho.pk).update(language="Korean")
    ground.enroll(ana, plan_year=2025, status="enrolled")
    ground.enroll(ana, plan_year=2026, status="pending")
    ground.enroll(ben, plan_year=2026, status="enrolled")
    assert names(world) == ["Ana", "Ben", "Cho"]
    assert names(world, sort="-name") == ["Cho", "Ben", "Ana"]
    assert names(world, enroller=str(world.person("agent2b").pk)) == ["Ben"]
    assert names(world, enroller="none") == ["Cho"]
    assert names(world, year="2025") == ["Ana"]
    assert names(world, year="2026", status="enrolled") == ["Ben"], "Both of one enrollment."
    assert names(world, need="binder_payment") == ["Ana"]
    assert names(world, need="any") == ["Ana"]
    assert names(world, language="kor") == ["Cho"]
    assert names(world, need="no-such-need") == ["Ana", "Ben", "Cho"]


def test_a_row_says_what_the_consumer_needs_and_shows_the_year_that_was_asked_for(
    world: World,
) -> None:
    ana = ground.consumer(world, "Ana")
    ground.delegate(world, ana, "agent")
    ground.enroll(ana, plan_year=2025, plan_name="Bronze 60")
    ground.enroll(ana, plan_year=2026, status="pending")
    ground.notice(ana, needs_action=True, act_by=date(2025, 11, 12))
    client = ground.browser(world, "agent")
    row = client.get(reverse("book:list")).context["rows"][0]
    assert [need.label for need in row.needs] == [
        "Actions Requested for Consumer",
        "Binder Payment Pending",
    ]
    assert row.needs[0].due_on == date(2025, 11, 12)
    assert (row.coverage.plan_year, row.coverage.status) == (2026, "Pending")
    row = client.get(reverse("book:list"), {"year": "2025"}).context["rows"][0]
    assert (row.coverage.plan_year, row.coverage.plan) == (2025, "Bronze 60")


def test_pages_are_turned_by_the_last_row_seen_and_lose_nobody(world: World) -> None:
    for number in range(60):
        # Two of each name: ties are broken by id.
        ground.delegate(world, ground.consumer(world, f"Person {number // 2:03d}"), "agent")
    client, seen = ground.browser(world, "agent"), []
    url = reverse("book:list")
    while url:
        answer = client.get(url)
        seen += [row.pk for row in answer.context["rows"]]
        last, url = answer, answer.context["next_url"]
    assert len(seen) == len(set(seen)) == 60
    assert last.context["total"] == "60"
    back = client.get(last.context["previous_url"])
    assert [row.pk for row in back.context["rows"]] == seen[25:50]


def test_a_page_of_the_book_costs_the_same_for_2_and_for_40_consumers(world: World) -> None:
    client = ground.browser(world, "agent")
    counts = []
    for more in (2, 38):
        for number in range(more):
            each = ground.consumer(world, f"Person {number}")
            ground.delegate(world, each, "agent")
            ground.enroll(each, status="pending")
            ground.notice(each, needs_action=True)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse("book:list")).status_code == 200
        counts.append([q["sql"] for q in asked if "consumers_" in q["sql"]])
    assert len(counts[0]) == len(counts[1])
    assert len(counts[1]) <= 4, "Rows, count, and one for each source of needs."


def test_a_name_that_begins_like_a_formula_is_none_in_the_file(world: World) -> None:
    ground.delegate(world, ground.consumer(world, "=HYPERLINK(1)"), "agent")
    client = ground.browser(world, "agent")
    content = client.get(reverse("book:export")).content.decode("utf-8-sig")
    header, row = list(csv.reader(StringIO(content)))
    assert tuple(header) == HEADER
    assert row[0] == "'=HYPERLINK(1)"
    book = client.get(reverse("book:export"), {"format": "xlsx"})
    assert book.content.startswith(b"PK")
    assert client.get(reverse("book:export"), {"format": "exe"}).status_code == 400


def test_the_api_lists_in_pages_finds_and_refuses_what_it_does_not_know(
    world: World, call: Any
) -> None:
    for name in ("Ana", "Ben", "Cho"):
        ground.delegate(world, ground.consumer(world, name), "agent")
    api = call("agent")
    first = api.get("consumers/", page_size=2).json()
    assert [row["name"] for row in first["results"]] == ["Ana", "Ben"]
    assert first["next"]
    assert [row["name"] for row in api.get("consumers/", q="cho").json()["results"]] == ["Cho"]
    assert [row["name"] for row in call("scr").get("consumers/", q="ben").json()["results"]] == [
        "Ben"
    ]
    assert api.get("consumers/", need="binder_payment").json()["results"] == []
    assert api.get("consumers/", need="wealth").status_code == 400
    assert api.get("consumers/", q="123-45-6789").status_code == 400
    assert api.get("consumers/", enroler="1").status_code == 400
