"""Setting the mailbox up: which teams can be written to, and how long things are kept."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from notifications.mailbox import kinds
from notifications.mailbox.items import take_from_unit
from notifications.mailbox.models import KeepRule, Seat, Team
from notifications.mailbox.names import CONFIGURE
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization


@transaction.atomic
def save_team(
    *,
    actor: Actor,
    unit: Organization,
    label: str,
    helps_with: str = "",
    audience: str = Team.Audience.BOTH,
    is_active: bool = True,
) -> Team:
    """Let a unit be written to, or change how; its conversations stay where they are.

    Raises:
        NotAllowed: the actor does not set the mailbox up.
        ValidationError: the unit is none of the exchange's own, or a value does not fit.
    """
    actor.require(CONFIGURE)
    own = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
    if not own.filter(pk=unit.pk).exists():
        raise ValidationError({"unit": "Choose a unit that works from a queue."})
    rows = Team.objects.select_for_update().filter(exchange_id=actor.exchange_id)
    team = rows.filter(unit=unit).first() or Team(exchange=actor.exchange, unit=unit)
    values = {
        "label": label.strip(),
        "helps_with": helps_with.strip(),
        "audience": audience,
        "is_active": is_active,
    }
    changed = [name for name, value in values.items() if getattr(team, name) != value]
    for name in changed:
        setattr(team, name, values[name])
    team.full_clean(exclude=["exchange", "unit"])
    team.save()
    record(actor=actor, action=CONFIGURE, fields=changed, data={"team": team.pk})
    return team


@transaction.atomic
def move_team(*, actor: Actor, team: Team, unit: Organization) -> Team:
    """Give a team, with its conversations, to another unit; the former one reads them no more.

    Raises:
        NotAllowed: the actor does not set the mailbox up.
        Team.DoesNotExist: it is another exchange's.
        ValidationError: the unit is none of the exchange's own, or has a team already.
    """
    actor.require(CONFIGURE)
    team = Team.objects.select_for_update().get(pk=team.pk, exchange_id=actor.exchange_id)
    own = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
    if not own.filter(pk=unit.pk).exists():
        raise ValidationError({"unit": "Choose a unit that works from a queue."})
    if Team.objects.filter(unit=unit).exclude(pk=team.pk).exists():
        raise ValidationError({"unit": "This unit has a team already."})
    former, team.unit = team.unit_id, unit
    team.save(update_fields=["unit"])
    threads = Seat.objects.filter(team=team).order_by().values_list("thread_id", flat=True)
    take_from_unit(unit_id=former, threads=threads)
    record(actor=actor, action=CONFIGURE, fields=["unit"], data={"team": team.pk})
    return team


def units_without_team(actor: Actor) -> QuerySet[Organization]:
    """The units a team can move to."""
    taken = Team.objects.filter(exchange_id=actor.exchange_id).values("unit")
    rows = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
    return rows.exclude(pk__in=taken).order_by("name")


@transaction.atomic
def set_days(*, actor: Actor, days: Mapping[str, int]) -> None:
    """Say for how many days items of each kind are kept.

    Raises:
        NotAllowed: the actor does not set the mailbox up.
        ValidationError: a number is below 30 or above 3,650, or a kind is unknown.
    """
    actor.require(CONFIGURE)
    known = {kind.key for kind in kinds.all_kinds() if not kind.forgets_itself}
    if unknown := set(days) - known:
        raise ValidationError(f"There is no kind {sorted(unknown)[0]}.")
    for kind, number in days.items():
        rule = KeepRule(exchange=actor.exchange, kind=kind, days=number)
        try:
            rule.clean_fields(exclude=["exchange"])
        except ValidationError as error:
            raise ValidationError({kind: error.messages}) from None
        KeepRule.objects.update_or_create(
            exchange=actor.exchange, kind=kind, defaults={"days": number}
        )
    record(actor=actor, action=CONFIGURE, fields=sorted(days))
