"""What somebody is typing, kept so that a closed window or an ended session loses nothing.

A draft is its writer's alone: nobody else, lead or administrator, can open one. Its content is
encrypted, and screened for Social Security numbers before it is stored (EA-06).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.casework.models import Draft, DraftDocument
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.screening import screen_upload
from portal.documents.services import delete_unless_used, store_document
from portal.documents.ssn import contains_ssn, redact
from portal.documents.validation import texts_within
from portal.tenancy.actor import Actor

#: Characters of all texts of one draft together.
LIMIT: Final = 50_000
#: Drafts of one form that one person may keep.
MOST: Final = 40


def drafts_of(*, actor: Actor, form: str | None = None) -> QuerySet[Draft]:
    """The actor's own drafts in this exchange, latest first; of one form when it is named."""
    rows = Draft.objects.filter(exchange_id=actor.exchange_id, person=actor.person)
    return rows.filter(form=form) if form else rows


def load_draft(*, actor: Actor, public_id: uuid.UUID | str) -> Draft:
    """One of the actor's drafts.

    Raises:
        Draft.DoesNotExist: there is none, or it is somebody else's; the two are one answer.
    """
    return drafts_of(actor=actor).get(public_id=public_id)


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    form: str,
    content: Mapping[str, Any],
    public_id: uuid.UUID | str | None = None,
) -> Draft:
    """Keep what is typed so far; an existing draft's content is replaced.

    Args:
        form: key of the form, e.g. ``constituent.submit``.
        content: the form's texts by field name.
        public_id: the draft to replace. A page may choose the id of a draft that is not there
            yet, so that saving twice at the same moment makes one draft.

    Raises:
        SsnRefused: a text holds a Social Security number; what was stored before stays.
        ValidationError: the texts are too long, or there are too many drafts.
        Draft.DoesNotExist: the id is that of somebody else's draft, or of another form.
    """
    texts = list(texts_within(content))
    if any(map(contains_ssn, texts)):
        raise SsnRefused("the draft")
    if sum(map(len, texts)) > LIMIT:
        raise ValidationError("The text is too long to be kept as a draft. Shorten it.")
    if public_id and (draft := _find(actor, public_id)):
        return _replace(draft, form, content)
    if drafts_of(actor=actor, form=form).count() >= MOST:
        raise ValidationError("You have too many drafts of this form. Send or delete one first.")
    try:
        with transaction.atomic():
            return Draft.objects.create(  # type: ignore[misc]  # a JSON column and an actor
                exchange_id=actor.exchange_id,
                person=actor.person,
                form=form,
                content=dict(content),
                **({"public_id": public_id} if public_id else {}),
            )
    except IntegrityError:
        # Saved a moment ago by the same page, or the id is somebody else's.
        if draft := _find(actor, public_id):
            return _replace(draft, form, content)
        raise Draft.DoesNotExist from None


@transaction.atomic
def discard_draft(*, actor: Actor, public_id: uuid.UUID | str) -> None:
    """Delete a draft, and those of its files that nothing else holds by now.

    Raises:
        Draft.DoesNotExist: the actor has no such draft.
    """
    draft = load_draft(actor=actor, public_id=public_id)
    documents = list(draft.documents.all())
    draft.delete()
    for document in documents:
        delete_unless_used(document)


def documents_of(draft: Draft) -> QuerySet[DraftDocument]:
    """The draft's files in the order they were added, each with its document."""
    return draft.files.select_related("document").order_by("pk")


@transaction.atomic
def add_document(*, actor: Actor, draft: Draft, document: Document, purpose: str) -> DraftDocument:
    """Keep a stored file with a draft until the case exists.

    Raises:
        Draft.DoesNotExist: the draft is not the actor's.
        Document.DoesNotExist: the document was not added by the actor.
    """
    draft = load_draft(actor=actor, public_id=draft.public_id)
    if document.uploaded_by_id != actor.person_id or actor.person_id is None:
        raise Document.DoesNotExist
    _touch(draft)
    return DraftDocument.objects.create(
        exchange_id=actor.exchange_id, draft=draft, document=document, purpose=purpose
    )


@transaction.atomic
def files_of(draft: Draft | None) -> list[Document]:
    """The draft's files, in the order they were added; none of no draft."""
    return [row.document for row in documents_of(draft)] if draft else []


def add_files(*, actor: Actor, draft: Draft, files: Iterable[File[bytes]]) -> list[str]:
    """Screen and keep each file by itself; returns a sentence for each that was refused."""
    refused = []
    for file in files:
        try:
            _add_file(actor, draft, file)
        except ValidationError as error:
            # A name may hold the very number that was refused.
            refused.append(f"{redact(file.name or 'File')}: {' '.join(error.messages)}")
    return refused


@transaction.atomic
def _add_file(actor: Actor, draft: Draft, file: File[bytes]) -> None:
    document = store_document(
        exchange=actor.exchange,
        file=screen_upload(file),
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=actor.person,
    )
    add_document(actor=actor, draft=draft, document=document, purpose="attachment")


def remove_document(*, actor: Actor, draft: Draft, public_id: uuid.UUID | str) -> None:
    """Take a file out of a draft; ``public_id`` is the document's.

    Raises:
        Draft.DoesNotExist: the draft is not the actor's.
        Document.DoesNotExist: the draft has no such file.
    """
    draft = load_draft(actor=actor, public_id=draft.public_id)
    row = documents_of(draft).filter(document__public_id=public_id).first()
    if row is None:
        raise Document.DoesNotExist
    row.delete()
    _touch(draft)
    delete_unless_used(row.document)


def _find(actor: Actor, public_id: uuid.UUID | str | None) -> Draft | None:
    if public_id is None:
        return None
    return drafts_of(actor=actor).select_for_update().filter(public_id=public_id).first()


def _replace(draft: Draft, form: str, content: Mapping[str, Any]) -> Draft:
    if draft.form != form:
        raise Draft.DoesNotExist
    draft.content = dict(content)
    _touch(draft, "content")
    return draft


def _touch(draft: Draft, *changed: str) -> None:
    draft.updated_at = timezone.now()
    draft.save(update_fields=[*changed, "updated_at"])
