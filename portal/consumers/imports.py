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
    read_rows,
)
from portal.consumers.models import FeedRun, RefusedRow
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Person
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
    started_by: Person | None = None,
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
    run = run or start_run(kind=kind, exchange=exchange, started_by=started_by, at=at)
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
    *,
    kind: FeedKind,
    exchange: Exchange,
    started_by: Person | None = None,
    at: datetime | None = None,
    stored_as: str = "",
) -> FeedRun:
    """Add the row that stands for one import of one file."""
    with use_exchange(exchange):
        run = FeedRun.objects.create(
            exchange=exchange,
            kind=kind.key,
            started_by=started_by,
            started_at=at or timezone.now(),
            stored_as=stored_as,
        )
        record(
            actor=Actor.system(exchange, channel="feed"),
            action="consumers.feed_started",
            data={"run": run.pk, "kind": kind.key},
        )
    return run


def close_dead_runs(*, exchange: Exchange, now: datetime) -> int:
    """Mark runs that have lost their worker as stopped; returns how many. Their rows stay."""
    with use_exchange(exchange):
        dead = [
            run.pk
            for run in FeedRun.objects.filter(exchange=exchange, state=FeedRun.State.RUNNING)
            if run.seems_dead(now)
        ]
        return FeedRun.objects.filter(pk__in=dead).update(
            state=FeedRun.State.STOPPED, finished_at=now
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
            actor=Actor.system(exchange, channel="feed"),
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
            actor=Actor.system(exchange, channel="feed"),
            action=f"consumers.feed_{state}",
            data={
                "run": run.pk,
                "read": run.rows_read,
                "new": run.rows_new,
                "known": run.rows_known,
                "refused": run.rows_refused,
            },
        )
