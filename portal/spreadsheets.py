"""Cells that no spreadsheet program takes for a formula (OWASP, CSV injection; ASVS 1.2.10)."""

from typing import Final

#: A cell that begins with one of these, full-width or not, is a formula to a spreadsheet program.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text as it is, with an apostrophe before it where it would be taken for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
