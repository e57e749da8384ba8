"""Reads of the tenancy room that span several tables."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from portal.prepared import Slots, prepared
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.scope import use_exchange, use_person


def membership_for_actor(membership_id: int, *, person_id: int) -> Membership | None:
    """A current membership with all that an actor needs, in one statement.

    The exchange must be set. None when it is not this person's, switched off, or elsewhere.
    """
    query = prepared("tenancy.membership_for_actor", _membership_for_actor)
    return query.first(membership=membership_id, person=person_id)


def _membership_for_actor(slots: Slots) -> QuerySet[Membership]:
    return (
        Membership.objects.current()
        .filter(
            pk=slots.integer("membership"),
            person_id=slots.integer("person"),
            exchange__is_active=True,
        )
        .select_related("exchange", "organization", "role")
        .annotate(
            organization_ids=ArraySubquery(
                Organization.objects.filter(
                    exchange_id=OuterRef("exchange_id"),
                    path__startswith=OuterRef("organization__path"),
                ).values("pk")
            ),
            # The person's other roles, in this exchange or another (their own rows are readable).
            has_other=Exists(
                Membership.objects.filter(person_id=OuterRef("person_id"), is_active=True).exclude(
                    pk=OuterRef("pk")
                )
            ),
        )
    )


def actor_for(
    person: Person,
    membership: Membership,
    *,
    channel: str = "web",
    request_id: str = "",
    read_only: bool = False,
) -> Actor:
    """The actor a membership from :func:`membership_for_actor` stands for."""
    return Actor(
        exchange=membership.exchange,
        person=person,
        membership=membership,
        actions=frozenset(membership.role.actions),
        organization_ids=frozenset(membership.organization_ids),  # type: ignore[attr-defined]
        channel=channel,
        request_id=request_id,
        read_only=read_only,
        has_other_memberships=membership.has_other,  # type: ignore[attr-defined]
    )


def current_membership_keys(person_id: int) -> list[tuple[int, int]]:
    """``(exchange id, membership id)`` of the person's current memberships, oldest first.

    Works before an exchange is chosen: a person may read their own memberships anywhere.
    """
    with use_person(person_id):
        return list(
            Membership.objects.current()
            .filter(person_id=person_id, exchange__is_active=True)
            .order_by("since", "pk")
            .values_list("exchange_id", "pk")
        )


def memberships_to_switch_to(person: Person) -> list[Membership]:
    """The person's memberships across exchanges, each with organization and role loaded."""
    found = []
    for exchange_id, membership_id in current_membership_keys(person.pk):
        with use_exchange(exchange_id, person_id=person.pk):
            if membership := membership_for_actor(membership_id, person_id=person.pk):
                found.append(membership)
    return found


def actor_in(person: Person, exchange: Exchange, *, channel: str = "command") -> Actor | None:
    """The actor for a person's first membership in an exchange; the exchange must be set."""
    key = (
        Membership.objects.current()
        .filter(person=person, exchange=exchange)
        .values_list("pk", flat=True)
        .first()
    )
    membership = membership_for_actor(key, person_id=person.pk) if key else None
    return actor_for(person, membership, channel=channel) if membership else None
