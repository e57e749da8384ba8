"""The answers to a request for information: kept one by one, sent together (SF-07, SF-08).

An answer is the organization's until it is sent: colleagues see it and may go on with it, the
reviewer does not. Two of them at once are told apart by what each had before them, so nothing is
overwritten unseen.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from portal.casework.machine import Audience, Conflict, Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, check_allowed, lock_case, machine_of, perform
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile
from portal.documents.services import delete_unless_used, store_document
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from storefronts.models import InformationItem

LONGEST_ANSWER: Final = 2_000
NEEDS_ANSWER: Final = "It needs an answer."
NEEDS_FILE: Final = "It needs a file."


class AnswerConflict(Conflict):
    """A colleague saved the same answer since the actor looked at it."""


@dataclass(frozen=True)
class ItemView:
    """One thing that was asked, as pages and the API show it; plain data."""

    id: int
    question: str
    file_required: bool
    answer: str
    file_name: str
    #: Set once the file can be fetched; empty before the answers are sent.
    file_id: UUID | None
    #: What it still lacks, as a sentence; empty: nothing.
    lacks: str
    #: Stands for the answer as it was seen; sent back with what replaces it.
    seen: str


@dataclass(frozen=True)
class Request:
    """All that was asked at one time."""

    round: int
    asked_at: datetime
    #: None: it still waits.
    sent_at: datetime | None
    items: Sequence[ItemView]

    @property
    def missing(self) -> Sequence[tuple[int, str]]:
        """Number and sentence of each item that lacks something, counted from 1."""
        return [(n, item.lacks) for n, item in enumerate(self.items, 1) if item.lacks]


def requests_of(case: Case, *, shows_unsent: bool) -> list[Request]:
    """Everything that was asked about an application, the latest request first; one statement.

    Args:
        shows_unsent: whether answers that are not sent yet are shown; only to their owners.
    """
    rows = InformationItem.objects.filter(application__case=case).select_related("document")
    by_round: dict[int, list[InformationItem]] = {}
    for row in rows.order_by("-round", "pk"):
        by_round.setdefault(row.round, []).append(row)
    return [
        Request(
            number,
            items[0].asked_at,
            items[0].sent_at,
            [_view(item, shown=shows_unsent or item.sent_at is not None) for item in items],
        )
        for number, items in by_round.items()
    ]


@transaction.atomic
def save_answer(
    *,
    case: Case,
    actor: Actor,
    item_id: int,
    answer: str,
    file: ScreenedFile | None = None,
    remove_file: bool = False,
    seen: str | None = None,
) -> ItemView:
    """Keep the answer to one item; nothing is sent.

    Args:
        file: replaces the file kept before.
        seen: the mark of the answer the actor had before them; None: whatever it was.

    Raises:
        Case.DoesNotExist: the actor may not know of the case.
        InformationItem.DoesNotExist: nothing of the kind is asked at present.
        NotAllowed: the actor's role answers no questions.
        Refused: the application does not wait for answers.
        AnswerConflict: a colleague has saved another answer meanwhile.
        SsnRefused: the answer holds a Social Security number.
        ValidationError: it is too long.
        UploadRefused: the file could not be kept.
    """
    case = lock_case(case.pk, actor=actor)
    check_allowed(machine_of(case).act("answer"), case, actor)
    item = (
        _asked_now(case).select_related("document").select_for_update(of=("self",)).get(pk=item_id)
    )
    answer = answer.replace("\r\n", "\n").strip()
    if contains_ssn(answer):
        raise SsnRefused("the answer")
    if len(answer) > LONGEST_ANSWER:
        raise ValidationError({"answer": f"Shorten the answer to {LONGEST_ANSWER:,} characters."})
    if seen is not None and seen != mark_of(item):
        raise AnswerConflict(
            "A colleague saved another answer while you wrote yours. Yours is not saved yet:"
            " compare the two, and save the one that is right.",
            current_version=case.version,
        )
    before = item.document
    if file is not None:
        item.document = store_document(
            exchange=actor.exchange,
            file=file,
            purpose=Document.Purpose.EVIDENCE,
            uploaded_by=actor.person,
        )
    elif remove_file:
        item.document = None
    item.answer = answer
    item.save(update_fields=["answer", "document"])
    if before is not None and before != item.document:
        delete_unless_used(before)
    record(
        actor=actor,
        action="storefronts.answer_saved",
        cases=[case.pk],
        fields=["answer"] if file is None else ["answer", "file"],
        data={"item": item.pk},
    )
    return _view(item, shown=True)


def send_answers(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Send every answer of the request; the review goes on (C.6 4).

    Raises:
        Refused: an item lacks something, which is named; or nothing is asked.
    """

    def effect(case: Case) -> Change:
        items = list(_asked_now(case).select_related("document").select_for_update(of=("self",)))
        if missing := missing_of(items):
            raise Refused(f"Not everything is answered yet. {missing}")
        Attachment.objects.bulk_create(
            Attachment(
                exchange_id=case.exchange_id,
                case=case,
                document=item.document,
                audience=Audience.DETAIL,
                added_by=actor.person,
            )
            for item in items
            if item.document is not None
        )
        _asked_now(case).update(sent_at=timezone.now())
        return Change(event_data={"items": len(items)}, fields=["answers"])

    return perform(
        case=case, act_key="answer", actor=actor, expected_version=expected_version, effect=effect
    )


def missing_of(items: Sequence[InformationItem]) -> str:
    """Which items lack what, as sentences; empty: none does."""
    lacking = [(n, lacks_of(item)) for n, item in enumerate(items, 1)]
    return " ".join(f"Question {n}: {lacks}" for n, lacks in lacking if lacks)


def lacks_of(item: InformationItem) -> str:
    """What an item still lacks, as a sentence; a file may be answer enough where one is asked."""
    if item.file_required and item.document_id is None:
        return NEEDS_FILE
    if not item.file_required and not item.answer:
        return NEEDS_ANSWER
    return ""


def mark_of(item: InformationItem) -> str:
    """A mark of an answer as it stands; another answer, or another file, has another."""
    stands = f"{item.pk}\0{item.document_id or ''}\0{item.answer}"
    return hashlib.sha256(stands.encode()).hexdigest()[:16]


def _asked_now(case: Case) -> QuerySet[InformationItem]:
    """The items that wait for an answer: of the latest request alone.

    What an application was rejected over stays unanswered; taken up again, it is asked anew.
    """
    rows = InformationItem.objects.filter(application__case=case)
    latest = rows.order_by("-round").values("round")[:1]
    return rows.filter(sent_at=None, round=Subquery(latest))


def _view(item: InformationItem, *, shown: bool) -> ItemView:
    document = item.document if shown else None
    return ItemView(
        id=item.pk,
        question=item.question,
        file_required=item.file_required,
        answer=item.answer if shown else "",
        file_name=document.original_name if document else "",
        file_id=document.public_id if document and item.sent_at else None,
        lacks="" if item.sent_at else lacks_of(item),
        seen=mark_of(item) if shown else "",
    )
