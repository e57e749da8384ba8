"""Letters on cases: drafted from a template, approved by somebody else, filed, sent (CC-10, CC-28).

Every step is an act of the case's transition table (:mod:`escalations.letters.acts`), so it is
checked, told on the timeline and recorded like any other. Only the words between two steps are
saved without one: typing is not an event.
"""

import hashlib
from collections.abc import Callable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.letters import acts
from escalations.letters.configuration import (
    local_today,
    unprintable_sentence,
    versions_in_force,
)
from escalations.letters.filling import values_for
from escalations.letters.models import Letter, LetterTemplate
from escalations.letters.pdf import Sheet, as_pdf
from escalations.letters.placeholders import fill, left_open
from escalations.letters.typeface import tidy, unprintable
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, perform, require_text
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed

#: Characters of a letter and of its address.
MOST_BODY, MOST_ADDRESSEE = 20_000, 1_000
State = Letter.State


@transaction.atomic
def draft_letter(*, actor: Actor, case: Case, template: LetterTemplate) -> Letter:
    """Begin a letter: the template in force today, filled with what the case's projection shows.

    Raises:
        Case.DoesNotExist: the actor may not know of the case, or is not shown its details.
        NotAllowed: the actor may not write letters.
        Refused: this kind of case has no letters.
        ValidationError: no version of the template is in force for this case; names the field.
        SsnRefused: the filled text holds a Social Security number.
    """
    _require_details(actor, case)
    version = next((v for v in versions_in_force(actor, case) if v.template == template), None)
    if version is None:
        raise ValidationError({"template": "Choose a letter that is in force for this case."})
    letter = Letter(
        exchange_id=case.exchange_id,
        case=case,
        template_version=version,
        audience=template.audience,
        written_by=actor.person,
        writers=_with(actor, []),
    )

    def effect(case: Case) -> Change:
        values = values_for(actor, case, language=template.language)
        letter.addressee = fill("{consumer_name}", values) if values["consumer_name"] else ""
        letter.body = fill(version.body, values)
        _refuse_ssn(letter.addressee, letter.body)
        letter.save()
        return _change(letter, "letter")

    perform(case=case, act_key=acts.DRAFTED, actor=actor, effect=effect)
    return letter


@transaction.atomic
def edit_letter(
    *,
    actor: Actor,
    letter: Letter,
    addressee: str,
    body: str,
    expected_version: int | None = None,
) -> Letter:
    """Save the words of a letter that nobody has approved and that does not wait for it.

    Args:
        expected_version: the letter's version the actor was looking at.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not write letters.
        Refused: the letter waits, is approved or was discarded.
        Conflict: somebody saved it since; names the version that stands now.
        ValidationError: a text is too long; names the field.
        SsnRefused: a text holds a Social Security number; what was stored before stays.
    """
    actor.require("letters.write")
    letter = _lock(actor, letter)
    if not letter.can_be_edited:
        raise Refused(f"This letter is “{letter.get_state_display()}”: its words stay as they are.")
    if expected_version is not None and expected_version != letter.version:
        raise Conflict(
            "Somebody else changed this letter while you had it open. Nothing of yours was saved"
            " yet: compare, then save again.",
            current_version=letter.version,
        )
    _set_words(letter, addressee, body)
    letter.written_by, letter.writers = actor.person, _with(actor, letter.writers)
    _save(letter)
    record(
        actor=actor,
        action="letters.edited",
        cases=[letter.case_id],
        fields=["letter"],
        data={"letter": letter.pk},
    )
    return letter


def submit_letter(*, actor: Actor, letter: Letter) -> Letter:
    """Send a letter for approval.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not write letters.
        Refused: it is waiting, approved or discarded.
        ValidationError: something is left to fill in, or cannot be printed; names the field.
    """

    def step(letter: Letter) -> Change:
        if not letter.can_be_edited:
            raise Refused(f"This letter is “{letter.get_state_display()}” already.")
        _check_finished(letter)
        letter.state, letter.asked_at = State.WAITING, timezone.now()
        return _change(letter, "letter")

    return _perform(actor, letter, acts.ASKED, step)


