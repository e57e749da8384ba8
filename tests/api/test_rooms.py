"""Each room's addresses: release forms, files, tickets, reference lists, bell and ledger."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from escalations.constituent.models import ConstituentDetail
from escalations.releases.models import Release
from portal.casework.models import Case, CaseLink
from portal.documents.models import Document
from tests.api.conftest import Caller
from tests.api.test_cases import release_to_office, submit
from tests.world import World

CHECKLIST = {
    "is_signed": True,
    "is_dated": True,
    "names_recipient": True,
    "authorizes_details": True,
    "signed_on": "2025-11-04",
}


def picture(name: str = "form.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def test_an_office_submits_a_case_with_files(world: World, call: Caller) -> None:
    answer = call("office.staff").upload(
        "constituent-cases/",
        {"description": "Help.", "files": [picture(), picture()], "release_form": picture()},
    )
    assert answer.status_code == 201, answer.content
    case = Case.objects.get(number=answer.json()["number"])
    assert case.organization == world.organizations["assembly-13"]
    assert ConstituentDetail.objects.get(case=case).channel == "api"
    assert Document.objects.filter(purpose="attachment").count() == 2
    assert Release.objects.get(case=case).state == Release.State.RECEIVED


def test_external_affairs_records_a_case_for_an_office(world: World, call: Caller) -> None:
    body = {
        "office": world.organizations["assembly-13"].pk,
        "channel": "phone",
        "description": "They called.",
    }
    assert call("ea.analyst").post("constituent-cases/recorded/", body).status_code == 201
    assert call("office.staff").post("constituent-cases/recorded/", body).status_code == 403
    assert call("ea.analyst").post("constituent-cases/", body).status_code == 403


def test_a_release_goes_from_the_office_to_valid_and_back(world: World, call: Caller) -> None:
    case = submit(world)
    office, analyst = call("office.staff"), call("ea.analyst")
    sent = office.upload(f"cases/{case.number}/releases/", {"file": picture()})
    assert sent.status_code == 201, sent.content
    assert sent.json()["state"] == "received"
    path = f"releases/{sent.json()['id']}"
    assert office.post(f"{path}/accept/", CHECKLIST).status_code == 403
    lacking = analyst.post(f"{path}/accept/", CHECKLIST | {"is_dated": False})
    assert lacking.status_code == 400
    assert lacking.json()["errors"][0]["attr"] == "is_dated"
    assert analyst.post(f"{path}/accept/", CHECKLIST).json()["state"] == "valid"
    assert office.get(f"cases/{case.number}/").json()["shows_details"]
    state = office.get(f"cases/{case.number}/releases/").json()[0]
    assert "override_reason" not in state
    assert analyst.post(f"{path}/revoke/", {"reason": "Asked to."}).status_code == 200
    assert not office.get(f"cases/{case.number}/").json()["shows_details"]
    assert analyst.post(f"{path}/revoke/", {"reason": "Again."}).status_code == 409


def test_an_override_needs_a_second_person(world: World, call: Caller) -> None:
    case = submit(world)
    sent = call("office.staff").upload(f"cases/{case.number}/releases/", {"file": picture()})
    path = f"releases/{sent.json()['id']}"
    lead = call("ea.lead")
    body = {"reason": "Confirmed by phone.", "signed_on": "2025-11-04"}
    assert lead.post(f"{path}/request-override/", body).status_code == 200
    assert lead.post(f"{path}/confirm-override/").status_code == 403
    assert call("privacy").post(f"{path}/confirm-override/").json()["state"] == "valid"


@pytest.mark.parametrize("field", ["named_staff", "replaces"])
def test_a_release_names_nobody_and_nothing_from_elsewhere(
    world: World, other_world: World, call: Caller, field: str
) -> None:
    case = submit(world)
    sent = call("office.staff").upload(f"cases/{case.number}/releases/", {"file": picture()})
    other_world.enter()
    elsewhere = release_to_office(other_world, submit(other_world))
    foreign: Any = {
        "named_staff": [other_world.people["office.staff"].pk],
        "replaces": elsewhere.pk,
    }[field]
    missing: Any = {"named_staff": [2**62], "replaces": 2**62}[field]
    analyst = call("ea.analyst")
    path = f"releases/{sent.json()['id']}/accept/"
    answers = [analyst.post(path, CHECKLIST | {field: value}) for value in (foreign, missing)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert call("ea.analyst").post(f"releases/{elsewhere.pk}/accept/", CHECKLIST).status_code == 404


def test_files_go_through_the_gate_at_each_request(world: World, call: Caller) -> None:
    case = submit(world)
    analyst, office = call("ea.analyst"), call("office.staff")
    added = analyst.upload(
        f"cases/{case.number}/files/", {"file": picture(), "audience": "detail"}
    ).json()
    analyst.upload(f"cases/{case.number}/files/", {"file": picture("inner.png")})
    path = f"cases/{case.number}/files/"
    assert len(analyst.get(path).json()) == 2
    assert office.get(path).json() == []
    assert office.get(f"{path}{added['public_id']}/").status_code == 404
    release_to_office(world, case)
    assert [file["public_id"] for file in office.get(path).json()] == [added["public_id"]]
    fetched = office.get(f"{path}{added['public_id']}/")
    assert fetched["Content-Type"] == "image/png"
    assert fetched["Content-Disposition"].startswith("attachment")
    assert office.upload(path, {"file": picture()}).status_code == 403
    assert call("other.office").get(f"{path}{added['public_id']}/").status_code == 404


def test_a_ticket_is_opened_routed_and_linked_within_ones_own_scope(
    world: World, other_world: World, call: Caller
) -> None:
    specialist = call("eru.specialist")
    body = {"ticket_type": "access-to-care", "summary": "No appointment for weeks."}
    answer = specialist.post("tickets/", body)
    assert answer.status_code == 201, answer.content
    parent = answer.json()["number"]
    assert specialist.post("tickets/", body | {"parent": parent}).status_code == 201
    assert CaseLink.objects.get(kind="child").to_case.number == parent
    other_world.enter()
    foreign = submit(other_world).number
    world.enter()
    for field, value in (("parent", foreign), ("queue", "assembly-13"), ("ticket_type", "none")):
        refused = specialist.post("tickets/", body | {field: value})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["attr"] == field
    assert call("ea.analyst").post("tickets/", body).status_code == 403


def test_hours_deadlines_and_people_are_listed(world: World, call: Caller) -> None:
    analyst = call("ea.analyst")
    calendar = analyst.get("calendar/").json()[0]
    assert calendar["week"]["mon"] == [["08:00", "18:00"]]
    assert calendar["exceptions"][0] == {
        "date": "2025-11-11",
        "label": "Veterans Day",
        "hours": [],
    }
    promises = analyst.get("policies/", page_size=100).json()["results"]
    policies = {row["key"]: row for row in promises}
    assert policies["constituent.acknowledge"]["promise"].startswith("1 business day")
    people = {row["full_name"] for row in analyst.get("people/", page_size=100).json()["results"]}
    assert "Eru Lead" in people
    assert "Office Staff" not in people
    office = call("office.staff").get("organizations/").json()["results"]
    assert [row["code"] for row in office] == ["assembly-13"]


def test_the_ledger_tells_the_privacy_officer_who_saw_a_case(world: World, call: Caller) -> None:
    case = submit(world)
    call("ea.analyst").get(f"cases/{case.number}/")
    privacy = call("privacy")
    rows = privacy.get("ledger/", case=case.number).json()["results"]
    seen = next(row for row in rows if row["action"] == "casework.viewed")
    assert seen["actor_id"] == world.people["ea.analyst"].pk
    assert seen["cases"] == [case.number]
    assert "constituent_name" in seen["fields"]
    assert "Rosa" not in str(rows)
    looked = privacy.get("ledger/", action="ledger.viewed").json()["results"]
    assert looked
    assert privacy.get("ledger/", case="EA-1999-1").json()["results"] == []
