"""What the tiers ask of a case's clocks."""

from collections.abc import Iterable

from escalations.tiers.models import TypeClock
from portal.casework.models import Case
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.models import Timer
from portal.clocks.services import ACTIVE, apply_effects


def runs(case_id: int, policy_key: str) -> bool:
    """Whether a clock of the policy runs or stands on the case."""
    return Timer.objects.filter(case_id=case_id, policy__key=policy_key, state__in=ACTIVE).exists()


def start_type_clocks(*, case: Case) -> None:
    """Start what the exchange promises for a new case's type besides its tier's promise."""
    keys = TypeClock.objects.filter(
        exchange_id=case.exchange_id, ticket_type__key=case.topic
    ).values_list("policy_key", flat=True)
    start(case=case, policy_keys=keys)


def start(*, case: Case, policy_keys: Iterable[str]) -> None:
    """Start clocks on a case that was opened in this transaction, reckoned from its opening."""
    effects = [ClockEffect(Effect.START, key) for key in policy_keys]
    if not effects:
        return
    summary = apply_effects(
        exchange_id=case.exchange_id, case_id=case.pk, effects=effects, at=case.opened_at
    )
    case.due_at, case.is_breached = summary.due_at, summary.is_breached
    case.save(update_fields=["due_at", "is_breached"])
