"""Standing delegations: asked for, accepted, declined, expired, transferred, ended (C.7b, DL-06).

Each write is one transaction with a ledger row. Delegations begin and end in
:mod:`portal.consumers.book`, which also tells the rooms that work for the consumer's enroller.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.casework.machine import Refused
from portal.consumers import book
from portal.consumers.mirror import Consumer, Delegation
from portal.delegations import selectors
from portal.delegations.disclaimers import rules_of
from portal.delegations.messages import tell_pending, tell_previous, tell_received
from portal.delegations.models import DelegationAct
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Membership, Organization, Person

DECIDE: Final = "delegations.decide"
TRANSFER: Final = "delegations.transfer"
END: Final = "delegations.end"
MANAGE: Final = "delegations.manage"
REASON_LENGTH: Final = 300
#: The most consumers one transfer moves; more are several transfers.
MOST_AT_ONCE: Final = 500

Kind = DelegationAct.Kind
Status = Delegation.Status


@transaction.atomic
def request_delegation(
    *,
    actor: Actor,
    consumer: Consumer,
    organization: Organization,
    enroller: Person | None = None,
    origin: str = Delegation.Origin.CONSUMER,
) -> Delegation:
    """Ask an agency or entity to take a consumer; it waits until it is accepted or declined.

    For feeds and for rooms where consumers ask; whoever calls has checked that the consumer did.
    Asking the same organization again returns the request that waits; it counts from now if the
    consumer had chosen somebody else in between.

    Args:
        enroller: the person asked for; None: the organization says who.

    Raises:
        NotAllowed: the actor is neither the system nor somebody who manages delegations.
        Refused: the consumer is with them already, or the person does not enroll there.
    """
    if not actor.is_system:
        actor.require(MANAGE)
    consumer = Consumer.objects.select_for_update(of=("self",)).get(
        pk=consumer.pk, exchange_id=actor.exchange_id
    )
    if enroller and not selectors.enrollers_of(organization, actor).filter(pk=enroller.pk).exists():
        raise Refused("This person is no enroller of the agency or entity.")
    if consumer.organization_id == organization.pk and consumer.enroller_id == (
        enroller.pk if enroller else consumer.enroller_id
    ):
        raise Refused("The consumer is delegated to them already.")
    waiting = consumer.delegations.filter(organization=organization, status=Status.PENDING).first()
    if waiting is not None:
        if _is_superseded(waiting):
            waiting.asked_at = timezone.now()
            waiting.save(update_fields=["asked_at"])
        return waiting
    delegation = Delegation.objects.create(
        exchange_id=consumer.exchange_id,
        consumer=consumer,
        organization=organization,
        enroller=enroller,
        status=Status.PENDING,
        origin=origin,
        asked_by=actor.person,
        consent={"method": str(origin), "asked_at": timezone.now().isoformat()},
    )
    record(
        actor=actor,
        action="delegations.requested",
        consumers=[consumer.pk],
        data={"delegation": delegation.pk},
    )
    tell_pending(delegation)
    return delegation


@transaction.atomic
def accept_delegation(
    *, actor: Actor, delegation: Delegation, enroller: Person | None = None
) -> Delegation:
    """Accept a pending delegation; whoever had the consumer before loses them now.

    Args:
        enroller: who of the organization takes the consumer, where the request names nobody.
            Default: the one it names, otherwise the actor.

    Raises:
        NotAllowed: the actor may not decide on delegations.
        Delegation.DoesNotExist: the actor may not know of it.
        Refused: it was decided or has expired meanwhile, the consumer has chosen somebody else
            since, or the one who would take it enrolls nobody there.
    """
    actor.require(DECIDE)
    delegation = _lock_pending(actor, delegation)
    if _is_superseded(delegation):
        raise Refused("The consumer has chosen another enroller since. They can ask you again.")
    taker = enroller or delegation.enroller or actor.person
    enrollers = selectors.enrollers_of(delegation.organization, actor)
    if taker is None or not enrollers.filter(pk=taker.pk).exists():
        raise Refused("Say which enroller of your organization takes the consumer.")
    consumer = delegation.consumer
    before = (consumer.organization_id, consumer.enroller_id)
    delegation = book.start_delegation(
        actor=actor,
        consumer=consumer,
        organization=delegation.organization,
        enroller=taker,
        origin=delegation.origin,
        pending=delegation,
    )
    _note(actor, delegation, Kind.ACCEPTED)
    tell_previous(delegation, *before, by=actor)
    if taker != actor.person:
        tell_received(delegation, by=actor)
    return delegation


@transaction.atomic
def decline_delegation(*, actor: Actor, delegation: Delegation, reason: str) -> Delegation:
    """Decline a pending delegation; the consumer stays with whoever has them.

    Raises:
        NotAllowed: the actor may not decide on delegations.
        Delegation.DoesNotExist: the actor may not know of it.
        Refused: it was decided or has expired meanwhile.
        ValidationError: no reason, or too long a one; names the field.
        SsnRefused: the reason holds a Social Security number.
    """
    actor.require(DECIDE)
    delegation = _lock_pending(actor, delegation)
    return _close_pending(actor, delegation, Status.DECLINED, Kind.DECLINED, _reason(reason))


def expire_pending(*, actor: Actor, now: datetime, limit: int = 1_000) -> int:
    """Expire the delegations nobody has decided on in the exchange's days; returns how many."""
    days = rules_of(actor.exchange).pending_days
    with transaction.atomic():
        rows = Delegation.objects.filter(
            exchange_id=actor.exchange_id,
            status=Status.PENDING,
            asked_at__lte=now - timedelta(days=days),
        ).select_for_update(of=("self",), skip_locked=True)
        found = list(rows.order_by("asked_at")[:limit])
        for delegation in found:
            _close_pending(actor, delegation, Status.EXPIRED, Kind.EXPIRED, "", at=now)
    return len(found)


