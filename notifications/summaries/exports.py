"""A summary as a file: the lines of its page, as their reader may see them now; recorded."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from notifications.summaries.models import Summary
from notifications.summaries.page import (
    COLUMNS,
    GONE,
    Line,
    in_order,
    lines_of,
    project_lines,
    record_look,
)
from portal.casework.machine import Refused
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor

#: Lines of one file.
LIMIT: Final = 50_000
_CHUNK: Final = 1_000


def export_summary(*, actor: Actor, summary: Summary, file_format: str) -> Export:
    """Write a summary from ``summary_for`` to a file; the ledger names everybody in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        Refused: it has more than :data:`LIMIT` lines.
        KeyError: there is no such format.
    """
    write, content_type = FORMATS[file_format]
    if summary.alerts > LIMIT:
        raise Refused(f"This summary has more than {LIMIT:,} lines. Export the book instead.")
    is_manager = summary.kind == Summary.Kind.MANAGER
    header = (("Enroller",) if is_manager else ()) + COLUMNS
    lines: list[Line] = []
    content = write(header, _table(actor, summary, lines), title="Daily summary")
    record_look(actor, summary, lines, surface=file_format, action="summaries.exported")
    name = f"{summary.get_kind_display().lower().replace(' ', '-')}-{summary.local_date}"
    return Export(content, content_type, f"{name}.{file_format}")


def _table(actor: Actor, summary: Summary, written: list[Line]) -> Iterator[list[Any]]:
    alerts = in_order(lines_of(actor, summary), summary).iterator(_CHUNK)
    while chunk := list(islice(alerts, _CHUNK)):
        for line in project_lines(actor, chunk):
            written.append(line)
            cells = [line.case_number, line.topic, line.contact if line.is_yours else GONE]
            yield [line.enroller, *cells] if summary.kind == Summary.Kind.MANAGER else cells
