"""What somebody may see of a case, as plain data: the only thing pages, API and files render.

A projection is built once, behind the gate, and holds no model: what is not in it cannot be
shown by mistake.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.casework import kinds
from portal.casework.machine import Act, Audience
from portal.casework.models import Attachment, Case, CaseLink, TimelineEvent
from portal.casework.services import allowed_acts
from portal.prepared import Slots, numbered, prepared
from portal.tenancy.actor import Actor
from portal.tenancy.roles import ROLES, Family
from portal.tenancy.sight import prepared_for


@dataclass(frozen=True)
class EventView:
    """One line of the timeline, as its reader may see it."""

    at: datetime
    verb: str
    label: str
    audience: str
    actor: str = ""
    from_status: str = ""
    to_status: str = ""
    text: str = ""
    note_kind: str = ""
    #: Who may read the text; it can be narrower than the event's own audience.
    text_audience: str = ""


@dataclass(frozen=True)
class FileView:
    public_id: str
    name: str
    content_type: str
    size: int
    added_at: datetime
    audience: str


@dataclass(frozen=True)
class LinkView:
    number: str
    kind: str
    label: str
    status: str
    queue: str
    owner: str
    url_name: str


@dataclass(frozen=True)
class CaseStatusView:
    """All that somebody without leave to see details learns (EA-20)."""

    number: str
    kind: str
    kind_label: str
    status: str
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    timeline: Sequence[EventView] = ()
    #: What the reader is asked for, as labels of a closed list; never free text.
    requests: Sequence[str] = ()
    #: Where the case was referred to (EA-17).
    referral: dict[str, str] | None = None
    shows_details: bool = False


@dataclass(frozen=True)
class CaseDetailView(CaseStatusView):
    """A case with its details, for those to whom the gate shows them."""

    shows_details: bool = True
    status_key: str = ""
    version: int = 0
    is_open: bool = True
    is_urgent: bool = False
    is_breached: bool = False
    due_at: datetime | None = None
    office: str = ""
    queue: str = ""
    owner: str = ""
    sections: Sequence["Section"] = ()
    files: Sequence[FileView] = ()
    links: Sequence[LinkView] = ()
    acts: Sequence[dict[str, Any]] = ()
    watching: bool = False


@dataclass(frozen=True)
class Section:
    """A titled block of labelled values."""

    key: str
    title: str
    rows: Sequence[tuple[str, str, Any]] = field(default_factory=tuple)  # key, label, value


def status_as_told(case: Case, actor: Actor) -> CaseStatusView:
    """Where a case stands, for whoever outside is told its status and nothing else."""
    kind = kinds.get(case.kind)
    timeline = timeline_of(case, actor, details=False)
    return CaseStatusView(
        number=case.number,
        kind=case.kind,
        kind_label=kind.label,
        status=kind.machine.statuses[case.status].coarse.value,
        opened_at=case.opened_at,
        # The last thing they were told: the row's own date would tell of inner work.
        updated_at=timeline[-1].at if timeline else case.opened_at,
        closed_at=case.closed_at,
        timeline=timeline,
    )


def timeline_of(case: Case, actor: Actor, *, details: bool) -> list[EventView]:
    """The reader's part of a case's story, oldest first, in one query."""
    audiences = [Audience.STATUS]
    if details:
        audiences.append(Audience.DETAIL)
    if not actor.is_outside:
        audiences.append(Audience.INTERNAL)
    machine = kinds.get(case.kind).machine
    query = prepared(
        ("casework.timeline", *audiences), lambda slots: _events(slots.integer("case"), audiences)
    )
    rows = query.rows(case=case.pk)
    return [_event(row, machine, audiences, actor, details) for row in rows]


def _events(case_id: int, audiences: Sequence[str]) -> QuerySet[TimelineEvent, Any]:
    # Values, not models: a line needs the actor's name and not the person, and there are many.
    return (
        TimelineEvent.objects.filter(case_id=case_id, audience__in=audiences)
        .order_by("at", "pk")
        .values_list(*_EVENT_VALUES, named=True)
    )


_EVENT_VALUES = (
    *("at", "verb", "audience", "actor_role", "from_status", "to_status", "actor__full_name"),
    *("note__audience", "note__body", "note__kind"),
)


def _event(
    row: Any, machine: Any, audiences: Sequence[str], actor: Actor, details: bool
) -> EventView:
    act = machine.acts.get(row.verb)
    if not details:
        # The bare fact and its date: who did it and what changed inside are details.
        return EventView(
            at=row.at, verb=row.verb, label=plain_label(row.verb, act), audience=row.audience
        )
    readable = row.note__audience in audiences
    statuses = machine.statuses
    return EventView(
        at=row.at,
        verb=row.verb,
        label=plain_label(row.verb, act),
        audience=row.audience,
        actor=_actor_name(row, actor),
        from_status=statuses[row.from_status].label if row.from_status in statuses else "",
        to_status=statuses[row.to_status].label if row.to_status in statuses else "",
        text=row.note__body if readable else "",
        note_kind=row.note__kind if readable else "",
        text_audience=row.note__audience if readable else "",
    )


#: What the timeline says of events that are no acts of a table.
EVENT_LABELS: dict[str, str] = {
    "opened": "Received",
    "clock_warning": "Deadline near",
    "clock_breached": "Deadline passed",
    "release_received": "Release form received",
    "release_valid": "Release form checked: valid",
    "release_deficient": "Release form checked: deficient",
    "release_override_asked": "Release form waits for a second person",
    "release_revoked": "Release form revoked",
}


def plain_label(verb: str, act: Act | None) -> str:
    """What the timeline says of an event."""
    if act:
        return act.done or act.label
    return EVENT_LABELS.get(verb) or verb.replace("_", " ").capitalize()


def _actor_name(row: Any, actor: Actor) -> str:
    if row.actor__full_name is None:
        return "System"
    if actor.is_outside and not _is_outside(row.actor_role):
        # A team answers, not a person of it; offices know External Affairs only.
        is_office = actor.family is Family.OFFICE
        return "External Affairs" if is_office else str(actor.exchange.name)
    return row.actor__full_name


def _is_outside(role_key: str) -> bool:
    role = ROLES.get(role_key)
    return role is not None and role.outside


def files_of(case: Case, actor: Actor) -> list[FileView]:
    """The files the reader may fetch; call it only for a reader who is shown details."""
    is_outside = actor.is_outside
    query = prepared(
        ("casework.files", is_outside),
        lambda slots: _attachments(slots.integer("case"), shared_only=is_outside),
    )
    return [
        FileView(
            public_id=str(row.document.public_id),
            name=row.document.original_name,
            content_type=row.document.content_type,
            size=row.document.size,
            added_at=row.created_at,
            audience=row.audience,
        )
        for row in query.rows(case=case.pk)
    ]


def _attachments(case_id: int, *, shared_only: bool) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(case_id=case_id).select_related("document")
    return rows.exclude(audience=Audience.INTERNAL) if shared_only else rows


_LABELS_OUT = {"child": "Work for", "duplicate": "Duplicate of"}
_LABELS_IN = {"child": "Worked on in", "duplicate": "Has a duplicate"}


def links_of(case: Case, actor: Actor) -> list[LinkView]:
    """Linked cases the reader may know of, in at most two statements."""
    if actor.is_outside:
        return []
    rows = prepared("casework.links", _links).rows(case=case.pk)
    # The links first: asking who may see which of all cases would cost more than the page.
    linked = {pk for link in rows for pk in (link.from_case_id, link.to_case_id)} - {case.pk}
    others = {other.pk: other for other in _linked_cases(actor, linked)} if linked else {}
    found = []
    for link in rows:
        leads_out = link.from_case_id == case.pk
        other = others.get(link.to_case_id if leads_out else link.from_case_id)
        if other is None:
            continue
        labels = _LABELS_OUT if leads_out else _LABELS_IN
        kind = kinds.get(other.kind)
        found.append(
            LinkView(
                number=other.number,
                kind=link.kind,
                label=labels.get(link.kind, "Related to"),
                status=kind.machine.statuses[other.status].label,
                queue=other.queue.name if other.queue else "",
                owner=other.owner.full_name if other.owner else "",
                url_name=kind.url_name,
            )
        )
    return found


def _links(slots: Slots) -> QuerySet[CaseLink]:
    case_id = slots.integer("case")
    either = Q(from_case_id=case_id) | Q(to_case_id=case_id)
    return CaseLink.objects.filter(either).order_by("created_at", "pk")


def _linked_cases(actor: Actor, ids: Collection[int]) -> Iterable[Case]:
    def build(who: Actor, ids: Collection[int]) -> QuerySet[Case]:
        cases = Case.objects.visible_to(who).filter(pk__in=ids)
        return cases.select_related("queue", "owner").order_by()

    query = prepared_for(
        actor,
        ("casework.linked_cases", len(ids)),
        lambda sight, slots: build(sight, slots.integers("case", len(ids))),
    )
    return query.rows(**numbered("case", ids)) if query else build(actor, ids)


def acts_of(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """The acts open to the reader now that have a door, for buttons and the API."""
    kind = kinds.get(case.kind)
    return [
        {
            "key": act.key,
            "label": act.label,
            "confirm": act.confirm,
            "is_transition": act.is_transition,
        }
        for act in allowed_acts(case, actor)
        if act.key in kind.doors and (act.offered is None or act.offered(case, actor))
    ]


def common_detail(case: Case, actor: Actor) -> dict[str, Any]:
    """The fields every kind's detail view shares.

    A reader outside is answered by a team: who of it has the case, how urgent it is held to be
    and which inner deadlines run is for the exchange's own staff.
    """
    kind = kinds.get(case.kind)
    status = kind.machine.statuses[case.status]
    inside = not actor.is_outside
    is_late = case.is_breached or bool(case.due_at and case.due_at < timezone.now())
    return {
        "number": case.number,
        "kind": case.kind,
        "kind_label": kind.label,
        "status": status.label,
        "status_key": case.status,
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
        "closed_at": case.closed_at,
        "version": case.version,
        "is_open": case.is_open,
        "is_urgent": inside and case.is_urgent,
        "is_breached": inside and is_late,
        "due_at": case.due_at if inside else None,
        "office": case.organization.name if case.organization else "",
        "queue": case.queue.name if inside and case.queue else "",
        "owner": case.owner.full_name if inside and case.owner else "",
        "timeline": timeline_of(case, actor, details=True),
        "files": files_of(case, actor),
        "links": links_of(case, actor),
        "acts": acts_of(case, actor),
    }
