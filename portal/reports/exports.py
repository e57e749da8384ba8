"""A report as a file: one line for each kind, type, party and month."""

import csv
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any, Final

import xlsxwriter

from portal.spreadsheets import safe_cell

HEADER: Final = ("Month", "Kind", "Type", "Party", "Business minutes")


def write_csv(rows: Iterator[Sequence[Any]]) -> bytes:
    """The rows as CSV, with a mark by which spreadsheet programs know its letters."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows([v if isinstance(v, int) else safe_cell(v) for v in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterator[Sequence[Any]]) -> bytes:
    """The rows as a workbook; text is written as text, so nothing in it is ever a formula."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Who held the clock")
    sheet.write_row(0, 0, HEADER, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(HEADER) - 1, 22)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, value)
    book.close()
    return out.getvalue()


FORMATS: Final = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        write_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
