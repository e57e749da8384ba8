"""What somebody may see of a ticket."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from escalations.releases.gate import Decision, Disclosure, record_disclosure
from escalations.tickets import workkinds
from escalations.tickets.facts import read_fields, shown_facts
from escalations.tickets.help_desk_table import HELP_DESK_MACHINE
from escalations.tickets.models import CarrierRequest, ConsumerContact, TicketDetail, TicketType
from escalations.tickets.parts import CARRIER, HELP_DESK
from portal.casework.models import Case
from portal.casework.projection import (
    CaseDetailView,
    CaseStatusView,
    Section,
    common_detail,
    status_as_told,
)
from portal.prepared import Slots, prepared
from portal.tenancy.actor import Actor

HELP_DESK_KIND = HELP_DESK_MACHINE.kind
#: The act each usual exception begins with.
_FIRST = {
    TicketType.UsualException.CARRIER: CARRIER.begin,
    TicketType.UsualException.HELP_DESK: HELP_DESK.begin,
}


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseStatusView:
    """A ticket for somebody who may know of it; looking at details is recorded.

    Tickets are the exchange's own work: its staff see all of one, the enroller who brought it
    where it stands (ES-03).
    """
    if actor.is_outside:
        return status_as_told(case, actor)
    detail = _detail(case)
    shared = common_detail(case, actor)
    shared["acts"] = _usual_first(shared["acts"], detail.ticket_type)
    # What the timeline does not speak of is not there: most pages are spared its queries.
    happened = {event.verb: event.text for event in shared["timeline"]}
    sections = _sections(case, detail, happened)
    record_disclosure(
        actor=actor,
        cases=[case.pk],
        decision=Decision(Disclosure.DETAIL),
        fields=[
            *(key for section in sections for key, _, value in section.rows if value),
            *("notes", "files"),
        ],
        surface=surface,
    )
    return CaseDetailView(sections=sections, **shared)


def _detail(case: Case) -> TicketDetail:
    detail = prepared("tickets.detail", _detail_of).first(case=case.pk)
    if detail is None:
        raise TicketDetail.DoesNotExist
    case.ticket = detail  # what asks for it later on this page finds it here
    return detail


def _detail_of(slots: Slots) -> QuerySet[TicketDetail]:
    rows = TicketDetail.objects.select_related("ticket_type", "resolution_code", "enroller")
    return rows.filter(case_id=slots.integer("case"))


def _usual_first(acts: Sequence[dict[str, Any]], ticket_type: TicketType) -> list[dict[str, Any]]:
    """Put the step most tickets of the type need before the others (C.2a 6)."""
    first = _FIRST.get(TicketType.UsualException(ticket_type.usual_exception))
    return sorted(acts, key=lambda act: act["key"] != first)


def _sections(case: Case, detail: TicketDetail, happened: Mapping[str, str]) -> list[Section]:
    sections = [_consumer(detail), Section("issue", "Issue", _issue(case, detail))]
    if "record_contact" in happened:
        sections.append(_contacts(case))
    if case.kind == HELP_DESK_KIND:
        sections[0] = _help_desk(case)  # it is about data; no one consumer is its own
    if CARRIER.begin in happened:
        sections.append(_carriers(case))
    sections.append(Section("routing", "Why was this routed here?", _routing(detail, happened)))
    if detail.resolution_code or detail.resolution_steps:
        label = detail.resolution_code.label if detail.resolution_code else ""
        sections.append(
            Section(
                "resolution",
                "Resolution",
                (
                    ("resolution_code", "Resolution", label),
                    ("resolution_steps", "Steps taken", detail.resolution_steps),
                ),
            )
        )
    return sections


def _consumer(detail: TicketDetail) -> Section:
    return Section(
        "consumer",
        "Consumer",
        (
            ("consumer_name", "Name", detail.consumer_name),
            ("consumer_case_number", "Case # or Application ID #", detail.consumer_case_number),
            ("consumer_phone", "Telephone", detail.consumer_phone),
            ("consumer_email", "Email", detail.consumer_email),
            *_given("language", "Language", detail.language),
        ),
    )


def _issue(case: Case, detail: TicketDetail) -> tuple[tuple[str, str, Any], ...]:
    fields = read_fields(detail.ticket_type.fields)
    remarks = workkinds.get(case.kind).remarks
    enroller = detail.enroller.full_name if detail.enroller else ""
    return (
        ("ticket_type", "Type", detail.ticket_type.label),
        ("summary", "What it is about", detail.summary),
        *shown_facts(fields, detail.facts),
        *(remarks(case) if remarks else ()),
        *_given("enroller", "Enroller who called", enroller),
    )


def _given(key: str, label: str, value: str) -> tuple[tuple[str, str, str], ...]:
    """A row where there is something to show."""
    return ((key, label, value),) if value else ()


def _routing(detail: TicketDetail, happened: Mapping[str, str]) -> tuple[tuple[str, str, Any], ...]:
    return (
        *_given("transferred_because", "Transferred since", happened.get("transfer", "")),
        ("routed_because", "Because", detail.routed_because),
        *_trail(detail.routing_trail),
        *_given("assigned_because", "Assignment", detail.assigned_because),
    )


def _trail(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """The lines that were asked; neighbours that gave the same answer are one row."""
    rows = []
    for reason, group in groupby(lines, key=itemgetter("reason")):
        alike = list(group)
        first, last = alike[0], alike[-1]
        label = f"Line {first['position']}: {first['line']}"
        if len(alike) > 1:
            label = f"Lines {first['position']} to {last['position']}"
        rows.append(("routing_trail", label, reason))
    return rows


def _contacts(case: Case) -> Section:
    return Section(
        "contacts",
        "Contacts with the consumer",
        tuple(
            (
                "contact",
                f"{contact.get_channel_display()}, {contact.get_outcome_display().lower()}",
                {
                    "at": contact.at,
                    "text": contact.summary,
                    "by": contact.recorded_by.full_name if contact.recorded_by else "System",
                },
            )
            for contact in prepared("tickets.contacts", _contacts_of).rows(case=case.pk)
        ),
    )


def _contacts_of(slots: Slots) -> QuerySet[ConsumerContact]:
    rows = ConsumerContact.objects.filter(case_id=slots.integer("case"))
    return rows.select_related("recorded_by")


def _carriers(case: Case) -> Section:
    """What health plans were asked, and what they answered."""
    rows: list[tuple[str, str, Any]] = []
    asked = CarrierRequest.objects.filter(case=case).select_related("carrier", "asked_by")
    for request in asked.prefetch_related("follow_ups__by"):
        how = request.get_channel_display()
        whom = f"{how}, {request.contact_person}" if request.contact_person else how
        rows.append(
            (
                "carrier_asked",
                f"{request.carrier.name} was asked ({whom})",
                _line(request.asked_at, request.asked, request.asked_by),
            )
        )
        rows += [
            (
                "carrier_follow_up",
                "Followed up",
                _line(follow_up.at, follow_up.summary, follow_up.by),
            )
            for follow_up in request.follow_ups.all()
        ]
        if request.answered_at:
            line = _line(request.answered_at, request.answer, None, by=request.carrier.name)
            rows.append(("carrier_answer", "Answered", line))
    return Section("carriers", "Health plan", tuple(rows))


def _line(at: Any, text: str, person: Any, *, by: str = "System") -> dict[str, Any]:
    return {"at": at, "text": text, "by": person.full_name if person else by}


def _help_desk(case: Case) -> Section:
    """What a help desk ticket tells the vendor, and what became of it."""
    ticket = case.help_desk_ticket
    return Section(
        "help_desk",
        "Help desk",
        (
            ("system", "System", ticket.get_system_display()),
            ("subject", "Subject line", ticket.subject),
            ("vendor_number", "Vendor's ticket number", ticket.vendor_number),
            ("submitted_at", "Submitted", ticket.submitted_at),
            *_given("fix", "Data fix", ticket.fix),
            *_given("rejected_because", "Rejected because", ticket.rejected_because),
        ),
    )
