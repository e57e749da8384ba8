"""Every write on release forms. A grant exists exactly as long as a release stands behind it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from guardian.shortcuts import assign_perm

from escalations.releases.gate import GRANT
from escalations.releases.models import NamedStaff, Release
from portal.casework.machine import Audience, Refused
from portal.casework.models import (
    Attachment,
    Case,
)
from portal.casework.services import Change, add_event, enqueue
from portal.clocks.services import zone
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Exchange, Membership, Person

#: A release that names no end lapses this many calendar days after its signature
#: (Civ. Code 1798.24(b), decision 7).
DAYS_WITHOUT_END = 30


def days_in_force(
    *, exchange: Exchange, signed_on: date, starts_on: date | None, ends_on: date | None
) -> tuple[datetime, datetime]:
    """``[from, until)`` in UTC: whole days in the exchange's zone, the last day included."""
    tz = zone(exchange.time_zone)
    first = starts_on or signed_on
    last = ends_on or signed_on + timedelta(days=DAYS_WITHOUT_END)
    start = datetime.combine(first, time.min, tz)
    return start, datetime.combine(last + timedelta(days=1), time.min, tz)


@transaction.atomic
def submit_release(
    *, actor: Actor, case: Case, document: Document, channel: str | None = None
) -> Release:
    """Take in a release form, to be checked by External Affairs (EA-21). It opens nothing yet.

    Raises:
        NotAllowed: the actor's role may not.
        Case.DoesNotExist: the actor may not know of the case.
        Refused: the case was brought by nobody a release could name.
    """
    if not actor.is_system:  # mail from an office's own address, which nobody signs in with
        actor.require("releases.submit")
    case = Case.objects.visible_to(actor).get(pk=case.pk)
    if case.organization_id is None:
        raise Refused(
            "This case was not brought by an office, so there is nobody to release it to."
        )
    if channel is None:
        channel = _channel_of(actor)
    release = Release.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        office_id=case.organization_id,
        channel=channel,
        document=document,
        received_by=actor.person,
    )
    Attachment.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        document=document,
        audience=Audience.INTERNAL,
        added_by=actor.person,
    )
    tell(release, actor, "release_received", notifies=["release.received"])
    return release


def _channel_of(actor: Actor) -> str:
    if actor.channel == "mail":
        return Release.Channel.MAIL
    return Release.Channel.OFFICE if actor.is_outside else Release.Channel.RECORDED


@transaction.atomic
def accept_release(
    *,
    actor: Actor,
    release: Release,
    is_signed: bool,
    is_dated: bool,
    names_recipient: bool,
    authorizes_details: bool,
    signed_on: date | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    scope: str = Release.Scope.OFFICE,
    named_staff: Sequence[Person] = (),
    replaces: Release | None = None,
) -> Release:
    """Mark a release valid: the whole list is ticked and its days are known (EA-22, EA-23).

    Raises:
        NotAllowed: only External Affairs may.
        ValidationError: an item of the list is missing (use an override), or the days are wrong;
            names the field.
        Refused: the release has been decided already.
    """
    actor.require("releases.decide")
    release = _lock(release, {Release.State.RECEIVED, Release.State.DEFICIENT})
    _fill(release, scope, is_signed, is_dated, names_recipient, authorizes_details)
    missing = [name for name, ticked in release.checklist.items() if not ticked]
    if missing:
        labels = [Release.CHECKLIST[name] for name in missing]
        raise ValidationError(
            {missing[0]: f"The form is not {', not '.join(labels)}. Mark it deficient instead."}
        )
    _set_days(release, signed_on, starts_on, ends_on)
    _set_named_staff(release, named_staff)
    _decide(release, actor, Release.State.VALID)
    if replaces is not None:
        _replace(_lock(replaces, {Release.State.VALID}), release, actor)
    _grant(release)
    tell(release, actor, "release_valid", notifies=["release.valid"])
    return release


