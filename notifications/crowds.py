"""Ringing the bells of very many in one statement, e.g. when the portal goes down tonight."""

from datetime import datetime
from typing import Any

from django.db import connection

from notifications.catalogue.base import Crowd
from notifications.models import Bell
from portal.casework.models import OutboxMessage
from portal.insert_select import insert, next_id
from portal.ui import live


def ring_crowd(*, message: OutboxMessage, crowd: Crowd, now: datetime) -> int:
    """Insert the line for everybody whom the crowd names now; returns how many it is.

    The exchange must be set. Repeating it rings nobody twice.
    """
    said = crowd.says(message)
    if said is None or (said.ends_at is not None and said.ends_at <= now):
        return 0
    members = crowd.members(message).current().filter(exchange_id=message.exchange_id)
    people = members.order_by().values("person_id").distinct()
    source, params = people.query.sql_with_params()
    statement = insert(
        Bell,
        {
            "id": next_id(Bell),
            "exchange": "%s",
            "person": "who.person_id",
            "message": "%s",
            "key": "%s",
            "text": "%s",
            "created_at": "%s",
            "ends_at": "%s::timestamptz",
        },
        f"FROM ({source}) AS who ON CONFLICT DO NOTHING",
    )
    given = {
        "exchange": message.exchange_id,
        "message": message.pk,
        "key": message.key,
        "text": said.text,
        "created_at": now,
        "ends_at": said.ends_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_in_columns(given), *params])
        count = max(cursor.rowcount, 0)
    live.touch_exchange(message.exchange_id)
    return count


def _in_columns(given: dict[str, Any]) -> list[Any]:
    """Values in the order in which the statement names its columns: that of the model."""
    fields = (field.name for field in Bell._meta.local_concrete_fields)
    return [given[name] for name in fields if name in given]
