"""Business-time questions and answers as JSON lines.

The one codec for the published examples, the repository's own vectors and the ``business_time``
command. A question names an operation, carries its calendar and says its instants in ISO 8601;
naive ones are wall times of the calendar's zone. ``docs/explanation/business-time.md`` lists the
fields. Pure like ``business_time``: no Django, no database.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from portal.clocks.business_time import (
    BusinessTimeError,
    Calendar,
    Pause,
    add,
    add_days,
    add_open_day_hours,
    between,
)

__all__ = ["VectorError", "answer", "answer_line", "answer_lines"]


class VectorError(BusinessTimeError):
    """The question is not one: a field is missing or of the wrong kind."""


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"due": ISO 8601 in the calendar's zone}`` or ``{"seconds": int}``.

    Raises ``VectorError`` for a bad question and ``BusinessTimeError`` for one without an answer.
    """
    operation = _OPERATIONS.get(_field(question, "op", str))
    if operation is None:
        raise VectorError(f"op is one of {', '.join(_OPERATIONS)}.")
    calendar = _calendar(json.dumps(_field(question, "calendar", dict), sort_keys=True))
    result = operation(question, calendar)
    if isinstance(result, datetime):
        return {"due": calendar.localize(result).isoformat()}
    return {"seconds": result}


def answer_line(line: str | bytes) -> dict[str, Any]:
    """Return the answer to one line, or ``{"id", "error"}``; a bad line never raises."""
    identifier: Any = None
    try:
        question = json.loads(line)
        if not isinstance(question, dict):
            raise VectorError("A question is a JSON object.")
        identifier = question.get("id")
        return {"id": identifier, **answer(question)}
    except BusinessTimeError as error:
        return {"id": identifier, "error": str(error)}
    except (ValueError, RecursionError):
        # What the JSON reader raises; its message can quote the input, so it is not passed on.
        return {"id": identifier, "error": "The line is not JSON in UTF-8."}


def answer_lines(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line that is not blank, in order, as they come."""
    for line in lines:
        if line.strip():
            yield answer_line(line)


def _answer_add(question: Mapping[str, Any], calendar: Calendar) -> datetime:
    seconds = _field(question, "seconds", (int, float))
    if not math.isfinite(seconds):
        raise VectorError("seconds is a finite number.")
    start = _moment(question, "start", calendar)
    return add(calendar, start, round(seconds), _pauses(question, calendar))


def _answer_between(question: Mapping[str, Any], calendar: Calendar) -> int:
    start, end = (_moment(question, name, calendar) for name in ("start", "end"))
    return between(calendar, start, end, _pauses(question, calendar))


def _answer_add_days(question: Mapping[str, Any], calendar: Calendar) -> datetime:
    return add_days(
        calendar,
        _moment(question, "start", calendar),
        _field(question, "days", int),
        end_of_day=_field({"end_of_day": False, **question}, "end_of_day", bool),
        pauses=_pauses(question, calendar),
    )


def _answer_add_open_day_hours(question: Mapping[str, Any], calendar: Calendar) -> datetime:
    start = _moment(question, "start", calendar)
    return add_open_day_hours(calendar, start, _field(question, "hours", int))


_OPERATIONS: dict[str, Callable[[Mapping[str, Any], Calendar], datetime | int]] = {
    "add": _answer_add,
    "between": _answer_between,
    "add_days": _answer_add_days,
    "add_open_day_hours": _answer_add_open_day_hours,
}


@lru_cache(maxsize=256)
def _calendar(text: str) -> Calendar:
    """Read a calendar once for the many lines that repeat it, so that its days stay reckoned."""
    return Calendar.from_json(json.loads(text))


def _field(question: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    value = question.get(name)
    # JSON's true and false are ints to Python; a number of days is never one of them.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise VectorError(f"{name} is missing or of the wrong kind.")
    return value


def _moment(question: Mapping[str, Any], name: str, calendar: Calendar) -> datetime:
    return _read_moment(_field(question, name, str), name, calendar)


def _read_moment(text: Any, name: str, calendar: Calendar) -> datetime:
    try:
        return calendar.localize(datetime.fromisoformat(text))
    except (TypeError, ValueError, OverflowError):
        raise VectorError(f"{name} is not an instant such as 2026-01-31T08:00:00.") from None


def _pauses(question: Mapping[str, Any], calendar: Calendar) -> list[Pause]:
    pairs = question.get("pauses") or []
    if not isinstance(pairs, list) or not all(
        isinstance(pair, list) and len(pair) == 2 for pair in pairs
    ):
        raise VectorError("pauses is a list of pairs: from, and to or null.")
    return [
        (
            _read_moment(since, "pauses", calendar),
            None if until is None else _read_moment(until, "pauses", calendar),
        )
        for since, until in pairs
    ]
