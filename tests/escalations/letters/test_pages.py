"""Pages and API of letters, as people meet them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from escalations.letters import configuration, services
from escalations.letters.models import Letter, LetterTemplate, LetterTemplateVersion
from portal.casework.machine import Audience
from portal.ledger.models import LedgerEntry
from portal.tenancy.services import create_api_token
from tests.escalations.letters.ground import (
    ADDRESSEE,
    WORDS,
    approved,
    draft,
    template,
    ticket,
    waiting,
)
from tests.escalations.releases.ground import office_case, valid_release
from tests.world import World

TODAY = date(2025, 11, 5)


def _sign_in(client: Client, world: World, who: str) -> Client:
    client.force_login(world.people[who])
    return client


def test_a_letter_is_written_from_the_case_page_approved_by_the_lead_and_sent(
    world: World, client: Client
) -> None:
    case = ticket(world)
    template(world)
    _sign_in(client, world, "eru.specialist")
    page = client.get(reverse("casework:case", args=[case.number])).content.decode()
    write = reverse("letters:write", args=[case.number])
    assert write in page
    assert "An answer" in client.get(write).content.decode()
    answer = client.post(write, {"template": LetterTemplate.objects.get().pk})
    letter = Letter.objects.get()
    assert answer.url == reverse("letters:edit", args=[letter.public_id])
    form = client.get(answer.url)
    assert "Dear Rosa Quintero" in form.content.decode()
    client.post(
        answer.url,
        {"addressee": ADDRESSEE, "body": letter.body, "expected_version": letter.version},
    )
    client.post(reverse("letters:submit", args=[letter.public_id]))
    read = client.get(reverse("letters:letter", args=[letter.public_id])).content.decode()
    assert "somebody else has to approve it" in read
    assert "letter_approve" not in read

    _sign_in(client, world, "eru.lead")
    assert case.number in client.get(reverse("letters:waiting")).content.decode()
    approve = reverse("letters:approve", args=[letter.public_id])
    letter.refresh_from_db()
    assert "Approve and file" in client.get(approve).content.decode()
    client.post(approve, {"expected_version": letter.version})
    letter.refresh_from_db()
    assert letter.state == "approved"
    pdf = client.get(reverse("letters:pdf", args=[letter.public_id]))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("attachment")
    opened = LedgerEntry.objects.filter(action="letters.opened", data__surface="file")
    assert opened.get().case_ids == [case.pk]

    _sign_in(client, world, "eru.specialist")
    client.post(
        reverse("letters:sent", args=[letter.public_id]), {"how": "post", "sent_on": "2025-11-05"}
    )
    letter.refresh_from_db()
    assert (letter.state, letter.sent_how) == ("sent", "post")
    page = client.get(reverse("casework:case", args=[case.number])).content.decode()
    assert "Letter sent" in page


def test_what_was_typed_stays_when_somebody_else_saved_first(world: World, client: Client) -> None:
    letter = draft(world)
    specialist = world.actor("eru.specialist")
    services.edit_letter(
        actor=specialist, letter=letter, addressee=ADDRESSEE, body="Theirs, saved first."
    )
    edit = reverse("letters:edit", args=[letter.public_id])
    _sign_in(client, world, "eru.colleague")
    typed = {"addressee": "Mine", "body": "Mine, typed second.", "expected_version": letter.version}
    answer = client.post(edit, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for expected in ("Mine, typed second.", "Theirs, saved first.", "Somebody else changed"):
        assert expected in page
    again = answer.context["form"].data["expected_version"]
    client.post(edit, typed | {"expected_version": again})
    assert Letter.objects.get().body == "Mine, typed second."


def test_a_number_is_taken_out_of_what_is_shown_again_and_the_rest_stays(
    world: World, client: Client
) -> None:
    letter = draft(world)
    _sign_in(client, world, "eru.specialist")
    answer = client.post(
        reverse("letters:edit", args=[letter.public_id]),
        {
            "addressee": "A",
            "body": "Typed words and 123-45-6789.",
            "expected_version": letter.version,
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Typed words and" in page
    assert "123-45-6789" not in page


def test_what_is_left_open_is_said_on_the_letters_page(world: World, client: Client) -> None:
    template(world, body="{response}")
    letter = draft(world)
    _sign_in(client, world, "eru.specialist")
    answer = client.post(reverse("letters:submit", args=[letter.public_id]))
    assert answer.status_code == 422
    assert "[what was done about it]" in answer.content.decode()


@pytest.mark.parametrize("page", ["letter", "edit", "approve", "return", "sent", "discard", "pdf"])
def test_who_may_not_see_the_case_finds_no_letter(world: World, client: Client, page: str) -> None:
    letter = waiting(world)
    address = reverse(f"letters:{page}", args=[letter.public_id])
    _sign_in(client, world, "psu.specialist")
    assert client.get(address).status_code == 404
    _sign_in(client, world, "ea.lead")
    assert client.get(address).status_code == 404


def test_nobody_of_another_exchange_finds_a_letter(
    world: World, other_world: World, client: Client
) -> None:
    letter = waiting(world)
    _sign_in(client, other_world, "eru.lead")
    answer = client.get(reverse("letters:letter", args=[letter.public_id]))
    assert answer.status_code == 404


def test_an_office_reads_a_letter_meant_for_it_without_names_of_staff(
    world: World, client: Client
) -> None:
    template(world, audience=Audience.DETAIL)
    case = office_case(world)
    analyst = world.actor("ea.analyst")
    row = LetterTemplate.objects.get()
    letter = services.draft_letter(actor=analyst, case=case, template=row)
    services.edit_letter(actor=analyst, letter=letter, addressee=ADDRESSEE, body="The answer.")
    services.submit_letter(actor=analyst, letter=letter)
    services.approve_letter(actor=world.actor("ea.lead"), letter=letter)
    _sign_in(client, world, "office.staff")
    address = reverse("letters:letter", args=[letter.public_id])
    pdf = reverse("letters:pdf", args=[letter.public_id])
    assert client.get(address).status_code == client.get(pdf).status_code == 404
    valid_release(world, case)
    page = client.get(address).content.decode()
    assert "The answer." in page
    assert "Ea Analyst" not in page
    assert "Ea Lead" not in page
    assert client.get(pdf).status_code == 200
    opened = LedgerEntry.objects.filter(action="letters.opened", data__surface="file").get()
    assert opened.disclosed_to_id == world.organizations["assembly-13"].pk
    assert opened.release_id is not None


def test_a_writers_own_approval_page_is_refused(world: World, client: Client) -> None:
    case = ticket(world)
    row = template(world)
    lead = world.actor("eru.lead")
    letter = services.draft_letter(actor=lead, case=case, template=row)
    services.edit_letter(actor=lead, letter=letter, addressee=ADDRESSEE, body="Mine.")
    services.submit_letter(actor=lead, letter=letter)
    _sign_in(client, world, "eru.lead")
    address = reverse("letters:approve", args=[letter.public_id])
    letter.refresh_from_db()
    assert client.get(address).status_code == 403
    assert client.post(address, {"expected_version": letter.version}).status_code == 403


def test_a_template_goes_through_its_pages_from_words_to_force(
    world: World, client: Client
) -> None:
    _sign_in(client, world, "admin")
    assert client.get(reverse("letters:template-add")).status_code == 200
    client.post(
        reverse("letters:template-add"),
        {"title": "Welcome", "key": "welcome", "language": "en", "audience": "internal"},
    )
    row = LetterTemplate.objects.get()
    write = reverse("letters:version-write", args=[row.pk])
    wrong = client.post(write, {"body": "Dear {nobody}", "valid_from": "2025-11-05"})
    assert wrong.status_code == 422
    assert "{nobody}" in wrong.content.decode()
    client.post(write, {"body": WORDS, "valid_from": "2025-11-05"})
    version = LetterTemplateVersion.objects.get()
    sample = client.get(reverse("letters:version-pdf", args=[version.pk]))
    assert sample["Content-Type"] == "application/pdf"
    client.post(reverse("letters:version-submit", args=[version.pk]))
    approve = reverse("letters:version-approve", args=[version.pk])
    assert client.post(approve, {"note": ""}).status_code == 403
    _sign_in(client, world, "eru.lead")
    assert client.get(approve).status_code == 200
    version.refresh_from_db()
    read = {"expected_version": version.version}
    client.post(approve, {"note": "Legal agrees."} | read)
    page = client.get(reverse("letters:template", args=[row.pk])).content.decode()
    assert "In force" in page
    assert "Legal agrees." in page
    assert configuration.versions_in_force(world.actor("eru.specialist")) == [version]


def test_the_number_of_queries_on_the_case_page_does_not_grow_with_its_letters(
    world: World, client: Client
) -> None:
    case = ticket(world)
    draft(world, case)
    _sign_in(client, world, "eru.specialist")
    address = reverse("casework:case", args=[case.number])
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(4):
        draft(world, case)
    with CaptureQueriesContext(connection) as five:
        client.get(address)
    assert len(five) == len(one)


def test_the_api_drafts_approves_and_points_to_the_filed_pdf(world: World, client: Client) -> None:
    case = ticket(world)
    template(world)
    specialist, lead = _token(world, "eru.specialist"), _token(world, "eru.lead")
    found = client.get("/api/v1/letter-templates/", headers=specialist).json()
    assert found["results"][0]["key"] == "answer"
    begun = client.post(
        f"/api/v1/cases/{case.number}/letters/",
        {"template": "answer"},
        content_type="application/json",
        headers=specialist | {"Idempotency-Key": "first-letter-0001"},
    )
    assert begun.status_code == 201, begun.content
    letter = f"/api/v1/letters/{begun.json()['public_id']}/"
    words = {"addressee": ADDRESSEE, "body": "Settled.", "expected_version": 1}
    saved = _post(client, f"{letter}words/", specialist, words)
    assert saved.json()["version"] == 2
    assert _post(client, f"{letter}words/", specialist, words).status_code == 409
    waits = _post(client, f"{letter}submit/", specialist, {})
    seen = {"expected_version": waits.json()["version"]}
    assert _post(client, f"{letter}approve/", specialist, seen).status_code == 403
    assert _post(client, f"{letter}approve/", lead, seen).json()["state"] == "approved"
    file = client.get(letter, headers=specialist).json()["file"]
    pdf = client.get(f"/api/v1/cases/{case.number}/files/{file}/", headers=specialist)
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    stranger = _token(world, "psu.specialist")
    assert client.get(letter, headers=stranger).status_code == 404


def _post(client: Client, address: str, token: dict[str, str], data: dict[str, Any]) -> Any:
    return client.post(address, data, content_type="application/json", headers=token)


def _token(world: World, who: str) -> dict[str, str]:
    _, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="test"
    )
    return {"Authorization": f"Bearer {secret}"}


def test_an_approved_letter_is_a_file_of_the_case(world: World, client: Client) -> None:
    letter = approved(world)
    assert letter.document is not None
    _sign_in(client, world, "eru.specialist")
    address = reverse("casework:file", args=[letter.case.number, letter.document.public_id])
    assert client.get(address).status_code == 200
