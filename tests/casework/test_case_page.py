"""The case page: one for every kind, showing each reader what the gate lets them see."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from escalations.constituent import endings
from escalations.constituent import services as constituent
from escalations.releases.models import Release
from portal.casework import presence
from portal.casework.common_acts import add_note, attach_document
from portal.casework.machine import Audience
from portal.casework.models import Case, CaseLink
from portal.documents.models import Document
from portal.documents.services import store_document
from portal.ledger.models import LedgerEntry
from tests.casework.cases import (
    NAME,
    assigned_case,
    contact,
    office_case,
    png,
    release,
    signed_in,
    taken_ticket,
)
from tests.world import World

#: P2, with the two that a test's own transaction adds around every request.
STATEMENTS = 15 + 2


def page(client: Client, case: Case, query: str = "") -> str:
    response = client.get(f"/cases/{case.number}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def timeline(html: str) -> list[str]:
    """The entries of the page's timeline."""
    return html.split('id="story"')[1].split("</ol>")[0].split("<li ")[1:]


def test_an_office_without_a_release_sees_number_dates_and_coarse_status_alone_EA_20(
    world: World,
) -> None:
    case, _ = assigned_case(world)
    add_note(case=case, actor=world.actor("ea.analyst"), body="The plan admits the mistake.")
    html = page(signed_in(world, "office.staff"), case)
    assert case.number in html
    assert "In progress" in html
    for hidden in (
        NAME,
        "Coverage ended",
        "5001234567",
        "Assigned to a division",
        "Escalations Unit",
        "External Affairs",
        "admits",
        "internal",
        "expected_version",
        "ES-2025",
    ):
        assert hidden not in html, hidden


def test_a_release_in_force_shows_the_office_details_but_no_internal_word_EA_21(
    world: World,
) -> None:
    case, ticket = assigned_case(world)
    add_note(case=case, actor=world.actor("ea.analyst"), body="The plan admits the mistake.")
    release(world, case)
    html = page(signed_in(world, "office.staff"), case)
    assert NAME in html
    for hidden in ("admits", ticket.number, "Internal only", "Ea Analyst", "Deadlines"):
        assert hidden not in html, hidden


@pytest.mark.parametrize("key", ["other.office", "agent", "privacy", "appeals.specialist"])
def test_a_case_of_others_is_a_page_that_does_not_exist(world: World, key: str) -> None:
    case, _ = assigned_case(world)
    client = signed_in(world, key)
    for path in ("", "presence/", "act/note/", "act/withdraw/"):
        foreign = client.get(f"/cases/{case.number}/{path}")
        missing = client.get(f"/cases/EA-2025-999999/{path}")
        assert foreign.status_code == missing.status_code == 404
        assert _without_reference(foreign) == _without_reference(missing)


def test_a_case_of_another_exchange_is_a_page_that_does_not_exist(
    world: World, other_world: World
) -> None:
    other_world.enter()
    foreign = office_case(other_world)
    world.enter()
    assert signed_in(world, "ea.lead").get(f"/cases/{foreign.number}/").status_code == 404


def test_the_page_title_is_the_number_and_nothing_personal(world: World) -> None:
    case = office_case(world)
    html = page(signed_in(world, "ea.analyst"), case)
    assert re.search(r"<title>(.*?)</title>", html, re.S)[1].split("|")[0].strip() == case.number  # type: ignore[index]


def test_every_look_at_details_is_written_into_the_ledger_AU_2(world: World) -> None:
    case = office_case(world)
    page(signed_in(world, "ea.analyst"), case)
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.action, entry.case_ids) == ("casework.viewed", [case.pk])
    assert entry.actor == world.people["ea.analyst"]


def test_internal_text_and_what_the_office_sees_are_marked_apart(world: World) -> None:
    case = office_case(world)
    analyst = world.actor("ea.analyst")
    add_note(case=case, actor=analyst, body="For us only.")
    constituent.post_update(case=case, actor=analyst, text="For the office.")
    client = signed_in(world, "ea.analyst")
    items = timeline(page(client, case))
    internal = next(item for item in items if "For us only." in item)
    shared = next(item for item in items if "For the office." in item)
    assert "Internal only" in internal
    assert "Office can see" not in internal
    assert "Office can see this" in shared
    assert "Internal only" not in shared
    assert "For us only." not in page(client, case, "?show=office")
    assert "For the office." not in page(client, case, "?show=internal")


def test_a_reason_is_marked_internal_although_the_act_itself_is_told_to_the_office(
    world: World,
) -> None:
    case = office_case(world)
    endings.withdraw_case(case=case, actor=world.actor("ea.analyst"), reason="The plan settled.")
    items = timeline(page(signed_in(world, "ea.analyst"), case))
    told = next(item for item in items if "The plan settled." in item)
    assert "Internal only" in told
    assert "Office can see" not in told