@transaction.atomic
def reject_release(*, actor: Actor, release: Release, deficiency: str) -> Release:
    """Mark a release deficient and tell the office what is missing.

    Raises:
        ValidationError: no reason was given, or it holds a Social Security number.
    """
    actor.require("releases.decide")
    release = _lock(release, {Release.State.RECEIVED, Release.State.OVERRIDE_ASKED})
    release.deficiency = _reason("deficiency", deficiency, "what is missing")
    _decide(release, actor, Release.State.DEFICIENT)
    tell(release, actor, "release_deficient", notifies=["release.deficient"])
    return release


@transaction.atomic
def request_override(
    *,
    actor: Actor,
    release: Release,
    reason: str,
    signed_on: date | None,
    is_signed: bool = False,
    is_dated: bool = False,
    names_recipient: bool = False,
    authorizes_details: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
    scope: str = Release.Scope.OFFICE,
    named_staff: Sequence[Person] = (),
) -> Release:
    """Ask a second person to let a release count although the check is incomplete.

    The items found on the form are kept, so that the second person sees what is missing.

    Raises:
        ValidationError: no reason was given, or the days are wrong; names the field.
        Refused: the release has been decided already.
    """
    actor.require("releases.request_override")
    release = _lock(release, {Release.State.RECEIVED, Release.State.DEFICIENT})
    _fill(release, scope, is_signed, is_dated, names_recipient, authorizes_details)
    release.override_reason = _reason("reason", reason, "why the release should count")
    release.override_asked_by = actor.person
    _set_days(release, signed_on, starts_on, ends_on)
    _set_named_staff(release, named_staff)
    release.state = Release.State.OVERRIDE_ASKED
    release.save()
    # The office learns the outcome, not how the exchange came to it.
    tell(
        release,
        actor,
        "release_override_asked",
        notifies=["release.override_asked"],
        audience=Audience.INTERNAL,
    )
    return release


@transaction.atomic
def confirm_override(*, actor: Actor, release: Release) -> Release:
    """Let the release count: a second person stands behind it (ASVS 2.3.5).

    Raises:
        NotAllowed: the actor is the one who asked.
    """
    actor.require("releases.confirm_override")
    release = _lock(release, {Release.State.OVERRIDE_ASKED})
    if release.override_asked_by_id == actor.person_id:
        raise NotAllowed("releases.confirm_override", "Somebody else must confirm your request.")
    _decide(release, actor, Release.State.VALID)
    _grant(release)
    tell(release, actor, "release_valid", notifies=["release.valid"])
    return release


@transaction.atomic
def revoke_release(*, actor: Actor, release: Release, reason: str) -> Release:
    """Take a release back; the very next request of the office shows status only."""
    actor.require("releases.revoke")
    release = _lock(
        release,
        {Release.State.RECEIVED, Release.State.OVERRIDE_ASKED, Release.State.VALID},
    )
    release.revoke_reason = _reason("reason", reason, "why the release is revoked")
    release.revoked_at, release.revoked_by = timezone.now(), actor.person
    release.state = Release.State.REVOKED
    release.save()
    withdraw_grants(release.case)
    tell(release, actor, "release_revoked", notifies=["release.revoked"])
    return release


def withdraw_grants(case: Case, at: datetime | None = None) -> int:
    """Remove every grant on a case that no release in force, now or later, stands behind.

    Returns how many were removed. A lapsed grant opens nothing even before it is removed: the
    gate also reads the release with the clock.
    """
    at = at or timezone.now()
    standing = Release.objects.filter(case=case, state=Release.State.VALID, valid_until__gt=at)
    offices = set(
        standing.filter(scope=Release.Scope.OFFICE).values_list("office__group_id", flat=True)
    )
    people = set(
        NamedStaff.objects.filter(
            release__in=standing.filter(scope=Release.Scope.NAMED)
        ).values_list("person_id", flat=True)
    )
    grants = {"permission__codename": GRANT}
    stale_offices = case.casegrouppermission_set.filter(**grants).exclude(group_id__in=offices)
    stale_people = case.caseuserpermission_set.filter(**grants).exclude(user_id__in=people)
    return stale_offices.delete()[0] + stale_people.delete()[0]