def return_letter(*, actor: Actor, letter: Letter, reason: str) -> Letter:
    """Give a letter back to its writer, saying what has to change.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not approve letters, or wrote this one.
        Refused: it does not wait for approval.
        ValidationError: no reason.
        SsnRefused: the reason holds a Social Security number.
    """
    reason = require_text("reason", reason, "what has to change")
    if contains_ssn(reason):
        raise SsnRefused("the reason")

    def step(letter: Letter) -> Change:
        _require_second_person(actor, letter)
        letter.state, letter.return_reason = State.RETURNED, reason
        return _change(letter, "letter", recipient=True)

    return _perform(actor, letter, acts.RETURNED, step)


def approve_letter(*, actor: Actor, letter: Letter, expected_version: int | None = None) -> Letter:
    """Approve a letter: its PDF is made, stored and filed on the case, for the letter's audience.

    Args:
        expected_version: the letter's version the approver has read.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not approve letters, or wrote this one.
        Refused: it does not wait for approval.
        Conflict: it was changed since the approver read it.
        ValidationError: it cannot be printed.
        UploadRefused: the document storage is full.
    """

    def step(letter: Letter) -> Change:
        _require_second_person(actor, letter)
        if expected_version is not None and expected_version != letter.version:
            raise Conflict(
                "The letter was changed after you opened it. Read it again, then decide.",
                current_version=letter.version,
            )
        _check_finished(letter)
        letter.state = State.APPROVED
        letter.approved_by, letter.approved_at = actor.person, timezone.now()
        letter.return_reason = ""
        letter.document = _store(actor, letter)
        Attachment.objects.create(
            exchange_id=letter.exchange_id,
            case=letter.case,
            document=letter.document,
            audience=letter.audience,
            added_by=actor.person,
        )
        change = _change(letter, "letter", "attachments", recipient=True)
        change.event_data["document"] = letter.document.pk
        return change

    return _perform(actor, letter, acts.APPROVED, step)


def record_sent(*, actor: Actor, letter: Letter, how: str, sent_on: date) -> Letter:
    """Record how and on which local day an approved letter went out.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not write letters.
        Refused: it is not approved, or sent already.
        ValidationError: the day lies before the approval or in the future, or the way is unknown.
    """
    if how not in Letter.Way.values:
        raise ValidationError({"how": "Choose how it was sent."})

    def step(letter: Letter) -> Change:
        if letter.state != State.APPROVED or letter.approved_at is None:
            raise Refused(f"This letter is “{letter.get_state_display()}”. It has to be approved.")
        if (
            not local_today(actor.exchange, letter.approved_at)
            <= sent_on
            <= local_today(actor.exchange)
        ):
            raise ValidationError(
                {"sent_on": "Enter a day from the day of the approval up to today."}
            )
        letter.state, letter.sent_how, letter.sent_on = State.SENT, how, sent_on
        letter.sent_by = actor.person
        change = _change(letter, "letter")
        change.event_data["how"] = how
        return change

    return _perform(actor, letter, acts.SENT, step)


def discard_letter(*, actor: Actor, letter: Letter) -> Letter:
    """Put a letter away that is not going to be sent; it stays on record.

    Raises:
        Letter.DoesNotExist: the actor is not shown the letter.
        NotAllowed: the actor may not write letters.
        Refused: it waits for approval, or is approved.
    """

    def step(letter: Letter) -> Change:
        if not letter.can_be_edited:
            raise Refused(f"This letter is “{letter.get_state_display()}” and stays.")
        letter.state = State.DISCARDED
        return _change(letter, "letter")

    return _perform(actor, letter, acts.DISCARDED, step)


def may_approve(actor: Actor, letter: Letter) -> bool:
    """Whether the actor may approve or return this letter, were it waiting."""
    return actor.may("letters.approve") and actor.person_id not in letter.writers


def sheet_of(letter: Letter, actor: Actor, *, mark: str = "") -> Sheet:
    """What is printed of a letter; dated the day of its approval, else today."""
    exchange = actor.exchange
    return Sheet(
        exchange=exchange.name,
        contact=(exchange.contact_email, exchange.contact_phone),
        number=letter.case.number,
        dated=local_today(exchange, letter.approved_at),
        language=letter.template_version.template.language,
        addressee=letter.addressee,
        body=letter.body,
        mark=mark,
    )


