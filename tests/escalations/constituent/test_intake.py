"""An office writes, reviews and sends a case; an analyst records one (EA-02…EA-07)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection, transaction
from django.test import Client

from escalations.constituent import intake
from escalations.releases.models import Release
from portal.casework.models import Attachment, Case, Draft
from portal.documents.models import Document
from portal.tenancy.scope import use_exchange
from tests.escalations.releases.ground import picture
from tests.world import NOW, World, build_world

ID = uuid.UUID("8c5f4f4e-3b1a-4f0e-9d67-0d9f4b8f9f10")
WRITE = f"/constituent-cases/new/{ID}/"
REVIEW = f"{WRITE}review/"
FULL = {
    "description": "Coverage ended without notice.",
    "constituent_name": "Rosa Quintero",
    "case_or_application_id": "5001234567",
    "date_of_birth": "1980-02-29",
    "phone": "916-555-0142",
    "email": "rosa@quintero.example",
}


@pytest.fixture
def office(client: Client, world: World) -> Client:
    client.force_login(world.people["office.staff"])
    return client


def draft() -> Draft:
    return Draft.objects.get(public_id=ID)


def test_ea_03_a_description_alone_is_enough(office: Client, world: World) -> None:
    response = office.post(WRITE, {"description": "He lost his coverage.", "review": "1"})
    assert response.url == REVIEW
    response = office.post(REVIEW, follow=True)
    world.enter()
    case = Case.objects.get()
    page = response.content.decode()
    assert case.number in page
    assert "lead@covered-california.example" in page, "EA-25: whom to ask"
    assert case.organization == world.organizations["assembly-13"]


def test_ea_03_without_a_description_nothing_is_sent_and_nothing_is_lost(
    office: Client, world: World
) -> None:
    values = FULL | {"description": ""}
    response = office.post(WRITE, values | {"review": "1"})
    assert response.status_code == 422
    assert "Rosa Quintero" in response.content.decode()
    world.enter()
    assert draft().content["constituent_name"] == "Rosa Quintero"
    assert not Case.objects.exists()


def test_ea_04_all_six_items_reach_the_case(office: Client, world: World) -> None:
    files = {"uploads": picture("letter.png"), "release_form": picture("release.png")}
    office.post(WRITE, FULL | files | {"review": "1"})
    review = office.get(REVIEW).content.decode()
    for text in (*(v for k, v in FULL.items() if k != "date_of_birth"), "February 29, 1980"):
        assert text in review
    assert "All six items are there" in review
    office.post(REVIEW)
    world.enter()
    detail = Case.objects.get().constituent
    assert detail.date_of_birth == date(1980, 2, 29)
    assert detail.email == FULL["email"]
    assert Attachment.objects.filter(case=detail.case).count() == 2
    release = Release.objects.get()
    assert (release.state, release.channel) == ("received", "office")
    assert release.document is not None
    assert release.document.sealed_sha256, "the original is kept as evidence"
    assert not Draft.objects.exists()


def test_ea_05_what_is_missing_is_shown_and_never_in_the_way(office: Client) -> None:
    office.post(WRITE, {"description": "A", "phone": "916-555-0142", "save": "1"})
    page = office.get(WRITE).content.decode()
    assert "1 of 6" in page
    for label in (
        "Constituent&#x27;s Name",
        "Constituent&#x27;s email",
        "Case # or Application ID #",
    ):
        assert label in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", "Her number is 123-45-6789, she says."),
        ("description", "SSN 123456789"),
        ("constituent_name", "Rosa 123-45-6789"),
        ("phone", "123-45-6789"),
    ],
)
@pytest.mark.parametrize("button", ["save", "review"])
def test_ea_06_an_ssn_is_refused_beside_its_field_and_everything_else_is_kept(
    office: Client, world: World, field: str, value: str, button: str
) -> None:
    response = office.post(WRITE, FULL | {field: value, button: "1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Remove the Social Security number" in page
    assert f'id="id_{field}_error"' in page
    assert "123-45-6789" not in page
    assert "123456789" not in page
    world.enter()
    kept = draft().content
    assert "[number removed]" in kept[field]
    assert all(kept[name] == FULL[name] for name in FULL if name != field)


def test_ea_06_a_ten_digit_case_number_is_no_ssn(office: Client) -> None:
    assert office.post(WRITE, FULL | {"review": "1"}).status_code == 302


def test_ea_06_wrong_files_are_named_with_the_reason_and_good_ones_are_kept(
    office: Client, world: World
) -> None:
    word = SimpleUploadedFile("letter.docx", b"PK\x03\x04 office document")
    numbered = picture("rosa 123-45-6789.png")
    response = office.post(
        WRITE, FULL | {"uploads": [word, picture("good.png"), numbered], "review": "1"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "letter.docx: This is an office document" in page
    assert "name of the file" in page
    assert "123-45-6789" not in page
    assert "good.png" in page
    world.enter()
    assert [row.document.original_name for row in draft().files.all()] == ["good.png"]


def test_a_file_that_is_chosen_is_checked_and_kept_at_once(office: Client, world: World) -> None:
    response = office.post(
        WRITE,
        {"description": "", "uploads": [picture("good.png"), picture("1 123-45-6789.png")]},
        headers={"HX-Request": "true"},
    )
    page = response.content.decode()
    assert response.status_code == 200, "the page takes the list of files from this answer"
    assert "good.png" in page
    assert "Remove the Social Security number from the name of the file" in page
    assert "This field is required" not in page
    world.enter()
    assert draft().files.count() == 1


def test_a_kept_file_can_be_taken_out_again(office: Client, world: World) -> None:
    office.post(WRITE, FULL | {"uploads": picture("a.png"), "save": "1"})
    world.enter()
    document = Document.objects.get()
    office.post(WRITE, FULL | {"remove": str(document.public_id)})
    world.enter()
    assert not draft().files.exists()
    assert not Document.objects.exists()


def test_a_second_release_form_takes_the_place_of_the_first(office: Client, world: World) -> None:
    for name in ("first.png", "second.png"):
        office.post(WRITE, FULL | {"release_form": picture(name), "save": "1"})
    world.enter()
    assert [row.document.original_name for row in draft().files.all()] == ["second.png"]


def test_a_draft_is_listed_for_its_writer_alone(
    office: Client, world: World, client: Client
) -> None:
    office.post(WRITE, FULL | {"save": "1"})
    page = office.get("/constituent-cases/new/", follow=True).content.decode()
    assert "Continue a draft" in page
    assert WRITE in page
    other = Client()
    other.force_login(world.people["office.staff2"])
    page = other.get("/constituent-cases/new/", follow=True).content.decode()
    assert WRITE not in page
    assert "Rosa" not in other.get(WRITE).content.decode()
    assert other.post(WRITE, FULL | {"save": "1"}).status_code == 404
    assert other.post(REVIEW).status_code == 404
    assert other.post(f"{WRITE}discard/").status_code == 404


def test_sending_twice_makes_one_case(office: Client, world: World) -> None:
    office.post(WRITE, FULL | {"review": "1"})
    first, second = office.post(REVIEW), office.post(REVIEW)
    assert first.url == second.url
    assert office.get(REVIEW).url == first.url
    world.enter()
    assert Case.objects.filter(kind="constituent").count() == 1


def test_ea_03_a_birth_date_in_the_future_is_refused_before_the_review(office: Client) -> None:
    response = office.post(WRITE, FULL | {"date_of_birth": "2030-01-01", "review": "1"})
    assert response.status_code == 422
    assert "date of birth in the past" in response.content.decode()


@pytest.mark.parametrize("who", ["agent", "eru.specialist", "ea.analyst", "privacy", "admin"])
def test_only_offices_submit(client: Client, world: World, who: str) -> None:
    client.force_login(world.people[who])
    assert client.get(WRITE).status_code == 403
    assert client.post(REVIEW).status_code == 403


def test_ea_02_an_analyst_records_a_phone_call_for_an_office(client: Client, world: World) -> None:
    client.force_login(world.people["ea.analyst"])
    write = f"/constituent-cases/record/{ID}/"
    values = FULL | {
        "office": world.organizations["senate-07"].pk,
        "office_contact": "Dana Reyes",
        "channel": "phone",
    }
    assert client.post(write, values | {"review": "1"}).status_code == 302
    assert "Senate District 7" in client.get(f"{write}review/").content.decode()
    client.post(f"{write}review/")
    world.enter()
    case = Case.objects.get()
    assert case.organization == world.organizations["senate-07"]
    assert case.constituent.channel == "phone"
    assert case.constituent.office_contact == "Dana Reyes"


@pytest.mark.parametrize("who", ["office.staff", "eru.specialist", "privacy"])
def test_only_external_affairs_records(client: Client, world: World, who: str) -> None:
    client.force_login(world.people[who])
    assert client.get(f"/constituent-cases/record/{ID}/").status_code == 403


def test_ea_07_the_help_page_bears_the_title_of_the_process(office: Client) -> None:
    page = office.get("/constituent-cases/help/").content.decode()
    title = "Covered California Constituent Case Escalation Process for Government Offices"
    assert title in page


def test_the_page_of_somebody_elses_case_is_not_there(office: Client, world: World) -> None:
    office.post(WRITE, FULL | {"review": "1"})
    office.post(REVIEW)
    world.enter()
    number = Case.objects.get().number
    other = Client()
    other.force_login(world.people["other.office"])
    assert other.get(f"/constituent-cases/{number}/received/").status_code == 404


def test_an_office_without_a_release_sends_what_it_was_asked_for_and_sees_nothing_back(
    office: Client, world: World
) -> None:
    office.post(WRITE, FULL | {"review": "1"})
    office.post(REVIEW)
    world.enter()
    case = Case.objects.get()
    reply = f"/cases/{case.number}/act/reply/"
    page = office.get(reply).content.decode()
    assert "Rosa" not in page
    response = office.post(
        reply,
        {
            "message": "She moved to Fresno.",
            "uploads": [picture("one.png"), picture("two.png")],
            "release_form": picture("release.png"),
        },
        follow=True,
    )
    page = response.content.decode()
    assert "Fresno" not in page
    assert "one.png" not in page
    world.enter()
    assert Attachment.objects.filter(case=case).count() == 3
    assert Release.objects.get().state == "received"
    assert case.notes.get().audience == "detail"


@pytest.fixture
def committed(transactional_db: None) -> Iterator[World]:
    """A world with a finished draft that other connections can see."""
    with time_machine.travel(NOW, tick=True):
        with transaction.atomic():
            world = build_world()
            intake.keep(
                actor=world.actor("office.staff"), door=intake.SUBMIT, public_id=ID, content=FULL
            )
        yield world


def test_eight_submits_at_the_same_moment_make_one_case(committed: World) -> None:
    start = threading.Barrier(8)
    numbers: list[str] = []

    def submit() -> None:
        try:
            start.wait()
            with use_exchange(committed.exchange):
                actor = committed.actor("office.staff")
                case = intake.submit_draft(actor=actor, door=intake.SUBMIT, public_id=ID)
                numbers.append(case.number)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 8
    assert len(set(numbers)) == 1
    with use_exchange(committed.exchange):
        assert Case.objects.count() == 1
