"""Deciding about storefront applications (SF-06, SF-07, SF-11; C.6, rows 3, 5 and 6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from portal.casework.machine import Audience, Refused
from portal.casework.models import Case, Note
from portal.casework.services import Change, lock_case, machine_of, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership
from storefronts.listings.services import publish
from storefronts.models import InformationItem, StorefrontApplication
from storefronts.review import checklist
from storefronts.table import APPROVED

#: Things asked for in one request.
MOST_ITEMS: Final = 10
#: Characters of one of them, and of a reason.
LONGEST_QUESTION: Final = 1_000
LONGEST_REASON: Final = 2_000
_STAKE: Final = (
    "You work for the agency or entity that applies. Somebody else of Outreach and Sales decides:"
    " assign it to a colleague."
)
_SECOND_PERSON: Final = (
    "You decided about this application the first time. Somebody else of Outreach and Sales takes"
    " the second look: assign it to a colleague."
)


@dataclass(frozen=True)
class Item:
    """One thing the applicant is asked for (SF-07, SF-08)."""

    question: str
    #: A file has to come with the answer.
    file_required: bool = False


def request_information(
    *,
    case: Case,
    actor: Actor,
    items: Sequence[Item],
    expected_version: int | None = None,
) -> Case:
    """Ask the applicant for information or files; the review's clock pauses (SF-07).

    Raises:
        NotAllowed: the actor's role reviews no applications.
        Conflict: somebody changed the application since ``expected_version``.
        Refused: the application is not pending.
        ValidationError: nothing is asked for, too much is, or an item is empty or too long.
        SsnRefused: an item holds a Social Security number; nothing is kept.
    """
    asked = [Item(item.question.strip(), item.file_required) for item in items]
    _check_items(asked)

    def effect(case: Case) -> Change:
        application = _locked(case)
        last = application.items.aggregate(last=Max("round"))["last"]
        number = (last or 0) + 1
        at = timezone.now()
        InformationItem.objects.bulk_create(
            InformationItem(
                exchange_id=case.exchange_id,
                application=application,
                round=number,
                question=item.question,
                file_required=item.file_required,
                asked_by=actor.person,
                asked_at=at,
            )
            for item in asked
        )
        return Change(event_data={"round": number, "items": len(asked)}, fields=["items"])

    return perform(
        case=case,
        act_key="request_information",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


@transaction.atomic
def save_checklist(
    *, case: Case, actor: Actor, ticked: Collection[str], seen: Collection[str] = ()
) -> StorefrontApplication:
    """Keep what the reviewer has made sure of so far; only what they changed is changed.

    Two reviewers may tick at once: neither takes back what the other ticked meanwhile. It is no
    act of the table, for it moves nothing and would fill the timeline with every tick.

    Args:
        ticked: keys of the points ticked now.
        seen: keys of the points that were ticked when the actor was shown the list.

    Raises:
        Case.DoesNotExist: the actor may not know of the application.
        NotAllowed: the actor's role reviews no applications.
        Refused: it is decided or withdrawn.
        ValidationError: there is no such point.
    """
    actor.require("storefronts.review")
    case = lock_case(case.pk, actor=actor)
    if not machine_of(case).statuses[case.status].is_open:
        raise Refused("This application is closed; its checklist stays as it was.")
    if not all(checklist.is_known(key) for key in (*ticked, *seen)):
        raise ValidationError("There is no such point on the checklist.")
    application = _locked(case)
    kept = dict(application.checklist)
    at = timezone.now().isoformat()
    person = actor.person_id
    added = {key: checklist.tick(key, by=person, at=at) for key in set(ticked) - set(seen)}
    taken_back = set(seen) - set(ticked)
    if added or taken_back:
        kept = {key: value for key, value in (kept | added).items() if key not in taken_back}
        application.checklist = kept
        application.save(update_fields=["checklist"])
        record(
            actor=actor,
            action="storefronts.checklist_saved",
            cases=[case.pk],
            fields=["checklist"],
            data={"ticked": sorted(added), "taken_back": sorted(taken_back)},
        )
    return application


def approve(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Approve an application; its place is on the map with the same commit (SF-06, SF-11).

    Raises:
        NotAllowed: the actor's role reviews no applications.
        Conflict: somebody changed the application since ``expected_version``.
        Refused: it is not pending; points of the checklist are missing (they are named); it was
            reopened and the actor decided the first time; or the actor works for who applies.
    """

    def effect(case: Case) -> Change:
        application = _locked(case)
        _check_judge(application, case, actor)
        if missing := checklist.missing_points(application.checklist):
            points = " ".join(f"“{point.words}”" for point in missing)
            raise Refused(f"Not everything on the checklist is ticked yet: {points}")
        _decide(application, actor, reason="")
        listing = publish(application, actor=actor)
        return Change(event_data={"listing": listing.pk}, fields=["decision", "listing"])

    return perform(
        case=case,
        act_key="approve",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def reject(*, case: Case, actor: Actor, reason: str, expected_version: int | None = None) -> Case:
    """Reject an application for a reason the applicant is shown (C.6, row 6).

    Raises:
        NotAllowed: the actor's role reviews no applications.
        Conflict: somebody changed the application since ``expected_version``.
        Refused: it is decided or withdrawn; it was reopened and the actor decided the first
            time; or the actor works for who applies.
        ValidationError: no reason, or one that is too long.
        SsnRefused: the reason holds a Social Security number; nothing is kept.
    """
    reason = _checked_reason(reason, "why you reject it; the applicant is shown this")

    def effect(case: Case) -> Change:
        application = _locked(case)
        _check_judge(application, case, actor)
        _decide(application, actor, reason=reason)
        return Change(
            note=reason,
            note_kind=Note.Kind.REASON,
            note_audience=Audience.DETAIL,
            fields=["decision", "decision_reason"],
        )

    return perform(
        case=case,
        act_key="reject",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def reopen(*, case: Case, actor: Actor, reason: str, expected_version: int | None = None) -> Case:
    """Take a rejected application up again; somebody else decides about it (C.6).

    The reason is for our own staff. The checklist begins anew, so that the second look is one.

    Raises:
        NotAllowed: the actor's role reviews no applications.
        Conflict: somebody changed the application since ``expected_version``.
        Refused: it is not rejected, or another application for the same place is open or has been
            approved since.
        ValidationError: no reason, or one that is too long.
        SsnRefused: the reason holds a Social Security number; nothing is kept.
    """
    reason = _checked_reason(reason, "why you reopen it")

    def effect(case: Case) -> Change:
        application = _locked(case)
        _check_alone(application, case)
        application.needs_second_look = True
        application.checklist = {}
        application.save(update_fields=["needs_second_look", "checklist"])
        columns = {"owner": None} if case.owner_id == application.decided_by_id else {}
        return Change(columns=columns, note=reason, fields=["needs_second_look", "checklist"])

    return perform(
        case=case,
        act_key="reopen",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def may_decide(application: StorefrontApplication, actor: Actor) -> bool:
    """Whether a second look, if one is needed, may be the actor's."""
    return not application.needs_second_look or application.decided_by_id != actor.person_id


def _locked(case: Case) -> StorefrontApplication:
    return StorefrontApplication.objects.select_for_update(of=("self",)).get(case=case)


def _check_judge(application: StorefrontApplication, case: Case, actor: Actor) -> None:
    """Nobody decides twice about an application, nor about one of their own."""
    if not may_decide(application, actor):
        raise Refused(_SECOND_PERSON)
    if _has_stake(case, actor):
        raise Refused(_STAKE)


def _has_stake(case: Case, actor: Actor) -> bool:
    """Whether somebody in two roles works for the agency or entity that applies."""
    if actor.person is None:
        return False
    works_for = Membership.objects.current().filter(person=actor.person)
    employers = works_for.values_list("organization_id", flat=True)
    return case.opened_by_id == actor.person_id or case.organization_id in set(employers)


def _check_alone(application: StorefrontApplication, case: Case) -> None:
    """A place has one application at a time, and an approved one is not overtaken by an older."""
    same = Q(
        case__organization_id=case.organization_id,
        street__iexact=application.street,
        unit__iexact=application.unit,
        zip_code=application.zip_code,
    )
    if application.listing_id:
        same |= Q(listing_id=application.listing_id)
    others = (
        StorefrontApplication.objects.filter(same, exchange_id=case.exchange_id)
        .exclude(pk=application.pk)
        .select_related("case")
    )
    if other := others.filter(case__is_open=True).first():
        raise Refused(f"{other.case.number} for the same place is open. Decide about that one.")
    if other := others.filter(case__status=APPROVED, case__closed_at__gt=case.closed_at).first():
        raise Refused(f"{other.case.number} for the same place has been approved since.")


def _decide(application: StorefrontApplication, actor: Actor, *, reason: str) -> None:
    application.decided_by = actor.person
    application.decided_at = timezone.now()
    application.decision_reason = reason
    application.needs_second_look = False
    application.save(
        update_fields=["decided_by", "decided_at", "decision_reason", "needs_second_look"]
    )


def _checked_reason(reason: str, label: str) -> str:
    reason = require_text("reason", reason, label)
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"Use at most {LONGEST_REASON:,} characters."})
    return reason


def _check_items(items: Sequence[Item]) -> None:
    if not items:
        raise ValidationError({"items": "Ask for at least one thing."})
    if len(items) > MOST_ITEMS:
        raise ValidationError({"items": f"Ask for at most {MOST_ITEMS} things at once."})
    for number, item in enumerate(items, start=1):
        if not item.question:
            raise ValidationError({"items": f"Item {number}: say what you need."})
        if len(item.question) > LONGEST_QUESTION:
            raise ValidationError(
                {"items": f"Item {number}: use at most {LONGEST_QUESTION:,} characters."}
            )
        if contains_ssn(item.question):
            raise SsnRefused(f"item {number}")
