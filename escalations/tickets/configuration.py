"""Writes on what an exchange configures for its tickets: types, routing table, resolution codes.

Each is one transaction with a ledger row. The routing table is read in order and the first line
that matches names the queue, so its order is part of the rule (decision 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from escalations.tickets import workkinds
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


def find_route(*, rules: Sequence[RoutingRule], ticket_type: TicketType, is_urgent: bool) -> Route:
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
        else:
            found = rule
            tried.append(Tried(rule, True, "It matches, and is the first to do so."))
    if found is None:
        return Route(None, "No line of the routing table matches.", tuple(tried))
    return Route(found.queue, found.why, tuple(tried))


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
) -> TicketType:
    """Add a type of ticket.

    Args:
        kind: how its tickets are worked; a key of :mod:`escalations.tickets.workkinds`.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the key is taken or the label empty; names the field.
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
    )
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
) -> TicketType:
    """Change how a type is called, what is advised, and whether new tickets may have it.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the label is empty.
    """
    _require(actor)
    wanted = {
        "label": label.strip(),
        "best_practices": list(best_practices),
        "is_active": is_active,
    }
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
) -> RoutingRule:
    """Add a line at the end of the routing table.

    Args:
        ticket_type: None: any type.
        why: one sentence, shown on every ticket the line routes.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the unit has no queue, or the sentence is missing.
    """
    _require(actor)
    _lock_table(actor)
    last = RoutingRule.objects.filter(exchange=actor.exchange).aggregate(last=Max("position"))
    rule = RoutingRule(exchange=actor.exchange, position=(last["last"] or 0) + 1)
    _fill_rule(rule, ticket_type, only_urgent, queue, why)
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
) -> RoutingRule:
    """Change a line in its place; tickets that are open already stay where they are.

    Raises:
        NotAllowed: the actor may not configure tickets.
        ValidationError: the unit has no queue, or the sentence is missing.
    """
    _require(actor)
    _fill_rule(rule, ticket_type, only_urgent, queue, why)
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


def _fill_rule(
    rule: RoutingRule,
    ticket_type: TicketType | None,
    only_urgent: bool,
    queue: Organization,
    why: str,
) -> None:
    if not queue.has_queue or not queue.is_active:
        raise ValidationError({"queue": "Choose a unit that has a queue."})
    rule.ticket_type, rule.only_urgent = ticket_type, only_urgent
    rule.queue, rule.why = queue, why.strip()
    rule.full_clean()
    rule.save()


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(ACTION)


def _lock_table(actor: Actor) -> None:
    """One change of order at a time; foreign keys to the exchange are not held up."""
    Exchange.objects.select_for_update(no_key=True).only("pk").get(pk=actor.exchange_id)
