"""Cases through the API: what each token sees, and what it cannot find out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from escalations.constituent import services as constituent
from escalations.releases import services as releases
from escalations.releases.models import Release
from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from tests.api.conftest import Caller
from tests.world import World


@pytest.fixture
def case(world: World) -> Case:
    return submit(world)


def submit(world: World, who: str = "office.staff", **items: Any) -> Case:
    return constituent.submit_case(
        actor=world.actor(who),
        description="Coverage ended without notice.",
        **{"constituent_name": "Rosa Quintero", "phone": "916-555-0142", **items},
    )


def review(world: World, case: Case) -> None:
    """Bring a case from received to the review of jurisdiction."""
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    constituent.begin_review(case=case, actor=world.actor("ea.analyst"))


def release_to_office(world: World, case: Case) -> Release:
    """A release in force, for the whole office."""
    release = Release.objects.create(
        exchange=world.exchange,
        case=case,
        office=world.organizations["assembly-13"],
        channel=Release.Channel.RECORDED,
    )
    return releases.accept_release(
        actor=world.actor("ea.analyst"),
        release=release,
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        signed_on=timezone.now().date(),
    )


def test_an_office_without_a_release_sees_the_coarse_status_only(
    world: World, call: Caller, case: Case
) -> None:
    answer = call("office.staff").get(f"cases/{case.number}/")
    assert answer.status_code == 200
    seen = answer.json()
    assert seen["shows_details"] is False
    assert seen["status"] == "Received"
    assert "Rosa" not in answer.content.decode()
    assert set(seen) == {
        "number",
        "kind",
        "kind_label",
        "status",
        "opened_at",
        "updated_at",
        "closed_at",
        "shows_details",
        "timeline",
        "requests",
        "referral",
    }


def test_a_release_opens_the_details_and_the_disclosure_is_recorded(
    world: World, call: Caller, case: Case
) -> None:
    release = release_to_office(world, case)
    seen = call("office.staff").get(f"cases/{case.number}/").json()
    assert seen["shows_details"] is True
    values = {row["key"]: row["value"] for s in seen["sections"] for row in s["rows"]}
    assert values["constituent_name"] == "Rosa Quintero"
    entry = LedgerEntry.objects.filter(action="releases.disclosed").last()
    assert entry is not None
    assert (entry.channel, entry.release_id) == ("api", release.pk)
    assert entry.data["surface"] == "api"


def test_a_revoked_release_closes_the_very_next_request(
    world: World, call: Caller, case: Case
) -> None:
    release = release_to_office(world, case)
    office = call("office.staff")
    assert office.get(f"cases/{case.number}/").json()["shows_details"] is True
    releases.revoke_release(actor=world.actor("ea.lead"), release=release, reason="Withdrawn.")
    assert office.get(f"cases/{case.number}/").json()["shows_details"] is False


@pytest.mark.parametrize(
    "below", ["", "timeline/", "acts/", "files/", "timers/", "releases/", "acts/note/"]
)
def test_another_offices_case_and_a_missing_one_are_one_answer(
    world: World, call: Caller, case: Case, below: str
) -> None:
    outsider = call("other.office")
    ask = outsider.post if below == "acts/note/" else outsider.get
    foreign, missing = ask(f"cases/{case.number}/{below}"), ask(f"cases/EA-1999-1/{below}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_another_exchanges_case_is_not_found(
    world: World, other_world: World, call: Caller, case: Case
) -> None:
    stranger = call("ea.analyst", of=other_world)
    assert stranger.get(f"cases/{case.number}/").status_code == 404
    assert stranger.get("cases/").json()["results"] == []


def test_rows_of_the_list_show_as_much_as_the_gate(world: World, call: Caller, case: Case) -> None:
    opened = submit(world)
    release_to_office(world, opened)
    review(world, case)
    rows = {row["number"]: row for row in call("office.staff").get("cases/").json()["results"]}
    assert rows[case.number]["status"] == "In progress"
    assert "queue" not in rows[case.number]
    assert rows[opened.number]["status_key"] == opened.status
    assert rows[opened.number]["queue"] == "", "a team answers; which of its queues is its own"
    staff = call("ea.analyst").get("cases/").json()["results"]
    assert all(row["shows_details"] for row in staff)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "jurisdiction_review"},
        {"is_open": "true"},
        {"is_urgent": "false"},
        {"queue": "external-affairs"},
        {"owner": "nobody"},
        {"due_after": "2020-01-01T00:00:00Z"},
        {"updated_after": "2020-01-01T00:00:00Z"},
        {"ordering": "due_at"},
        {"ordering": "-updated_at"},
        {"q": "Quintero"},
        {"q": "9165550142"},
    ],
)
def test_filters_tell_an_office_nothing_of_cases_closed_to_it(
    world: World, call: Caller, case: Case, query: dict[str, str]
) -> None:
    review(world, case)
    assert call("office.staff").get("cases/", **query).json()["results"] == []
    found = call("ea.analyst").get("cases/", **query).json()["results"]
    assert [row["number"] for row in found] == [case.number]


def test_everybody_may_filter_by_what_everybody_may_know(
    world: World, call: Caller, case: Case
) -> None:
    office = call("office.staff")
    for query in ({"coarse_status": "Received"}, {"q": case.number}, {"kind": "constituent"}):
        assert len(office.get("cases/", **query).json()["results"]) == 1
    assert office.get("cases/", coarse_status="Resolved").json()["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"ordering": "organization__name"},
        {"ordering": "owner"},
        {"page_size": "0"},
        {"page_size": "101"},
        {"page_size": "٣"},
        {"cursor": "forged"},
        {"is_open": "banana"},
        {"opened_after": "yesterday"},
        {"opened_after": "0147-08-17T00:47:38+22:44"},
        {"due_before": "9999-12-31T23:59:59-23:59"},
        {"kind": "parking-fine"},
        {"q": "a\x00b"},
    ],
)
def test_what_a_list_does_not_know_is_refused_not_ignored(
    call: Caller, query: dict[str, str]
) -> None:
    answer = call("ea.analyst").get("cases/", **query)
    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert answer.json()["errors"][0]["attr"] == next(iter(query))


@pytest.mark.parametrize("ordering", ["-opened_at", "opened_at", "-updated_at", "due_at"])
def test_pages_hold_every_row_once_even_when_all_have_one_instant(
    world: World, call: Caller, ordering: str
) -> None:
    numbers = {submit(world).number for _ in range(7)}
    analyst, seen = call("ea.analyst"), []
    page = analyst.get("cases/", page_size=3, ordering=ordering).json()
    while True:
        seen += [row["number"] for row in page["results"]]
        if page["next"] is None:
            break
        page = analyst.get(page["next"].partition("/api/v1/")[2]).json()
    assert len(seen) == 7
    assert set(seen) == numbers


@pytest.mark.parametrize("who", ["ea.analyst", "office.staff"])
def test_a_longer_list_takes_no_more_statements(world: World, call: Caller, who: str) -> None:
    caller = call(who)
    submit(world)
    caller.get("cases/")

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert caller.get("cases/").status_code == 200
        return len(captured)

    before = statements()
    for _ in range(6):
        submit(world)
    assert statements() == before


def test_timers_are_explained_to_those_who_see_details(
    world: World, call: Caller, case: Case
) -> None:
    timers = call("ea.analyst").get(f"cases/{case.number}/timers/").json()
    assert "constituent.acknowledge" in {timer["policy"] for timer in timers}
    assert call("office.staff").get(f"cases/{case.number}/timers/").status_code == 404


def test_overdue_is_reckoned_now(world: World, call: Caller, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    rows = call("ea.analyst").get("cases/", is_overdue="true").json()["results"]
    assert [row["is_breached"] for row in rows] == [True]
