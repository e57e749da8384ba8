"""In whose book a consumer is: the one place where delegations begin and end (C.7b).

The active delegation and its copy on the consumer change together, and the rooms that work for
the consumer's enroller are told in the same transaction. Nothing else writes the two columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from portal.consumers.mirror import Consumer, Delegation
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person


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


def tell(moved: Moved) -> None:
    """Tell the rooms of consumers that a set-based write has moved; it must be in a transaction."""
    for handler in _handlers:
        handler(moved)


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
