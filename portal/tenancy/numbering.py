"""How an exchange numbers its cases: a format with a running number in it (X-04)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from string import Formatter
from typing import Any, Final

#: Characters of the longest number: what the case row holds, and what a person can quote.
LONGEST: Final = 32
#: Running numbers of up to nine digits must fit.
_LARGEST: Final = 999_999_999
_ANY_DAY: Final = datetime(2026, 12, 31, tzinfo=UTC)
_SPECS: Final[Mapping[str, re.Pattern[str]]] = {
    "sequence": re.compile(r"(0?[1-9]d)?"),
    "year": re.compile(r""),
    "day": re.compile(r""),
}
_SAFE: Final = re.compile(r"[A-Za-z0-9._-]+")


def format_number(pattern: str, *, sequence: int, local: datetime) -> str:
    """The number of a case.

    Args:
        local: when the case was opened, in the exchange's time zone; gives ``{year}`` (2026) and
            ``{day}`` (260131).
    """
    return pattern.format(sequence=sequence, year=local.year, day=local.strftime("%y%m%d"))


def default_pattern(prefix: str) -> str:
    """The format of a kind for which the exchange has set none."""
    return f"{prefix}-{{year}}-{{sequence:06d}}"


def problem_with(pattern: Any) -> str:
    """What is wrong with a format, in one sentence; empty when nothing is."""
    try:
        parts = list(Formatter().parse(pattern))
    except (TypeError, ValueError):
        return "The braces do not match."
    names = []
    for _text, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in _SPECS or conversion or not _SPECS[name].fullmatch(spec or ""):
            return "Use {sequence}, {sequence:06d}, {year} and {day} only."
        names.append(name)
    if "sequence" not in names:
        return "It must contain {sequence}, or every case would have the same number."
    longest = format_number(pattern, sequence=_LARGEST, local=_ANY_DAY)
    if not _SAFE.fullmatch(longest):
        return "Use letters, digits, dots, hyphens and underscores beside the fields."
    if len(longest) > LONGEST:
        return f"Its numbers would be longer than {LONGEST} characters."
    return ""
