"""Writes on what an exchange configures for its tickets: types, routing table, resolution codes.

Each is one transaction with a ledger row. The routing table is read in order and the first line
that matches names the queue, so its order is part of the rule (decision 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from escalations.tickets import workkinds
from escalations.tickets.facts import read_fields
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.casework.machine import Refused
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization

ACTION = "tickets.configure"


class Direction(StrEnum):
    """Where a line of the routing table moves."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Tried:
    """One line of the routing table and what it said to a ticket."""

    rule: RoutingRule
    #: None: the line was not reached, an earlier one matched.
    matches: bool | None
    reason: str


@dataclass(frozen=True)
class Route:
    """Where a ticket goes, and why."""

    queue: Organization | None
    why: str
    tried: tuple[Tried, ...] = ()
    #: The line that matched; None where a person chose the unit, or none matched.
    rule: RoutingRule | None = None

    @property
    def trail(self) -> list[dict[str, Any]]:
        """The lines that were asked, as a ticket keeps them: the table may change later."""
        return [
            {
                "position": tried.rule.position,
                "line": tried.rule.why,
                "matches": tried.matches,
                "reason": tried.reason,
            }
            for tried in self.tried
            if tried.matches is not None
        ]


def find_route(
    *,
    rules: Sequence[RoutingRule],
    ticket_type: TicketType,
    is_urgent: bool,
    language: str = "",
) -> Route:
    """What the routing table, given in order, says to a ticket: the first match wins.

    The one place where lines are compared: opening a ticket, the feed and the try-out ask here.
    """
    tried: list[Tried] = []
    found: RoutingRule | None = None
    for rule in rules:
        if found:
            tried.append(Tried(rule, None, "Not reached: an earlier line matched."))
        elif rule.ticket_type_id not in (None, ticket_type.pk):
            tried.append(Tried(rule, False, "It is for another type."))
        elif rule.only_urgent and not is_urgent:
            tried.append(Tried(rule, False, "It is for urgent tickets only."))
        elif rule.language and rule.language.casefold() != language.strip().casefold():
            tried.append(Tried(rule, False, f"It is for tickets in {rule.language} only."))
        else:
            found = rule
            tried.append(Tried(rule, True, "It matches, and is the first to do so."))
    if found is None:
        return Route(None, "No line of the routing table matches.", tuple(tried))
    return Route(found.queue, found.why, tuple(tried), found)


def routing_rules(exchange: Exchange) -> list[RoutingRule]:
    """The routing table in order, with types and queues loaded."""
    rows = RoutingRule.objects.filter(exchange=exchange)
    return list(rows.select_related("queue", "ticket_type"))


@transaction.atomic
def add_type(
    *,
    actor: Actor,
    key: str,
    label: str,
    kind: str = "ticket",
    best_practices: Sequence[str] = (),
    yearly_counts: Mapping[str, int] | None = None,
    fields: Sequence[Mapping[str, Any]] = (),
    usual_exception: str = "",
) -> TicketType:
    """Add a type of ticket.

    Args:
        kind: how its tickets are worked; a key of :mod:`escalations.tickets.workkinds`.
        fields: its own fields, as :func:`escalations.tickets.facts.read_fields` takes them.
        usual_exception: which exception to the promise its tickets meet as a rule (ES-03).

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the key is taken, the label empty, or a field wrong; names the field.
    """
    _require(actor)
    if kind not in workkinds.kind_keys():
        raise ValidationError({"kind": "Choose one of the ways in which tickets are worked."})
    ticket_type = TicketType(
        exchange=actor.exchange,
        key=key,
        kind=kind,
        label=label.strip(),
        best_practices=list(best_practices),
        yearly_counts=dict(yearly_counts or {}),
        fields=[dict(field) for field in fields],
        usual_exception=usual_exception,
    )
    read_fields(ticket_type.fields)
    ticket_type.full_clean()
    ticket_type.save()
    record(actor=actor, action="tickets.type_added", data={"type": ticket_type.pk})
    return ticket_type


@transaction.atomic
def change_type(
    *,
    actor: Actor,
    ticket_type: TicketType,
    label: str,
    best_practices: Sequence[str],
    is_active: bool,
    fields: Sequence[Mapping[str, Any]] | None = None,
    usual_exception: str | None = None,
) -> TicketType:
    """Change how a type is called, what is advised and asked, and whether new tickets may have it.

    Args:
        fields, usual_exception: None leaves them as they are. Facts of tickets that are there
            stay, also those of a field that is taken off.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the label is empty, or a field is wrong.
    """
    _require(actor)
    wanted: dict[str, Any] = {
        "label": label.strip(),
        "best_practices": list(best_practices),
        "is_active": is_active,
    }
    if fields is not None:
        read_fields(list(fields))
        wanted["fields"] = [dict(field) for field in fields]
    if usual_exception is not None:
        wanted["usual_exception"] = usual_exception
    changed = [name for name, value in wanted.items() if getattr(ticket_type, name) != value]
    for name in changed:
        setattr(ticket_type, name, wanted[name])
    if changed:
        ticket_type.full_clean()
        ticket_type.save(update_fields=changed)
        record(
            actor=actor,
            action="tickets.type_changed",
            fields=changed,
            data={"type": ticket_type.pk},
        )
    return ticket_type


