"""The files of a mail: screened like every file, each by itself, and told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from notifications.inbound.parse import MailFile
from portal.documents.models import Document
from portal.documents.refusals import UploadRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.services import store_document
from portal.tenancy.actor import Actor

_RELEASE_NAME: Final = re.compile(r"(?i)release|authori[sz]ation|consent")
#: The code of a refusal for a number in a file (portal.documents.refusals.SsnRefused).
SSN: Final = "ssn_refused"


@dataclass
class Papers:
    """What of a mail's files may be kept."""

    #: Number of the file in the mail, from 1, and its clean copy.
    attachments: list[tuple[int, ScreenedFile]] = field(default_factory=list)
    release_form: tuple[int, ScreenedFile] | None = None
    #: Number in the mail and code of the refusal; never a name, which may be a person's.
    refusals: list[tuple[int, str]] = field(default_factory=list)


def screen_files(files: Sequence[MailFile]) -> Papers:
    """Screen every file; takes seconds for each, so no transaction should wait for it.

    The first paper that reads like a release form, or is called one, is taken for one: "received,
    to be checked", and no more (EA-21).
    """
    papers = Papers()
    for number, file in enumerate(files, start=1):
        try:
            screened = screen_file(file)
        except ValidationError as error:
            papers.refusals.append((number, error.code or "type"))
            continue
        is_form = screened.speaks_of_release or bool(_RELEASE_NAME.search(file.name))
        if is_form and papers.release_form is None:
            papers.release_form = (number, screened)
        else:
            papers.attachments.append((number, screened))
    return papers


def screen_file(file: MailFile) -> ScreenedFile:
    """One file's clean copy.

    Raises:
        UploadRefused: it is not accepted.
        SsnRefused: it holds a Social Security number.
    """
    return screen_upload(ContentFile(file.content, name=file.name))


@dataclass
class Stored:
    """The papers that were kept."""

    documents: list[Document] = field(default_factory=list)
    release_form: Document | None = None
    refusals: list[tuple[int, str]] = field(default_factory=list)


def store_papers(*, actor: Actor, papers: Papers) -> Stored:
    """Store what was screened, in the caller's transaction; a full storage refuses one by one."""
    stored = Stored(refusals=list(papers.refusals))
    for number, screened in papers.attachments:
        document = _store(actor, number, screened, Document.Purpose.ATTACHMENT, stored)
        if document is not None:
            stored.documents.append(document)
    if papers.release_form is not None:
        number, screened = papers.release_form
        stored.release_form = _store(actor, number, screened, Document.Purpose.RELEASE_FORM, stored)
    stored.refusals.sort()
    return stored


def _store(
    actor: Actor, number: int, file: ScreenedFile, purpose: Document.Purpose, stored: Stored
) -> Document | None:
    try:
        return store_document(
            exchange=actor.exchange,
            file=file,
            purpose=purpose,
            uploaded_by=actor.person,
            keep_original=purpose is Document.Purpose.RELEASE_FORM,
        )
    except UploadRefused as refusal:
        stored.refusals.append((number, refusal.code or "storage"))
        return None
