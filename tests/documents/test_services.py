"""H-1, E-8: a document's row and its file live and die together, and the file is unreadable."""

from __future__ import annotations

import datetime as dt
import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from pytest_django import Settings

from portal.documents.models import Document
from portal.documents.refusals import UploadRefused
from portal.documents.responses import attachment_response, content_disposition
from portal.documents.screening import screen_upload
from portal.documents.services import (
    DocumentUnavailable,
    delete_unreferenced_files,
    open_document,
    open_sealed_original,
    store_document,
)
from portal.tenancy.models import Exchange, Person
from portal.tenancy.scope import use_exchange
from tests.documents import hostile

PDF = hostile.letter("canary text")


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Where files are stored in this test."""
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "documents": backend}
    return tmp_path


@pytest.fixture
def exchange(db: None) -> Exchange:
    return Exchange.objects.create(
        slug="golden", name="Golden Exchange", short_name="Golden", time_zone="America/Los_Angeles"
    )


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user("ada@office.example", full_name="Ada Office")


@pytest.fixture(autouse=True)
def _scope(request: pytest.FixtureRequest, folder: Path) -> Iterator[None]:
    """Work in the exchange's scope, but for tests that open transactions of their own."""
    if "transactional_db" in request.fixturenames:
        yield
        return
    with use_exchange(request.getfixturevalue("exchange")):
        yield


def store(exchange: Exchange, person: Person | None = None, **options: bool) -> Document:
    file = ContentFile(PDF, name="Letter of María.pdf")
    return store_document(
        exchange=exchange,
        file=file,
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=person,
        **options,
    )


class CallOff(Exception):
    """Something later in the same transaction went wrong."""


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_stored_document_opens_as_its_clean_copy(exchange: Exchange, person: Person) -> None:
    document = Document.objects.get(pk=store(exchange, person).pk)
    assert document.original_name == "Letter of María.pdf"
    assert open_document(document).startswith(b"%PDF-")
    assert (document.pages, document.sealed_sha256) == (1, "")


def test_what_lies_on_the_disk_tells_nothing(exchange: Exchange, folder: Path) -> None:
    document = store(exchange, keep_original=True)
    paths = files_in(folder)
    assert len(paths) == 2
    for path in paths:
        name = str(path.relative_to(folder))
        assert re.fullmatch(rf"{exchange.pk}/\d{{4}}/\d\d/[0-9a-f-]{{36}}(\.sealed)?", name)
        assert str(document.public_id) not in name
        assert b"%PDF" not in path.read_bytes()


def test_the_original_of_a_release_is_kept_sealed_and_is_not_what_is_served(
    exchange: Exchange,
) -> None:
    document = store(exchange, keep_original=True)
    assert open_sealed_original(document) == PDF
    assert open_document(document) != PDF
    assert attachment_response(document).content != PDF


def test_without_a_kept_original_there_is_nothing_to_unseal(exchange: Exchange) -> None:
    with pytest.raises(DocumentUnavailable):
        open_sealed_original(store(exchange))


def test_a_rolled_back_transaction_leaves_no_file(exchange: Exchange, folder: Path) -> None:
    with suppress(CallOff), transaction.atomic():
        store(exchange, keep_original=True)
        assert len(files_in(folder)) == 2
        raise CallOff
    assert files_in(folder) == []
    assert not Document.objects.exists()


def test_a_rolled_back_savepoint_takes_only_its_own_file(exchange: Exchange, folder: Path) -> None:
    kept = store(exchange)
    with suppress(CallOff), transaction.atomic():
        store(exchange)
        raise CallOff
    assert [path.name for path in files_in(folder)] == [Path(kept.stored_as).name]


@pytest.mark.django_db(transaction=True)
def test_a_committed_transaction_keeps_its_file(transactional_db: None, folder: Path) -> None:
    exchange = Exchange.objects.create(
        slug="kept", name="Kept", short_name="Kept", time_zone="America/New_York"
    )
    with use_exchange(exchange):
        document = store(exchange)
    assert len(files_in(folder)) == 1
    with use_exchange(exchange):
        assert open_document(Document.objects.get(pk=document.pk))


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 100 bytes: writes fail half way, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_with_a_sentence_and_leaves_no_file(
    exchange: Exchange, folder: Path
) -> None:
    screened = screen_upload(ContentFile(PDF, name="a.pdf"))
    with (
        full_disk(),
        pytest.raises(UploadRefused, match="could not be stored"),
        transaction.atomic(),
    ):
        store_document(
            exchange=exchange,
            file=screened,
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=None,
        )
    assert files_in(folder) == []
    assert not Document.objects.exists()


