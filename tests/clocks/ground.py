"""An exchange with Covered California's clocks, and instants in its zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from portal.casework.models import Case
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.models import Timer
from portal.clocks.services import Summary, apply_effects
from portal.clocks.setup import COVERED_CALIFORNIA, ClockSpec, found_calendars_and_policies
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import set_scope

PACIFIC = ZoneInfo("America/Los_Angeles")
CASE = "EA-2025-000411"
OTHER_CASE = "EA-2025-000412"


def pacific(text: str) -> datetime:
    """A wall time in Los Angeles, as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


def found_exchange(
    slug: str = "covered-california", spec: ClockSpec = COVERED_CALIFORNIA
) -> Exchange:
    """An exchange with calendars and policies; the transaction works for it from now on."""
    exchange = Exchange.objects.create(
        slug=slug,
        name=slug,
        short_name=slug,
        time_zone=spec.calendars[0].zone,
        contact_email="lead@exchange.example",
    )
    set_scope(exchange_id=exchange.pk)
    found_calendars_and_policies(exchange=exchange, spec=spec)
    return exchange


def case_numbered(number: str, exchange: Exchange) -> Case:
    """The case with this number, opened when there is none yet."""
    return Case.objects.get_or_create(
        exchange=exchange, number=number, defaults={"kind": "ticket", "status": "new"}
    )[0]


def act(exchange: Exchange, at: datetime, *effects: ClockEffect, case: str = CASE) -> Summary:
    """Apply effects to a case's clocks, and let the case row follow as an act does."""
    row = case_numbered(case, exchange)
    summary = apply_effects(exchange_id=exchange.pk, case_id=row.pk, effects=effects, at=at)
    row.due_at, row.is_breached = summary.due_at, summary.is_breached
    row.save(update_fields=["due_at", "is_breached"])
    return summary


def start(policy: str, party: str = "unit") -> ClockEffect:
    return ClockEffect(Effect.START, policy, party)


def stop(policy: str = "*") -> ClockEffect:
    return ClockEffect(Effect.STOP, policy)


def pause(policy: str = "*", party: str = "help_desk") -> ClockEffect:
    return ClockEffect(Effect.PAUSE, policy, party)


def resume(policy: str = "*", party: str = "unit") -> ClockEffect:
    return ClockEffect(Effect.RESUME, policy, party)


def the_timer(policy: str = "ticket.resolve", case: str = CASE) -> Timer:
    """The newest clock of a policy on a case."""
    case_id = Case.objects.get(number=case).pk
    return Timer.objects.filter(policy__key=policy, case_id=case_id).latest("pk")


def administrator(exchange: Exchange, *actions: str) -> Actor:
    """An actor with these actions and no membership: enough for services, and for the ledger."""
    return Actor(exchange=exchange, actions=frozenset(actions))
