"""A report as a file: the columns its reader chose, of the rows they may see; recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.utils import timezone
from django.utils.text import slugify

from portal.casework.machine import Refused
from portal.clocks.reckoning import zone
from portal.ledger.services import record
from portal.reports.registry import Chosen, ReportColumn, ReportType, may_export
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor, NotAllowed

#: Lines of one file; a longer report must be narrowed first.
LIMIT: Final = 50_000
_CHUNK: Final = 1_000


def export_report(
    *,
    actor: Actor,
    report: ReportType,
    columns: Sequence[ReportColumn],
    chosen: Chosen,
    file_format: str,
) -> Export:
    """Write a report to a file; the ledger names every consumer and case in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor may not download this report.
        Refused: it is longer than :data:`LIMIT` lines.
        KeyError: there is no such format.
    """
    if not may_export(actor, report):
        raise NotAllowed(min(report.exports or report.actions))
    write, content_type = FORMATS[file_format]
    shown = _Shown(set(), set(), 0)
    table = _table(actor, report, columns, chosen, shown)
    content = write([column.label for column in columns], table, title="Report")
    keys = {column.key for column in columns}
    record(
        actor=actor,
        action="reports.exported",
        consumers=shown.consumers,
        cases=shown.cases,
        fields=sorted(keys & report.personal),
        data={"report": report.key, "format": file_format, "rows": shown.rows},
    )
    day = timezone.now().astimezone(zone(actor.exchange.time_zone))
    return Export(content, content_type, f"{slugify(report.label)}-{day:%Y-%m-%d}.{file_format}")


@dataclass
class _Shown:
    """What went into the file."""

    consumers: set[int]
    cases: set[int]
    rows: int


def _table(
    actor: Actor,
    report: ReportType,
    columns: Sequence[ReportColumn],
    chosen: Chosen,
    shown: _Shown,
) -> Iterator[list[Any]]:
    tz = zone(actor.exchange.time_zone)
    ordered = report.rows(actor, chosen).order_by(report.sort.column, "pk")
    rows = ordered[: LIMIT + 1].iterator(_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        shown.rows += len(chunk)
        if shown.rows > LIMIT:
            raise Refused(f"This report has more than {LIMIT:,} lines. Narrow it first.")
        for row, values in zip(chunk, report.values(actor, chunk, chosen), strict=True):
            shown.consumers.update(report.consumers(row))
            shown.cases.update(report.cases(row))
            cells = [values.get(column.key) for column in columns]
            yield [v.astimezone(tz) if isinstance(v, datetime) else v for v in cells]
