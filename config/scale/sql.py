"""Building blocks of set-based seeding: inserts read from the models, and repeatable chance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import NOT_PROVIDED


def insert(model: type[models.Model], values: Mapping[str, str], source: str) -> str:
    """``INSERT … SELECT`` of SQL expressions by field name.

    A field that is not named gets what a new row of the model would get, so that a column added
    to the model later does not break the population.

    Raises:
        ValueError: a name is no field, or a field without a default is left out.
    """
    quote = connection.ops.quote_name
    given = dict(values)
    columns = {}
    for field in model._meta.local_concrete_fields:
        expression = given.pop(field.name, None)
        if expression is None:
            expression = _default(field)
        if expression is not None:
            columns[str(field.column)] = expression
    if given:
        raise ValueError(f"{model.__name__} has no fields {sorted(given)}")
    names = ", ".join(quote(column) for column in columns)
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} {source}"


def _default(field: models.Field[Any, Any]) -> str | None:
    """SQL for the field's own default; None leaves the column out."""
    if field.null or field.primary_key or field.db_default is not NOT_PROVIDED:
        return None
    if not field.has_default() and not field.empty_strings_allowed:
        raise ValueError(f"{field} needs a value")
    value = field.get_default()
    if isinstance(field, ArrayField):
        return f"ARRAY[]::{field.db_type(connection)}" if not value else None
    if isinstance(field, models.JSONField):
        return literal(json.dumps(value)) + "::jsonb"
    return literal(field.get_db_prep_save(value, connection))


def literal(value: object) -> str:
    """A value of the code's own as SQL; percent signs are doubled for the driver."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("'", "''").replace("%", "%%")
    return f"'{text}'"


class Chance:
    """Repeatable chance in SQL: the same seed and row number give the same row."""

    def __init__(self, seed: int, key: str) -> None:
        self.seed, self.key = seed, key
        self._salts: dict[str, int] = {}

    def share(self, what: str) -> str:
        """A number in [0, 1) that depends on the row and on ``what`` alone."""
        salt = self._salts.setdefault(what, len(self._salts) + 1)
        return (
            f"((hashint8extended({self.key}, {self.seed * 10_000 + salt}) & 1073741823)::float8"
            " / 1073741824)"
        )

    def pick(self, array: str, what: str, *, skew: float = 1) -> str:
        """One element of an array; with a skew above 1 the first ones come more often."""
        place = f"power({self.share(what)}, {skew})"
        return f"({array})[1 + floor(cardinality({array}) * {place})::int]"
