"""Running a feed's file: batch by batch, each kept or not kept as a whole.

Kept with the rows of a batch, in its one transaction: the run's counts, its place in the file, the
refused lines and the ledger's entries. A killed run therefore leaves whole batches only, its
numbers are true, and whoever reads the file again goes on where it stopped.

The place is also the fence between processes: a batch counts only if the run still stands where
the batch began. Two processes that read one file for one run take turns and never do a batch
twice, so nobody has to know whether the first one is really dead.

While the database writes a batch, a thread reads and understands the next one: the database waits
for Python no more than it must, and memory holds two batches.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connection
from django.utils import timezone

from portal.consumers.feeds import (
    Applied,
    FeedKind,
    FeedRefused,
    FeedRow,
    RowRefused,
    get,
)
from portal.consumers.files import FileFacts, Mark, RawRow, examine, read_rows
from portal.consumers.models import FeedRun, RefusedRow
from portal.consumers.signals import feed_refused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Told of the run after each batch.
Report = Callable[[FeedRun], None]


@dataclass(frozen=True)
class _Batch:
    """Rows that were read and understood; nothing of them is in the database yet."""

    #: How many rows it was read from.
    size: int
    #: By key.
    understood: dict[str, FeedRow]
    refused: list[tuple[int, str]]
    #: Where reading goes on behind it.
    after: Mark


class _Overtaken(Exception):
    """Another process has taken this batch for the run, or finished the run."""


def import_file(
    *,
    kind: FeedKind,
    exchange: Exchange,
    path: Path,
    at: datetime | None = None,
    run: FeedRun | None = None,
    batch_rows: int | None = None,
    report: Report = lambda run: None,
) -> FeedRun:
    """Import a file; every transaction is the engine's own, so call it outside of one.

    Args:
        at: the instant written on what comes in (UTC); default: when each batch is applied.
        run: the row that already stands for this file, when one does. Without one, an import of
            the same file from the terminal that did not reach its end is gone on with.
        batch_rows: rows of a transaction; default: the kind's.
        report: told after every batch.

    Returns:
        The finished run: done, or refused with its problem. A row that breaks a rule refuses
        itself only, and is listed with its line and the reason.
    """
    try:
        facts = examine(path)
        run = run or _unfinished_run(kind, exchange, facts)
        run = run or start_run(kind=kind, actor=_system(exchange), at=at)
        _note_file(run, facts)
        while not run.is_over and not _read_on(
            run, kind, exchange, path, facts, at, batch_rows or kind.batch_rows, report
        ):
            with use_exchange(exchange):
                run.refresh_from_db()
    except FeedRefused as refusal:
        run = run or start_run(kind=kind, actor=_system(exchange), at=at)
        _finish(run, exchange, FeedRun.State.REFUSED, problem=str(refusal))
    else:
        _finish(run, exchange, FeedRun.State.DONE)
    report(run)
    return run


def _read_on(
    run: FeedRun,
    kind: FeedKind,
    exchange: Exchange,
    path: Path,
    facts: FileFacts,
    at: datetime | None,
    batch_rows: int,
    report: Report,
) -> bool:
    """Read from the run's place to the file's end; False when another process got ahead."""
    rows = read_rows(path, kind, facts, after=Mark(run.bytes_read, run.lines_read))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="feed") as reader:
        coming = reader.submit(_next_batch, rows, kind, batch_rows)
        try:
            while batch := coming.result():
                coming = reader.submit(_next_batch, rows, kind, batch_rows)
                _take_batch(run=run, kind=kind, exchange=exchange, batch=batch, at=at)
                report(run)
        except _Overtaken:
            return False
    return True


def _next_batch(rows: Iterator[RawRow], kind: FeedKind, batch_rows: int) -> _Batch | None:
    """Read and understand the next rows; None: the file is at its end. Asks no database."""
    raw = list(islice(rows, batch_rows))
    if not raw:
        return None
    understood, refused = _understand_all(raw, kind)
    return _Batch(len(raw), understood, refused, raw[-1].after)


def _unfinished_run(kind: FeedKind, exchange: Exchange, facts: FileFacts) -> FeedRun | None:
    """The latest import of this very file from the terminal, if it did not reach its end.

    The runs of uploaded files are their workers' own.
    """
    with use_exchange(exchange):
        run = FeedRun.objects.filter(
            exchange=exchange, kind=kind.key, file_sha256=facts.sha256, stored_as=""
        ).first()
        if run is None or run.state not in (FeedRun.State.RUNNING, FeedRun.State.STOPPED):
            return None
        FeedRun.objects.filter(pk=run.pk, state=FeedRun.State.STOPPED).update(
            state=FeedRun.State.RUNNING, finished_at=None
        )
        run.refresh_from_db()
        record(actor=_system(exchange), action="consumers.feed_continued", data={"run": run.pk})
    return run


def start_run(
    *, kind: FeedKind, actor: Actor, at: datetime | None = None, stored_as: str = ""
) -> FeedRun:
    """Add the row that stands for one import of one file.

    Args:
        at: when it began (UTC); default now.
        stored_as: the name of an uploaded file that a worker will read.

    Raises:
        NotAllowed: the actor may not import this kind of file (the system may).
    """
    if not actor.is_system:
        actor.require(kind.action)
    with use_exchange(actor.exchange, person_id=actor.person_id):
        run = FeedRun.objects.create(
            exchange=actor.exchange,
            kind=kind.key,
            started_by=actor.person,
            started_at=at or timezone.now(),
            seen_at=timezone.now(),
            stored_as=stored_as,
        )
        record(
            actor=actor,
            action="consumers.feed_started",
            data={"run": run.pk, "kind": kind.key},
        )
    return run


def continue_run(*, run: FeedRun, actor: Actor, now: datetime) -> FeedRun:
    """Let a run whose worker was lost go on behind its last whole batch.

    Raises:
        NotAllowed: the actor may not import this kind of file.
        FeedRefused: the run is still at work, has ended, or its file is gone.
    """
    actor.require(get(run.kind).action)
    run = FeedRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not run.may_continue(now):
        raise FeedRefused("This import has ended, or is still at work. Reload the page.")
    run.state, run.seen_at, run.finished_at = FeedRun.State.RUNNING, now, None
    run.save(update_fields=["state", "seen_at", "finished_at"])
    record(actor=actor, action="consumers.feed_continued", data={"run": run.pk})
    return run


def stop_run(*, run: FeedRun, exchange: Exchange) -> None:
    """Note that a run ended before its file did; its file is kept, to be continued."""
    with use_exchange(exchange):
        FeedRun.objects.filter(pk=run.pk, state=FeedRun.State.RUNNING).update(
            state=FeedRun.State.STOPPED, finished_at=timezone.now()
        )


def _take_batch(
    *,
    run: FeedRun,
    kind: FeedKind,
    exchange: Exchange,
    batch: _Batch,
    at: datetime | None,
) -> None:
    """Apply a batch and move the run's place behind it, or neither.

    Raises:
        _Overtaken: the run no longer stands where the batch begins.
    """
    with use_exchange(exchange):
        _wait_for_turn(exchange, kind)
        here = FeedRun.objects.filter(
            pk=run.pk, bytes_read=run.bytes_read, state=FeedRun.State.RUNNING
        )
        if not here.exists():
            raise _Overtaken
        applied = kind.apply_batch(
            actor=_system(exchange),
            rows=list(batch.understood.values()),
            at=at or timezone.now(),
        )
        if isinstance(applied, int):
            applied = Applied(new=applied)
        refused = [*batch.refused, *applied.refused]
        RefusedRow.objects.bulk_create(
            RefusedRow(exchange=exchange, run=run, line=line, reason=reason[:240])
            for line, reason in refused
        )
        gone = len(refused) + applied.new + applied.changed
        after = {
            "rows_read": run.rows_read + batch.size,
            "rows_new": run.rows_new + applied.new,
            "rows_changed": run.rows_changed + applied.changed,
            "rows_known": run.rows_known + batch.size - gone,
            "rows_refused": run.rows_refused + len(refused),
            "bytes_read": batch.after.position,
            "lines_read": batch.after.line,
        }
        here.update(**after, seen_at=timezone.now())
    for name, value in after.items():
        setattr(run, name, value)


def _understand_all(
    batch: Sequence[RawRow], kind: FeedKind
) -> tuple[dict[str, FeedRow], list[tuple[int, str]]]:
    """The rows by key, and the refused lines with their reasons.

    Where a key is there twice, the first row stands; in a feed that updates, the last.
    """
    understood: dict[str, FeedRow] = {}
    refused: list[tuple[int, str]] = []
    for raw in batch:
        try:
            row = _understand(raw, kind)
        except RowRefused as refusal:
            refused.append((raw.line, str(refusal)))
            continue
        if kind.updates or row.key not in understood:
            understood[row.key] = row
    return understood, refused


def _understand(raw: RawRow, kind: FeedKind) -> FeedRow:
    if raw.problem:
        raise RowRefused(raw.problem)
    values = raw.values
    if kind.secret:
        shown = [value for name, value in values.items() if name not in kind.secret]
    else:
        shown = list(values.values())
    if contains_ssn("\n".join(shown)):
        raise RowRefused("A value looks like a Social Security number.")
    key, data = kind.parse_row(values)
    return FeedRow(raw.line, key, data)


def _wait_for_turn(exchange: Exchange, kind: FeedKind) -> None:
    """Let batches of one feed follow one another, whoever runs them; ends with the transaction."""
    feed = zlib.crc32(f"feed:{kind.key}".encode()) - 2**31  # two signed 32-bit numbers
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [exchange.pk, feed])


def _note_file(run: FeedRun, facts: FileFacts) -> None:
    """Remember which file it is.

    Raises:
        FeedRefused: the run began with another file, so its place in it means nothing.
    """
    if run.file_sha256 not in ("", facts.sha256):
        raise FeedRefused("This is not the file the import began with. Import it as a new one.")
    run.file_sha256, run.file_size = facts.sha256, facts.size
    with use_exchange(run.exchange_id):
        run.save(update_fields=["file_sha256", "file_size"])


def _finish(run: FeedRun, exchange: Exchange, state: str, *, problem: str = "") -> None:
    """End the run, unless another process that read the same file has ended it."""
    with use_exchange(exchange):
        ended = FeedRun.objects.filter(pk=run.pk, state=FeedRun.State.RUNNING).update(
            state=state, problem=problem[:500], finished_at=timezone.now(), stored_as=""
        )
        if ended and state == FeedRun.State.DONE:
            FeedRun.objects.filter(pk=run.pk).update(bytes_read=run.file_size)
        run.refresh_from_db()
        if ended and state == FeedRun.State.REFUSED:
            feed_refused.send(FeedRun, run=run)
        if ended:
            record(
                actor=_system(exchange),
                action=f"consumers.feed_{state}",
                data={
                    "run": run.pk,
                    "read": run.rows_read,
                    "new": run.rows_new,
                    "changed": run.rows_changed,
                    "known": run.rows_known,
                    "refused": run.rows_refused,
                },
            )


def _system(exchange: Exchange) -> Actor:
    return Actor.system(exchange, channel="feed")