def test_one_person_may_add_only_so_much_in_a_day(
    exchange: Exchange, person: Person, settings: Settings
) -> None:
    first = store(exchange, person)
    settings.DOCUMENT_DAILY_QUOTA_BYTES = first.size * 2 - 1
    with pytest.raises(UploadRefused, match="tomorrow"):
        store(exchange, person)
    Document.objects.filter(pk=first.pk).update(created_at=first.created_at - dt.timedelta(days=1))
    assert store(exchange, person)


def test_a_file_that_was_swapped_or_lost_is_not_served(exchange: Exchange, folder: Path) -> None:
    one, other = store(exchange), store(exchange, keep_original=True)
    one.stored_as, other.stored_as = other.sealed_as, "1/2026/01/none"
    for document in (one, other):
        with pytest.raises(DocumentUnavailable):
            open_document(document)


def test_a_file_under_an_unknown_key_is_not_served(exchange: Exchange, settings: Settings) -> None:
    document = store(exchange)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DocumentUnavailable):
        attachment_response(document)


def test_the_sweep_deletes_old_files_without_a_row_and_no_others(
    exchange: Exchange, folder: Path
) -> None:
    kept = store(exchange, keep_original=True)
    storage = storages["documents"]
    orphan, young, foreign = (
        storage.save(name, ContentFile(b"x"))
        for name in (f"{exchange.pk}/2026/01/a", f"{exchange.pk}/2026/01/b", "999999/2026/01/c")
    )
    long_ago = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).timestamp()
    for name in (kept.stored_as, kept.sealed_as, orphan, foreign):
        os.utime(folder / name, (long_ago, long_ago))
    assert delete_unreferenced_files(exchange=exchange) == 1
    assert not storage.exists(orphan)
    assert all(map(storage.exists, (kept.stored_as, kept.sealed_as, young, foreign)))


def test_once_a_day_files_without_a_row_are_deleted_in_every_exchange(
    exchange: Exchange, folder: Path
) -> None:
    from config.celery import app
    from portal.documents import tasks

    storage = storages["documents"]
    other = Exchange.objects.create(
        slug="other", name="Other", short_name="Other", time_zone="America/New_York"
    )
    orphans = [storage.save(f"{e.pk}/orphan", ContentFile(b"x")) for e in (exchange, other)]
    long_ago = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).timestamp()
    for name in orphans:
        os.utime(folder / name, (long_ago, long_ago))
    assert tasks.delete_unreferenced_files() == 2
    assert not any(map(storage.exists, orphans))
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    app.loader.import_default_modules()
    assert tasks.delete_unreferenced_files.name in scheduled
    assert scheduled <= set(app.tasks), "a scheduled task that nobody registered"


def test_the_files_name_is_encrypted_in_the_database_and_in_no_label(exchange: Exchange) -> None:
    document = store(exchange)
    assert "María" not in str(document)
    assert "María" not in repr(document)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT original_name FROM documents_document")
        assert "Letter" not in cursor.fetchone()[0]


def test_a_document_of_another_exchange_is_not_there(exchange: Exchange) -> None:
    store(exchange)
    other = Exchange.objects.create(
        slug="other", name="Other", short_name="Other", time_zone="America/New_York"
    )
    with use_exchange(other):
        assert not Document.objects.exists()


def test_a_document_is_served_as_a_download_that_nothing_runs_or_keeps(exchange: Exchange) -> None:
    response = attachment_response(store(exchange))
    plain, exact = response["Content-Disposition"].split("; ")[1:]
    assert plain == 'filename="Letter of Maria.pdf"'
    assert exact == "filename*=UTF-8''Letter%20of%20Mar%C3%ADa.pdf"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("name", ["信.pdf", "a'b (1).pdf", "письмо.png", "…—.jpg"])
def test_a_header_holds_one_plain_and_one_exact_name(name: str) -> None:
    header = content_disposition(name)
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9 ._()-]+\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", header
    )
