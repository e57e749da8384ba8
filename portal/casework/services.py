"""The one way in: every change of every kind of case goes through :func:`perform`.

One transaction: lock the row, look up the act in the kind's table, check the actor, change,
add the timeline event, the clocks' effects, the outbox rows and the ledger row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from portal.casework import kinds
from portal.casework.machine import Act, Audience, Conflict, Machine, Refused
from portal.casework.models import Case, CaseLink, Mention, Note, OutboxMessage, TimelineEvent
from portal.casework.opening import NewCase, build_case, build_opening, take_numbers
from portal.clocks import services as clocks
from portal.clocks.effects import ClockEffect
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Organization, Person

#: The message a case's watchers get for every transition.
WATCHED_CASE_CHANGED = "case.changed"


@dataclass
class Change:
    """What one act does to a case beyond its table row; a service fills it in."""

    #: Column values of the case row to set.
    columns: dict[str, Any] = field(default_factory=dict)
    #: Free text that goes with the event, shown to the note's audience only.
    note: str = ""
    note_kind: str = Note.Kind.REASON
    note_audience: str = Audience.INTERNAL
    mentions: Sequence[Person] = ()
    #: Keys and ids for the timeline event; never free text.
    event_data: dict[str, Any] = field(default_factory=dict)
    #: Names of fields that changed, for the ledger.
    fields: Iterable[str] = ()
    #: Replaces the act's own list of messages when not None.
    notifies: Sequence[str] | None = None
    #: Recipient of the messages, when it is one person.
    recipient: Person | None = None
    #: Effects on clocks that follow from what the act was told, after those of its table row.
    clocks: Sequence[ClockEffect] = ()
    release_id: int | None = None


#: Runs inside the transaction, after the checks and with the row locked.
Effect = Callable[[Case], Change | None]


def lock_case(case_id: int, *, actor: Actor) -> Case:
    """The case, locked until the transaction ends; the cases it is work for are locked first.

    Everybody locks parents before children, so that two people cannot lock each other out.

    Raises:
        Case.DoesNotExist: there is none that the actor may know of; the two are one answer.
    """
    rows = Case.objects.select_for_update(of=("self",))
    parents = CaseLink.objects.filter(from_case_id=case_id, kind=CaseLink.Kind.CHILD)
    list(rows.filter(pk__in=parents.values("to_case_id")).order_by("pk").values_list("pk"))
    return rows.get(pk=case_id, pk__in=Case.objects.visible_to(actor).values("pk"))


def machine_of(case: Case) -> Machine:
    return kinds.get(case.kind).machine


@transaction.atomic
def perform(
    *,
    case: Case,
    act_key: str,
    actor: Actor,
    expected_version: int | None = None,
    effect: Effect | None = None,
    at: datetime | None = None,
) -> Case:
    """Perform one act of the table on a case.

    Args:
        expected_version: the version the actor was looking at; None for the system and for acts
            that cannot overwrite anything.
        effect: the service's own changes; runs with the row locked, may raise ``Refused`` or
            ``ValidationError``, and nothing is kept when it does.
        at: the instant of the act (UTC); default now.

    Raises:
        Case.DoesNotExist: the actor may not know of the case.
        NotAllowed: the actor's role does not have the act.
        Conflict: somebody changed the case since ``expected_version``.
        Refused: the status or a guard does not allow the act now; names what is allowed.
    """
    at = at or timezone.now()
    case = lock_case(case.pk, actor=actor)
    kind = kinds.get(case.kind)
    act = kind.machine.act(act_key)
    check_allowed(act, case, actor)
    if expected_version is not None and expected_version != case.version:
        raise Conflict(
            "Somebody else changed this case while you had it open. Nothing of yours was saved"
            " yet: compare, then send again.",
            current_version=case.version,
        )
    status_before = case.status
    change = (effect(case) if effect else None) or Change()
    for name, value in change.columns.items():
        setattr(case, name, value)
    if act.target:
        _enter_status(case, kind.machine, act.target, at)
    event = add_event(
        case=case,
        actor=actor,
        verb=act.key,
        audience=act.audience,
        at=at,
        from_status=status_before,
        change=change,
    )
    summary = clocks.apply_effects(
        exchange_id=case.exchange_id,
        case_id=case.pk,
        effects=(*act.clocks, *change.clocks),
        at=at,
    )
    case.due_at, case.is_breached = summary.due_at, summary.is_breached
    if not act.quiet:
        case.version += 1
    if not act.quiet or change.note:  # a note is news to whoever works the case; watching is not
        case.updated_at = at
    case.save()
    notifies = [*(act.notifies if change.notifies is None else change.notifies)]
    if act.is_transition and _is_watched(case):
        notifies.append(WATCHED_CASE_CHANGED)
    enqueue(case=case, keys=notifies, event=event, recipient=change.recipient)
    record(
        actor=actor,
        action=act.action,
        cases=[case.pk],
        fields=change.fields,
        release=change.release_id,
        data={"act": act.key, "from": status_before, "to": case.status, **change.event_data},
    )
    if act.is_transition and status_before != case.status:
        _tell_parents(case, act, actor)
    return case


def check_allowed(act: Act, case: Case, actor: Actor) -> None:
    """Raise unless table and role allow the act on the case as it stands.

    Raises:
        NotAllowed: the actor's role does not have the act.
        Refused: the case's status or owner does not allow it; names what is allowed.
    """
    status = machine_of(case).statuses[case.status]
    if actor.is_system:
        if not act.by_system:
            raise NotAllowed(act.action)
    elif not actor.may(act.action):
        raise NotAllowed(act.action)
    if not act.starts_from(status):
        allowed = tuple(a.label for a in allowed_acts(case, actor) if a.is_transition)
        instead = f" You can: {', '.join(allowed)}." if allowed else ""
        # An office may know the coarse status only, also when it is refused something (EA-20).
        shown = status.coarse.value if actor.is_outside else status.label
        raise Refused(
            f"“{act.label}” is not possible while the case is “{shown}”.{instead}",
            allowed=allowed,
        )
    if act.by_owner and not may_act_as_owner(case, actor):
        raise Refused("Take this case first: only its owner or a lead may do this.")


def may_act_as_owner(case: Case, actor: Actor) -> bool:
    """Whether an act for owners is open to the actor: the owner, a lead, or the system."""
    return actor.is_system or actor.is_lead or case.owner_id == actor.person_id


def allowed_acts(case: Case, actor: Actor) -> list[Act]:
    """The acts the actor may perform on the case now, in table order (buttons, API)."""
    found = []
    for act in machine_of(case).from_status(case.status):
        if actor.is_system:
            permitted = act.by_system
        else:
            permitted = actor.may(act.action) and not actor.read_only
        if permitted and (not act.by_owner or may_act_as_owner(case, actor)):
            found.append(act)
    return found


# The kind's own service holds the savepoint: half a case must not outlive it anyway.
@transaction.atomic(savepoint=False)
def open_case(
    *,
    actor: Actor,
    kind_key: str,
    organization: Organization | None = None,
    queue: Organization | None = None,
    is_urgent: bool = False,
    topic: str = "",
    at: datetime | None = None,
    notifies: Sequence[str] = (),
    clock_effects: Sequence[Any] = (),
    audience: str = Audience.STATUS,
    event_data: Mapping[str, Any] | None = None,
    number: str | None = None,
) -> Case:
    """Open a case of a kind in its initial status, with number, event, clocks and messages.

    Args:
        topic: which type of its kind, by key; shown in lists and reports.

    The kind's own service checks the actor and writes the detail row in the same transaction.
    """
    at = at or timezone.now()
    kind = kinds.get(kind_key)
    new = NewCase(queue, organization, is_urgent, topic, dict(event_data or {}))
    case = build_case(
        actor=actor,
        kind=kind,
        new=new,
        number=number or take_numbers(actor=actor, kind=kind, at=at)[0],
        at=at,
    )
    case.save()
    event = build_opening(case=case, actor=actor, new=new, at=at, audience=audience)
    event.save()
    if clock_effects:
        summary = clocks.start_for_new_cases(
            exchange_id=case.exchange_id, case_ids=[case.pk], effects=clock_effects, at=at
        )
        case.due_at, case.is_breached = summary.due_at, summary.is_breached
        case.save(update_fields=["due_at", "is_breached"])
    enqueue(case=case, keys=notifies, event=event)
    record(actor=actor, action=f"{kind_key}.opened", cases=[case.pk], data=event_data)
    return case


def add_event(
    *,
    case: Case,
    actor: Actor,
    verb: str,
    audience: str,
    at: datetime,
    from_status: str,
    change: Change,
) -> TimelineEvent:
    """Add one event to the timeline, with its note when there is text."""
    note = None
    if change.note:
        note = write_note(
            case=case,
            actor=actor,
            body=change.note,
            kind=change.note_kind,
            audience=change.note_audience,
            mentions=change.mentions,
            at=at,
        )
    return TimelineEvent.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        at=at,
        verb=verb,
        audience=audience,
        actor=actor.person,
        actor_role=actor.role_key,
        from_status=from_status,
        to_status=case.status,
        note=note,
        data=change.event_data,
    )


def write_note(
    *,
    case: Case,
    actor: Actor,
    body: str,
    kind: str,
    audience: str,
    mentions: Sequence[Person] = (),
    at: datetime | None = None,
) -> Note:
    """Store free text on a case.

    Raises:
        SsnRefused: the text holds a Social Security number; it is not stored (EA-06).
    """
    if contains_ssn(body):
        raise SsnRefused("the note")
    note = Note.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        kind=kind,
        audience=audience,
        body=body.strip(),
        author=actor.person,
        created_at=at or timezone.now(),
    )
    Mention.objects.bulk_create(
        [Mention(exchange_id=case.exchange_id, note=note, person=p) for p in set(mentions)]
    )
    return note


def enqueue(
    *,
    case: Case,
    keys: Sequence[str],
    event: TimelineEvent | None = None,
    recipient: Person | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write the messages an act causes; a worker sends them after the commit."""
    if not keys:
        return
    source = f"event:{event.pk}" if event else f"case:{case.pk}:v{case.version}"
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=case.exchange_id,
                key=key,
                case=case,
                recipient=recipient,
                data={**(data or {}), **({"event": event.pk} if event else {})},
                dedupe_key=f"{key}:{source}:{recipient.pk if recipient else ''}",
            )
            for key in keys
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()


def wake_dispatcher() -> None:
    """After the commit, tell a worker that the outbox has something; losing this loses nothing."""
    if not any(waiting[1] is _wake for waiting in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    current_app.send_task(settings.OUTBOX_TASK, retry=False)


def require_text(field_name: str, text: str, label: str) -> str:
    """The text without its margins.

    Raises:
        ValidationError: it is empty; names the field.
    """
    text = (text or "").strip()
    if not text:
        raise ValidationError({field_name: f"Enter {label}."})
    return text


def _enter_status(case: Case, machine: Machine, key: str, at: datetime) -> None:
    status = machine.statuses[key]
    if not status.is_open and case.is_open:
        case.closed_at = at
    elif status.is_open and not case.is_open:
        case.closed_at = None
        case.reopen_count += 1
    case.status, case.is_open, case.is_waiting = key, status.is_open, status.is_waiting


def _is_watched(case: Case) -> bool:
    return case.caseuserpermission_set.filter(permission__codename="watch_case").exists()


def _tell_parents(case: Case, act: Act, actor: Actor) -> None:
    links = case.links_out.filter(kind="child").select_related("to_case")
    for link in links:
        parent = link.to_case
        if handler := kinds.get(parent.kind).child_changed:
            handler(parent, case, act, actor)