@transaction.atomic
def add_rule(
    *,
    actor: Actor,
    queue: Organization,
    why: str,
    ticket_type: TicketType | None = None,
    only_urgent: bool = False,
    language: str = "",
    auto_assign: bool = False,
    skill: str = "",
) -> RoutingRule:
    """Add a line at the end of the routing table.

    Args:
        ticket_type: None: any type.
        why: one sentence, shown on every ticket the line routes.
        language: only tickets whose consumer speaks it.
        auto_assign: give the ticket to whoever of the unit is least loaded and below their cap,
            speaks the language and has the ``skill``.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the unit has no queue, or the sentence is missing.
    """
    _require(actor)
    _lock_table(actor)
    last = RoutingRule.objects.filter(exchange=actor.exchange).aggregate(last=Max("position"))
    rule = RoutingRule(exchange=actor.exchange, position=(last["last"] or 0) + 1)
    conditions = Conditions(ticket_type, only_urgent, language, auto_assign, skill)
    _fill_rule(rule, conditions, queue, why)
    record(actor=actor, action="tickets.rule_added", data={"rule": rule.pk})
    return rule


@transaction.atomic
def change_rule(
    *,
    actor: Actor,
    rule: RoutingRule,
    queue: Organization,
    why: str,
    ticket_type: TicketType | None = None,
    only_urgent: bool = False,
    language: str = "",
    auto_assign: bool = False,
    skill: str = "",
) -> RoutingRule:
    """Change a line in its place; tickets that are open already stay where they are.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the unit has no queue, or the sentence is missing.
    """
    _require(actor)
    conditions = Conditions(ticket_type, only_urgent, language, auto_assign, skill)
    _fill_rule(rule, conditions, queue, why)
    record(actor=actor, action="tickets.rule_changed", data={"rule": rule.pk})
    return rule


@transaction.atomic
def move_rule(*, actor: Actor, rule: RoutingRule, direction: Direction) -> RoutingRule:
    """Exchange a line with its neighbour above or below.

    Raises:
        NotAllowed: the actor may not configure tickets.
        Refused: it is the first or last line already.
    """
    _require(actor)
    _lock_table(actor)
    rule.refresh_from_db()
    others = RoutingRule.objects.filter(exchange=actor.exchange)
    if direction is Direction.UP:
        neighbour = others.filter(position__lt=rule.position).last()
    else:
        neighbour = others.filter(position__gt=rule.position).first()
    if neighbour is None:
        raise Refused(f"This line cannot move further {direction.value}.")
    rule.position, neighbour.position = neighbour.position, rule.position
    # Positions are unique at every moment: the neighbour steps aside first (0 is never used).
    others.filter(pk=neighbour.pk).update(position=0)
    rule.save(update_fields=["position"])
    neighbour.save(update_fields=["position"])
    record(
        actor=actor,
        action="tickets.rule_moved",
        data={"rule": rule.pk, "position": rule.position},
    )
    return rule


@transaction.atomic
def delete_rule(*, actor: Actor, rule: RoutingRule) -> None:
    """Delete a line; its history stays in the table's change log.

    Raises:
        NotAllowed: the actor may not configure tickets.
    """
    _require(actor)
    record(actor=actor, action="tickets.rule_deleted", data={"rule": rule.pk})
    rule.delete()


@transaction.atomic
def add_resolution_code(*, actor: Actor, key: str, label: str) -> ResolutionCode:
    """Add a way in which a ticket can end.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the key is taken or the label empty.
    """
    _require(actor)
    code = ResolutionCode(exchange=actor.exchange, key=key, label=label.strip())
    code.full_clean()
    code.save()
    record(actor=actor, action="tickets.code_added", data={"code": code.pk})
    return code


@transaction.atomic
def change_resolution_code(
    *, actor: Actor, code: ResolutionCode, label: str, is_active: bool
) -> ResolutionCode:
    """Change what a way to end is called, and whether tickets may still end in it.

    Tickets that have ended keep their code, under its new name.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the label is empty.
    """
    _require(actor)
    wanted = {"label": label.strip(), "is_active": is_active}
    changed = [name for name, value in wanted.items() if getattr(code, name) != value]
    for name in changed:
        setattr(code, name, wanted[name])
    if changed:
        code.full_clean()
        code.save(update_fields=changed)
        record(actor=actor, action="tickets.code_changed", fields=changed, data={"code": code.pk})
    return code


@dataclass(frozen=True)
class Conditions:
    """When a line matches, and whom it gives the ticket to."""

    ticket_type: TicketType | None
    only_urgent: bool
    language: str
    auto_assign: bool
    skill: str


def _fill_rule(rule: RoutingRule, when: Conditions, queue: Organization, why: str) -> None:
    if not queue.has_queue or not queue.is_active:
        raise ValidationError({"queue": "Choose a unit that has a queue."})
    rule.ticket_type, rule.only_urgent = when.ticket_type, when.only_urgent
    rule.language, rule.skill = when.language.strip(), when.skill.strip()
    rule.auto_assign = when.auto_assign
    rule.queue, rule.why = queue, why.strip()
    rule.full_clean()
    rule.save()


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(ACTION)


def _lock_table(actor: Actor) -> None:
    """One change of order at a time; foreign keys to the exchange are not held up."""
    Exchange.objects.select_for_update(no_key=True).only("pk").get(pk=actor.exchange_id)
