"""Reads of standing delegations: whose rows an actor sees, and how much of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from portal.consumers.mirror import Consumer, Delegation
from portal.delegations.models import DelegationAct
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person
from portal.tenancy.roles import ROLES

#: Roles a consumer can be delegated to by the tool, by a request or by the exchange's staff.
ENROLLING = ("agency_manager", "agent_level_1", "agent_level_2", "certified_enrollment_counselor")
#: Those who receive transfers: Agents Level 1 do not (decision 18).
RECEIVING = ("agency_manager", "agent_level_2", "certified_enrollment_counselor")


@dataclass(frozen=True)
class DelegationLine:
    """One delegation as its reader may see it."""

    pk: int
    status: str
    status_label: str
    origin: str
    #: Empty where the reader may not, or no longer, know of the consumer.
    consumer_name: str
    consumer_pk: int | None
    language: str
    organization: str
    enroller: str
    asked_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    reason: str


def delegations_of(actor: Actor) -> QuerySet[Delegation]:
    """The delegations the actor may know of.

    An enroller's own; those of the whole organization for leads and Admin Staff, who also see
    what has no enroller yet; every one for staff who manage delegations.
    """
    rows = Delegation.objects.filter(exchange_id=actor.exchange_id)
    if not actor.is_system and not actor.may("delegations.manage"):
        if not actor.may("delegations.view"):
            return rows.none()
        rows = rows.filter(organization_id__in=actor.organization_ids)
        if not actor.may("consumers.view_organization"):
            rows = rows.filter(enroller_id=actor.person_id)
    return rows.select_related("consumer", "organization", "enroller")


def pending_of(actor: Actor) -> QuerySet[Delegation]:
    """Those that wait to be accepted or declined, the oldest first."""
    rows = delegations_of(actor).filter(status=Delegation.Status.PENDING)
    return rows.order_by("asked_at", "pk")


def pending_card(actor: Actor) -> Mapping[str, Any] | None:
    """How many wait, and since when, for the home page of who may answer; None where none waits."""
    found = pending_of(actor).order_by().aggregate(count=Count("pk"), since=Min("asked_at"))
    return found if found["count"] else None


def active_of(actor: Actor) -> QuerySet[Delegation]:
    """Those in force, by the consumer's name."""
    rows = delegations_of(actor).filter(status=Delegation.Status.ACTIVE)
    if actor.is_outside:
        # The same rows by the copy on the consumer, whose index has them in this order.
        rows = rows.filter(
            consumer__exchange_id=actor.exchange_id,
            consumer__organization_id__in=actor.organization_ids,
        )
        if not actor.may("consumers.view_organization"):
            rows = rows.filter(consumer__enroller_id=actor.person_id)
    return rows.order_by("consumer__full_name", "pk")


def past_of(actor: Actor) -> QuerySet[Delegation]:
    """Those that are over, the latest first."""
    over = [Delegation.Status.PENDING, Delegation.Status.ACTIVE]
    return delegations_of(actor).exclude(status__in=over).order_by("-asked_at", "-pk")


def lines_for(actor: Actor, rows: Iterable[Delegation]) -> list[DelegationLine]:
    """Delegations as the actor may see them.

    Whoever lost a consumer does not see their name in the history either: access ends with the
    delegation. A pending one names the consumer, who asked for this enroller.
    """
    rows = list(rows)
    known = set(
        Consumer.objects.visible_to(actor)
        .filter(pk__in={row.consumer_id for row in rows})
        .values_list("pk", flat=True)
    )
    reasons: dict[int, str] = {}
    for act in DelegationAct.objects.visible_to(actor).filter(delegation__in=rows):
        reasons.setdefault(act.delegation_id, act.reason)
    return [_line(row, row.consumer_id in known, reasons.get(row.pk, "")) for row in rows]


def colleagues_to_transfer_to(actor: Actor) -> QuerySet[Person]:
    """The enrollers of the actor's own organization who receive transfers, by name."""
    return _people_in_roles(actor.organization_ids, RECEIVING, actor).order_by("full_name", "pk")


def enrollers_of(organization: Organization, actor: Actor) -> QuerySet[Person]:
    """Everybody of an organization to whom a consumer can be delegated, by name."""
    return _people_in_roles([organization.pk], ENROLLING, actor).order_by("full_name", "pk")


def membership_of_enroller(actor: Actor, text: str) -> Membership | None:
    """The one enroller with this e-mail address or license number; None: nobody, or several."""
    text = text.strip()
    if not text:
        return None
    rows = (
        Membership.objects.current()
        .filter(exchange_id=actor.exchange_id, role__key__in=ENROLLING)
        .filter(Q(person__email__iexact=text) | Q(license_number__iexact=text))
        .select_related("person", "organization")
    )
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _people_in_roles(
    organization_ids: Iterable[int], roles: Iterable[str], actor: Actor
) -> QuerySet[Person]:
    members = Membership.objects.current().filter(
        exchange_id=actor.exchange_id,
        organization_id__in=list(organization_ids),
        role__key__in=[key for key in roles if key in ROLES],
    )
    return Person.objects.filter(pk__in=members.values("person_id"))


def _line(row: Delegation, is_known: bool, reason: str) -> DelegationLine:
    shows = is_known or row.status == Delegation.Status.PENDING
    return DelegationLine(
        pk=row.pk,
        status=row.status,
        status_label=row.get_status_display(),
        origin=row.get_origin_display(),
        consumer_name=row.consumer.full_name if shows else "",
        consumer_pk=row.consumer_id if is_known else None,
        language=row.consumer.language if shows else "",
        organization=row.organization.name,
        enroller=row.enroller.full_name if row.enroller else "",
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        ended_by=row.get_ended_by_display() if row.ended_by else "",
        reason=reason,
    )