def _grant(release: Release) -> None:
    if release.scope == Release.Scope.OFFICE:
        assign_perm(GRANT, release.office.group, release.case)
    else:
        for row in release.named_staff.select_related("person"):
            assign_perm(GRANT, row.person, release.case)


def _replace(old: Release, new: Release, actor: Actor) -> None:
    if (old.case_id, old.office_id) != (new.case_id, new.office_id):
        raise ValidationError({"replaces": "A release replaces one of the same case and office."})
    old.state, old.replaced_by = Release.State.REPLACED, new
    old.save()
    withdraw_grants(old.case)
    record(
        actor=actor,
        action="releases.replaced",
        cases=[old.case_id],
        release=old.pk,
        data={"by": new.pk},
    )


def _lock(release: Release, states: set[str]) -> Release:
    release = (
        Release.objects.select_for_update(of=("self",))
        .select_related("case", "office")
        .get(pk=release.pk)
    )
    if release.state not in states:
        raise Refused(f"This release is already “{release.get_state_display()}”.")
    return release


def _fill(
    release: Release,
    scope: str,
    is_signed: bool,
    is_dated: bool,
    names_recipient: bool,
    authorizes_details: bool,
) -> None:
    release.scope = scope
    release.is_signed, release.is_dated = is_signed, is_dated
    release.names_recipient, release.authorizes_details = names_recipient, authorizes_details


def _set_days(
    release: Release, signed_on: date | None, starts_on: date | None, ends_on: date | None
) -> None:
    exchange = release.case.exchange
    today = timezone.now().astimezone(zone(exchange.time_zone)).date()
    if signed_on is None:
        raise ValidationError({"signed_on": "Enter the date of the constituent's signature."})
    if signed_on > today:
        raise ValidationError({"signed_on": "The signature cannot be dated in the future."})
    if ends_on and ends_on < (starts_on or signed_on):
        raise ValidationError({"ends_on": "The release cannot end before it begins."})
    release.signed_on, release.starts_on, release.ends_on = signed_on, starts_on, ends_on
    release.valid_from, release.valid_until = days_in_force(
        exchange=exchange, signed_on=signed_on, starts_on=starts_on, ends_on=ends_on
    )


def _set_named_staff(release: Release, people: Sequence[Person]) -> None:
    release.named_staff.all().delete()
    if release.scope != Release.Scope.NAMED:
        return
    if not people:
        raise ValidationError({"named_staff": "Choose whom the form names."})
    members = set(
        Membership.objects.current()
        .filter(organization_id=release.office_id, person__in=people)
        .values_list("person_id", flat=True)
    )
    if any(person.pk not in members for person in people):
        raise ValidationError({"named_staff": "Choose people who work in the office."})
    NamedStaff.objects.bulk_create(
        [NamedStaff(exchange_id=release.exchange_id, release=release, person=p) for p in people]
    )


def _decide(release: Release, actor: Actor, state: str) -> None:
    release.state = state
    release.decided_at, release.decided_by = timezone.now(), actor.person
    release.save()


def _reason(field: str, text: str, label: str) -> str:
    text = (text or "").strip()
    if not text:
        raise ValidationError({field: f"Enter {label}."})
    if contains_ssn(text):
        raise SsnRefused(f"the {field}")
    return text


def tell(
    release: Release,
    actor: Actor,
    verb: str,
    *,
    notifies: Sequence[str],
    audience: str = Audience.STATUS,
) -> None:
    """Timeline, outbox and ledger of one step of a release."""
    case = release.case
    event = add_event(
        case=case,
        actor=actor,
        verb=verb,
        audience=audience,
        at=timezone.now(),
        from_status=case.status,
        change=Change(event_data={"release": release.pk}),
    )
    enqueue(case=case, keys=notifies, event=event, data={"release": release.pk})
    record(
        actor=actor,
        action=f"releases.{verb.removeprefix('release_')}",
        cases=[case.pk],
        release=release.pk,
    )
