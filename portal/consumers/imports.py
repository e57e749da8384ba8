"""Running a feed's file: batch by batch, each kept or not kept as a whole.

Kept with the rows of a batch, in its one transaction: the run's counts, the refused lines and
the ledger's entries. A killed run therefore leaves whole batches only, and its numbers are true.
"""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connection
from django.utils import timezone

from portal.consumers.feeds import (
    BATCH_ROWS,
    FeedKind,
    FeedRefused,
    FeedRow,
    FileFacts,
    RawRow,
    RowRefused,
    examine,
    get,
    read_rows,
)
from portal.consumers.models import FeedRun, RefusedRow
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Told of the run after each batch.
Report = Callable[[FeedRun], None]


def import_file(
    *,
    kind: FeedKind,
    exchange: Exchange,
    path: Path,
    at: datetime | None = None,
    run: FeedRun | None = None,
    report: Report = lambda run: None,
) -> FeedRun:
    """Import a file; every transaction is the engine's own, so call it outside of one.

    Args:
        at: the instant written on what comes in (UTC); default: when each batch is applied.
        run: the row that already stands for this file, when one does.
        report: told after every batch.

    Returns:
        The finished run: done, or refused with its problem. A row that breaks a rule refuses
        itself only, and is listed with its line and the reason.
    """
    run = run or start_run(kind=kind, actor=_system(exchange), at=at)
    try:
        facts = examine(path)
        _note_file(run, facts)
        rows = read_rows(path, kind, facts.encoding)
        while batch := list(islice(rows, BATCH_ROWS)):
            _take_batch(run=run, kind=kind, exchange=exchange, batch=batch, at=at)
            report(run)
    except FeedRefused as refusal:
        _finish(run, exchange, FeedRun.State.REFUSED, problem=str(refusal))
    else:
        _finish(run, exchange, FeedRun.State.DONE)
    report(run)
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
    """Let a run whose worker was lost begin its file again; what is in stays in.

    Raises:
        NotAllowed: the actor may not import this kind of file.
        FeedRefused: the run is still at work, has ended, or its file is gone.
    """
    actor.require(get(run.kind).action)
    run = FeedRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not run.may_continue(now):
        raise FeedRefused("This import has ended, or is still at work. Reload the page.")
    run.state, run.seen_at, run.finished_at = FeedRun.State.RUNNING, now, None
    run.rows_read = run.rows_new = run.rows_known = run.rows_refused = run.bytes_read = 0
    run.save()
    run.refused.all().delete()
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
    batch: Sequence[RawRow],
    at: datetime | None,
) -> None:
    understood: dict[str, FeedRow] = {}
    refused: list[RefusedRow] = []
    repeated = 0
    for raw in batch:
        try:
            row = _understand(raw, kind)
        except RowRefused as refusal:
            refused.append(
                RefusedRow(exchange=exchange, run=run, line=raw.line, reason=str(refusal)[:240])
            )
            continue
        if row.key in understood:
            repeated += 1
        understood.setdefault(row.key, row)
    counts = {
        "rows_read": run.rows_read + len(batch),
        "rows_refused": run.rows_refused + len(refused),
        "bytes_read": batch[-1].position,
    }
    with use_exchange(exchange):
        _wait_for_turn(exchange, kind)
        new = kind.apply_batch(
            actor=_system(exchange),
            rows=list(understood.values()),
            at=at or timezone.now(),
        )
        RefusedRow.objects.bulk_create(refused)
        counts["rows_new"] = run.rows_new + new
        counts["rows_known"] = run.rows_known + repeated + len(understood) - new
        FeedRun.objects.filter(pk=run.pk).update(**counts, seen_at=timezone.now())
    for name, value in counts.items():
        setattr(run, name, value)


def _understand(raw: RawRow, kind: FeedKind) -> FeedRow:
    if raw.problem:
        raise RowRefused(raw.problem)
    if contains_ssn("\n".join(raw.values.values())):
        raise RowRefused("A value looks like a Social Security number.")
    key, data = kind.parse_row(raw.values)
    return FeedRow(raw.line, key, data)


def _wait_for_turn(exchange: Exchange, kind: FeedKind) -> None:
    """Let batches of one feed follow one another, whoever runs them; ends with the transaction."""
    feed = zlib.crc32(f"feed:{kind.key}".encode()) - 2**31  # two signed 32-bit numbers
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [exchange.pk, feed])


def _note_file(run: FeedRun, facts: FileFacts) -> None:
    run.file_sha256, run.file_size = facts.sha256, facts.size
    with use_exchange(run.exchange_id):
        run.save(update_fields=["file_sha256", "file_size"])


def _finish(run: FeedRun, exchange: Exchange, state: str, *, problem: str = "") -> None:
    run.state, run.problem, run.finished_at = state, problem[:500], timezone.now()
    run.stored_as = ""
    if state == FeedRun.State.DONE:
        run.bytes_read = run.file_size
    with use_exchange(exchange):
        run.save(update_fields=["state", "problem", "finished_at", "bytes_read", "stored_as"])
        record(
            actor=_system(exchange),
            action=f"consumers.feed_{state}",
            data={
                "run": run.pk,
                "read": run.rows_read,
                "new": run.rows_new,
                "known": run.rows_known,
                "refused": run.rows_refused,
            },
        )


def _system(exchange: Exchange) -> Actor:
    return Actor.system(exchange, channel="feed")
