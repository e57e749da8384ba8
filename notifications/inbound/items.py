"""The items of EA-04, read from the lines of a mail that bear their labels.

Whatever cannot be read as its item is left where it is: every line stays in the case's description
anyway, so nothing is lost and nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_LABELS: Final = {
    "constituent_name": r"constituent(?:['’]?s)?\s+(?:full\s+)?name",
    "case_or_application_id": (
        r"(?:case\s*(?:#|no\.?|number)\s*(?:or|/)\s*application(?:\s*id)?\s*(?:#|no\.?|number)?"
        r"|case\s*(?:#|no\.?|number|id)|application\s*(?:id|#|no\.?|number)(?:\s*#)?)"
    ),
    "date_of_birth": r"(?:constituent(?:['’]?s)?\s+)?(?:date\s+of\s+birth|birth\s*date|dob)",
    "phone": r"constituent(?:['’]?s)?\s+(?:tele)?phone(?:\s+(?:number|no\.?))?",
    "email": r"constituent(?:['’]?s)?\s+e-?mail(?:\s+address)?",
}
_LINE: Final = {
    name: re.compile(rf"(?im)^[\s>*•\-]*(?:\d[.)]\s*)?{label}\s*[:=]\s*(\S.{{0,200}})$")
    for name, label in _LABELS.items()
}
_LENGTHS: Final = {"constituent_name": 120, "case_or_application_id": 40, "phone": 40, "email": 254}
_DATES: Final = ("%m/%d/%Y", "%Y-%m-%d", "%m-%d-%Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y")


def read_items(text: str, *, today: date) -> dict[str, Any]:
    """The items found in ``text``, by field name; only those that are sure (EA-04, EA-05)."""
    found: dict[str, Any] = {}
    for name, pattern in _LINE.items():
        lines = pattern.findall(text)
        # Two lines with one label: which of them it is, a person can tell.
        if len({line.strip() for line in lines}) != 1:
            continue
        value = _value(name, lines[0].strip().strip("*").strip(), today)
        if value:
            found[name] = value
    return found


def _value(name: str, text: str, today: date) -> Any:
    if name == "date_of_birth":
        return _date(text, today)
    if name == "email":
        text = text.strip("<>").removeprefix("mailto:")
        try:
            validate_email(text)
        except ValidationError:
            return ""
    if name == "phone" and sum(map(str.isdigit, text)) < 7:
        return ""
    return text if len(text) <= _LENGTHS[name] else ""


def _date(text: str, today: date) -> date | None:
    for style in _DATES:
        try:
            born = datetime.strptime(text, style).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return born if date(1900, 1, 1) <= born <= today else None
    return None
