"""Pages, API and mail of appeals."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from escalations.appeals import packets, resolution
from escalations.appeals.models import AppealDetail, AppealUnit, PacketItem
from notifications import catalogue
from portal.casework.models import Case, OutboxMessage
from portal.tenancy.services import create_api_token
from tests.api.conftest import Api
from tests.escalations.appeals.ground import at, configure, walk
from tests.escalations.appeals.test_requirements import WRITTEN
from tests.escalations.tickets.test_pages import sign_in
from tests.world import World

SENT = {
    "appellant_name": "Marisol Vega",
    "language": "Spanish",
    "needs_interpreter": "on",
    "hearing_format": "phone",
    "notice_title": "NOD01",
    "notice_date": "2025-10-15",
    "requested_on": "2025-11-05",
    "subject": "tax_credit",
    "grounds": "The income counted is last year's.",
    "channel": "phone",
    "came_by": "service_center",
}


@pytest.fixture
def specialist(world: World) -> Client:
    return sign_in(world, "appeals.specialist")


def test_c8_1_a_representative_opens_an_appeal_on_the_page(world: World) -> None:
    configure(world)
    answer = sign_in(world, "scr").post("/appeals/open/", SENT)
    world.enter()
    case = Case.objects.get(kind="appeal")
    assert answer["Location"] == reverse("casework:case", args=[case.number])
    assert case.queue == world.organizations["appeals"]
    assert case.topic == "tax_credit"
    assert AppealDetail.objects.get().needs_interpreter


def test_c8_1_what_is_wrong_stands_beside_its_field(world: World, specialist: Client) -> None:
    configure(world)
    answer = specialist.post("/appeals/open/", SENT | {"notice_date": "2025-07-01"})
    assert answer.status_code == 422
    assert "Name the good cause for the delay." in answer.content.decode()
    world.enter()
    assert not Case.objects.filter(kind="appeal").exists()


def test_without_a_unit_that_takes_appeals_the_page_says_so(specialist: Client) -> None:
    answer = specialist.post("/appeals/open/", SENT)
    assert answer.status_code == 422
    assert "No unit takes appeals." in answer.content.decode()


def test_the_case_page_shows_hearing_packet_deliveries_and_tasks(world: World) -> None:
    mine = walk(world).to_decision()
    with at("2025-12-11T09:00"):
        specialist = sign_in(world, "appeals.specialist")
        page = specialist.get(f"/cases/{mine.case.number}/").content.decode()
    for shown in (
        "Administrative Law Judge",
        "Robin Ashdown",
        "The statement of position was delivered to both.",
        "Every required paper is at hand.",
        "10 CCR 6618(c)",
        "Granted",
        "Begin the implementation",
    ):
        assert shown in page


def test_a_short_notice_of_hearing_is_warned_of(world: World, specialist: Client) -> None:
    mine = walk(world).to_informal().with_hearing("2025-11-14T10:00", notice_on=date(2025, 11, 5))
    page = specialist.get(f"/cases/{mine.case.number}/").content.decode()
    assert "sent 9 days before it; the rule is 15" in page


def test_an_act_with_a_guard_refuses_with_what_is_missing(world: World, specialist: Client) -> None:
    mine = walk(world).to_informal()
    answer = specialist.post(f"/cases/{mine.case.number}/act/begin_sop/", {})
    assert answer.status_code == 409
    assert "Record the hearing CDSS set first." in answer.content.decode()


def test_a_paper_is_recorded_on_the_page(world: World, specialist: Client) -> None:
    mine = walk(world)
    item = PacketItem.objects.get(key="position")
    specialist.post(f"/cases/{mine.case.number}/act/packet_record/", {"item": item.pk})
    world.enter()
    assert packets.missing_papers(mine.case) == ["Notice of determination"]


def test_a_hearing_is_entered_in_the_exchanges_zone(world: World, specialist: Client) -> None:
    mine = walk(world).to_informal()
    specialist.post(
        f"/cases/{mine.case.number}/act/schedule_hearing/",
        {"at": "2025-12-03T10:00", "format": "video"},
    )
    world.enter()
    assert mine.case.hearing.at.isoformat() == "2025-12-03T18:00:00+00:00"


def test_ap03_the_calendar_shows_the_units_hearings_of_a_month_or_week(
    world: World, specialist: Client
) -> None:
    mine = walk(world).to_informal().with_hearing()
    page = specialist.get("/appeals/hearings/", {"day": "2025-12-01"}).content.decode()
    assert "Wednesday, December 3" in page
    assert mine.case.number in page
    assert "10:00 AM" in page
    assert "Marisol" not in page
    week = specialist.get("/appeals/hearings/", {"span": "week", "day": "2025-12-05"})
    assert mine.case.number in week.content.decode()
    other = specialist.get("/appeals/hearings/", {"span": "week", "day": "2025-12-10"})
    assert mine.case.number not in other.content.decode()
    elsewhere = sign_in(world, "pau.specialist").get("/appeals/hearings/", {"day": "2025-12-01"})
    assert mine.case.number not in elsewhere.content.decode()


@pytest.mark.parametrize("query", ["span=year", "day=yesterday", "day=1999-01-01"])
def test_a_calendar_that_cannot_be_is_missing(specialist: Client, query: str) -> None:
    assert specialist.get(f"/appeals/hearings/?{query}").status_code == 404


def test_the_queries_of_the_calendar_do_not_grow_with_its_rows(
    world: World, specialist: Client, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        walk(world).to_informal().with_hearing()
    with django_assert_max_num_queries(16):
        specialist.get("/appeals/hearings/", {"day": "2025-12-01"})


def test_the_start_page_says_which_unit_has_room(world: World, specialist: Client) -> None:
    configure(world, capacity=1)
    walk(world)
    page = specialist.get("/appeals/").content.decode()
    assert "Goes here" in page
    assert "Full" in page
    assert "Received" in page


def test_ap07_the_figures_of_a_year_are_a_table_and_a_file(
    world: World, specialist: Client
) -> None:
    walk(world).to_decision()
    walk(world).to_informal().do(resolution.resolve_informally, **WRITTEN)
    world.enter()
    assert "December" in specialist.get("/appeals/figures/", {"year": "2025"}).content.decode()
    answer = specialist.get("/appeals/figures/appeals.csv", {"year": "2025"})
    rows = {row["Month"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert len(rows) == 12
    assert rows["2025-11"]["Requests"] == "2"
    assert rows["2025-11"]["Withdrawals"] == "1"
    assert (rows["2025-12"]["Hearings held"], rows["2025-12"]["Decisions"]) == ("1", "1")
    assert specialist.get("/appeals/figures/", {"year": "20x5"}).status_code == 404


def test_administrators_change_capacity_and_papers_on_the_administration_site(
    world: World,
) -> None:
    configure(world)
    unit = AppealUnit.objects.first()
    admin = sign_in(world, "admin")
    address = reverse("admin:appeals_appealunit_change", args=[unit.pk])
    assert admin.get(address).status_code == 200
    admin.post(address, {"capacity": "7"})
    world.enter()
    assert AppealUnit.objects.get(pk=unit.pk).capacity == 7
    assert admin.get(reverse("admin:appeals_packettemplateitem_changelist")).status_code == 200


def test_an_appeal_is_opened_and_worked_through_the_api(world: World) -> None:
    configure(world)
    _, secret = create_api_token(
        actor=world.actor("appeals.specialist"),
        membership=world.memberships["appeals.specialist"],
        name="test",
    )
    api = Api(secret)
    sent = SENT | {"needs_interpreter": True}
    answer = api.post("appeals/", sent)
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    shown = api.get(f"cases/{number}/").json()
    assert {"packet", "deliveries", "tasks"} <= {part["key"] for part in shown["sections"]}
    answer = api.post(f"cases/{number}/acts/record_valid/", {"expected_version": shown["version"]})
    assert answer.status_code == 200, answer.content
    world.enter()
    assert Case.objects.get(number=number).status == "valid"


def test_x02_what_goes_out_of_an_appeal_is_its_number_its_status_and_a_link(world: World) -> None:
    walk(world).to_decision("denied")
    sent = set(OutboxMessage.objects.values_list("key", flat=True))
    assert {"appeal.opened", "appeal.hearing_set", "appeal.decided"} <= sent
    for message in OutboxMessage.objects.filter(key__startswith="appeal."):
        assert set(message.data) <= {"event"}
    for kind in catalogue.all_kinds():
        if kind.key.startswith("appeal."):
            assert kind.variables <= {"exchange", "contact", "link", "number", "status"}
