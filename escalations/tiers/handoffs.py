"""The note every handoff and resolution must leave: why, which papers, when (CC-19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.tiers.models import HandoffDocument, HandoffNote
from portal.casework.models import Attachment, Case
from portal.casework.projection import Section
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor

NO_RATIONALE = "Enter the decision and its reasons."
NO_DOCUMENTS = "Choose the documents exchanged or name them; write “none” if there were none."
NO_TIME = "Enter when the contact or decision took place."
IN_THE_FUTURE = "It cannot have taken place in the future."


@dataclass(frozen=True)
class Contents:
    """What a handoff records; made by :func:`checked`."""

    rationale: str
    took_place_at: datetime
    documents_text: str = ""
    documents: Sequence[Attachment] = field(default_factory=tuple)


def checked(
    *,
    rationale: str,
    took_place_at: datetime | None,
    documents: Iterable[Attachment] = (),
    documents_text: str = "",
) -> Contents:
    """The three contents, complete.

    Args:
        took_place_at: when the contact or decision took place (UTC), not when it is written down.
        documents: files of the case.
        documents_text: papers that are no files of the case, or “none”.

    Raises:
        ValidationError: one of the three is missing, all that are missing at once; or the time
            lies in the future.
        SsnRefused: a text holds a Social Security number.
    """
    rationale, documents_text = (rationale or "").strip(), (documents_text or "").strip()
    chosen = tuple(documents)
    errors = {}
    if not rationale:
        errors["rationale"] = NO_RATIONALE
    if not chosen and not documents_text:
        errors["documents_text"] = NO_DOCUMENTS
    if took_place_at is None:
        errors["took_place_at"] = NO_TIME
    elif took_place_at > timezone.now():
        errors["took_place_at"] = IN_THE_FUTURE
    if errors or took_place_at is None:
        raise ValidationError(errors)
    for name, text in (("rationale", rationale), ("documents", documents_text)):
        if contains_ssn(text):
            raise SsnRefused(f"the {name}")
    return Contents(rationale, took_place_at, documents_text, chosen)


def write_handoff(
    *, case: Case, actor: Actor, act: str, to_status: str, contents: Contents
) -> HandoffNote:
    """Store the note of an act; call it inside the act, while the case stands where it stood.

    Raises:
        ValidationError: a document is no file of the case.
    """
    own = set(Attachment.objects.filter(case=case).values_list("pk", flat=True))
    if any(document.pk not in own for document in contents.documents):
        raise ValidationError({"documents": "Choose among the files of this case."})
    note = HandoffNote.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        act=act,
        from_status=case.status,
        to_status=to_status,
        rationale=contents.rationale,
        documents_text=contents.documents_text,
        took_place_at=contents.took_place_at,
        recorded_by=actor.person,
    )
    HandoffDocument.objects.bulk_create(
        HandoffDocument(exchange_id=case.exchange_id, note=note, attachment=document)
        for document in contents.documents
    )
    return note


def handoff_sections(case: Case, labels: dict[str, str]) -> list[Section]:
    """One section a handoff, oldest first, in two statements; for readers shown the details.

    Args:
        labels: what the timeline says of each act, by key.
    """
    rows = HandoffNote.objects.filter(case=case).select_related("recorded_by")
    return [
        Section(
            f"handoff-{row.pk}",
            labels.get(row.act, row.act),
            (
                ("rationale", "Decision rationale", row.rationale),
                ("documents", "Documents exchanged", _documents(row)),
                ("took_place_at", "Took place", row.took_place_at),
                ("recorded_at", "Recorded", row.recorded_at),
                (
                    "recorded_by",
                    "Recorded by",
                    row.recorded_by.full_name if row.recorded_by else "System",
                ),
            ),
        )
        for row in rows.prefetch_related("documents__attachment__document")
    ]


def _documents(row: HandoffNote) -> str:
    names = [entry.attachment.document.original_name for entry in row.documents.all()]
    return "; ".join([*names, *([row.documents_text] if row.documents_text else [])])
