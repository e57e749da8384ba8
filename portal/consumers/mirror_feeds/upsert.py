"""Many rows in one statement: added where new, changed where different, else left alone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, models

from portal.tenancy.models import Exchange


class Touched(NamedTuple):
    """A row that was added or changed."""

    pk: int
    is_new: bool


def upsert(
    model: type[models.Model],
    *,
    exchange: Exchange,
    unique: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    update: Collection[str],
    keep_if_blank: Collection[str] = (),
    predicate: str = "",
) -> dict[tuple[Any, ...], Touched]:
    """``INSERT … ON CONFLICT DO UPDATE``; returns what it touched, by key.

    The key of a row is what it holds in the unique columns, without the exchange.

    Args:
        unique: the columns of a unique constraint.
        rows: values by column, every row with the same columns and no key twice.
        update: columns that a known row takes over; a row in which none differs is not written.
        keep_if_blank: of these, those whose empty text leaves the known value.
        predicate: that of the unique index, where it is a partial one.
    """
    if not rows:
        return {}
    fields = {str(field.column): field for field in model._meta.local_concrete_fields}
    columns = list(rows[0])
    types = [str(fields[column].db_type(connection)).partition("(")[0] for column in columns]
    rest = {
        column: field.get_db_prep_save(field.get_default(), connection)
        for column, field in fields.items()
        if not (field.null or field.primary_key or column in columns or column == "exchange_id")
    }
    quote = connection.ops.quote_name
    key = [column for column in unique if column != "exchange_id"]
    new_value = {
        column: f"coalesce(nullif(excluded.{column}, ''), old.{column})"
        if column in keep_if_blank
        else f"excluded.{column}"
        for column in update
    }
    action = "DO NOTHING"
    if update:
        assignments = ", ".join(f"{column} = {value}" for column, value in new_value.items())
        action = (
            f"DO UPDATE SET {assignments}"
            f" WHERE ({', '.join(f'old.{column}' for column in new_value)})"
            f" IS DISTINCT FROM ({', '.join(new_value.values())})"
        )
    conflict = f"({', '.join(map(quote, unique))})" + (predicate and f" WHERE {predicate}")
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} AS old"
        f" ({', '.join(map(quote, ['exchange_id', *columns, *rest]))})"
        f" SELECT %s, given.*{', %s' * len(rest)}"
        f" FROM unnest({', '.join(f'%s::{kind}[]' for kind in types)}) AS given"
        f" ON CONFLICT {conflict} {action}"
        f" RETURNING old.id, xmax = 0, {', '.join(f'old.{column}' for column in key)}"
    )
    lists = [[row[column] for row in rows] for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, [exchange.pk, *rest.values(), *lists])
        return {tuple(found[2:]): Touched(found[0], found[1]) for found in cursor.fetchall()}
