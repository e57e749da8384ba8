"""A type of ticket's own fields: how they are configured, asked for, checked and shown (ES-04).

A type's fields are a list of objects; their values are a ticket's *facts*, personal data behind
the gate like everything else about it. Two rules can be laid on a field: a value it must have
(``must_be``), and another date it should equal (``same_as``), where a difference is no error but
asks for a reason (ES-06).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError

from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn

MAX_FIELDS = 30
MAX_TEXT = 4_000
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAMES = frozenset(
    {"key", "label", "type", "required", "help", "choices", "when", "must_be", "same_as", "because"}
)
#: Ends the key under which the reason for a differing date is kept.
REASON = "_because"


class FieldType(StrEnum):
    """What a field's value is."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    MONEY = "money"


class When(StrEnum):
    """When a field is asked for."""

    OPENING = "opening"
    RESOLVING = "resolving"


@dataclass(frozen=True)
class FactField:
    """One field of a type."""

    key: str
    label: str
    type: FieldType
    required: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()
    when: When = When.OPENING
    #: The only value work may end with, e.g. ``yes``.
    must_be: str = ""
    #: The date field this one should equal, and the rule in a sentence.
    same_as: str = ""
    because: str = ""

    @property
    def reason_key(self) -> str:
        """Under which the reason for a differing date is kept."""
        return f"{self.key}{REASON}"

    def show(self, value: Any) -> Any:
        """A stored value as people read it."""
        match self.type:
            case FieldType.YES_NO:
                return "Yes" if value == "yes" else "No"
            case FieldType.DATE:
                return date.fromisoformat(value)
            case FieldType.MONEY:
                return f"${Decimal(value):,.2f}"
        return value


def read_fields(raw: Any) -> tuple[FactField, ...]:
    """The fields a type's configuration describes.

    Raises:
        ValidationError: it is no such description; says where, under ``fields``.
    """
    try:
        return _read(raw)
    except ValueError as error:
        raise ValidationError({"fields": str(error)}) from None


def _read(raw: Any) -> tuple[FactField, ...]:
    if not isinstance(raw, list) or len(raw) > MAX_FIELDS:
        raise ValueError(f"Write a list of at most {MAX_FIELDS} fields.")
    fields: dict[str, FactField] = {}
    for number, row in enumerate(raw, 1):
        field = _read_one(row, f"Field {number}")
        if field.key in fields:
            raise ValueError(f"Field {number}: “{field.key}” is there already.")
        other = fields.get(field.same_as)
        if field.same_as and (other is None or other.type is not FieldType.DATE):
            raise ValueError(f"Field {number}: “same_as” must name a date field above it.")
        fields[field.key] = field
    return tuple(fields.values())


def _read_one(row: Any, where: str) -> FactField:
    if not isinstance(row, dict):
        raise ValueError(f"{where}: write an object with key, label and type.")
    if unknown := sorted(set(row) - _NAMES):
        raise ValueError(f"{where}: there is no “{unknown[0]}”.")
    key, label = row.get("key"), row.get("label")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key.endswith(REASON):
        raise ValueError(f"{where}: the key is small letters, digits and underscores.")
    if not isinstance(label, str) or not label.strip() or len(label) > 120:
        raise ValueError(f"{where}: give it a label of at most 120 characters.")
    if row.get("type") not in list(FieldType):
        raise ValueError(f"{where}: the type is one of {', '.join(FieldType)}.")
    kind = FieldType(row["type"])
    choices = row.get("choices", [])
    if not isinstance(choices, list) or not all(isinstance(c, str) and c for c in choices):
        raise ValueError(f"{where}: the choices are a list of texts.")
    if (kind is FieldType.CHOICE) != bool(choices):
        raise ValueError(f"{where}: a choice has choices, and nothing else has.")
    if row.get("when", When.OPENING) not in list(When):
        raise ValueError(f"{where}: “when” is one of {', '.join(When)}.")
    texts = {name: row.get(name, "") for name in ("help", "must_be", "same_as", "because")}
    if not all(isinstance(text, str) and len(text) <= 300 for text in texts.values()):
        raise ValueError(f"{where}: help, must_be, same_as and because are short texts.")
    if texts["same_as"] and kind is not FieldType.DATE:
        raise ValueError(f"{where}: only a date can be the same as another.")
    if not isinstance(row.get("required", False), bool):
        raise ValueError(f"{where}: “required” is true or false.")
    return FactField(
        key,
        label.strip(),
        kind,
        required=row.get("required", False),
        choices=tuple(choices),
        when=When(row.get("when", When.OPENING)),
        **texts,
    )


def asked(fields: Iterable[FactField], when: When) -> list[FactField]:
    """The fields asked for at that time."""
    return [field for field in fields if field.when is when]


