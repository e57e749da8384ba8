"""The world of nearly every test: founded once by its services, then laid again row by row.

Founding it takes some three hundred statements, and was two fifths of the suite's time. The rows
of the first one, which its test's transaction takes back, are written again for each later test
in one statement and with their own keys, which the sequences have gone past. Triggers and checks
run as ever. Nothing is kept for another run.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import Group
from django.db import connection, models

from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from portal.ledger.models import LedgerEntry
from portal.tenancy.models import Exchange, Membership, Organization, Person, Role
from tests.world import World, build_world

_IN_EXCHANGE: Final = "exchange_id = %(exchange)s"
_OF_PEOPLE: Final = "person_id = ANY(%(people)s)"
#: Every table the world has rows in, in the order their keys need, and which rows are its own.
_TABLES: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Exchange, "id = %(exchange)s"),
    (Group, "id = ANY(%(groups)s)"),
    (Organization, _IN_EXCHANGE),
    (Role, _IN_EXCHANGE),
    (Person, "id = ANY(%(people)s)"),
    (Person.groups.through, _OF_PEOPLE),
    (Membership, _IN_EXCHANGE),
    (BusinessCalendar, _IN_EXCHANGE),
    (CalendarException, _IN_EXCHANGE),
    (SlaPolicy, _IN_EXCHANGE),
    (TicketType, _IN_EXCHANGE),
    (RoutingRule, _IN_EXCHANGE),
    (ResolutionCode, _IN_EXCHANGE),
    (LedgerEntry, _IN_EXCHANGE),
)


@dataclass(frozen=True)
class _Kept:
    """A world as it was when it was founded."""

    statement: str
    world: bytes


_kept: dict[str, _Kept] = {}


def lay_world(slug: str = "covered-california") -> World:
    """The world of :func:`tests.world.build_world`, in the current transaction and its scope."""
    if slug not in _kept:
        before = _written_tables()
        world = build_world(slug)
        _kept[slug] = _Kept(_statement(world, _written_tables() - before), pickle.dumps(world))
        return world
    kept = _kept[slug]
    world = pickle.loads(kept.world)
    world.enter()
    with connection.cursor() as cursor:
        cursor.execute(kept.statement)
    return world


def _statement(world: World, written: set[str]) -> str:
    """``INSERT`` of every row of a world that was just founded.

    Raises:
        AssertionError: the world has rows in a table that is not named here.
    """
    of = {
        "exchange": world.exchange.pk,
        "people": [person.pk for person in world.people.values()],
        "groups": [one.group_id for one in world.organizations.values() if one.group_id],
    }
    tables = {model._meta.db_table for model, _ in _TABLES}
    # The tables of history are written by triggers, which will write them again.
    unknown = {name for name in written - tables if not name.endswith("event")}
    assert not unknown, f"Name these tables of the world in _TABLES too: {sorted(unknown)}"
    inserts = []
    with connection.cursor() as cursor:
        for model, which in _TABLES:
            name = model._meta.db_table
            columns = ", ".join(
                connection.ops.quote_name(field.column)
                for field in model._meta.concrete_fields
                if not field.generated
            )
            cursor.execute(
                f"SELECT json_agg(t ORDER BY t.id)::text FROM {name} t WHERE {which}", of
            )
            (rows,) = cursor.fetchone()
            inserts.append(
                cursor.mogrify(
                    f"INSERT INTO {name} ({columns})"
                    f" SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s::json);",
                    [rows or "[]"],
                ).decode()
            )
    return "\n".join(inserts)


def _written_tables() -> set[str]:
    """The tables the current transaction has inserted into."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins > 0")
        return {name for (name,) in cursor.fetchall()}
