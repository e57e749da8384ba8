"""What somebody may see of a producer's escalation.

The producer sees what they sent, what is asked, and what was said to each other; never the team's
own notes. A reply that is held is shown to nobody but on the screener's own form.
"""

from collections.abc import Sequence
from typing import Any

from escalations.producers.models import EscalatedConsumer, HeldReply, ProducerEscalation
from escalations.producers.screening import Found
from escalations.producers.table import ASKED
from escalations.tickets.models import TicketDetail
from portal.casework.disclosures import record_shown
from portal.casework.machine import Audience
from portal.casework.models import Case, Note
from portal.casework.projection import CaseDetailView, Section, common_detail
from portal.consumers.models import Consumer
from portal.tenancy.actor import Actor


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseDetailView:
    """An escalation for somebody who may know of it; looking at it is recorded."""
    detail = TicketDetail.objects.select_related("ticket_type", "resolution_code").get(case=case)
    more = ProducerEscalation.objects.filter(case=case).select_related("producer").first()
    notes = conversation(case)
    sections = [
        *_asked(case, notes),
        _issue(actor, detail, more),
        _consumers(case, detail),
        *_conversation(actor, notes),
        *_held(case),
    ]
    if detail.resolution_steps:
        rows = [("resolution_steps", "Resolution or next steps", detail.resolution_steps)]
        if detail.resolution_code and not actor.is_outside:
            rows.insert(0, ("resolution_code", "Resolution", detail.resolution_code.label))
        sections.append(Section("resolution", "Resolution", tuple(rows)))
    fields = {key for section in sections for key, _, value in section.rows if value}
    record_shown(
        actor=actor,
        action="producers.shown" if actor.is_outside else "casework.viewed",
        cases=[case.pk],
        fields=[*fields, "notes", "files"],
        data={"surface": surface},
    )
    return CaseDetailView(sections=sections, **common_detail(case, actor))


def conversation(case: Case) -> Sequence[Note]:
    """What the team and the producer said to each other, oldest first."""
    rows = Note.objects.filter(case=case, audience=Audience.DETAIL).select_related("author")
    return list(rows.order_by("created_at", "pk"))


def _asked(case: Case, notes: Sequence[Note]) -> list[Section]:
    """What the producer is asked for while the escalation waits for it (MD-21)."""
    if case.status != ASKED:
        return []
    asked = next((note for note in reversed(notes) if note.kind == Note.Kind.CONTACT), None)
    if asked is None:
        return []
    return [Section("asked", "What we need from you", (("asked", "Please tell us", asked.body),))]


def _issue(actor: Actor, detail: TicketDetail, more: ProducerEscalation | None) -> Section:
    rows: list[tuple[str, str, Any]] = [
        ("ticket_type", "Escalation type", detail.ticket_type.label),
        ("summary", "Description", detail.summary),
    ]
    if more is not None:
        rows.append(("producer_name", "Producer", more.producer_name))
        rows.append(("npn", "NPN", more.npn))
        rows.append(("channel", "How it came", more.get_channel_display()))
    if not actor.is_outside:
        rows.append(("routed_because", "Why it was routed here", detail.routed_because))
        if more is not None:
            rows.append(("thread", "Thread in mails", f"ref:_{more.thread_token}:ref"))
    return Section("issue", "Escalation", tuple(rows))


def _consumers(case: Case, detail: TicketDetail) -> Section:
    """Name and Person ID; birth date and telephone are shown where they are verified (MD-16)."""
    rows = list(EscalatedConsumer.objects.filter(case=case).select_related("consumer__carrier"))
    if len(rows) == 1:
        return Section("consumers", "Consumer", _one_consumer(rows[0].consumer))
    shown: list[tuple[str, str, Any]] = [
        (
            "consumers",
            row.consumer.full_name,
            ", ".join(
                filter(
                    None,
                    [
                        f"Person ID {row.consumer.person_id}" if row.consumer.person_id else "",
                        row.consumer.carrier.name if row.consumer.carrier else "",
                    ],
                )
            ),
        )
        for row in rows
    ]
    if not shown and detail.consumer_name:
        shown = [("consumer_name", "Name", detail.consumer_name)]
    title = "Consumers" if len(shown) > 1 else "Consumer"
    return Section("consumers", title, tuple(shown))


def _one_consumer(consumer: Consumer) -> tuple[tuple[str, str, Any], ...]:
    """Under the keys other kinds have, so that a letter can name whom it is to (CC-10)."""
    carrier = consumer.carrier.name if consumer.carrier else ""
    rows = (
        ("consumer_name", "Name", consumer.full_name),
        ("person_id", "Person ID", consumer.person_id),
        ("carrier", "Carrier", carrier),
    )
    return tuple(row for row in rows if row[2])


def _conversation(actor: Actor, notes: Sequence[Note]) -> list[Section]:
    return [
        Section(
            "conversation",
            "Conversation",
            tuple(
                (
                    "conversation",
                    _LABELS.get(note.kind, "Message"),
                    {
                        "at": note.created_at,
                        "text": note.body,
                        "by": _author(actor, note),
                    },
                )
                for note in notes
            ),
        )
    ]


def _author(actor: Actor, note: Note) -> str:
    """Producers are answered by a team, not by a person of it."""
    if note.author is None or (actor.is_outside and note.kind != Note.Kind.MESSAGE):
        return ""
    return note.author.full_name


_LABELS = {
    Note.Kind.CONTACT.value: "The team asked",
    Note.Kind.UPDATE.value: "The team wrote",
    Note.Kind.MESSAGE.value: "The producer wrote",
}


def _held(case: Case) -> list[Section]:
    """That a reply is held, and for which kinds of data; never its words."""
    held = HeldReply.objects.filter(case=case, state=HeldReply.State.HELD)
    return [
        Section(
            "held",
            "Held replies",
            tuple(
                (
                    "held",
                    "A reply is being checked",
                    {
                        "at": reply.created_at,
                        "by": "",
                        "text": "It is kept, and shown to nobody until somebody of the team has"
                        f" checked it, since it seems to contain {_words(reply.found)}.",
                    },
                )
                for reply in held
            ),
        )
    ]


def _words(found: Sequence[str]) -> str:
    return " and ".join(Found(kind).words for kind in found)
