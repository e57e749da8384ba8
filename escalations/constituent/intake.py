"""From a draft to a case: what was typed and added is kept, checked, and sent once (EA-02…EA-06).

The office's own form and the analyst's record of a call or letter are the same three steps: write,
review, send. The draft is the one thing both work on.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from escalations.constituent.forms import RecordForm, SubmitForm
from escalations.constituent.models import Item
from escalations.constituent.services import submit_case
from portal.casework import drafts
from portal.casework.models import Case, Draft
from portal.documents.models import Document
from portal.documents.screening import screen_upload
from portal.documents.services import store_document
from portal.documents.ssn import redact
from portal.tenancy.actor import Actor

ATTACHMENT, RELEASE_FORM = "attachment", "release_form"


@dataclass(frozen=True)
class Door:
    """One way a case is typed in."""

    #: Key of the draft's form and of the permission action alike.
    key: str
    form: type[SubmitForm]


SUBMIT = Door("constituent.submit", SubmitForm)
RECORD = Door("constituent.record", RecordForm)


@dataclass(frozen=True)
class FileRow:
    """A file kept with a draft."""

    public_id: str
    name: str
    size: int
    is_release_form: bool


@dataclass(frozen=True)
class Completeness:
    """How much of the list of six is there (EA-05); shown, never enforced."""

    given: int
    total: int
    missing: Sequence[str]


def find_draft(*, actor: Actor, door: Door, public_id: uuid.UUID) -> Draft | None:
    """The actor's draft with this id; None when nothing is kept under it yet."""
    return drafts.drafts_of(actor=actor, form=door.key).filter(public_id=public_id).first()


def files_of(draft: Draft | None) -> list[FileRow]:
    """The draft's files, in the order they were added."""
    if draft is None:
        return []
    return [
        FileRow(
            public_id=str(row.document.public_id),
            name=row.document.original_name,
            size=row.document.size,
            is_release_form=row.purpose == RELEASE_FORM,
        )
        for row in drafts.documents_of(draft)
    ]


def completeness(content: Mapping[str, Any], files: Sequence[FileRow]) -> Completeness:
    """Reckon the list of six against what is kept."""
    missing = [
        item.label
        for item in Item
        if not (
            any(file.is_release_form for file in files)
            if item is Item.RELEASE
            else str(content.get(item.value) or "").strip()
        )
    ]
    return Completeness(len(Item) - len(missing), len(Item), missing)


@transaction.atomic
def keep(*, actor: Actor, door: Door, public_id: uuid.UUID, content: Mapping[str, Any]) -> Draft:
    """Keep what is typed.

    Raises:
        SsnRefused: a text holds a Social Security number.
        ValidationError: the texts are too long, or there are too many drafts.
        Draft.DoesNotExist: the id is somebody else's.
    """
    return drafts.save_draft(actor=actor, form=door.key, content=content, public_id=public_id)


def add_files(
    *, actor: Actor, draft: Draft, files: Sequence[File[bytes]], purpose: str = ATTACHMENT
) -> list[str]:
    """Screen and keep each file by itself; returns a sentence for each that was refused.

    A second release form takes the place of the first.
    """
    refused = []
    for file in files:
        try:
            _add_file(actor, draft, file, purpose)
        except ValidationError as error:
            # A name may hold the very number that was refused.
            refused.append(f"{redact(file.name or 'File')}: {' '.join(error.messages)}")
    return refused


@transaction.atomic
def _add_file(actor: Actor, draft: Draft, file: File[bytes], purpose: str) -> None:
    is_form = purpose == RELEASE_FORM
    document = store_document(
        exchange=actor.exchange,
        file=screen_upload(file),
        purpose=Document.Purpose.RELEASE_FORM if is_form else Document.Purpose.ATTACHMENT,
        uploaded_by=actor.person,
        keep_original=is_form,
    )
    if is_form:
        for row in drafts.documents_of(draft).filter(purpose=RELEASE_FORM):
            drafts.remove_document(actor=actor, draft=draft, public_id=row.document.public_id)
    drafts.add_document(actor=actor, draft=draft, document=document, purpose=purpose)


@transaction.atomic
def submit_draft(*, actor: Actor, door: Door, public_id: uuid.UUID) -> Case:
    """Make the draft a case, exactly once.

    A second submit of the same draft, even at the same moment, answers the case the first made.

    Raises:
        Draft.DoesNotExist: the actor never had such a draft.
        ValidationError: something is missing or wrong by now; names the fields.
    """
    rows = drafts.drafts_of(actor=actor, form=door.key).select_for_update()
    draft = rows.filter(public_id=public_id).first()
    if draft is None:
        if made := case_made_of(actor=actor, public_id=public_id):
            return made
        raise Draft.DoesNotExist
    form = door.form(dict(draft.content), actor=actor)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    kept = list(drafts.documents_of(draft))
    forms = [row.document for row in kept if row.purpose == RELEASE_FORM]
    case = submit_case(
        actor=actor,
        documents=[row.document for row in kept if row.purpose == ATTACHMENT],
        release_form=forms[-1] if forms else None,
        draft_id=public_id,
        **{name: _or_blank(name, value) for name, value in form.cleaned_data.items()},
    )
    drafts.discard_draft(actor=actor, public_id=public_id)
    return case


def _or_blank(name: str, value: Any) -> Any:
    return "" if value is None and name != "date_of_birth" else value


def case_made_of(*, actor: Actor, public_id: uuid.UUID) -> Case | None:
    """The case the actor's draft with this id became; None when it became none."""
    return (
        Case.objects.visible_to(actor)
        .filter(
            opened_by_id=actor.person_id,
            events__verb="opened",
            events__data__draft=str(public_id),
        )
        .first()
    )
