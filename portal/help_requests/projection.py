"""What somebody may see of a help request, as plain data.

The enroller sees what they asked and what was said to each other, never the team's own notes.
Who has lost the consumer a request is about sees where it stands, and no more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.casework import kinds
from portal.casework.disclosures import record_shown
from portal.casework.machine import Audience
from portal.casework.models import Case, Note
from portal.casework.projection import (
    CaseDetailView,
    CaseStatusView,
    Section,
    common_detail,
    status_as_told,
)
from portal.clocks.services import zone
from portal.help_requests.models import Category, HelpRequest, Rating
from portal.help_requests.services import tickets_of
from portal.help_requests.table import RESOLVED, WAITING
from portal.tenancy.actor import Actor


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseStatusView:
    """A help request for somebody who may know of it; details shown are recorded."""
    if not Case.objects.detailed_to(actor).filter(pk=case.pk).exists():
        return status_as_told(case, actor)
    detail = HelpRequest.objects.select_related("topic", "consumer").get(case=case)
    notes = conversation(case)
    sections = [
        *_asked(case, notes),
        _question(actor, detail),
        *_consumer(detail),
        *_resolution(actor, case, detail),
        *_conversation(actor, notes),
        *_escalations(actor, case),
        *_ratings(actor, case),
    ]
    fields = {key for section in sections for key, _, value in section.rows if value}
    record_shown(
        actor=actor,
        action="help_requests.shown" if actor.is_outside else "casework.viewed",
        cases=[case.pk],
        fields=[*fields, "notes", "files"],
        data={"surface": surface},
    )
    return CaseDetailView(sections=sections, **common_detail(case, actor))


def conversation(case: Case) -> Sequence[Note]:
    """What the team and the enroller said to each other, oldest first."""
    rows = Note.objects.filter(case=case, audience=Audience.DETAIL).select_related("author")
    return list(rows.order_by("created_at", "pk"))


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """Topic and subject, for rows whose details the actor is shown."""
    rows = HelpRequest.objects.filter(case__in=[case.pk for case in cases])
    return {
        pk: f"{label}: {subject}"
        for pk, label, subject in rows.values_list("case_id", "topic__label", "subject")
    }


def outcome(case: Case) -> tuple[str, str]:
    """How a request ended: its status, and the resolution."""
    status = kinds.get(case.kind).machine.statuses[case.status]
    detail = HelpRequest.objects.get(case=case)
    return (status.label, detail.resolution)


def _asked(case: Case, notes: Sequence[Note]) -> list[Section]:
    """What the enroller is asked for while the request waits for it."""
    asked = next((note for note in reversed(notes) if note.kind == Note.Kind.CONTACT), None)
    if case.status != WAITING or asked is None:
        return []
    return [Section("asked", "What we need from you", (("asked", "Please tell us", asked.body),))]


def _question(actor: Actor, detail: HelpRequest) -> Section:
    rows: list[tuple[str, str, Any]] = [
        ("category", "Category", Category(detail.topic.category).label),
        ("topic", "Topic", detail.topic.label),
        ("subject", "Subject", detail.subject),
        ("description", "Description", detail.description),
    ]
    if actor.is_outside:
        rows.append(("who_answers", "Who answers", detail.topic.who_answers))
    else:
        requester = detail.case.opened_by
        rows += [
            ("requester", "Submitted by", requester.full_name if requester else ""),
            ("routed_because", "Why it was routed here", detail.routed_because),
        ]
    return Section("request", "Help request", tuple(rows))


def _consumer(detail: HelpRequest) -> list[Section]:
    one = detail.consumer
    if one is None:
        return []
    rows = (
        ("consumer_name", "Name", one.full_name),
        ("consumer_case_number", "Case number", one.case_number),
        ("consumer_phone", "Telephone", one.phone),
        ("consumer_language", "Language", one.language),
    )
    return [Section("consumer", "Consumer", tuple(row for row in rows if row[2]))]


def _resolution(actor: Actor, case: Case, detail: HelpRequest) -> list[Section]:
    if not detail.resolution or case.is_open:
        return []
    rows: list[tuple[str, str, Any]] = [("resolution", "Resolution", detail.resolution)]
    if case.status == RESOLVED and detail.may_be_reopened() and detail.reopen_until:
        until = detail.reopen_until.astimezone(zone(case.exchange.time_zone))
        rows.append(("reopen_until", "May be reopened until", until))
    return [Section("resolution", "Resolution", tuple(rows))]


def _conversation(actor: Actor, notes: Sequence[Note]) -> list[Section]:
    rows = tuple(
        (
            "conversation",
            _label(actor, note),
            {"at": note.created_at, "text": note.body, "by": _author(actor, note)},
        )
        for note in notes
    )
    return [Section("conversation", "Conversation", rows)] if rows else []


_LABELS = {
    Note.Kind.CONTACT.value: "The team asked",
    Note.Kind.UPDATE.value: "The team wrote",
    Note.Kind.REASON.value: "Re-routed to another team",
    Note.Kind.MESSAGE.value: "The enroller wrote",
}


def _label(actor: Actor, note: Note) -> str:
    if note.kind == Note.Kind.MESSAGE and note.author_id == actor.person_id:
        return "You wrote"
    return _LABELS.get(note.kind, "Message")


def _author(actor: Actor, note: Note) -> str:
    """Enrollers are answered by a team, not by a person of it."""
    if note.author is None or (actor.is_outside and note.kind != Note.Kind.MESSAGE):
        return ""
    return note.author.full_name


def _escalations(actor: Actor, case: Case) -> list[Section]:
    """The escalation tickets, for the enroller by number and coarse status; staff have links."""
    if not actor.is_outside:
        return []
    rows = tuple(
        (
            "escalation",
            ticket.number,
            kinds.get(ticket.kind).machine.statuses[ticket.status].coarse.value,
        )
        for ticket in tickets_of(case)
    )
    return [Section("escalation", "Escalation", rows)] if rows else []


def _ratings(actor: Actor, case: Case) -> list[Section]:
    """What the requester answered; for the requester and the team."""
    if actor.is_outside and case.opened_by_id != actor.person_id:
        return []
    rows: list[tuple[str, str, Any]] = []
    for rating in Rating.objects.filter(case=case):
        rows.append(("rating", "Satisfaction", f"{rating.score} of 5"))
        if rating.comment:
            rows.append(("rating_comment", "In their words", rating.comment))
    return [Section("rating", "How it was rated", tuple(rows))] if rows else []
