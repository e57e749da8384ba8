"""The privacy officer asks who saw a person's data, and under what authority (CC-14, AU-3)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from escalations.constituent.projection import project
from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from portal.ledger.services import record
from tests.escalations.releases.ground import office_case, valid_release
from tests.world import NOW, World


@pytest.fixture(autouse=True)
def anchors(tmp_path: Any, settings: Any) -> None:
    settings.LEDGER_ANCHOR_DIR = tmp_path


@pytest.fixture
def seen(world: World) -> Case:
    """A case whose details its office saw under a release, and an analyst by their role."""
    case = office_case(world, case_or_application_id="5001234567", phone="916-555-0142")
    valid_release(world, case)
    project(world.actor("office.staff"), case)
    project(world.actor("ea.analyst"), case)
    return case


@pytest.fixture
def privacy(client: Client, world: World) -> Client:
    client.force_login(world.people["privacy"])
    return client


def test_au_3_it_shows_who_what_and_under_which_release(privacy: Client, seen: Case) -> None:
    page = privacy.get("/ledger/", {"case": seen.number, "what": "outside"}).content.decode()
    for text in (
        "Nov 5, 2025,",
        "10:20:00 AM",
        "Office Staff",
        "Assembly District 13",
        "Was shown the details of a case under a release",
        "constituent name",
        "Nov 5, 2025 to Dec 5, 2025",
        seen.number,
    ):
        assert text in page
    assert "Rosa" not in page, "names of fields, never values"
    assert "Ea Analyst" not in page


def test_au_3_staff_see_by_their_role(privacy: Client, seen: Case) -> None:
    page = privacy.get("/ledger/", {"case": seen.number}).content.decode()
    assert "Ea Analyst, External Affairs analyst" in page
    assert "Saw the details of a case" in page


@pytest.mark.parametrize("text", ["Rosa Quintero", "5001234567", "916-555-0142", "(916) 555 0142"])
def test_a_person_is_found_by_what_is_theirs_and_the_address_does_not_say_whom(
    privacy: Client, world: World, seen: Case, text: str
) -> None:
    other = office_case(world, "other.office", constituent_name="Somebody Else")
    response = privacy.post("/ledger/find/", {"about": text})
    assert response.url == f"/ledger/?cases={seen.pk}"
    page = privacy.get(response.url).content.decode()
    assert seen.number in page
    assert other.number not in page


def test_a_colleague_is_found_by_name(privacy: Client, world: World, seen: Case) -> None:
    response = privacy.post("/ledger/find/", {"by": "ea analyst"})
    assert response.url == f"/ledger/?people={world.people['ea.analyst'].pk}"
    page = privacy.get(response.url).content.decode()
    assert "Ea Analyst" in page
    assert "Office Staff" not in page


@pytest.mark.parametrize("name", ["about", "by"])
def test_nobody_is_not_everybody(privacy: Client, seen: Case, name: str) -> None:
    page = privacy.post("/ledger/find/", {name: "Nobody Atall"}, follow=True).content.decode()
    assert "Nobody by that name" in page
    page = privacy.get("/ledger/", {"case": "EA-1999-000001"}).content.decode()
    assert "Nothing on record" in page


def test_days_are_the_exchanges_own(privacy: Client, world: World, seen: Case) -> None:
    with time_machine.travel(NOW + timedelta(hours=14), tick=False):  # 00:20 on the 6th
        project(world.actor("eru.specialist"), seen)
    fifth = {"since": "2025-11-05", "until": "2025-11-05"}
    sixth = {"since": "2025-11-06", "until": "2025-11-06"}
    assert "Eru Specialist" not in privacy.get("/ledger/", fifth).content.decode()
    page = privacy.get("/ledger/", sixth).content.decode()
    assert "Eru Specialist" in page
    assert "Office Staff" not in page


def test_looking_is_itself_recorded(privacy: Client, world: World, seen: Case) -> None:
    privacy.get("/ledger/", {"case": seen.number})
    world.enter()
    entry = LedgerEntry.objects.get(action="ledger.viewed")
    assert (entry.actor, entry.case_ids) == (world.people["privacy"], [seen.pk])


@pytest.mark.parametrize(
    "who", ["ea.lead", "eru.lead", "office.manager", "agency.manager", "admin", "qa.analyst"]
)
def test_nobody_else_may_look_export_or_verify(client: Client, world: World, who: str) -> None:
    client.force_login(world.people[who])
    assert client.get("/ledger/").status_code == 403
    assert client.get("/ledger/export/").status_code == 403
    assert client.post("/ledger/find/", {"about": "Rosa"}).status_code == 403
    assert client.post("/ledger/verify/").status_code == 403


def test_another_exchanges_entries_are_not_there(
    privacy: Client, world: World, other_world: World, seen: Case
) -> None:
    theirs = office_case(other_world)
    world.enter()
    assert theirs.number not in privacy.get("/ledger/").content.decode()
    response = privacy.get("/ledger/", {"cases": str(theirs.pk)})
    assert "Nothing on record" in response.content.decode()
    assert theirs.number not in response.content.decode()


def test_the_export_holds_the_same_rows_defused_and_is_recorded(
    privacy: Client, world: World, seen: Case
) -> None:
    world.people["ea.analyst"].full_name = "=HYPERLINK(1)"
    world.people["ea.analyst"].save()
    response = privacy.get("/ledger/export/", {"case": seen.number})
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    shown = next(row for row in rows if row["What"].startswith("Was shown"))
    assert shown["When"] == "2025-11-05T10:20:00-08:00"
    assert shown["Organization"] == "Assembly District 13"
    assert "Nov 5, 2025 to Dec 5, 2025" in shown["Under which release"]
    assert any(row["Who"] == "'=HYPERLINK(1)" for row in rows)
    world.enter()
    assert LedgerEntry.objects.get(action="ledger.export").data["rows"] == len(rows)


def test_pages_follow_one_another_without_gap_or_repeat(
    privacy: Client, world: World, seen: Case
) -> None:
    for number in range(120):
        record(actor=world.system, action="tenancy.sign_in", data={"number": number})
    total = LedgerEntry.objects.filter(action="tenancy.sign_in").count()
    found: list[str] = []
    url = "/ledger/"
    for _ in range(10):
        response = privacy.get(url)
        found += [row.pk for row in response.context["page"].rows]
        if not response.context["next_url"]:
            break
        url = "/ledger/" + response.context["next_url"]
    assert len(found) == len(set(found))
    world.enter()
    signed_in = set(
        LedgerEntry.objects.filter(action="tenancy.sign_in").values_list("pk", flat=True)
    )
    assert signed_in <= set(found)
    assert total == 120
    assert privacy.get("/ledger/", {"after": "nonsense"}).status_code == 400


def test_the_number_of_statements_does_not_grow_with_the_rows(
    privacy: Client, world: World, seen: Case
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            privacy.get("/ledger/")
        world.enter()
        return len(queries)

    few = statements()
    for who in ("office.staff", "ea.analyst", "eru.specialist"):
        for _ in range(8):
            case = office_case(world)
            valid_release(world, case)
            project(world.actor(who), case)
    assert statements() <= few + 1


@pytest.fixture
def sealed(world: World, seen: Case) -> Iterator[Case]:
    """Seals written although the test's transaction never commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ledger_seal_entry IMMEDIATE")
        yield seen


def test_the_chain_can_be_verified_from_the_page(
    privacy: Client, world: World, sealed: Case
) -> None:
    page = privacy.post("/ledger/verify/").content.decode()
    assert "The ledger is sound" in page
    assert "was written down outside the database" in page
    world.enter()
    assert LedgerEntry.objects.get(action="ledger.verify").data["sound"] is True