def test_an_office_whose_case_was_referred_learns_whom_to_contact_and_not_why_EA_17(
    world: World,
) -> None:
    case = office_case(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    constituent.refer_out(
        case=case, actor=world.actor("ea.analyst"), contact=contact(world), reason="Not our plan."
    )
    html = page(signed_in(world, "office.staff"), case)
    assert "Department of Plan Oversight" in html
    assert "888-555-0100" in html
    assert "Not our plan." not in html


def test_the_two_composers_cannot_be_confused(world: World) -> None:
    case = office_case(world)
    html = page(signed_in(world, "ea.analyst"), case)
    note, update = (
        html.split(f'id="compose-{key}-{case.number}"')[1].split("</form>")[0]
        for key in ("note", "post_update")
    )
    assert "Internal only" in note
    assert "Save the note" in note
    assert "Office can see this" in update
    assert "Check and send" in update


def test_linked_cases_show_how_they_stand_now_to_those_who_may_know_of_them(world: World) -> None:
    case, ticket = assigned_case(world)
    hidden = Case.objects.create(
        exchange=world.exchange,
        number="ES-2025-777777",
        kind="ticket",
        status="new",
        queue=world.organizations["appeals"],
    )
    CaseLink.objects.create(
        exchange=world.exchange, from_case=hidden, to_case=case, kind=CaseLink.Kind.RELATED
    )
    html = page(signed_in(world, "ea.analyst"), case)
    assert ticket.number in html
    assert "Worked on in" in html
    assert hidden.number not in html


def test_a_file_marked_internal_never_leaves_the_exchange(world: World) -> None:
    case = office_case(world)
    analyst = world.actor("ea.analyst")
    files = {audience: _document(world, audience) for audience in ("internal", "detail")}
    for audience, document in files.items():
        attach_document(case=case, actor=analyst, document=document, audience=Audience(audience))
    address = {a: f"/cases/{case.number}/files/{d.public_id}/" for a, d in files.items()}
    office, staff = signed_in(world, "office.staff"), signed_in(world, "ea.analyst")
    assert office.get(address["detail"]).status_code == 404
    release(world, case)
    assert office.get(address["internal"]).status_code == 404
    fetched = office.get(address["detail"])
    assert fetched.status_code == 200
    assert fetched["Content-Disposition"].startswith("attachment")
    entry = LedgerEntry.objects.filter(action="casework.file_fetched").get()
    assert entry.disclosed_to_id == world.organizations["assembly-13"].pk
    assert entry.release_id == Release.objects.get(case=case).pk
    assert staff.get(address["internal"]).status_code == 200
    assert signed_in(world, "other.office").get(address["detail"]).status_code == 404


def test_a_colleague_who_has_the_case_open_is_named_and_an_office_is_told_of_nobody(
    world: World,
) -> None:
    case = office_case(world)
    page(signed_in(world, "ea.analyst"), case)
    assert "Ea Analyst has this case open since 10:20 AM" in page(signed_in(world, "ea.lead"), case)
    release(world, case)
    assert "has this case open" not in page(signed_in(world, "office.staff"), case)
    assert "Office Staff has this" not in page(signed_in(world, "ea.lead"), case)


def test_without_the_cache_the_page_comes_up_without_the_banner(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.lead")
    page(signed_in(world, "ea.analyst"), case)

    def unreachable(url: str) -> object:
        return presence.redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1)

    monkeypatch.setattr(presence, "_client", unreachable)
    assert "has this case open" not in page(client, case)


@pytest.mark.parametrize("notes", [10, 100])
def test_the_case_page_takes_the_same_few_statements_however_much_happened(
    world: World, django_assert_max_num_queries, notes: int
) -> None:
    ticket = taken_ticket(world)
    case = Case.objects.get(kind="constituent")
    for number in range(notes // 2):
        add_note(case=ticket, actor=world.actor("eru.specialist"), body=f"Note {number}")
        add_note(case=case, actor=world.actor("ea.analyst"), body=f"Note {number}")
    for key, subject in (("eru.specialist", ticket), ("ea.analyst", case)):
        client = signed_in(world, key)
        page(client, subject)
        with django_assert_max_num_queries(STATEMENTS):
            page(client, subject)


def _document(world: World, name: str) -> Document:
    return store_document(
        exchange=world.exchange,
        file=SimpleUploadedFile(f"{name}.png", png()),
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=world.people["ea.analyst"],
    )


def _without_reference(response: HttpResponse) -> str:
    html = re.sub(r"[0-9a-f]{16}", "", response.content.decode())
    return re.sub(r"csrfmiddlewaretoken[^>]*|csrf-token[^>]*", "", html)
