"""Storing and opening documents: a row and its file live and die together."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import uuid
import weakref
from collections.abc import Iterator

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from portal.documents.models import Document
from portal.documents.refusals import UploadRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.fields import DecryptionError, decrypt_bytes, encrypt_bytes
from portal.tenancy.models import Exchange, Person

__all__ = [
    "DocumentUnavailable",
    "delete_unless_used",
    "delete_unreferenced_files",
    "open_document",
    "open_sealed_original",
    "store_document",
]

logger = logging.getLogger(__name__)
_DAY = dt.timedelta(days=1)


class DocumentUnavailable(Exception):
    """The stored file is missing, altered, or cannot be decrypted."""


def _storage() -> Storage:
    return storages["documents"]


class _UntilCommit:
    """Files written inside a transaction: kept when it commits, deleted when it does not.

    Django tells nobody of a rollback, but it forgets the callbacks that were waiting for the
    commit. This object is held by such a callback alone; when it is forgotten, the finalizer
    deletes the files. A killed process leaves them to :func:`delete_unreferenced_files`.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._finalizer = weakref.finalize(self, _delete_files, self._names)

    def write(self, name: str, content: bytes) -> str:
        """Encrypt and write; returns the name the storage gave. Raises :class:`UploadRefused`."""
        # Noted before it is written: a full disk leaves half a file behind.
        self._names.append(name)
        try:
            given = _storage().save(name, ContentFile(encrypt_bytes(content)))
        except OSError:
            logger.exception("The document storage refused a file.")
            raise UploadRefused("storage") from None
        self._names[-1] = given
        return given

    def keep(self) -> None:
        """The transaction has committed."""
        self._finalizer.detach()

    def discard(self) -> None:
        """Delete at once, not only when the last traceback that holds this object is gone."""
        self._finalizer()


def _delete_files(names: list[str]) -> None:
    for name in names:
        try:
            _storage().delete(name)
        except OSError:
            logger.exception("A file of a transaction that was rolled back was not deleted.")


def _check_quota(person: Person, size: int) -> None:
    # The lock makes two uploads at the same moment count one after the other.
    Person.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
    recent = Document.objects.added_by(person.pk, since=timezone.now() - _DAY)
    if recent.total_bytes() + size > settings.DOCUMENT_DAILY_QUOTA_BYTES:
        raise UploadRefused("quota")


def store_document(
    *,
    exchange: Exchange,
    file: File[bytes] | ScreenedFile,
    purpose: Document.Purpose,
    uploaded_by: Person | None,
    keep_original: bool = False,
) -> Document:
    """Screen ``file``, store its clean copy encrypted, and add the row.

    A :class:`ScreenedFile` (from a form or serializer that screened it already) is taken as it
    is. ``keep_original`` also keeps the untouched bytes, sealed: encrypted, with their hash,
    never served; that is for signed release forms. Without ``uploaded_by`` (mail, feeds) there is
    no quota. When the surrounding transaction rolls back, the files are deleted.

    Raises :class:`UploadRefused` or :class:`~portal.documents.refusals.SsnRefused`.
    """
    screened = file if isinstance(file, ScreenedFile) else screen_upload(file)
    now = timezone.now()
    # A name of its own, so that the public id in an address does not tell where the file lies.
    name = f"{exchange.pk}/{now.astimezone(dt.UTC):%Y/%m}/{uuid.uuid4()}"
    with transaction.atomic():
        if uploaded_by is not None:
            _check_quota(uploaded_by, screened.size)
        files = _UntilCommit()
        try:
            document = Document(
                exchange=exchange,
                original_name=screened.original_name,
                content_type=screened.content_type,
                size=screened.size,
                sha256=screened.sha256,
                pages=screened.pages,
                text_layer_checked=screened.text_layer_checked,
                purpose=purpose,
                uploaded_by=uploaded_by,
                created_at=now,
                stored_as=files.write(name, screened.content),
            )
            if keep_original:
                document.sealed_as = files.write(f"{name}.sealed", screened.original)
                document.sealed_sha256 = hashlib.sha256(screened.original).hexdigest()
            document.save()
        except BaseException:
            files.discard()
            raise
        transaction.on_commit(files.keep)
    return document


def delete_unless_used(document: Document) -> None:
    """Delete a row that nothing holds any more; one that something else holds stays.

    The storage's sweep takes the file of a row that is gone.
    """
    try:
        with transaction.atomic():
            document.delete()
    except ProtectedError:
        return


def open_document(document: Document) -> bytes:
    """The clean copy, decrypted and compared with its hash.

    The caller has decided that this person may read it, and has recorded the read.
    Raises :class:`DocumentUnavailable`.
    """
    return _open(document.stored_as, document.sha256)


def open_sealed_original(document: Document) -> bytes:
    """The untouched original of a signed release, for a court or an audit; never for a page.

    Raises :class:`DocumentUnavailable`, also when none was kept.
    """
    if not document.sealed_as:
        raise DocumentUnavailable("No original was kept.")
    return _open(document.sealed_as, document.sealed_sha256)


def _open(name: str, sha256: str) -> bytes:
    try:
        with _storage().open(name) as stored:
            content = decrypt_bytes(stored.read())
    except (OSError, DecryptionError) as error:
        raise DocumentUnavailable("The stored file cannot be read.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DocumentUnavailable("The stored file is not the one that was accepted.")
    return content


def delete_unreferenced_files(*, exchange: Exchange, older_than: dt.timedelta = _DAY) -> int:
    """Delete files of ``exchange`` that no row names, left by a killed process; returns how many.

    Runs with the exchange's scope set: the rows of another would not be seen, so only folders of
    this one are looked at. Files younger than ``older_than`` may belong to an open transaction.
    """
    storage = _storage()
    rows = Document.objects.filter(exchange=exchange)
    known = {name for row in rows.values_list("stored_as", "sealed_as") for name in row}
    deleted = 0
    for name in _files_below(storage, str(exchange.pk)):
        if name not in known and storage.get_modified_time(name) < timezone.now() - older_than:
            storage.delete(name)
            deleted += 1
    return deleted


def _files_below(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)
    for inner in folders:
        yield from _files_below(storage, f"{folder}/{inner}")
