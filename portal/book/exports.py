"""The book of business as a file: what the list tells, and nothing more; recorded."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from portal.book.listing import FIELDS, BookList, BookRow, project_book
from portal.casework.machine import Refused
from portal.ledger.services import record
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor

#: Rows of one file; a longer list must be narrowed first.
LIMIT: Final = 50_000
_CHUNK: Final = 1_000
HEADER: Final = (
    "Consumer",
    "Case number",
    "Phone",
    "Language",
    "Best time to call",
    "Enroller",
    "Plan year",
    "Carrier",
    "Plan",
    "Enrollment",
    "Needs next",
    "By",
)


def export_book(*, actor: Actor, book: BookList, file_format: str) -> Export:
    """Write the book, as filtered and sorted, to a file; the ledger names everybody in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor's role may not export it.
        Refused: the list is longer than :data:`LIMIT`.
        KeyError: there is no such format.
    """
    actor.require("book.export")
    write, content_type = FORMATS[file_format]
    prefix = "-" if book.descending else ""
    rows = book.rows().order_by(f"{prefix}{book.sort.column}", f"{prefix}pk")
    ids: list[int] = []
    content = write(HEADER, _table(book, rows[: LIMIT + 1].iterator(_CHUNK), ids), title="Book")
    record(
        actor=actor,
        action="consumers.exported",
        consumers=ids,
        fields=FIELDS,
        data={"list": "book", "format": file_format, "rows": len(ids)},
    )
    return Export(content, content_type, f"book-of-business-{book.today:%Y-%m-%d}.{file_format}")


def _table(book: BookList, consumers: Iterator[Any], ids: list[int]) -> Iterator[list[Any]]:
    while chunk := list(islice(consumers, _CHUNK)):
        ids.extend(consumer.pk for consumer in chunk)
        if len(ids) > LIMIT:
            raise Refused(f"This list has more than {LIMIT:,} consumers. Narrow it first.")
        for row in project_book(
            book.actor, chunk, today=book.today, surface="export", keep_record=False
        ):
            yield _cells(row)


def _cells(row: BookRow) -> list[Any]:
    coverage, need = row.coverage, row.needs[0] if row.needs else None
    return [
        row.name,
        row.case_number,
        row.phone,
        row.language,
        row.best_time,
        row.enroller,
        coverage.plan_year if coverage else None,
        coverage.carrier if coverage else "",
        coverage.plan if coverage else "",
        coverage.status if coverage else "",
        "; ".join(each.label for each in row.needs),
        need.due_on if need else None,
    ]
