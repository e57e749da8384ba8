"""How an application ends without a reviewer, and what the applicant is reminded of (C.6 3, 7)."""

from datetime import datetime
from typing import Final

from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.tenancy.actor import Actor
from storefronts.models import StorefrontApplication

#: What the applicant reads where nobody answered; C.6 7.
UNANSWERED: Final = (
    "We asked you for information and had no answer within 30 days. You can copy this application"
    " into a new one, with what was asked."
)


def withdraw(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Take an application back; it is kept, and can be copied into a new one.

    Raises:
        Refused: it has been decided already.
    """

    def effect(case: Case) -> Change:
        StorefrontApplication.objects.filter(case=case).update(is_withdrawn=True)
        return Change(fields=["is_withdrawn"])

    return perform(
        case=case, act_key="withdraw", actor=actor, expected_version=expected_version, effect=effect
    )


def remind_applicant(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Remind the applicant of the questions, at 5 and at 10 business days (C.6 3)."""
    return perform(case=case, act_key="remind_applicant", actor=actor, at=at)


def reject_unanswered(*, case: Case, actor: Actor, at: datetime) -> Case:
    """Reject an application whose questions nobody has answered for 30 days (C.6 7)."""

    def effect(case: Case) -> Change:
        StorefrontApplication.objects.filter(case=case).update(
            decision_reason=UNANSWERED, decided_by=None, decided_at=at
        )
        return Change(fields=["decision_reason", "decided_at"])

    return perform(case=case, act_key="reject_unanswered", actor=actor, at=at, effect=effect)
