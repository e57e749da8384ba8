"""Resolution reasons: what an exchange starts with, and how it changes them (CRW-15, decision 19).

The sources name no values; the list is the proposal's, and every exchange may word it its own way.
What the eligibility system closes cases with is on the list too, but people cannot choose it.
"""

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from retention.models import ResolutionReason

ACTION: Final = "retention.configure"
#: Choosing it asks for words of one's own.
OTHER: Final = "other"


@dataclass(frozen=True)
class ReasonSpec:
    """A reason as an exchange starts with it."""

    key: str
    label: str
    counts_as_renewed: bool = False
    by_system_only: bool = False


PROPOSED: Final = (
    ReasonSpec("renewed_same_plan", "Renewed – same plan", counts_as_renewed=True),
    ReasonSpec("renewed_changed_plan", "Renewed – changed plan", counts_as_renewed=True),
    ReasonSpec("will_auto_renew", "Will auto-renew", counts_as_renewed=True),
    ReasonSpec("declined_cost", "Declined – cost"),
    ReasonSpec("declined_employer", "Declined – obtained employer coverage"),
    ReasonSpec("declined_medicare", "Declined – Medicare"),
    ReasonSpec("declined_medi_cal", "Declined – Medi-Cal"),
    ReasonSpec("moved", "Moved out of state"),
    ReasonSpec("unable_to_contact", "Unable to contact"),
    ReasonSpec("wrong_contact", "Wrong contact information"),
    ReasonSpec("other_enroller", "Working with another enroller"),
    ReasonSpec("deceased", "Deceased"),
    ReasonSpec(OTHER, "Other"),
    ReasonSpec(
        "renewed",
        "Renewed, by the eligibility system",
        counts_as_renewed=True,
        by_system_only=True,
    ),
    ReasonSpec("terminated", "Coverage terminated", by_system_only=True),
    ReasonSpec("not_delegated", "No longer delegated", by_system_only=True),
    ReasonSpec("plan_year_over", "Plan year over", by_system_only=True),
)


def found_reasons(*, exchange: Exchange) -> None:
    """Give an exchange the proposed reasons it lacks; those it has stay as they are."""
    ResolutionReason.objects.bulk_create(
        [
            ResolutionReason(
                exchange=exchange,
                key=spec.key,
                label=spec.label,
                position=position,
                counts_as_renewed=spec.counts_as_renewed,
                by_system_only=spec.by_system_only,
            )
            for position, spec in enumerate(PROPOSED, start=1)
        ],
        ignore_conflicts=True,
    )


def reasons_of(actor: Actor) -> QuerySet[ResolutionReason]:
    """All reasons of the actor's exchange, in its order."""
    return ResolutionReason.objects.filter(exchange_id=actor.exchange_id)


def choosable_reasons(actor: Actor) -> QuerySet[ResolutionReason]:
    """Those a person may close a case with."""
    return reasons_of(actor).filter(is_active=True, by_system_only=False)


@transaction.atomic
def add_reason(*, actor: Actor, label: str, counts_as_renewed: bool = False) -> ResolutionReason:
    """Add a reason at the end of the list.

    Raises:
        NotAllowed: the actor may not configure reasons.
        ValidationError: there is one of this name.
    """
    actor.require(ACTION)
    key = slugify(label).replace("-", "_")[:40] or "reason"
    if reasons_of(actor).filter(key=key).exists():
        raise ValidationError({"label": "There is a reason like this already."})
    last = reasons_of(actor).aggregate(last=Max("position"))["last"] or 0
    reason = ResolutionReason.objects.create(
        exchange=actor.exchange,
        key=key,
        label=label,
        position=last + 1,
        counts_as_renewed=counts_as_renewed,
    )
    record(actor=actor, action="retention.reason_added", data={"reason": reason.pk})
    return reason


@transaction.atomic
def change_reason(
    *,
    actor: Actor,
    reason: ResolutionReason,
    label: str,
    position: int,
    counts_as_renewed: bool,
    is_active: bool,
) -> ResolutionReason:
    """Word a reason anew, move it, or take it out of use; closed cases keep it.

    Raises:
        NotAllowed: the actor may not configure reasons.
        ValidationError: the eligibility system needs it.
    """
    actor.require(ACTION)
    if reason.by_system_only and not is_active:
        raise ValidationError({"is_active": "The eligibility system closes cases with it."})
    wanted = {
        "label": label,
        "position": position,
        "counts_as_renewed": counts_as_renewed,
        "is_active": is_active,
    }
    changed = [name for name, value in wanted.items() if getattr(reason, name) != value]
    for name in changed:
        setattr(reason, name, wanted[name])
    if changed:
        reason.save(update_fields=changed)
        record(
            actor=actor,
            action="retention.reason_changed",
            fields=changed,
            data={"reason": reason.pk},
        )
    return reason
