"""Tables as files that spreadsheet programs take no formula from (OWASP; ASVS 1.2.10).

Cells are text, a number, a day, an instant already in its reader's zone, or None.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Final

import xlsxwriter

#: A cell that begins with one of these, full-width or not, is a formula to a spreadsheet program.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMN_WIDTH: Final = 20


@dataclass(frozen=True)
class Export:
    """A file ready to be sent."""

    content: bytes
    content_type: str
    name: str


def safe_cell(text: str) -> str:
    """The text as it is, with an apostrophe before it where it would be taken for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> bytes:
    """The rows as CSV, with a mark by which spreadsheet programs know its letters.

    Args:
        title: not used; both writers are called alike.
    """
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> bytes:
    """The rows as a workbook; text is written as text, so nothing in it is a formula or a link.

    Rows go to a temporary file one by one, so that a long table needs no more memory than a short
    one.

    Args:
        title: the name of the sheet, up to 31 characters.
    """
    out = BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(
            out, {"constant_memory": True, "remove_timezone": True, "tmpdir": folder}
        )
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(header) - 1, _COLUMN_WIDTH)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value, instant)
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif isinstance(value, (int, Decimal)):
                    sheet.write_number(number, place, value)
                elif value:
                    sheet.write_string(number, place, value)
        book.close()
    return out.getvalue()


#: Formats by key: how a table is written, and the content type of the file.
FORMATS: Final[dict[str, tuple[Callable[..., bytes], str]]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        write_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def _csv_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, (date, int, Decimal)):
        return value
    return safe_cell(value or "")
