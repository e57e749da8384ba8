"""``INSERT … SELECT`` read from the models: many rows in one statement, none of them in Python."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import NOT_PROVIDED


def insert(model: type[models.Model], values: Mapping[str, str], source: str) -> str:
    """``INSERT … SELECT`` of SQL expressions by field name.

    A field that is not named gets what a new row of the model would get, so that a column added
    to the model later does not break the statement.

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


def next_id(model: type[models.Model]) -> str:
    """SQL for the next id of a model's table, so that no id has to be read back.

    The sequence is looked up once a statement: doing so for each row costs more than the row.
    """
    return f"nextval((SELECT pg_get_serial_sequence('{model._meta.db_table}', 'id')::regclass))"


def literal(value: object) -> str:
    """A value of the code's own as SQL; percent signs are doubled for the driver."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("'", "''").replace("%", "%%")
    return f"'{text}'"


def _default(field: "models.Field[Any, Any]") -> str | None:
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
