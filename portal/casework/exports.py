"""Lists of cases as files: a file tells its reader exactly what the list does, and is recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from portal.casework.disclosures import record_shown
from portal.casework.listing import CaseList
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.rows import CaseRow, project_rows
from portal.clocks.services import zone
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor

#: Rows of one file; a longer list must be narrowed first.
LIMIT: Final = 50_000
_CHUNK: Final = 1_000


@dataclass(frozen=True)
class CaseExport(Export):
    """A list of cases as a file, and how many it holds."""

    rows: int


@dataclass(frozen=True)
class _Column:
    label: str
    value: Callable[[CaseRow], Any]


_FOR_EVERYBODY: Final = (
    _Column("Number", lambda row: row.number),
    _Column("Kind", lambda row: row.kind_label),
    _Column("Status", lambda row: row.status),
    _Column("Received", lambda row: row.opened_at),
    _Column("About", lambda row: row.summary),
)
_FOR_STAFF: Final = (
    _Column("Office", lambda row: row.office),
    _Column("Queue", lambda row: row.queue),
    _Column("Owner", lambda row: row.owner),
    _Column("Urgent", lambda row: "Yes" if row.is_urgent else ""),
    _Column("Due", lambda row: row.due_at),
    _Column("Overdue", lambda row: "Yes" if row.is_overdue else ""),
    _Column("Last change", lambda row: row.updated_at),
    _Column("Closed", lambda row: row.closed_at),
)


def export_cases(*, actor: Actor, cases: CaseList, file_format: str) -> CaseExport:
    """Write a list, as filtered and sorted, to a file; the ledger names every case in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor's role may not export.
        Refused: the list is longer than :data:`LIMIT`.
        KeyError: there is no such format.
    """
    actor.require("casework.export")
    write, content_type = FORMATS[file_format]
    prefix = "-" if cases.descending else ""
    rows = cases.rows().order_by(f"{prefix}{cases.sort.column}", f"{prefix}pk")
    ids: list[int] = []
    columns = _FOR_EVERYBODY if actor.is_outside else (*_FOR_EVERYBODY, *_FOR_STAFF)
    table = _table(actor, rows[: LIMIT + 1].iterator(chunk_size=_CHUNK), columns, ids)
    content = write([column.label for column in columns], table, title="Cases")
    record_shown(
        actor=actor,
        action="casework.exported",
        cases=ids,
        fields=["summary"],
        data={"view": cases.view.key, "format": file_format, "rows": len(ids)},
    )
    day = cases.moment.now.astimezone(zone(actor.exchange.time_zone))
    name = f"cases-{cases.view.key}-{day:%Y-%m-%d}.{file_format}"
    return CaseExport(content, content_type, name, len(ids))


def _table(
    actor: Actor, cases: Iterator[Case], columns: tuple[_Column, ...], ids: list[int]
) -> Iterator[list[Any]]:
    tz = zone(actor.exchange.time_zone)
    while chunk := list(islice(cases, _CHUNK)):
        ids.extend(case.pk for case in chunk)
        if len(ids) > LIMIT:
            raise Refused(f"This list has more than {LIMIT:,} cases. Narrow it by filters first.")
        for row in project_rows(actor, chunk, surface="export", keep_record=False):
            values = [column.value(row) for column in columns]
            yield [v.astimezone(tz) if isinstance(v, datetime) else v for v in values]
