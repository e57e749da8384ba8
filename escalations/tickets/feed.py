"""The access-to-care feed: decisions of Independent Medical Reviews, as tickets (SC-14, SC-15).

The file is the one California's regulator of health plans publishes, separated by semicolons. It
names nobody: a row is known by its reference ID alone.

**Urgent** is a decision whose *Type* is “Urgent Care”: care that could not wait for the plan's
ordinary answer. The treatment category “Emergency/Urgent Care” does not make one urgent: such
care has been received, and the dispute is about who pays.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from escalations.tickets import workkinds
from escalations.tickets.configuration import Route, find_route, routing_rules
from escalations.tickets.models import TicketDetail, TicketType
from portal.casework.bulk_open import open_many
from portal.casework.machine import Audience
from portal.casework.models import CaseText
from portal.casework.opening import NewCase
from portal.casework.search import build_text
from portal.consumers.feeds import FeedKind, FeedRefused, FeedRow, RowRefused
from portal.tenancy.actor import Actor

FEED_KEY = "access-to-care"
TYPE_KEY = "access-to-care"
URGENT_TYPE = "Urgent Care"

TYPES = frozenset({"Medical Necessity", "Experimental/Investigational", URGENT_TYPE})
DETERMINATIONS = frozenset({"Upheld Decision of Health Plan", "Overturned Decision of Health Plan"})
#: Column of the file → key of the ticket's facts.
FACTS = {
    "Report Year": "report_year",
    "Diagnosis Category": "category",
    "Diagnosis Sub Category": "subcategory",
    "Treatment Category": "treatment_category",
    "Treatment Sub Category": "treatment_subcategory",
    "Determination": "determination",
    "Type": "review_type",
    "Age Range": "age_range",
    "Patient Gender": "gender",
}
COLUMNS = ("Reference ID", *FACTS)
#: Two letters for the type of review, two digits of the year, and a running number.
_REFERENCE = re.compile(r"[A-Z]{2}\d{2}-\d{1,8}")
#: Some of the file's years write a range as 11_20.
_AGE_RANGE = re.compile(r"(\d+)_(\d+)")


def parse_row(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """The reference ID and the facts of one decision; blank categories are left out.

    Raises:
        RowRefused: reference, year, type or determination is missing or none we know.
    """
    reference = values["Reference ID"].upper()
    if not _REFERENCE.fullmatch(reference):
        raise RowRefused("The Reference ID is missing or has another form than MN16-22639.")
    if not re.fullmatch(r"(19|20)\d{2}", values["Report Year"]):
        raise RowRefused("The Report Year is no year.")
    if values["Type"] not in TYPES:
        raise RowRefused(f"The Type is none of: {', '.join(sorted(TYPES))}.")
    if values["Determination"] not in DETERMINATIONS:
        raise RowRefused(f"The Determination is none of: {', '.join(sorted(DETERMINATIONS))}.")
    facts = {key: " ".join(values[column].split()) for column, key in FACTS.items()}
    facts["age_range"] = _AGE_RANGE.sub(r"\1-\2", facts["age_range"])
    return reference, {key: value for key, value in facts.items() if value}


def is_urgent(facts: Mapping[str, Any]) -> bool:
    """Whether a decision makes an urgent ticket; the rule is in this module's text."""
    return facts["review_type"] == URGENT_TYPE


def summarize(reference: str, facts: Mapping[str, Any]) -> str:
    """What a queue shows of a decision."""
    about = " / ".join(
        facts[key] for key in ("treatment_category", "treatment_subcategory") if key in facts
    )
    diagnosis = " / ".join(facts[key] for key in ("category", "subcategory") if key in facts)
    parts = [f"Independent Medical Review {reference} ({facts['report_year']})"]
    parts += [part for part in (about, diagnosis, facts["determination"]) if part]
    return ". ".join(parts) + "."


def apply_batch(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> int:
    """Open a ticket for each decision that has none yet; returns how many.

    Raises:
        FeedRefused: the exchange has no type, or no routing line, for such tickets.
    """
    known = set(
        TicketDetail.objects.filter(
            exchange=actor.exchange,
            source_feed=FEED_KEY,
            source_key__in=[row.key for row in rows],
        ).values_list("source_key", flat=True)
    )
    if not (rows := [row for row in rows if row.key not in known]):
        return 0
    ticket_type = TicketType.objects.filter(exchange=actor.exchange, key=TYPE_KEY).first()
    if ticket_type is None:
        raise FeedRefused("This exchange has no ticket type “access-to-care”. Add it first.")
    rules = routing_rules(actor.exchange)
    routes = {
        urgent: find_route(rules=rules, ticket_type=ticket_type, is_urgent=urgent)
        for urgent in (False, True)
    }
    if lacking := [route.why for route in routes.values() if route.queue is None]:
        raise FeedRefused(f"{lacking[0]} Add a line for “{ticket_type}” first.")
    # Cases opened together share their clocks; those of urgent ones can differ.
    return sum(
        _open(
            actor=actor,
            ticket_type=ticket_type,
            rows=[row for row in rows if is_urgent(row.data) is urgent],
            route=route,
            urgent=urgent,
            at=at,
        )
        for urgent, route in routes.items()
    )


def _open(
    *,
    actor: Actor,
    ticket_type: TicketType,
    rows: Sequence[FeedRow],
    route: Route,
    urgent: bool,
    at: datetime,
) -> int:
    """Open tickets that are all urgent, or all not; returns how many."""
    queue = route.queue
    new = NewCase(
        queue=queue,
        is_urgent=urgent,
        topic=TYPE_KEY,
        event_data={"type": TYPE_KEY, "queue": queue.pk if queue else None},
    )
    cases = open_many(
        actor=actor,
        kind_key=ticket_type.kind,
        new_cases=[new] * len(rows),
        at=at,
        clock_effects=workkinds.get(ticket_type.kind).clocks(is_urgent=urgent),
        audience=Audience.INTERNAL,
        ledger_data={"type": TYPE_KEY, "feed": FEED_KEY},
    )
    summaries = [summarize(row.key, row.data) for row in rows]
    TicketDetail.objects.bulk_create(
        [
            TicketDetail(
                exchange=actor.exchange,
                case=case,
                ticket_type=ticket_type,
                summary=summary,
                routed_because=route.why,
                routing_trail=route.trail,
                facts=dict(row.data),
                source_feed=FEED_KEY,
                source_key=row.key,
            )
            for case, row, summary in zip(cases, rows, summaries, strict=True)
        ]
    )
    CaseText.objects.bulk_create(
        [
            build_text(case=case, texts=[summary, ticket_type.label], identifiers=[row.key])
            for case, row, summary in zip(cases, rows, summaries, strict=True)
        ]
    )
    return len(cases)


ACCESS_TO_CARE = FeedKind(
    key=FEED_KEY,
    label="Access to care: decisions of Independent Medical Reviews",
    columns=COLUMNS,
    parse_row=parse_row,
    apply_batch=apply_batch,
    action="tickets.import",
    delimiter=";",
    exchange="covered-california",
)
