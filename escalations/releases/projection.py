"""Release forms as plain data: all of a form for staff, its state for the office that sent it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from escalations.releases.models import DigitalRelease, Release
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.tenancy.actor import Actor

State = Release.State

_TONES = {
    State.RECEIVED: "info",
    State.OVERRIDE_ASKED: "warning",
    State.VALID: "success",
    State.DEFICIENT: "danger",
    State.REVOKED: "neutral",
    State.REPLACED: "neutral",
}


@dataclass(frozen=True)
class ReleaseView:
    """One form, as its reader may see it."""

    pk: int
    state: str
    label: str
    tone: str
    #: One sentence on what the state means now.
    sentence: str
    channel: str
    received_at: datetime
    #: First and last day it counts, in the exchange's zone.
    first_day: date | None
    last_day: date | None
    scope: str
    named: Sequence[str] = ()
    received_by: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    #: Items of the validity list the form lacks, as labels.
    lacks: Sequence[str] = ()
    reason: str = ""
    document_name: str = ""
    document_is_picture: bool = False
    #: Keys of what the reader may do with it now: check, confirm, revoke.
    acts: Sequence[str] = ()


@dataclass(frozen=True)
class LinkView:
    """One link sent to a constituent; the address is shown to External Affairs alone."""

    pk: int
    label: str
    tone: str
    sent_at: datetime
    expires_at: datetime
    contact: str


def releases_of(case: Case, actor: Actor, *, at: datetime | None = None) -> list[ReleaseView]:
    """The case's forms for this reader, latest first; three statements at most."""
    rows = (
        Release.objects.visible_to(actor)
        .filter(case=case)
        .select_related(
            "exchange", "document", "received_by", "decided_by", "revoked_by", "override_asked_by"
        )
        .prefetch_related("named_staff__person")
    )
    return [project_release(row, actor, at=at) for row in rows]


def project_release(row: Release, actor: Actor, *, at: datetime | None = None) -> ReleaseView:
    """One form for one reader."""
    at = at or timezone.now()
    tz = zone(row.exchange.time_zone)
    first = row.valid_from.astimezone(tz).date() if row.valid_from else None
    last = row.valid_until.astimezone(tz).date() - timedelta(days=1) if row.valid_until else None
    label, tone, sentence = _state(row, at, first, last, outside=actor.is_outside)
    shows_days = row.state == State.VALID or not actor.is_outside
    seen = ReleaseView(
        pk=row.pk,
        state=row.state,
        label=label,
        tone=tone,
        sentence=sentence,
        channel=row.get_channel_display(),
        received_at=row.received_at,
        first_day=first if shows_days else None,
        last_day=last if shows_days else None,
        scope=row.get_scope_display(),
        named=_names(row),
        reason=row.deficiency if row.state == State.DEFICIENT else "",
        document_name=_document_name(row, actor, at),
    )
    if actor.is_outside:
        return seen
    decided_by = row.revoked_by if row.state == State.REVOKED else row.decided_by
    return replace(
        seen,
        received_by=row.received_by.full_name if row.received_by else "",
        decided_by=decided_by.full_name if decided_by else "",
        decided_at=row.revoked_at or row.decided_at,
        lacks=[_label(name) for name, ticked in row.checklist.items() if not ticked],
        reason=_reason(row),
        document_is_picture=bool(row.document and row.document.content_type.startswith("image/")),
        acts=_acts(row, actor),
    )


def links_of(case: Case, actor: Actor, *, at: datetime | None = None) -> list[LinkView]:
    """Links sent to the constituent, latest first, for those who may send one."""
    if not actor.may("releases.request_digital"):
        return []
    at = at or timezone.now()
    found = []
    for row in DigitalRelease.objects.filter(case=case):
        lapsed = row.state == DigitalRelease.State.SENT and at >= row.expires_at
        found.append(
            LinkView(
                pk=row.pk,
                label="Lapsed unused" if lapsed else row.get_state_display(),
                tone="info" if row.is_open(at) else "neutral",
                sent_at=row.created_at,
                expires_at=row.expires_at,
                contact=row.contact,
            )
        )
    return found


def day(value: date) -> str:
    """A day as pages write it."""
    return f"{value:%b} {value.day}, {value.year}"


def days_text(first: date | None, last: date | None) -> str:
    """First and last day in words."""
    return f"{day(first)} to {day(last)}" if first and last else ""


def _state(
    row: Release, at: datetime, first: date | None, last: date | None, *, outside: bool
) -> tuple[str, str, str]:
    tone = _TONES[State(row.state)]
    match row.state:
        case State.VALID if row.valid_from and at < row.valid_from and first:
            return "Accepted, starts later", "info", f"It counts from {day(first)}."
        case State.VALID if row.is_in_force(at) and last:
            return "In force", tone, f"In force until the end of {day(last)}."
        case State.VALID if last:
            return "Expired", "neutral", f"It counted until the end of {day(last)}."
        case State.DEFICIENT:
            return "Deficient", tone, "It cannot be accepted as it is. Send a corrected form."
        case State.OVERRIDE_ASKED if not outside:
            return "Waiting for a second person", tone, "Somebody asked to let it count."
        case State.REVOKED:
            return "Revoked", tone, "It no longer counts."
        case State.REPLACED:
            return "Replaced", tone, "A newer form took its place."
    return "Received", "info", "It is being checked. It opens nothing yet."


def _names(row: Release) -> list[str]:
    if row.scope != Release.Scope.NAMED:
        return []
    return sorted(named.person.full_name for named in row.named_staff.all())


def _reason(row: Release) -> str:
    match row.state:
        case State.DEFICIENT:
            return row.deficiency
        case State.REVOKED:
            return row.revoke_reason
        case State.OVERRIDE_ASKED:
            return row.override_reason
        case State.VALID if row.override_asked_by_id and not all(row.checklist.values()):
            return row.override_reason
    return ""


def _document_name(row: Release, actor: Actor, at: datetime) -> str:
    """The exchange's staff may open every paper; an office the one it sent itself, while it is in
    force for the reader: the paper tells who the constituent is, and so lies behind the gate."""
    if row.document is None:
        return ""
    if actor.is_outside:
        named = {staff.person_id for staff in row.named_staff.all()}
        covers = row.scope == Release.Scope.OFFICE or actor.person_id in named
        if row.channel != Release.Channel.OFFICE or not (covers and row.is_in_force(at)):
            return ""
    return row.document.original_name


def _label(name: str) -> str:
    return str(getattr(Release._meta.get_field(name), "verbose_name", name))


def _acts(row: Release, actor: Actor) -> list[str]:
    found = []
    if row.state in (State.RECEIVED, State.DEFICIENT) and actor.may("releases.decide"):
        found.append("check")
    if (
        row.state == State.OVERRIDE_ASKED
        and actor.may("releases.confirm_override")
        and row.override_asked_by_id != actor.person_id
    ):
        found.append("confirm")
    if row.state in (State.RECEIVED, State.OVERRIDE_ASKED, State.VALID) and actor.may(
        "releases.revoke"
    ):
        found.append("revoke")
    return found


def choices_to_replace(rows: Iterable[Release]) -> list[tuple[int, str]]:
    """Accepted forms a newer one can take the place of, as choices of a form."""
    found = []
    for row in rows:
        tz = zone(row.exchange.time_zone)
        if row.valid_from and row.valid_until:
            last = row.valid_until.astimezone(tz).date() - timedelta(days=1)
            first = row.valid_from.astimezone(tz).date()
            found.append((row.pk, f"{days_text(first, last)}, {row.get_scope_display().lower()}"))
    return found