def clean_facts(
    fields: Sequence[FactField], values: Mapping[str, Any], *, prefix: str = ""
) -> dict[str, Any]:
    """Facts as they are stored: text, ISO dates, ``yes`` or ``no``, numbers as text.

    Args:
        fields: those that are asked for; a value of any other is refused.
        prefix: put before field names in errors, as forms name them.

    Raises:
        SsnRefused: a text holds a Social Security number.
        ValidationError: a value is missing, of the wrong form, or differs from the date it should
            equal without a reason; by field.
    """
    known = {field.key for field in fields} | {f.reason_key for f in fields if f.same_as}
    errors: dict[str, str] = dict.fromkeys(set(values) - known, "There is no such field.")
    facts: dict[str, Any] = {}
    for field in fields:
        try:
            value = _clean(field, values.get(field.key))
        except ValueError as error:
            errors[field.key] = str(error)
            continue
        if value:
            facts[field.key] = value
        elif field.required:
            errors[field.key] = f"Enter “{field.label}”."
    for field in fields:
        if field.must_be and facts.get(field.key, field.must_be) != field.must_be:
            errors[field.key] = f"“{field.label}” must be “{field.must_be}” first."
        if not field.same_as or field.key in errors:
            continue
        reason = _text(values.get(field.reason_key), field.label)
        if difference(field, facts) and not reason:
            errors[field.key] = warning(field, facts)
        elif difference(field, facts):
            facts[field.reason_key] = reason
    if errors:
        raise ValidationError({f"{prefix}{key}": message for key, message in errors.items()})
    return facts


def difference(field: FactField, facts: Mapping[str, Any]) -> timedelta | None:
    """How far a date lies from the one it should equal; None when it is the same, or unknown."""
    if field.key not in facts or field.same_as not in facts:
        return None
    apart = date.fromisoformat(facts[field.key]) - date.fromisoformat(facts[field.same_as])
    return apart or None


def warning(field: FactField, facts: Mapping[str, Any]) -> str:
    """What is said about a date that differs from the one it should equal (ES-06)."""
    right = date.fromisoformat(facts[field.same_as])
    given = date.fromisoformat(facts[field.key])
    apart = (given - right).days
    side = "after" if apart > 0 else "before"
    where = f"the day {side}" if abs(apart) == 1 else f"{abs(apart)} days {side}"
    return (
        f"{_day(given)} is {where} {_day(right)}. {field.because} Enter {_day(right)}, or say why"
        " this date is right."
    )


def _day(day: date) -> str:
    return f"{day.month}/{day.day}/{day:%y}"


def _clean(field: FactField, value: Any) -> str:
    text = _text(value, field.label)
    if not text:
        return ""
    match field.type:
        case FieldType.DATE:
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise ValueError("Enter a date, e.g. 2025-08-31.") from None
        case FieldType.CHOICE if text not in field.choices:
            raise ValueError("Choose one that the list offers.")
        case FieldType.YES_NO if text not in ("yes", "no"):
            raise ValueError("Choose yes or no.")
        case FieldType.NUMBER | FieldType.MONEY:
            return _number(text, field.type)
    return text


def _text(value: Any, label: str) -> str:
    """A value as text; dates and booleans as they are stored."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).strip()
    if contains_ssn(text):
        raise SsnRefused(f"“{label}”")
    if len(text) > MAX_TEXT:
        raise ValueError(f"Write at most {MAX_TEXT:,} characters.")
    return text


def _number(text: str, kind: FieldType) -> str:
    try:
        number = Decimal(text.removeprefix("$").replace(",", ""))
    except InvalidOperation:
        raise ValueError("Enter a number.") from None
    if not number.is_finite() or abs(number) >= Decimal("1e12"):
        raise ValueError("Enter a number.")
    return f"{number:.2f}" if kind is FieldType.MONEY else f"{number.normalize():f}"


def shown_facts(
    fields: Sequence[FactField], facts: Mapping[str, Any]
) -> tuple[tuple[str, str, Any], ...]:
    """Facts as rows of a section: the type's fields in order, then what a feed brought."""
    rows: list[tuple[str, str, Any]] = []
    left = dict(facts)
    for field in fields:
        if field.key in left:
            rows.append((f"facts.{field.key}", field.label, field.show(left.pop(field.key))))
        if reason := left.pop(field.reason_key, ""):
            rows.append((f"facts.{field.reason_key}", "This date is right because", reason))
    rows += [
        (f"facts.{key}", key.replace("_", " ").capitalize(), value) for key, value in left.items()
    ]
    return tuple(rows)


def searchable_facts(fields: Sequence[FactField], facts: Mapping[str, Any]) -> list[str]:
    """The short texts among the facts: what a ticket may be found by."""
    return [facts[f.key] for f in fields if f.type is FieldType.TEXT and f.key in facts]
