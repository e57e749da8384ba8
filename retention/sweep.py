"""Closing renewal cases whose plan year is over, without a feed that says so (C.5, row 7)."""

from datetime import datetime
from typing import Final

from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from retention.models import CrwCase, ResolutionReason
from retention.set_acts import close_by_system

REASON: Final = "plan_year_over"
#: Cases closed in one transaction.
_AT_ONCE: Final = 2_000


def close_past_plan_years(*, now: datetime) -> int:
    """Close every open case of an earlier plan year than the exchange's present one.

    A year ends at midnight of the exchange's zone. Sweeping again finds nothing left.

    Args:
        now: the instant that counts as the present (UTC).

    Returns:
        How many cases were closed.
    """
    return sum(_close_of(exchange, now) for exchange in Exchange.objects.filter(is_active=True))


def _close_of(exchange: Exchange, now: datetime) -> int:
    year = now.astimezone(zone(exchange.time_zone)).year
    actor = Actor.system(exchange, channel="schedule")
    closed = 0
    while True:
        with use_exchange(exchange):
            past = CrwCase.objects.filter(exchange=exchange, is_open=True, plan_year__lt=year)
            ids = list(past.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
            reasons = ResolutionReason.objects.filter(exchange=exchange, key=REASON)
            if not ids or not reasons.exists():  # an exchange without reasons closes nothing
                return closed
            closed += len(close_by_system(actor=actor, case_ids=ids, reason_key=REASON, at=now))
