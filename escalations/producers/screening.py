"""Finding personal data in what a producer writes back (MD-09, MD-12, X-01).

A Social Security number is refused by every door of the portal. What else identifies a consumer is
not refused, since it may be all that the producer has to say: the reply is held until somebody of
the team has released or redacted it. So a wrong alarm costs a look and a miss costs a disclosure,
and the rules here are wide. Pure: no database, no clock but the one given, and nothing is logged.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Found(StrEnum):
    """A kind of personal data; the words are shown to the writer, the data never is."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Found.NAME: "a consumer's name",
    Found.BIRTH_DATE: "a date of birth",
    Found.PHONE: "a telephone number",
    Found.EMAIL: "an email address",
    Found.NUMBER: "a Person ID or case number",
}


@dataclass(frozen=True)
class Identity:
    """What is known of a consumer whom a text must not identify."""

    name: str
    born: date | None = None
    numbers: tuple[str, ...] = ()


_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(
    r"(?<![\d-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])?\d{3}[-. ]\d{4}(?!\d)"
)
_PHONE_IN_A_ROW: Final = re.compile(r"(?<![\d-])[2-9]\d{9}(?![\d-])")
#: Ten digits, the first 5 or 1 (decision 6).
_CASE_NUMBER: Final = re.compile(r"(?<!\d)[51]\d{9}(?!\d)")
#: Six digits by themselves; an incident number's date is followed by a hyphen and seven more.
_PERSON_ID: Final = re.compile(r"(?<![\d$.,/-])\d{6}(?![\d/]|[-.,]\d)")
_LABELLED_ID: Final = re.compile(
    r"\b(?:p\.?i\.?d|person\s*id|member\s*id|case\s*(?:no|number|id|#)|application\s*id)\b"
    r"[\s:#.=]*(?:is\s+)?#?\s*(?!\d{6}-\d{7})[a-z]{0,3}\d{4,}",
    re.IGNORECASE,
)
_BORN: Final = re.compile(r"\b(?:born|birth|birthday|dob|d\.o\.b)\b", re.IGNORECASE)
_NUMERIC_DATE: Final = re.compile(r"(?<!\d)(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?!\d)")
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_MONTH: Final = "(" + "|".join(_MONTHS) + r")[a-z]*\.?"
_WORDED_DATE: Final = re.compile(
    rf"\b(?:{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{2,4}})"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(\d{{2,4}}))\b",
    re.IGNORECASE,
)
#: Dates as long ago as this are read as birth dates; dates of coverage are younger.
_COVERAGE_YEARS: Final = 3


def find_personal_data(
    text: str, *, consumers: Iterable[Identity], today: date
) -> tuple[Found, ...]:
    """The kinds of personal data a text seems to hold, in a fixed order; empty when none.

    Args:
        consumers: whom the escalation is about; their names, dates and numbers are known.
        today: the local date, to tell old dates from dates of coverage.
    """
    known = list(consumers)
    plain = _fold(text)
    found = set()
    if any(_names(plain, one.name) for one in known):
        found.add(Found.NAME)
    if _has_birth_date(plain, [one.born for one in known if one.born], today):
        found.add(Found.BIRTH_DATE)
    if _EMAIL.search(plain):
        found.add(Found.EMAIL)
    is_case_number = bool(_CASE_NUMBER.search(plain))
    if _PHONE.search(plain) or (not is_case_number and _PHONE_IN_A_ROW.search(plain)):
        found.add(Found.PHONE)
    numbers = {number for one in known for number in one.numbers if number}
    if (
        is_case_number
        or _PERSON_ID.search(plain)
        or _LABELLED_ID.search(plain)
        or any(_stands_alone(number, plain) for number in numbers)
    ):
        found.add(Found.NUMBER)
    return tuple(kind for kind in Found if kind in found)


def _fold(text: str) -> str:
    """Without accents and look-alikes, in lower case, so that one spelling finds another."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return re.sub(r"[‐-―−]", "-", plain).lower()


def _names(plain: str, name: str) -> bool:
    """Whether a part of a name stands in the text by itself.

    Parts of two letters are common words; names in scripts without spaces count as a whole.
    """
    folded = _fold(name)
    if not folded.strip():
        return False
    if not folded.isascii() and " " not in folded.strip():
        return folded.strip() in plain
    parts = [part for part in re.split(r"[\s,.'’-]+", folded) if len(part) > 2]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", plain) for part in parts)


def _stands_alone(number: str, plain: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(number.lower())}(?![\w-])", plain))


def _has_birth_date(plain: str, born: Sequence[date], today: date) -> bool:
    dates = [*_numeric_dates(plain), *_worded_dates(plain)]
    if not dates:
        return False
    if _BORN.search(plain):
        return True
    old = today.year - _COVERAGE_YEARS
    return any(day in born or day.year < old for day in dates)


def _numeric_dates(plain: str) -> Iterable[date]:
    for first, second, third in _NUMERIC_DATE.findall(plain):
        if len(first) == 4:
            orders = [(first, second, third)]
        else:
            orders = [(third, first, second), (third, second, first)]
        for year, month, day in orders:
            if (found := _date(year, int(month), int(day))) is not None:
                yield found
                break


def _worded_dates(plain: str) -> Iterable[date]:
    for month_a, day_a, year_a, day_b, month_b, year_b in _WORDED_DATE.findall(plain):
        month = _MONTHS.index(month_a or month_b) + 1
        if (found := _date(year_a or year_b, month, int(day_a or day_b))) is not None:
            yield found


def _date(year: str, month: int, day: int) -> date | None:
    # Two digits: a year to come is a year of the last century, as people write birth dates.
    full = int(year)
    if len(year) <= 2:
        full += 2000 if full < 40 else 1900
    try:
        return date(full, month, day)
    except ValueError:
        return None
