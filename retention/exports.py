"""The worklist as a file: it tells its reader exactly what the list does, and is recorded."""

from datetime import datetime
from typing import Any, Final

from portal.casework.machine import Refused
from portal.clocks.reckoning import zone
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor
from retention.worklist import Worklist, WorkRow, project_rows, record_listed

#: Rows of one file; a longer list must be narrowed first.
LIMIT: Final = 10_000
HEADER: Final = (
    *("Number", "Name", "Phone", "Language", "Best time", "Status", "Risk", "Last day to renew"),
    *("Days left", "Age in days", "Enroller", "Reached", "Interactions", "Last contact"),
    *("Last outcome", "Next contact", "Closed", "Resolution Reason"),
)


def export_worklist(*, actor: Actor, worklist: Worklist, file_format: str) -> Export:
    """Write a list, as filtered, to a file; the ledger names every consumer in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor's role may not export.
        Refused: the list is longer than :data:`LIMIT`.
        KeyError: there is no such format.
    """
    actor.require("retention.export")
    write, content_type = FORMATS[file_format]
    found = list(worklist.in_order()[: LIMIT + 1])
    if len(found) > LIMIT:
        raise Refused(f"This list has more than {LIMIT:,} cases. Narrow it by filters first.")
    tz = zone(actor.exchange.time_zone)
    rows = project_rows(actor, found, worklist.now, surface="export", keep_record=False)
    content = write(HEADER, [_cells(row, tz) for row in rows], title="CRW Cases")
    record_listed(
        actor,
        found,
        surface="export",
        action="retention.exported",
        data={"format": file_format, "rows": len(found)},
    )
    name = f"crw-cases-{worklist.now.astimezone(tz):%Y-%m-%d}.{file_format}"
    return Export(content, content_type, name)


def _cells(row: WorkRow, tz: Any) -> list[Any]:
    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(tz) if at else None

    return [
        *(row.number, row.name, row.phone, row.language, row.best_time, row.status),
        *(row.risk_label, row.deadline, row.days_left, row.age, row.holder),
        *("Yes" if row.is_reached else "No", row.interaction_count, local(row.last_contact_at)),
        *(row.last_outcome, row.next_contact_on, local(row.closed_at), row.reason),
    ]
