"""Pages of the worklist: by risk, then by days to the deadline, then by aging (CRW-02, CRW-10).

The order has four columns, one of them downwards, so a page begins behind a row rather than behind
a value. It is read from the worklist's index in at most two pieces: the rest of the risk the last
page ended in, and, if that does not fill it, the risks after it.
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateField,
    DateTimeField,
    F,
    Field,
    Func,
    QuerySet,
    Value,
)

from portal.casework.keyset import Page
from retention.models import CrwCase

_WITHIN_RISK: Final = ("deadline", "aged_from", "case_id")
_FORWARDS: Final = ("-risk", *_WITHIN_RISK)
_BACKWARDS: Final = ("risk", *(f"-{column}" for column in _WITHIN_RISK))


def ranked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows in the order they are worked in."""
    return rows.order_by(*_FORWARDS)


def ranked_page(rows: QuerySet[Any], *, size: int, after: str = "", before: str = "") -> Page:
    """One page of open cases in the order they are worked in.

    Args:
        after: cursor of the last row of the page before this one.
        before: cursor of the first row of the page after this one.

    Raises:
        BadRequest: the cursor is none of ours.
    """
    backwards = bool(before)
    if not (after or before):
        found = list(ranked(rows)[: size + 1])
    else:
        found = _beyond(rows, _read(after or before), backwards, size + 1)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page(())
    return Page(
        found,
        before=_write(found[0]) if (more if backwards else after) else "",
        after=_write(found[-1]) if more or backwards else "",
    )


def _beyond(
    rows: QuerySet[Any], place: tuple[int, date, datetime, int], backwards: bool, count: int
) -> list[CrwCase]:
    risk, *within = place
    order = _BACKWARDS if backwards else _FORWARDS
    found = list(
        rows.filter(_row_beyond(within, backwards), risk=risk).order_by(*order[1:])[:count]
    )
    if len(found) < count:
        further = {"risk__gt": risk} if backwards else {"risk__lt": risk}
        found += rows.filter(**further).order_by(*order)[: count - len(found)]
    return found


def _row_beyond(values: Sequence[Any], backwards: bool) -> Func:
    """``(deadline, aged_from, case_id) > (…)``: a comparison of rows, which the index answers."""
    fields: tuple[Field[Any, Any], ...] = (DateField(), DateTimeField(), BigIntegerField())
    typed = [Value(value, output_field=kind) for value, kind in zip(values, fields, strict=True)]
    return Func(
        Func(*(F(name) for name in _WITHIN_RISK), template="(%(expressions)s)"),
        Func(*typed, template="(%(expressions)s)"),
        template="%(expressions)s",
        arg_joiner=" < " if backwards else " > ",
        output_field=BooleanField(),
    )


def _write(row: CrwCase) -> str:
    place = [row.risk, row.deadline.isoformat(), row.aged_from.isoformat(), row.pk]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, date, datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        risk, day, instant, pk = json.loads(text)
        place = (risk, date.fromisoformat(day), datetime.fromisoformat(instant), pk)
        if type(risk) is not int or type(pk) is not int or place[2].tzinfo is None:
            raise ValueError
        if not (0 <= risk <= 9 and 0 < pk < 2**63):
            raise ValueError
    except (ValueError, TypeError) as error:
        raise BadRequest("This page of the list does not exist.") from error
    return place