def screened_pdf(content: bytes, name: str) -> ScreenedFile:
    """Our own PDF in the form in which documents are stored; its text was screened as text."""
    return ScreenedFile(
        content=content,
        original=content,
        content_type="application/pdf",
        extension=".pdf",
        original_name=f"{name}.pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=None,
        height=None,
        pages=None,
        text_layer_checked=True,
    )


def file_name(letter: Letter) -> str:
    """How the file is called: by case and template, never by a person."""
    return f"{letter.case.number} {letter.template_version.template.title}"


def _store(actor: Actor, letter: Letter) -> Document:
    # Made by the portal, so it counts against nobody's share of the storage.
    return store_document(
        exchange=actor.exchange,
        file=screened_pdf(as_pdf(sheet_of(letter, actor)), file_name(letter)),
        purpose=Document.Purpose.LETTER,
        uploaded_by=None,
    )


def _perform(actor: Actor, letter: Letter, act: str, step: Callable[[Letter], Change]) -> Letter:
    """One step of a letter as an act on its case, with the letter's row locked and saved."""
    with transaction.atomic():
        letter = _lock(actor, letter)

        def effect(_case: Case) -> Change:
            change = step(letter)
            _save(letter)
            return change

        perform(case=letter.case, act_key=act, actor=actor, effect=effect)
    return letter


def _lock(actor: Actor, letter: Letter) -> Letter:
    shown = Letter.objects.visible_to(actor).filter(pk=letter.pk)
    rows = Letter.objects.select_for_update(of=("self",)).select_related(
        "case", "template_version__template", "written_by"
    )
    return rows.get(pk__in=shown.values("pk"))


def _require_details(actor: Actor, case: Case) -> None:
    shown = Case.objects.visible_to(actor).detailed_to(actor).filter(pk=case.pk)
    if not shown.exists():
        raise Case.DoesNotExist
    actor.require("letters.write")


def _require_second_person(actor: Actor, letter: Letter) -> None:
    if letter.state != State.WAITING:
        raise Refused(f"This letter is “{letter.get_state_display()}”: nothing waits for approval.")
    if not may_approve(actor, letter):
        raise NotAllowed("letters.approve", "You wrote this letter. Somebody else has to decide.")


def _set_words(letter: Letter, addressee: str, body: str) -> None:
    addressee, body = tidy(addressee).strip(), tidy(body).strip()
    errors = {}
    if not body:
        errors["body"] = "Enter the words of the letter."
    for name, text, most in (
        ("body", body, MOST_BODY),
        ("addressee", addressee, MOST_ADDRESSEE),
    ):
        if len(text) > most:
            errors[name] = f"Shorten the text to {most:,} characters."
    if errors:
        raise ValidationError(errors)
    _refuse_ssn(addressee, body)
    letter.addressee, letter.body = addressee, body


def _refuse_ssn(*texts: str) -> None:
    if any(map(contains_ssn, texts)):
        raise SsnRefused("the letter")


def _check_finished(letter: Letter) -> None:
    errors = {}
    for name in ("addressee", "body"):
        text = getattr(letter, name)
        if missing := left_open(text):
            errors[name] = f"Fill in what is still open: {', '.join(missing)}."
        elif bad := unprintable(text):
            errors[name] = unprintable_sentence(bad)
    if not letter.addressee.strip():
        errors["addressee"] = "Enter whom the letter goes to."
    if errors:
        raise ValidationError(errors)


def _change(letter: Letter, *fields: str, recipient: bool = False) -> Change:
    return Change(
        event_data={"letter": str(letter.public_id)},
        fields=fields,
        recipient=letter.written_by if recipient else None,
    )


def _with(actor: Actor, writers: list[int]) -> list[int]:
    return sorted({*writers, *([actor.person_id] if actor.person_id else [])})


def _save(letter: Letter) -> None:
    letter.version += 1
    letter.updated_at = timezone.now()
    letter.save()
