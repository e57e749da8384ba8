"""In whose book a consumer is: the one place where delegations begin and end (C.7b).

The active delegation and its copy on the consumer change together, and the rooms that work for
the consumer's enroller are told in the same transaction. Nothing else writes the two columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from portal.consumers.mirror import Consumer, Delegation
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization, Person


@dataclass(frozen=True)
class Moved:
    """Consumers who changed hands; read the consumers for whom they are with now."""

    consumer_ids: Sequence[int]
    actor: Actor
    at: datetime


#: Reacts to consumers changing hands, inside the transaction that moves them.
Handler = Callable[[Moved], None]

_handlers: list[Handler] = []
#: Statuses of a delegation after which nothing follows.
OVER: Final = frozenset(
    {
        Delegation.Status.DECLINED,
        Delegation.Status.EXPIRED,
        Delegation.Status.TRANSFERRED,
        Delegation.Status.ENDED,
    }
)


def on_change(handler: Handler) -> None:
    """Let a room react when consumers change hands; called from ``AppConfig.ready``."""
    if handler not in _handlers:
        _handlers.append(handler)


@transaction.atomic
def start_delegation(
    *,
    actor: Actor,
    consumer: Consumer,
    organization: Organization,
    enroller: Person | None,
    origin: str,
    consent: Mapping[str, Any] | None = None,
    pending: Delegation | None = None,
    at: datetime | None = None,
) -> Delegation:
    """Delegate a consumer; whoever had the consumer before loses them at this moment.

    The caller checks who may do this. Within one organization the earlier delegation counts as
    transferred, otherwise as ended.

    Args:
        enroller: the person; None: the organization, which has not said who.
        consent: the evidence, without passcodes or numbers (DL-01).
        pending: the request this grants, when there was one.
        at: the instant (UTC); default now.
    """
    at = at or timezone.now()
    consumer = _lock(consumer)
    _end_active(consumer, organization, at)
    delegation = pending or Delegation(
        exchange_id=consumer.exchange_id,
        consumer=consumer,
        organization=organization,
        origin=origin,
        asked_at=at,
        asked_by=actor.person,
    )
    delegation.enroller = enroller
    delegation.status, delegation.decided_at = Delegation.Status.ACTIVE, at
    delegation.consent = dict(consent or delegation.consent)
    delegation.save()
    _place(consumer, organization, enroller)
    _changed("consumers.delegated", [consumer], actor, at, delegation=delegation.pk)
    return delegation


@transaction.atomic
def end_delegation(
    *, actor: Actor, consumer: Consumer, ended_by: str, at: datetime | None = None
) -> Delegation | None:
    """End a consumer's active delegation; afterwards nobody has the consumer.

    The caller checks who may do this. Returns the delegation that ended, or None if none was.

    Args:
        ended_by: one of :class:`Delegation.EndedBy`.
        at: the instant (UTC); default now.
    """
    at = at or timezone.now()
    consumer = _lock(consumer)
    active = consumer.delegations.filter(status=Delegation.Status.ACTIVE).first()
    if active is None and consumer.organization_id is None:
        return None
    if active is not None:
        active.status, active.ended_at, active.ended_by = Delegation.Status.ENDED, at, ended_by
        active.save(update_fields=["status", "ended_at", "ended_by"])
    _place(consumer, None, None)
    _changed("consumers.delegation_ended", [consumer], actor, at, by=ended_by)
    return active


@dataclass(frozen=True)
class Held:
    """Who has a consumer as the eligibility system tells, and since which day (exchange's zone)."""

    consumer_id: int
    #: None: nobody.
    organization_id: int | None
    #: None: the organization, which has not said who.
    enroller_id: int | None
    since: date


@transaction.atomic
def mirror_delegations(*, actor: Actor, held: Sequence[Held], at: datetime) -> set[int]:
    """Put many consumers into the hands the eligibility system says they are in (DL-06).

    What is known already is left alone, and so is older news: a consumer whose hands changed here
    after the day named, or on that day by somebody's act in the portal. So an old file imported
    again undoes nothing.

    Args:
        held: no consumer twice; everybody of the actor's exchange.
        at: the instant the rooms are told of (UTC).

    Returns:
        The ids of the consumers who changed hands.
    """
    zone = ZoneInfo(actor.exchange.time_zone)
    ids = [row.consumer_id for row in held]
    consumers = Consumer.objects.filter(exchange=actor.exchange, pk__in=ids).order_by("pk")
    now_with = {
        pk: hands
        for pk, *hands in consumers.select_for_update(of=("self",)).values_list(
            "pk", "organization_id", "enroller_id"
        )
    }
    latest = _latest_changes(ids)
    moves = [
        row
        for row in held
        if now_with.get(row.consumer_id) not in (None, [row.organization_id, row.enroller_id])
        and not _is_older(row, latest.get(row.consumer_id), zone)
    ]
    if moves:
        _move(actor.exchange, moves, zone)
        moved = [row.consumer_id for row in moves]
        record(actor=actor, action="consumers.delegations_mirrored", consumers=moved)
        tell(Moved(moved, actor, at))
    return {row.consumer_id for row in moves}


def tell(moved: Moved) -> None:
    """Tell the rooms of consumers that a set-based write has moved; it must be in a transaction."""
    for handler in _handlers:
        handler(moved)


def _latest_changes(consumer_ids: Sequence[int]) -> dict[int, Delegation]:
    """By consumer, the delegation that began or ended last; one that began counts before its
    forerunner, which ended at the same instant."""
    began = Delegation.objects.filter(
        consumer_id__in=consumer_ids,
        decided_at__isnull=False,
        status__in=[
            Delegation.Status.ACTIVE,
            Delegation.Status.TRANSFERRED,
            Delegation.Status.ENDED,
        ],
    )
    ordered = sorted(began, key=lambda row: (row.ended_at or row.decided_at, not row.ended_at))
    return {row.consumer_id: row for row in ordered}


def _is_older(row: Held, latest: Delegation | None, zone: ZoneInfo) -> bool:
    if latest is None:
        return False
    changed_at = latest.ended_at or latest.decided_at
    day = changed_at.astimezone(zone).date() if changed_at else date.min
    came_by = latest.ended_by or latest.origin
    return day > row.since or (day == row.since and came_by != Delegation.Origin.FEED)


def _move(exchange: Exchange, moves: Sequence[Held], zone: ZoneInfo) -> None:
    """End what was, begin what is, and copy it to the consumers, in a statement each."""
    began = [datetime.combine(row.since, time.min, zone) for row in moves]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE consumers_delegation AS old SET
                status = CASE WHEN old.organization_id = new.organization_id
                    AND old.status = 'active' THEN 'transferred' ELSE 'ended' END,
                ended_at = greatest(new.began, old.decided_at),
                ended_by = CASE WHEN new.organization_id IS NULL THEN 'feed' ELSE 'successor' END
            FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[])
                AS new (consumer_id, organization_id, began)
            WHERE old.consumer_id = new.consumer_id AND (
                old.status = 'active'
                OR old.status = 'pending' AND old.organization_id = new.organization_id
            )
            """,
            [
                [row.consumer_id for row in moves],
                [row.organization_id for row in moves],
                began,
            ],
        )
        cursor.execute(
            """
            UPDATE consumers_consumer AS consumer
            SET organization_id = new.organization_id, enroller_id = new.enroller_id
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
                AS new (consumer_id, organization_id, enroller_id)
            WHERE consumer.id = new.consumer_id
            """,
            [
                [row.consumer_id for row in moves],
                [row.organization_id for row in moves],
                [row.enroller_id for row in moves],
            ],
        )
    Delegation.objects.bulk_create(
        Delegation(
            exchange=exchange,
            consumer_id=row.consumer_id,
            organization_id=row.organization_id,
            enroller_id=row.enroller_id,
            status=Delegation.Status.ACTIVE,
            origin=Delegation.Origin.FEED,
            asked_at=began_at,
            decided_at=began_at,
        )
        for row, began_at in zip(moves, began, strict=True)
        if row.organization_id is not None
    )


def _lock(consumer: Consumer) -> Consumer:
    return Consumer.objects.select_for_update(of=("self",)).get(
        pk=consumer.pk, exchange_id=consumer.exchange_id
    )


def _end_active(consumer: Consumer, successor: Organization, at: datetime) -> None:
    active = consumer.delegations.filter(status=Delegation.Status.ACTIVE).first()
    if active is None:
        return
    stays = active.organization_id == successor.pk
    active.status = Delegation.Status.TRANSFERRED if stays else Delegation.Status.ENDED
    active.ended_at, active.ended_by = at, Delegation.EndedBy.SUCCESSOR
    active.save(update_fields=["status", "ended_at", "ended_by"])


def _place(consumer: Consumer, organization: Organization | None, enroller: Person | None) -> None:
    consumer.organization, consumer.enroller = organization, enroller
    consumer.save(update_fields=["organization", "enroller"])


def _changed(
    action: str, consumers: Sequence[Consumer], actor: Actor, at: datetime, **data: Any
) -> None:
    ids = [consumer.pk for consumer in consumers]
    record(actor=actor, action=action, consumers=ids, data=data)
    tell(Moved(ids, actor, at))
