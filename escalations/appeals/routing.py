"""Which unit gets a new appeal: the first with room, by a rule people can read (decision 4).

Capacity counts open appeals in a unit's queue. The lines are locked while one is chosen, so that
two appeals opened at once cannot both take the last place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q

from escalations.appeals.models import AppealUnit
from escalations.appeals.packets import CONFIGURE
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization


@dataclass(frozen=True)
class Route:
    """Where an appeal goes, and why."""

    queue: Organization
    why: str


@dataclass(frozen=True)
class Load:
    """A unit that takes appeals, and how full it is."""

    unit: AppealUnit
    open_appeals: int

    @property
    def has_room(self) -> bool:
        return self.unit.capacity is None or self.open_appeals < self.unit.capacity


def loads(exchange: Exchange, *, lock: bool = False) -> list[Load]:
    """The units that take appeals, in order, with their open appeals; two statements."""
    units = AppealUnit.objects.filter(exchange=exchange).select_related("queue")
    if lock:
        units = units.select_for_update(of=("self",))
    open_by_queue = dict(
        Case.objects.filter(exchange=exchange, kind="appeal", is_open=True)
        .values_list("queue_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [Load(unit, open_by_queue.get(unit.queue_id, 0)) for unit in units]


def route(exchange: Exchange) -> Route:
    """The unit the next appeal goes to; call it in the transaction that opens the appeal.

    Raises:
        Refused: no unit takes appeals, or every one is full.
    """
    passed: list[str] = []
    for load in loads(exchange, lock=True):
        unit = load.unit
        if load.has_room:
            why = f"Appeals go to {unit.queue}."
            if passed:
                why = f"Over capacity: {'; '.join(passed)}. Goes on to {unit.queue}."
            return Route(unit.queue, why[:160])
        passed.append(f"{unit.queue} has {load.open_appeals} of {unit.capacity}")
    if not passed:
        raise Refused("No unit takes appeals. An administrator can name one.")
    raise Refused(f"Every unit is full: {'; '.join(passed)}. An administrator can make room.")


@transaction.atomic
def found_units(*, exchange: Exchange, units: Sequence[tuple[Organization, int | None]]) -> None:
    """Let an exchange start with units and capacities; one that has lines is left alone."""
    if AppealUnit.objects.filter(exchange=exchange).exists():
        return
    for position, (queue, capacity) in enumerate(units, start=1):
        AppealUnit.objects.create(
            exchange=exchange, position=position, queue=queue, capacity=capacity
        )


@transaction.atomic
def add_unit(*, actor: Actor, queue: Organization, capacity: int | None = None) -> AppealUnit:
    """Let another unit take appeals, after those that do.

    Raises:
        NotAllowed: the actor may not configure appeals.
        ValidationError: the organization has no queue or takes appeals already.
    """
    actor.require(CONFIGURE)
    last = AppealUnit.objects.filter(exchange=actor.exchange).aggregate(n=Max("position"))["n"]
    unit = AppealUnit(
        exchange=actor.exchange, position=(last or 0) + 1, queue=queue, capacity=capacity
    )
    _check(unit)
    unit.save()
    record(actor=actor, action="appeals.unit_added", data={"unit": queue.pk, "capacity": capacity})
    return unit


@transaction.atomic
def change_unit(*, actor: Actor, unit: AppealUnit, capacity: int | None) -> AppealUnit:
    """Change how many open appeals a unit can hold; appeals it has stay with it.

    Raises:
        NotAllowed: the actor may not configure appeals.
        ValidationError: every unit would have a limit.
    """
    actor.require(CONFIGURE)
    row = AppealUnit.objects.select_for_update(of=("self",)).get(
        pk=unit.pk, exchange_id=actor.exchange_id
    )
    row.capacity = capacity
    _check(row)
    row.save(update_fields=["capacity"])
    record(
        actor=actor,
        action="appeals.unit_changed",
        data={"unit": row.queue_id, "capacity": capacity},
    )
    return row


def _check(unit: AppealUnit) -> None:
    unit.full_clean()
    if not unit.queue.has_queue:
        raise ValidationError({"queue": "Choose a unit that has a queue."})
    others = AppealUnit.objects.filter(~Q(pk=unit.pk), exchange_id=unit.exchange_id)
    if unit.capacity is not None and not others.filter(capacity=None).exists() and others.exists():
        raise ValidationError(
            {"capacity": "One unit must take any number, or appeals could find no room."}
        )