@transaction.atomic
def transfer_delegations(
    *, actor: Actor, delegations: Collection[int], enroller: Person
) -> list[Delegation]:
    """Hand consumers to another enroller of the same agency or entity, all of them or none.

    It takes effect at once, and both enrollers are told; consent stays what it was.

    Args:
        delegations: ids of active delegations of the actor's organization.

    Raises:
        NotAllowed: the actor may not transfer.
        Refused: one of them is not the organization's or not active any more, there are too many,
            or the enroller receives no transfers.
    """
    actor.require(TRANSFER)
    wanted = set(delegations)
    if not wanted:
        raise Refused("Choose at least one consumer.")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(f"At most {MOST_AT_ONCE} consumers can be transferred at once.")
    chosen = selectors.delegations_of(actor).filter(pk__in=wanted)
    _lock_consumers(actor, chosen.values_list("consumer_id", flat=True))
    rows = list(chosen.filter(status=Status.ACTIVE).order_by("consumer_id"))
    if {row.pk for row in rows} != wanted:
        raise Refused("One of these delegations has ended or is not your organization's.")
    for organization in {row.organization for row in rows}:
        _require_receiver(actor, organization, enroller)
    moved = []
    for row in rows:
        if row.enroller_id == enroller.pk:
            continue
        before = (row.organization_id, row.enroller_id)
        delegation = book.start_delegation(
            actor=actor,
            consumer=row.consumer,
            organization=row.organization,
            enroller=enroller,
            origin=Delegation.Origin.TRANSFER,
            consent={**row.consent, "transferred_from": row.pk},
        )
        _note(actor, delegation, Kind.TRANSFERRED)
        tell_previous(delegation, *before, by=actor)
        tell_received(delegation, by=actor)
        moved.append(delegation)
    return moved


@transaction.atomic
def end_delegation(*, actor: Actor, delegation: Delegation, reason: str) -> Delegation:
    """End an active delegation as the enroller, or as a lead of theirs.

    Raises:
        NotAllowed: the actor may not end delegations.
        Delegation.DoesNotExist: the actor may not know of it.
        Refused: it is not active any more.
        ValidationError: no reason, or too long a one; names the field.
        SsnRefused: the reason holds a Social Security number.
    """
    actor.require(END)
    return _end(actor, delegation, Kind.ENDED, Delegation.EndedBy.ENROLLER, reason)


@transaction.atomic
def add_delegation(
    *, actor: Actor, consumer: Consumer, membership: Membership, contact_on_phone: bool
) -> Delegation:
    """Delegate a consumer to an enroller for the primary contact, who is on the phone (C.7b).

    Raises:
        NotAllowed: the actor does not manage delegations.
        Consumer.DoesNotExist: the actor may not know of the consumer.
        ValidationError: the primary contact is not on the phone; names the field.
        Refused: the consumer is with this enroller already, or the person enrolls nobody.
    """
    consumer = _managed(actor, consumer, contact_on_phone)
    organization, person = membership.organization, membership.person
    if not selectors.enrollers_of(organization, actor).filter(pk=person.pk).exists():
        raise Refused("This person is no enroller of an agency or entity.")
    before = (consumer.organization_id, consumer.enroller_id)
    if before == (organization.pk, person.pk):
        raise Refused("The consumer is delegated to this enroller already.")
    now = timezone.now()
    delegation = book.start_delegation(
        actor=actor,
        consumer=consumer,
        organization=organization,
        enroller=person,
        origin=Delegation.Origin.STAFF,
        consent={"method": "primary contact on the phone", "confirmed_at": now.isoformat()},
        pending=consumer.delegations.filter(
            organization=organization, status=Status.PENDING
        ).first(),
        at=now,
    )
    _note(actor, delegation, Kind.ADDED)
    tell_previous(delegation, *before, by=actor)
    tell_received(delegation, by=actor)
    return delegation


