"""A letter from draft to sent: two people, one PDF on the case, nothing seen by outsiders."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from escalations.constituent import services as constituent
from escalations.letters import services
from escalations.letters.filling import values_for
from escalations.letters.models import Letter, LetterTemplate
from notifications.catalogue.letters import approvers
from portal.casework.common_acts import take_case
from portal.casework.machine import Audience, Conflict, Refused
from portal.casework.models import Attachment, Case, OutboxMessage, TimelineEvent
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.services import open_document
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.escalations.appeals.ground import configure, open_appeal
from tests.escalations.letters.ground import (
    ADDRESSEE,
    approved,
    draft,
    template,
    text_of,
    ticket,
    waiting,
)
from tests.escalations.releases.ground import office_case, valid_release
from tests.world import World

TODAY = date(2025, 11, 5)


def test_cc10_a_draft_is_filled_from_the_case(world: World) -> None:
    case = ticket(world)
    row = template(world)
    letter = services.draft_letter(actor=world.actor("eru.specialist"), case=case, template=row)
    assert letter.body == (
        f"Dear Rosa Quintero,\n\nWe looked into {case.number} of November 5, 2025.\n\n"
        "Eru Specialist"
    )
    assert letter.addressee == "Rosa Quintero"


def test_cc10_a_letter_on_an_appeal_names_the_appellant_and_the_appellants_number(
    world: World,
) -> None:
    configure(world)
    specialist = world.actor("appeals.specialist")
    case = take_case(case=open_appeal(world), actor=specialist)
    row = template(world, body="Dear {consumer_name}, your number is {consumer_case_number}.")
    letter = services.draft_letter(actor=specialist, case=case, template=row)
    assert letter.body == "Dear Marisol Vega, your number is 5001234567."


def test_a_letters_words_are_encrypted_in_the_database(world: World) -> None:
    letter = draft(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, addressee FROM letters_letter WHERE id = %s", [letter.pk])
        stored = " ".join(cursor.fetchone())
    assert "Rosa" not in stored


def test_reading_the_case_for_a_letter_is_recorded(world: World) -> None:
    case = ticket(world)
    before = LedgerEntry.objects.filter(action="casework.viewed").count()
    values_for(world.actor("eru.specialist"), case, language="en")
    looks = LedgerEntry.objects.filter(action="casework.viewed", data__surface="letter")
    assert looks.count() == before + 1


def test_what_the_case_does_not_tell_is_a_gap_that_stops_the_approval(world: World) -> None:
    template(world, body="Dear {consumer_name},\n\n{response}")
    letter = draft(world)
    with pytest.raises(ValidationError, match="what was done about it"):
        services.submit_letter(actor=world.actor("eru.specialist"), letter=letter)


def test_cc28_the_writer_of_a_letter_cannot_approve_it(world: World) -> None:
    case = ticket(world)
    row = template(world)
    lead = world.actor("eru.lead")
    letter = services.draft_letter(actor=lead, case=case, template=row)
    services.edit_letter(actor=lead, letter=letter, addressee=ADDRESSEE, body=letter.body)
    services.submit_letter(actor=lead, letter=letter)
    with pytest.raises(NotAllowed, match="You wrote this letter"):
        services.approve_letter(actor=lead, letter=letter)
    with pytest.raises(NotAllowed, match="You wrote this letter"):
        services.return_letter(actor=lead, letter=letter, reason="No.")


def test_cc28_a_lead_who_changed_a_word_cannot_approve_the_letter(world: World) -> None:
    letter = draft(world)
    lead = world.actor("eru.lead")
    services.edit_letter(actor=lead, letter=letter, addressee=ADDRESSEE, body="The lead's words.")
    specialist = world.actor("eru.specialist")
    services.edit_letter(actor=specialist, letter=letter, addressee=ADDRESSEE, body="Other.")
    services.submit_letter(actor=specialist, letter=letter)
    with pytest.raises(NotAllowed):
        services.approve_letter(actor=lead, letter=letter)


def test_a_specialist_of_the_unit_cannot_approve(world: World) -> None:
    letter = waiting(world)
    with pytest.raises(NotAllowed):
        services.approve_letter(actor=world.actor("eru.colleague"), letter=letter)


def test_cc10_an_approved_letter_is_filed_on_the_case_as_pdf(world: World) -> None:
    letter = approved(world)
    attachment = Attachment.objects.get(case=letter.case)
    document = attachment.document
    assert letter.document == document
    assert document.purpose == Document.Purpose.LETTER
    assert (document.content_type, attachment.audience) == ("application/pdf", "internal")
    assert "Rosa" not in document.original_name
    words = text_of(open_document(document))
    for expected in ("Rosa Quintero", "12 Example Street", letter.case.number, "Eru Specialist"):
        assert expected in words


def test_every_step_leaves_an_event_and_a_ledger_row(world: World) -> None:
    letter = approved(world)
    services.record_sent(
        actor=world.actor("eru.specialist"), letter=letter, how="post", sent_on=TODAY
    )
    verbs = list(
        TimelineEvent.objects.filter(case=letter.case, verb__startswith="letter_")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["letter_drafted", "letter_asked", "letter_approved", "letter_sent"]
    acts = LedgerEntry.objects.filter(data__act__startswith="letter_").order_by("pk")
    assert [entry.data["act"] for entry in acts] == verbs
    assert "Rosa" not in repr([entry.data for entry in LedgerEntry.objects.all()])


def test_letters_leave_the_cases_version_alone(world: World) -> None:
    case = ticket(world)
    before = Case.objects.get(pk=case.pk).version
    approved(world, case)
    assert Case.objects.get(pk=case.pk).version == before


def test_messages_go_to_staff_with_no_personal_data(world: World) -> None:
    letter = waiting(world)
    services.return_letter(actor=world.actor("eru.lead"), letter=letter, reason="Rosa who?")
    services.submit_letter(actor=world.actor("eru.specialist"), letter=letter)
    services.approve_letter(actor=world.actor("eru.lead"), letter=letter)
    messages = OutboxMessage.objects.filter(key__startswith="letter.").order_by("pk")
    assert [(m.key, m.recipient_id) for m in messages] == [
        ("letter.approval_asked", None),
        ("letter.returned", world.people["eru.specialist"].pk),
        ("letter.approval_asked", None),
        ("letter.approved", world.people["eru.specialist"].pk),
    ]
    assert "Rosa" not in repr([message.data for message in messages])
    assert set(approvers(messages[0])) == {world.people["eru.lead"]}


def test_a_returned_letter_can_be_changed_and_sent_again(world: World) -> None:
    letter = waiting(world)
    specialist = world.actor("eru.specialist")
    with pytest.raises(Refused, match="Waiting"):
        services.edit_letter(actor=specialist, letter=letter, addressee="", body="x")
    with pytest.raises(ValidationError):
        services.return_letter(actor=world.actor("eru.lead"), letter=letter, reason=" ")
    letter = services.return_letter(actor=world.actor("eru.lead"), letter=letter, reason="Warmer.")
    assert letter.return_reason == "Warmer."
    services.edit_letter(actor=specialist, letter=letter, addressee=ADDRESSEE, body="Warmer.")
    services.submit_letter(actor=specialist, letter=letter)
    letter = services.approve_letter(actor=world.actor("eru.lead"), letter=letter)
    assert (letter.state, letter.return_reason) == ("approved", "")


def test_an_approved_letter_never_changes(world: World) -> None:
    letter = approved(world)
    specialist, lead = world.actor("eru.specialist"), world.actor("eru.lead")
    for attempt in (
        lambda: services.edit_letter(actor=specialist, letter=letter, addressee="", body="x"),
        lambda: services.submit_letter(actor=specialist, letter=letter),
        lambda: services.approve_letter(actor=lead, letter=letter),
        lambda: services.return_letter(actor=lead, letter=letter, reason="Late."),
        lambda: services.discard_letter(actor=specialist, letter=letter),
    ):
        with pytest.raises(Refused):
            attempt()


def test_a_stale_edit_is_a_conflict_and_changes_nothing(world: World) -> None:
    letter = draft(world)
    specialist = world.actor("eru.specialist")
    stale = letter.version
    services.edit_letter(
        actor=specialist, letter=letter, addressee="A", body="First", expected_version=stale
    )
    with pytest.raises(Conflict):
        services.edit_letter(
            actor=specialist, letter=letter, addressee="B", body="Second", expected_version=stale
        )
    assert Letter.objects.get(pk=letter.pk).body == "First"


def test_an_approver_approves_only_the_version_they_have_read(world: World) -> None:
    letter = waiting(world)
    with pytest.raises(Conflict):
        services.approve_letter(
            actor=world.actor("eru.lead"), letter=letter, expected_version=letter.version - 1
        )


def test_a_letter_with_a_social_security_number_is_refused_and_the_old_words_stay(
    world: World,
) -> None:
    letter = draft(world)
    with pytest.raises(SsnRefused):
        services.edit_letter(
            actor=world.actor("eru.specialist"),
            letter=letter,
            addressee="",
            body="Your number is 123-45-6789.",
        )
    assert "123-45" not in Letter.objects.get(pk=letter.pk).body
    with pytest.raises(SsnRefused):
        services.return_letter(
            actor=world.actor("eru.lead"), letter=letter, reason="Take out 123-45-6789."
        )


@pytest.mark.parametrize("days", [-1, 1])
def test_a_letter_is_sent_between_its_approval_and_today(world: World, days: int) -> None:
    letter = approved(world)
    with pytest.raises(ValidationError, match="up to today"):
        services.record_sent(
            actor=world.actor("eru.specialist"),
            letter=letter,
            how="fax",
            sent_on=TODAY + timedelta(days=days),
        )


def test_a_letter_that_nobody_approved_cannot_be_sent(world: World) -> None:
    with pytest.raises(Refused, match="has to be approved"):
        services.record_sent(
            actor=world.actor("eru.specialist"), letter=draft(world), how="post", sent_on=TODAY
        )


def test_another_unit_can_neither_write_nor_see_a_letter_on_the_case(world: World) -> None:
    letter = draft(world)
    stranger = world.actor("psu.specialist")
    row = letter.template_version.template
    with pytest.raises(Case.DoesNotExist):
        services.draft_letter(actor=stranger, case=letter.case, template=row)
    with pytest.raises(Letter.DoesNotExist):
        services.edit_letter(actor=stranger, letter=letter, addressee="", body="x")
    assert not Letter.objects.visible_to(stranger).exists()


def test_an_office_sees_only_approved_letters_meant_for_it_and_only_under_a_release(
    world: World,
) -> None:
    template(world)
    case = office_case(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    inside = _letter_of_external_affairs(world, case)
    outside = _letter_of_external_affairs(world, case)
    Letter.objects.filter(pk=outside.pk).update(audience=Audience.DETAIL)
    staff = world.actor("office.staff")
    services.approve_letter(actor=world.actor("ea.lead"), letter=inside)
    assert not Letter.objects.visible_to(staff).exists()
    valid_release(world, case)
    staff = world.actor("office.staff")
    assert not Letter.objects.visible_to(staff).exists()
    services.approve_letter(actor=world.actor("ea.lead"), letter=outside)
    assert list(Letter.objects.visible_to(staff)) == [outside]
    assert not Letter.objects.visible_to(world.actor("other.office")).exists()


def test_an_office_cannot_write_a_letter(world: World) -> None:
    row = template(world)
    case = office_case(world)
    valid_release(world, case)
    with pytest.raises(NotAllowed):
        services.draft_letter(actor=world.actor("office.staff"), case=case, template=row)


def test_a_template_that_does_not_serve_the_case_is_refused(world: World) -> None:
    row = template(world, serves=["form-1095a"])
    with pytest.raises(ValidationError, match="in force for this case"):
        services.draft_letter(actor=world.actor("eru.specialist"), case=ticket(world), template=row)


def _letter_of_external_affairs(world: World, case: Case) -> Letter:
    analyst = world.actor("ea.analyst")
    row = LetterTemplate.objects.get(exchange=world.exchange)
    letter = services.draft_letter(actor=analyst, case=case, template=row)
    services.edit_letter(actor=analyst, letter=letter, addressee=ADDRESSEE, body="The answer.")
    return services.submit_letter(actor=analyst, letter=letter)
