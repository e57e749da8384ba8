"""Reads of the help requests room: topics, routes, whom a request may be about, open and past."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.clocks.models import SlaPolicy
from portal.consumers.mirror import Consumer
from portal.help_requests.models import Category, HelpRoute, HelpTopic
from portal.help_requests.table import FIRST_RESPONSE, HISTORY, KIND
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

#: Rows of one search; whoever finds more is asked to say more.
MOST_FOUND: Final = 20
#: A search by name begins with this many letters.
FEWEST_LETTERS: Final = 2


def categories_for(actor: Actor) -> list[Category]:
    """The categories an actor may ask in, in the printed order (decision 18)."""
    found = []
    if actor.may("help_requests.submit_consumer"):
        found.append(Category.CONSUMER)
    if actor.may("help_requests.submit"):
        found.append(Category.PROFILE)
    return found


def topics_for(actor: Actor) -> QuerySet[HelpTopic]:
    """The topics an actor may choose from, by category and position."""
    return HelpTopic.objects.filter(
        exchange_id=actor.exchange_id, is_active=True, category__in=categories_for(actor)
    )


def topics_by_category(actor: Actor) -> Mapping[Category, Sequence[HelpTopic]]:
    """The same, grouped under the two categories; a category without a topic is left out."""
    rows = list(topics_for(actor))
    grouped = {c: [row for row in rows if row.category == c] for c in categories_for(actor)}
    return {category: topics for category, topics in grouped.items() if topics}


def find_route(
    *, exchange_id: int, category: str, organization: Organization | None
) -> HelpRoute | None:
    """The first line of the routing table that matches; None: there is none (C.4 3)."""
    kind = organization.kind if organization else ""
    rows = HelpRoute.objects.filter(exchange_id=exchange_id, category=category)
    return (
        rows.filter(Q(organization_kind="") | Q(organization_kind=kind), queue__is_active=True)
        .select_related("queue", "escalates_to")
        .first()
    )


def teams(exchange_id: int) -> QuerySet[Organization]:
    """The teams that answer help requests, by name."""
    routed = HelpRoute.objects.filter(exchange_id=exchange_id)
    return Organization.objects.filter(
        pk__in=routed.values("queue_id"), is_active=True, has_queue=True
    ).order_by("name")


def search_consumers(*, actor: Actor, text: str) -> Sequence[Consumer]:
    """At most :data:`MOST_FOUND` of the actor's consumers, by part of a name or by case number.

    That they were shown is recorded.
    """
    text = " ".join(text.split())
    if not text or (len(text) < FEWEST_LETTERS and text.isascii()):
        return []
    by_name = Q()
    for word in text.split():
        by_name &= Q(full_name__icontains=word)
    rows = Consumer.objects.visible_to(actor).filter(by_name | Q(case_number=text))
    found = list(rows.order_by("full_name", "pk")[:MOST_FOUND])
    if found:
        record(
            actor=actor,
            action="help_requests.consumers_found",
            consumers=[one.pk for one in found],
            disclosed_to=actor.organization_id if actor.is_outside else None,
            fields=["full_name", "case_number", "date_of_birth"],
        )
    return found


def consumer_for(actor: Actor, pk: int | None) -> Consumer | None:
    """One of the consumers the actor may see now; None: there is none (the two are one answer)."""
    return Consumer.objects.visible_to(actor).filter(pk=pk).first() if pk else None


def open_requests(actor: Actor) -> CaseQuerySet:
    """“Open Cases”: all help requests the actor may know of that are not closed (HR-06)."""
    return Case.objects.visible_to(actor).filter(kind=KIND).exclude(status__in=HISTORY)


def past_requests(actor: Actor) -> CaseQuerySet:
    """“History”: those that are closed or were cancelled."""
    return Case.objects.visible_to(actor).filter(kind=KIND, status__in=HISTORY)


def first_response_days(exchange_id: int) -> int | None:
    """Business days within which the team promises to respond; None: nothing is promised."""
    return (
        SlaPolicy.objects.filter(exchange_id=exchange_id, key=FIRST_RESPONSE, is_active=True)
        .values_list("limit", flat=True)
        .first()
    )