@transaction.atomic
def remove_delegation(
    *, actor: Actor, consumer: Consumer, contact_on_phone: bool, reason: str
) -> Delegation:
    """End a consumer's delegation for the primary contact, who is on the phone (C.7b).

    Raises:
        NotAllowed: the actor does not manage delegations.
        Consumer.DoesNotExist: the actor may not know of the consumer.
        ValidationError: the primary contact is not on the phone, or no reason; names the field.
        SsnRefused: the reason holds a Social Security number.
        Refused: the consumer is delegated to nobody.
    """
    consumer = _managed(actor, consumer, contact_on_phone)
    active = consumer.delegations.filter(status=Status.ACTIVE).first()
    if active is None:
        raise Refused("The consumer is delegated to nobody.")
    return _end(actor, active, Kind.REMOVED, Delegation.EndedBy.STAFF, reason)


def _end(actor: Actor, delegation: Delegation, kind: str, ended_by: str, reason: str) -> Delegation:
    found = selectors.delegations_of(actor).get(pk=delegation.pk)
    reason = _reason(reason)
    if found.status != Status.ACTIVE:
        raise Refused("This delegation is not active any more.")
    ended = book.end_delegation(actor=actor, consumer=found.consumer, ended_by=ended_by)
    if ended is None or ended.pk != found.pk:
        raise Refused("The consumer has been delegated to somebody else meanwhile.")
    _note(actor, ended, kind, reason)
    tell_previous(ended, ended.organization_id, ended.enroller_id, by=actor)
    return ended


def _managed(actor: Actor, consumer: Consumer, contact_on_phone: bool) -> Consumer:
    actor.require(MANAGE)
    if actor.person is None:
        raise NotAllowed(MANAGE, "A person must do this.")
    rows = Consumer.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.get(pk=consumer.pk)
    if not contact_on_phone:
        raise ValidationError(
            {"contact_on_phone": "The household primary contact must be on the phone."}
        )
    return found


def _require_receiver(actor: Actor, organization: Organization, enroller: Person) -> None:
    roles = set(
        Membership.objects.current()
        .filter(exchange_id=actor.exchange_id, organization=organization, person=enroller)
        .values_list("role__key", flat=True)
    )
    if roles & set(selectors.RECEIVING):
        return
    if "agent_level_1" in roles:
        raise Refused("An Agent Level 1 receives no transfers. Choose an Agent Level 2.")
    if not roles:
        raise Refused("Choose an enroller of your own agency or entity.")
    raise Refused("This person enrolls nobody. Choose an enroller.")


def _lock_pending(actor: Actor, delegation: Delegation) -> Delegation:
    rows = selectors.delegations_of(actor)
    _lock_consumers(actor, [rows.get(pk=delegation.pk).consumer_id])
    found = rows.select_for_update(of=("self",)).get(pk=delegation.pk)
    if found.status != Status.PENDING:
        raise Refused(f"This delegation is {found.get_status_display().lower()} already.")
    return found


def _is_superseded(pending: Delegation) -> bool:
    """Whether the consumer has consented to another delegation after they asked for this one.

    Their last word counts: an old request must not take them back from whoever they chose since.
    A transfer within an organization is no word of theirs.
    """
    later = Q(asked_at__gt=pending.asked_at)
    later |= Q(origin=Delegation.Origin.STAFF, decided_at__gt=pending.asked_at)
    chosen = Delegation.objects.filter(later, consumer_id=pending.consumer_id).filter(
        status__in=[Status.ACTIVE, Status.TRANSFERRED, Status.ENDED]
    )
    return chosen.exclude(origin=Delegation.Origin.TRANSFER).exclude(pk=pending.pk).exists()


def _lock_consumers(actor: Actor, ids: Iterable[int]) -> None:
    """Lock consumers in one order, so that nobody waits in a circle; before their delegations."""
    rows = Consumer.objects.filter(exchange_id=actor.exchange_id, pk__in=list(ids)).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _close_pending(
    actor: Actor,
    delegation: Delegation,
    status: str,
    kind: str,
    reason: str,
    *,
    at: datetime | None = None,
) -> Delegation:
    at = at or timezone.now()
    delegation.status, delegation.decided_at = status, at
    delegation.save(update_fields=["status", "decided_at"])
    _note(actor, delegation, kind, reason, at=at)
    return delegation


def _note(
    actor: Actor, delegation: Delegation, kind: str, reason: str = "", *, at: datetime | None = None
) -> None:
    DelegationAct.objects.create(
        exchange_id=delegation.exchange_id,
        delegation=delegation,
        kind=kind,
        reason=reason,
        by=actor.person,
        at=at or timezone.now(),
    )
    record(
        actor=actor,
        action=f"delegations.{kind}",
        consumers=[delegation.consumer_id],
        data={"delegation": delegation.pk},
    )


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ValidationError({"reason": "Say why."})
    if len(text) > REASON_LENGTH:
        raise ValidationError({"reason": f"At most {REASON_LENGTH} characters."})
    if contains_ssn(text):
        raise SsnRefused("the reason")
    return text
