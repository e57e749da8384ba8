"""Pages of a long list by the last row seen, so that page 400 costs what page 1 does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import F, Model, Q, QuerySet

from portal.cursors import open_place, seal_place


@dataclass(frozen=True)
class Sort:
    """An order people may ask for: a column, and whether rows without a value come last."""

    key: str
    column: str
    label: str
    nullable: bool = False


@dataclass(frozen=True)
class Page:
    """One page of rows, and where the pages before and after it begin (empty: there is none)."""

    rows: Sequence[Any]
    before: str = ""
    after: str = ""


def page_of(
    rows: QuerySet[Any],
    *,
    sort: Sort,
    descending: bool,
    size: int,
    after: str = "",
    before: str = "",
) -> Page:
    """One page of ``rows`` in an order; ties are broken by id, so that no row is lost or twice.

    Args:
        after: cursor of the last row of the page before this one.
        before: cursor of the first row of the page after this one.

    Raises:
        BadRequest: the cursor is none of ours.
    """
    if not after and not before:
        return first_page(first_rows(rows, sort, descending, size), sort=sort, size=size)
    backwards = bool(before)
    ascending = descending == backwards
    value, pk = _read(rows, sort, after or before)
    rows = rows.filter(_beyond(sort, ascending, backwards, value, pk))
    rows = rows.order_by(*_order(sort, ascending, backwards))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page(())
    return Page(
        found,
        before=_write(sort, found[0]) if (more if backwards else after) else "",
        after=_write(sort, found[-1]) if more or backwards else "",
    )


def first_rows(rows: QuerySet[Any], sort: Sort, descending: bool, size: int) -> QuerySet[Any]:
    """What the first page of ``rows`` reads: its rows in order, and one more if there are more."""
    return rows.order_by(*_order(sort, not descending, backwards=False))[: size + 1]


def first_page(found: Iterable[Any], *, sort: Sort, size: int) -> Page:
    """The first page, from what :func:`first_rows` answered."""
    rows = list(found)
    after = _write(sort, rows[size - 1]) if len(rows) > size else ""
    return Page(rows[:size], after=after)


def _order(sort: Sort, ascending: bool, backwards: bool) -> list[Any]:
    column = F(sort.column)
    if not sort.nullable:
        first = column.asc() if ascending else column.desc()
    elif ascending:
        first = column.asc(**_nulls(backwards))
    else:
        first = column.desc(**_nulls(backwards))
    return [first, "pk" if ascending else "-pk"]


def _nulls(backwards: bool) -> dict[str, bool]:
    return {"nulls_first": True} if backwards else {"nulls_last": True}


def _beyond(sort: Sort, ascending: bool, backwards: bool, value: Any, pk: int) -> Q:
    step = "gt" if ascending else "lt"
    column = sort.column
    behind_tie = Q(**{f"{column}__isnull": True} if value is None else {column: value}) & Q(
        **{f"pk__{step}": pk}
    )
    if value is None:
        # Rows without a value stand last: going back, every row with one lies beyond.
        return behind_tie | Q(**{f"{column}__isnull": False}) if backwards else behind_tie
    beyond = Q(**{f"{column}__{step}": value}) | behind_tie
    if sort.nullable:
        return beyond if backwards else beyond | Q(**{f"{column}__isnull": True})
    # Says nothing new, but lets the index begin at the right row.
    return Q(**{f"{column}__{step}e": value}) & beyond


def _write(sort: Sort, row: Model) -> str:
    value = getattr(row, sort.column)
    text = value.isoformat() if isinstance(value, datetime) else value
    return seal_place([text, row.pk])


def _read(rows: QuerySet[Any], sort: Sort, cursor: str) -> tuple[Any, int]:
    try:
        text, pk = open_place(cursor)
        value = rows.model._meta.get_field(sort.column).to_python(text)
        if not isinstance(pk, int) or isinstance(pk, bool) or (value is None and not sort.nullable):
            raise ValueError
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError
    except (ValueError, TypeError, ValidationError) as error:
        raise BadRequest("This page of the list does not exist.") from error
    return value, pk
