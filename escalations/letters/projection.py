"""Letters as plain data: the words for those the gate shows them, names of staff inside only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from escalations.letters.models import Letter
from escalations.letters.placeholders import paragraphs_of
from escalations.letters.services import may_approve
from portal.casework.models import Case
from portal.tenancy.actor import Actor
from portal.tenancy.sight import prepared_for

State = Letter.State
_TONES = {
    State.DRAFT: "neutral",
    State.WAITING: "warning",
    State.RETURNED: "danger",
    State.APPROVED: "info",
    State.SENT: "success",
    State.DISCARDED: "neutral",
}
#: Never loaded for a list: they are opened one at a time, and the look is recorded.
_WORDS = ("addressee", "body", "return_reason")


@dataclass(frozen=True)
class LetterRow:
    """One line of a case's list of letters."""

    public_id: uuid.UUID
    number: str
    title: str
    language: str
    state: str
    label: str
    tone: str
    audience: str
    created_at: datetime
    asked_at: datetime | None
    approved_at: datetime | None
    sent_on: date | None
    sent_how: str
    #: Empty for readers outside the exchange.
    written_by: str
    approved_by: str
    is_mine: bool


@dataclass(frozen=True)
class LetterView:
    """One letter with its words."""

    row: LetterRow
    language_code: str
    addressee: str
    body: str
    paragraphs: Sequence[str]
    version: int
    template_number: int
    return_reason: str = ""
    #: Keys of what the reader may do with it now: edit, submit, approve, return, sent, discard.
    acts: Sequence[str] = ()


def letters_of(case: Case, actor: Actor) -> list[LetterRow]:
    """The letters of a case for this reader, oldest first, in one statement."""
    query = prepared_for(
        actor, "letters.of_case", lambda sight, slots: _letters(sight, slots.integer("case"))
    )
    rows = query.rows(case=case.pk) if query else _letters(actor, case.pk)
    return [row_of(row, actor) for row in rows]


def _letters(actor: Actor, case_id: int) -> QuerySet[Letter]:
    return (
        Letter.objects.visible_to(actor)
        .filter(case_id=case_id)
        .select_related("case", "template_version__template", "written_by", "approved_by")
        .defer(*_WORDS)
    )


def waiting_for(actor: Actor) -> list[LetterRow]:
    """Letters that wait for approval and that the actor is shown, longest first."""
    rows = (
        Letter.objects.visible_to(actor)
        .filter(state=State.WAITING)
        .select_related("case", "template_version__template", "written_by", "approved_by")
        .defer(*_WORDS)
        .order_by("asked_at", "pk")[:200]
    )
    return [row_of(row, actor) for row in rows]


def row_of(letter: Letter, actor: Actor) -> LetterRow:
    """One letter without its words."""
    template = letter.template_version.template
    inside = not actor.is_outside
    state = State(letter.state)
    return LetterRow(
        public_id=letter.public_id,
        number=letter.case.number,
        title=template.title,
        language=template.get_language_display(),
        state=letter.state,
        label=state.label,
        tone=_TONES[state],
        audience=letter.audience,
        created_at=letter.created_at,
        asked_at=letter.asked_at if inside else None,
        approved_at=letter.approved_at,
        sent_on=letter.sent_on,
        sent_how=letter.get_sent_how_display() if letter.sent_how else "",
        written_by=letter.written_by.full_name if inside and letter.written_by else "",
        approved_by=letter.approved_by.full_name if inside and letter.approved_by else "",
        is_mine=actor.person_id in letter.writers,
    )


def project_letter(letter: Letter, actor: Actor) -> LetterView:
    """One letter with its words, for somebody whom the gate shows it; the caller records it."""
    return LetterView(
        row=row_of(letter, actor),
        language_code=letter.template_version.template.language,
        addressee=letter.addressee,
        body=letter.body,
        paragraphs=paragraphs_of(letter.body),
        version=letter.version,
        template_number=letter.template_version.number,
        return_reason="" if actor.is_outside else letter.return_reason,
        acts=() if actor.read_only else acts_of(letter, actor),
    )


def acts_of(letter: Letter, actor: Actor) -> list[str]:
    """What the reader may do with the letter as it stands."""
    found = []
    if actor.may("letters.write"):
        if letter.can_be_edited:
            found += ["edit", "submit", "discard"]
        elif letter.state == State.APPROVED:
            found.append("sent")
    if letter.state == State.WAITING and may_approve(actor, letter):
        found += ["approve", "return"]
    return found
