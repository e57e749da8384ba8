"""One question after a request is closed, and the figures it makes (CC-01, CC-16, decision 15)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.clocks.services import zone
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.help_requests.models import Rating
from portal.tenancy.actor import Actor

#: Scores that count as satisfied.
SATISFIED: Final = frozenset({4, 5})
#: “Customer Satisfaction (CSAT) ≥85%” (CC-01, CC-16), in percent.
TARGET: Final = 85
#: Percentage points below the target that are a warning yet; set here, the sources give none.
NEAR: Final = 5
LONGEST_COMMENT: Final = 500


def rate(
    *,
    case: Case,
    actor: Actor,
    score: int,
    comment: str = "",
    expected_version: int | None = None,
) -> Case:
    """The requester says how satisfied they are, once for each closing.

    Args:
        score: 1 (very dissatisfied) to 5 (very satisfied).

    Raises:
        Refused: somebody else submitted it, or this closing has been rated.
        ValidationError: the score is none, or the comment is too long; names the field.
        SsnRefused: the comment holds a Social Security number.
    """
    comment = comment.strip()
    if score not in range(1, 6):
        raise ValidationError({"score": "Choose one of the five answers."})
    if len(comment) > LONGEST_COMMENT:
        raise ValidationError({"comment": f"Use at most {LONGEST_COMMENT} characters."})
    if contains_ssn(comment):
        raise SsnRefused("the comment")

    def effect(case: Case) -> Change:
        if case.opened_by_id != actor.person_id:
            raise Refused("Only whoever submitted the request is asked this.")
        try:
            with transaction.atomic():
                Rating.objects.create(
                    exchange_id=case.exchange_id,
                    case=case,
                    closing=case.reopen_count,
                    score=score,
                    comment=comment,
                    given_by=actor.person,
                )
        except IntegrityError:
            raise Refused("You have answered this already. Thank you.") from None
        return Change(event_data={"closing": case.reopen_count}, fields=["rating"])

    return perform(case=case, act_key="rate", actor=actor, effect=effect)


@dataclass(frozen=True)
class Share:
    """How many answered, and how many of them are satisfied."""

    label: str
    answers: int
    satisfied: int

    @property
    def percent(self) -> int | None:
        """The share in whole percent, rounded down, so that 84.9 does not look kept."""
        return self.satisfied * 100 // self.answers if self.answers else None

    @property
    def tone(self) -> str:
        """Green at the target, amber just below it, red further below (decision 15)."""
        if self.percent is None:
            return "neutral"
        if self.percent >= TARGET:
            return "success"
        return "warning" if self.percent >= TARGET - NEAR else "danger"

    @property
    def verdict(self) -> str:
        """The tone in words, for those who do not see colours."""
        return {
            "neutral": "No answer yet",
            "success": "On target",
            "warning": "Just below target",
            "danger": "Below target",
        }[self.tone]


@dataclass(frozen=True)
class Figures:
    """Satisfaction over all answers an actor's figures are made of."""

    total: Share
    by_month: Sequence[Share]
    by_topic: Sequence[Share]


def figures_for(actor: Actor, *, since: date | None = None) -> Figures:
    """The exchange's figures; counts only, so they tell of nobody.

    Args:
        since: the first local day counted; None: all.

    Raises:
        NotAllowed: the actor may not see them.
    """
    actor.require("help_requests.view_figures")
    local = zone(actor.exchange.time_zone)
    rows = Rating.objects.filter(exchange_id=actor.exchange_id)
    if since is not None:
        rows = rows.filter(given_at__date__gte=since)
    counts = {
        "answers": Count("pk"),
        "satisfied": Count("pk", filter=Q(score__in=SATISFIED)),
    }
    total = rows.aggregate(**counts)
    by_month = rows.annotate(month=TruncMonth("given_at", tzinfo=local)).order_by("-month")
    by_topic = rows.annotate(topic=F("case__help_request__topic__label")).order_by("topic")
    return Figures(
        total=Share("All answers", total["answers"], total["satisfied"]),
        by_month=_shares(by_month, "month", counts, lambda month: f"{month:%B %Y}"),
        by_topic=_shares(by_topic, "topic", counts, str),
    )


def _shares(
    rows: QuerySet[Rating], group: str, counts: dict[str, Count], label: Callable[[Any], str]
) -> list[Share]:
    """One share for each value of an annotated column, in the rows' order."""
    found: Iterable[Any] = (
        rows.values(group).annotate(**counts).values_list(group, "answers", "satisfied")
    )
    return [Share(label(value), answers, satisfied) for value, answers, satisfied in found]
