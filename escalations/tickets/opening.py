"""How a ticket is opened: routed, linked, made to be found."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from escalations.tickets import workkinds
from escalations.tickets.assignment import assign_by_rule
from escalations.tickets.configuration import Route, find_route, routing_rules
from escalations.tickets.enrollers import check_enroller
from escalations.tickets.fact_forms import PREFIX
from escalations.tickets.facts import When, asked, clean_facts, read_fields, searchable_facts
from escalations.tickets.models import TicketDetail, TicketType
from portal.casework.common_acts import create_link
from portal.casework.machine import Refused
from portal.casework.models import Case, CaseLink
from portal.casework.search import index_case
from portal.casework.services import open_case, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization

_FREE_TEXT = ("summary", "consumer_name", "consumer_case_number", "consumer_phone")


def route(
    *, exchange: Exchange, ticket_type: TicketType, is_urgent: bool
) -> tuple[Organization | None, str]:
    """The queue the routing table names, and why; the first line that matches wins."""
    found = find_route(rules=routing_rules(exchange), ticket_type=ticket_type, is_urgent=is_urgent)
    return found.queue, found.why


@transaction.atomic
def open_ticket(
    *,
    actor: Actor,
    ticket_type: TicketType,
    summary: str,
    is_urgent: bool = False,
    queue: Organization | None = None,
    parent: Case | None = None,
    organization: Organization | None = None,
    facts: Mapping[str, Any] | None = None,
    enroller: Membership | None = None,
    language: str = "",
    source_feed: str = "",
    source_key: str = "",
    at: datetime | None = None,
    by_own_room: bool = False,
    **consumer: str,
) -> Case:
    """Open a ticket, route it, and link it to the case it is work for.

    Args:
        queue: a unit chosen by a person; without one the routing table decides.
        organization: who outside the exchange brought it; default: the enroller's, or whoever
            brought the parent.
        facts: values of the type's own fields, by key (:mod:`escalations.tickets.facts`).
        enroller: the enroller who called about it: sees where it stands, and is told (ES-03).
        language: what the consumer speaks; lines of the routing table may ask for it.
        consumer: ``consumer_name``, ``consumer_case_number``, ``consumer_phone``,
            ``consumer_email``; all optional.
        by_own_room: the opener of the kind's own room asks, which has checked what the kind needs.

    Raises:
        NotAllowed: the actor may not open tickets (the system may).
        SsnRefused: a text holds a Social Security number.
        ValidationError: a fact is missing or wrong, or the enroller is none; by field.
        Refused: neither a queue nor a routing line is there, or the kind is opened elsewhere.
    """
    if not actor.is_system:
        actor.require("tickets.open")
    work = workkinds.get(ticket_type.kind)
    if work.opened_elsewhere and not by_own_room:
        raise Refused(
            f"A {work.label.lower()} is not opened as a ticket. It has a page, and an address of"
            " the API, of its own."
        )
    if enroller is not None:
        check_enroller(enroller, actor=actor)
        organization = organization or enroller.organization
    texts = {"summary": require_text("summary", summary, "what the ticket is about"), **consumer}
    for name in _FREE_TEXT:
        if contains_ssn(texts.get(name, "")):
            raise SsnRefused("the " + name.replace("_", " "))
    fields = read_fields(ticket_type.fields)
    if not actor.is_system:  # a feed, or a division's work for a case, brings what it has
        facts = clean_facts(asked(fields, When.OPENING), facts or {}, prefix=PREFIX)
    route = Route(queue, "Chosen by hand.")
    if queue is None:
        route = find_route(
            rules=routing_rules(actor.exchange),
            ticket_type=ticket_type,
            is_urgent=is_urgent,
            language=language,
        )
        if route.queue is None:
            raise Refused(f"{route.why} Add a line, or choose the unit yourself.")
        queue = route.queue
    case = open_case(
        actor=actor,
        kind_key=work.key,
        topic=ticket_type.key,
        queue=queue,
        organization=organization or (parent.organization if parent else None),
        is_urgent=is_urgent,
        at=at,
        notifies=["ticket.opened"],
        clock_effects=work.clocks(is_urgent=is_urgent),
        audience="status" if enroller else "internal",
        event_data={"type": ticket_type.key, "queue": queue.pk},
    )
    detail = TicketDetail.objects.create(
        exchange=actor.exchange,
        case=case,
        ticket_type=ticket_type,
        routed_because=route.why,
        routing_trail=route.trail,
        facts=dict(facts or {}),
        enroller=enroller.person if enroller else None,
        language=language.strip(),
        source_feed=source_feed,
        source_key=source_key,
        **texts,
    )
    if parent is not None:
        create_link(child=case, parent=parent, kind=CaseLink.Kind.CHILD)
    reindex(detail)
    if work.opened is not None:
        work.opened(case, actor)
        case.refresh_from_db()
    if route.rule is not None and route.rule.auto_assign:
        case = assign_by_rule(case=case, rule=route.rule)
    return case


def reindex(detail: TicketDetail, *, identifiers: Iterable[str] = ()) -> None:
    """Keep what a ticket can be found by, after its details changed."""
    fields = read_fields(detail.ticket_type.fields)
    index_case(
        case=detail.case,
        texts=[
            detail.summary,
            detail.consumer_name,
            detail.ticket_type.label,
            *searchable_facts(fields, detail.facts),
        ],
        identifiers=[
            detail.consumer_case_number,
            detail.consumer_phone,
            detail.consumer_email,
            detail.source_key,
            *identifiers,
        ],
    )


def open_for_case(
    *,
    parent: Case,
    actor: Actor,
    queue: Organization,
    type_key: str = "constituent-case",
    type_label: str = "Constituent case from External Affairs",
    **data: Any,
) -> Case:
    """Open the ticket by which a division works a case of another kind (EA-10, EA-11, C.4 7).

    The actor assigned or escalated the case; the ticket itself is opened by the exchange's system,
    since the actor's unit does not own the division's work.

    Args:
        type_key: the type of ticket; made with ``type_label`` where the exchange has none yet.
    """
    ticket_type, _ = TicketType.objects.get_or_create(
        exchange=actor.exchange, key=type_key, defaults={"label": type_label}
    )
    return open_ticket(
        actor=Actor.system(actor.exchange, channel=actor.channel),
        ticket_type=ticket_type,
        queue=queue,
        parent=parent,
        **data,
    )
