"""What holds for a person and a group of messages, asked at the moment of sending.

First what the catalogue requires; then what the exchange fixed; then what the person chose; then
the exchange's default; then the catalogue's. One statement answers for any number of people, and
:func:`wants_sql` says the same inside a statement of a room that tells thousands.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from notifications.catalogue import MessageKind
from notifications.channels.choices import ChannelRule, Preference, QuietHours, Way
from notifications.channels.groups import GROUPS, Group, group_named, group_of, starts_on
from notifications.channels.quiet import Quiet
from portal.clocks.reckoning import zone
from portal.insert_select import literal
from portal.tenancy.models import Exchange, Person


def wanting(
    people: Collection[int], *, exchange: Exchange, group: Group, way: Way
) -> frozenset[int]:
    """Those of these people (ids) who are told a group by a channel now; one statement at most.

    The exchange must be set.
    """
    if way in group.required or not people:
        return frozenset(people)
    rows = Person.objects.filter(pk__in=people)
    rows = rows.filter(wants_q(exchange=exchange, group=group, way=way, person="pk"))
    return frozenset(rows.values_list("pk", flat=True))


def wants_mail(people: Collection[int], group: str, *, exchange: Exchange) -> frozenset[int]:
    """Those of these people (ids) who get mail of a group, e.g. ``"briefings"``.

    Raises:
        KeyError: there is no such group.
    """
    return wanting(people, exchange=exchange, group=group_named(group), way=Way.MAIL)


def wants(person_id: int, kind: MessageKind, way: Way, *, exchange: Exchange) -> bool:
    """Whether one person is told a message by a channel now."""
    return bool(wanting([person_id], exchange=exchange, group=group_of(kind), way=way))


def wants_q(*, exchange: Exchange, group: Group, way: Way, person: str) -> Q:
    """The same as a condition; ``person`` is the path to the person's id in the query."""
    if way in group.required:
        return Q()
    here: dict[str, Any] = {"exchange": exchange, "group": group.key, "way": way}
    rules = ChannelRule.objects.filter(**here)
    own = Preference.objects.filter(**here, person_id=OuterRef(person))
    default = Q(Exists(rules.filter(is_on=True)))
    if starts_on(way):
        default |= ~Q(Exists(rules))
    chosen = ~Q(Exists(rules.filter(is_fixed=True))) & Q(Exists(own))
    return (chosen & Q(Exists(own.filter(is_on=True)))) | (~chosen & default)


def wants_sql(*, group: str, way: Way, exchange: str, person: str) -> str:
    """The same as SQL for a room that writes thousands of rows in one statement.

    Args:
        exchange: SQL for the exchange's id, e.g. ``%(exchange)s``.
        person: SQL for the person's id, e.g. ``made.person_id``.

    Raises:
        KeyError: there is no such group.
    """
    found = group_named(group)
    if way in found.required:
        return "TRUE"

    def asked(column: str, table: str, more: str = "") -> str:
        return (
            f"(SELECT {column} FROM {table} c WHERE c.exchange_id = {exchange}"
            f' AND c."group" = {literal(found.key)} AND c.way = {literal(way.value)}{more})'
        )

    rules = ChannelRule._meta.db_table
    fixed = asked("c.is_on", rules, " AND c.is_fixed")
    default = asked("c.is_on", rules)
    own = asked("c.is_on", Preference._meta.db_table, f" AND c.person_id = {person}")
    return f"coalesce({fixed}, {own}, {default}, {literal(starts_on(way))})"


def wants_mail_sql(*, group: str, exchange: str, person: str) -> str:
    """SQL that is true where a person gets mail of a group; see :func:`wants_sql`."""
    return wants_sql(group=group, way=Way.MAIL, exchange=exchange, person=person)


@dataclass(frozen=True)
class Standing:
    """What holds for one person, one group and one channel, and who decides it."""

    is_on: bool
    #: What holds without a choice of the person's.
    default: bool
    #: Neither the person nor, if ``is_required``, the exchange can change it.
    is_fixed: bool
    is_required: bool


def standing_of(*, exchange: Exchange, person_id: int | None) -> dict[tuple[str, Way], Standing]:
    """What holds for every group and channel; without a person, for whoever has not chosen.

    Two statements, whatever the number of groups. The exchange must be set.
    """
    rules = {(row.group, row.way): row for row in ChannelRule.objects.filter(exchange=exchange)}
    own = {
        (row.group, row.way): row.is_on
        for row in Preference.objects.filter(exchange=exchange, person_id=person_id or 0)
    }
    found = {}
    for group in GROUPS:
        for way in Way:
            key = (group.key, way)
            rule = rules.get(key)
            required = way in group.required
            default = required or (rule.is_on if rule else starts_on(way))
            fixed = required or bool(rule and rule.is_fixed)
            is_on = default if fixed else own.get(key, default)
            found[key] = Standing(is_on, default, fixed, required)
    return found


def quiet_hours(exchange: Exchange) -> Quiet | None:
    """The exchange's quiet hours; the exchange must be set."""
    row = QuietHours.objects.filter(exchange=exchange).first()
    return Quiet(row.starts, row.ends, zone(exchange.time_zone)) if row else None


def quiet_until(exchange: Exchange, now: datetime) -> datetime | None:
    """When the quiet hours that hold now (UTC) end; None: it is not quiet."""
    hours = quiet_hours(exchange)
    return hours.until(now) if hours else None
