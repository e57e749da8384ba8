"""What a column of the mirror's feeds may hold; each check returns the value to store.

Every one raises :class:`~portal.consumers.feeds.RowRefused` with the column and the rule, never
with what was there.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from portal.consumers.feeds import RowRefused
from portal.consumers.mirror import SSN_PURPOSE
from portal.fields import blind_index

Values = Mapping[str, str]

_PERSON_ID: Final = re.compile(r"(?!\d{9}\Z)[0-9A-Z]{4,12}")
_CASE_NUMBER: Final = re.compile(r"[51]\d{9}")
_REFERENCE: Final = re.compile(r"(?!\d{9}\Z)[0-9A-Za-z][0-9A-Za-z._-]*")
_SSN: Final = re.compile(r"(?!000|666)\d{3}(?!00)\d{2}(?!0000)\d{4}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL: Final = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
_ZIP: Final = re.compile(r"\d{5}(?:-\d{4})?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_EARLIEST: Final = date(1900, 1, 1)
_YEARS: Final = range(2013, 2100)


def person_id(values: Values) -> str:
    """The eligibility system's number of a person; nine digits alone might be an SSN."""
    value = values["person_id"]
    if not _PERSON_ID.fullmatch(value):
        raise RowRefused("The person_id is not 4 to 12 digits or capitals, or is nine digits.")
    return value


def case_number(values: Values) -> str:
    """The eligibility system's case number (decision 6)."""
    value = values["case_number"]
    if not _CASE_NUMBER.fullmatch(value):
        raise RowRefused("The case_number is not ten digits, the first 5 or 1.")
    return value


def reference(values: Values, column: str, *, longest: int, required: bool = True) -> str:
    """A number the source gave something: letters, digits, hyphen, underscore, full stop."""
    value = values[column]
    if not value and not required:
        return ""
    if len(value) > longest or not _REFERENCE.fullmatch(value):
        raise RowRefused(f"The {column} is missing, longer than {longest}, or of another form.")
    return value


def text(values: Values, column: str, *, longest: int, required: bool = False) -> str:
    """Words on one line."""
    value = values[column]
    if not value and required:
        raise RowRefused(f"The {column} is missing.")
    if len(value) > longest:
        raise RowRefused(f"The {column} is longer than {longest} characters.")
    if _CONTROL.search(value):
        raise RowRefused(f"The {column} has a line break or another control character.")
    return value


def day(values: Values, column: str) -> date:
    """A day, as 2025-12-31."""
    found = optional_day(values, column)
    if found is None:
        raise RowRefused(f"The {column} is missing.")
    return found


def optional_day(values: Values, column: str) -> date | None:
    """A day, as 2025-12-31, or nothing."""
    value = values[column]
    if not value:
        return None
    try:
        found = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or found < _EARLIEST:
        raise RowRefused(f"The {column} is no day of the form 2025-12-31.")
    return found


def year(values: Values, column: str) -> int:
    """A plan year; the first was 2014."""
    value = values[column]
    if not (value.isascii() and value.isdigit() and len(value) == 4 and int(value) in _YEARS):
        raise RowRefused(f"The {column} is no year of coverage.")
    return int(value)


def choice(values: Values, column: str, allowed: Collection[str]) -> str:
    """One of a list of words."""
    value = values[column].lower()
    if value not in allowed:
        raise RowRefused(f"The {column} is none of: {', '.join(allowed)}.")
    return value


def yes_no(values: Values, column: str) -> bool:
    """``yes`` or ``no``; nothing means no."""
    return choice(values, column, ("yes", "no", "")) == "yes"


def money(values: Values, column: str) -> Decimal | None:
    """Dollars with at most two decimals, or nothing."""
    value = values[column].removeprefix("$")
    if not value:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 1_000_000 or amount != round(amount, 2):
        raise RowRefused(f"The {column} is no amount in dollars and cents.")
    return round(amount, 2)


def phone(values: Values) -> str:
    """A number of ten digits as 916-555-0100; one from abroad with its plus sign; or nothing."""
    value = values["phone"]
    digits = re.sub(r"[\s().-]", "", value)
    if not digits:
        return ""
    if re.fullmatch(r"\+(?!1)\d{8,15}", digits):
        return digits
    local = re.fullmatch(r"(?:\+?1)?(\d{3})(\d{3})(\d{4})", digits)
    if local is None or not digits.isascii():
        raise RowRefused("The phone is not ten digits.")
    return "-".join(local.groups())


def email(values: Values) -> str:
    """An address, or nothing."""
    value = values["email"]
    if value and (len(value) > 254 or not _EMAIL.fullmatch(value)):
        raise RowRefused("The email is no address.")
    return value


def zip_code(values: Values) -> str:
    """Five digits, or nine with a hyphen, or nothing."""
    value = values["zip_code"]
    if value and not _ZIP.fullmatch(value):
        raise RowRefused("The zip_code is not of the form 95814 or 95814-0001.")
    return value


def ssn_index(values: Values) -> str:
    """The keyed hash of a Social Security number; the number goes no further than this line."""
    digits = re.sub(r"[\s-]", "", values["ssn"])
    if not digits:
        return ""
    if not (digits.isascii() and _SSN.fullmatch(digits)):
        raise RowRefused("The ssn is no number that is issued. Leave it empty where unknown.")
    return blind_index(digits, SSN_PURPOSE)
