"""The published service levels, and how they have been kept (CC-15, CC-02; decision 15).

Kept or missed is read from the clocks themselves, so the page cannot say anything else than the
cases do. What no clock of the portal measures, the telephone, says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from escalations.tiers.models import ServiceLevel
from portal.clocks.explanations import promise_of
from portal.clocks.models import SlaPolicy, Timer, TimerEvent
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: How far back the page looks, in calendar days.
WINDOWS = (30, 90)
_GRADES = {"success": "Green", "warning": "Amber", "danger": "Red"}


@dataclass(frozen=True)
class Kept:
    """How the clocks of one level ended in one window."""

    days: int
    #: Ended before the warning; ended after it, but in time; missed, or past it and running.
    early: int
    late: int
    missed: int
    goal_low: int
    goal_high: int

    @property
    def met(self) -> int:
        return self.early + self.late

    @property
    def total(self) -> int:
        return self.met + self.missed

    @property
    def percent(self) -> int | None:
        """Whole percent kept, rounded down: 99.6 % is not all. None: nothing has ended."""
        return self.met * 100 // self.total if self.total else None

    @property
    def tone(self) -> str:
        """Decision 15: green from the upper end, amber between the ends, red under the lower."""
        if self.percent is None:
            return "neutral"
        if self.percent >= self.goal_high:
            return "success"
        return "warning" if self.percent >= self.goal_low else "danger"

    @property
    def grade(self) -> str:
        return _GRADES.get(self.tone, "Nothing ended")


@dataclass(frozen=True)
class Level:
    """One published sentence with what was measured."""

    key: str
    subject: str
    wording: str
    is_published: bool
    #: How its clocks reckon, one sentence each.
    measured: Sequence[str]
    windows: Sequence[Kept]

    @property
    def is_measured(self) -> bool:
        return bool(self.measured)


def levels_for(actor: Actor, *, at: datetime | None = None) -> list[Level]:
    """The levels of the actor's exchange, in order, as they stand at ``at`` (UTC; default now).

    Those who configure them see the unpublished ones too. Four statements, however many levels
    and clocks there are.
    """
    at = at or timezone.now()
    rows = ServiceLevel.objects.filter(exchange_id=actor.exchange_id)
    if not actor.may("tiers.configure"):
        rows = rows.filter(is_published=True)
    levels = list(rows)
    keys = {key for level in levels for key in level.policy_keys}
    policies = {
        policy.key: policy
        for policy in SlaPolicy.objects.filter(
            exchange_id=actor.exchange_id, key__in=keys, is_active=True
        )
    }
    counts = {days: _counts(actor, policies, at - timedelta(days=days), at) for days in WINDOWS}
    return [_level(level, policies, counts) for level in levels]


def _level(
    level: ServiceLevel,
    policies: dict[str, SlaPolicy],
    counts: dict[int, dict[str, tuple[int, int, int]]],
) -> Level:
    keys = [key for key in level.policy_keys if key in policies]
    windows = []
    for days, by_key in counts.items():
        parts = [by_key[key] for key in keys]
        early, late, missed = (sum(part[n] for part in parts) for n in range(3))
        windows.append(Kept(days, early, late, missed, level.goal_low, level.goal_high))
    return Level(
        key=level.key,
        subject=level.subject,
        wording=level.wording,
        is_published=level.is_published,
        measured=[f"{policies[key].label}: {promise_of(policies[key])}" for key in keys],
        windows=windows if keys else (),
    )


def _counts(
    actor: Actor, policies: dict[str, SlaPolicy], since: datetime, at: datetime
) -> dict[str, tuple[int, int, int]]:
    """Policy key → ended before its warning, after it, and missed; since an instant."""
    warned = TimerEvent.objects.filter(timer=OuterRef("pk"), kind=TimerEvent.Kind.WARNING)
    met = Q(state=Timer.State.MET, stopped_at__gte=since, stopped_at__lte=at)
    # A deadline counts on the day it passed, whether or not the work has been done since.
    missed = Q(breached_at__gte=since, breached_at__lte=at) & ~Q(state=Timer.State.CANCELLED)
    rows = (
        Timer.objects.filter(exchange_id=actor.exchange_id, policy__in=list(policies.values()))
        .filter(met | missed)
        .annotate(was_warned=Exists(warned))
        .values_list("policy__key")
        .annotate(
            early=Count("pk", filter=met & Q(was_warned=False)),
            late=Count("pk", filter=met & Q(was_warned=True)),
            missed=Count("pk", filter=missed),
        )
    )
    found = dict.fromkeys(policies, (0, 0, 0))
    return found | {key: (early, late, missed) for key, early, late, missed in rows}


@transaction.atomic
def change_level(
    *,
    actor: Actor,
    level: ServiceLevel,
    subject: str,
    wording: str,
    goal_low: int,
    goal_high: int,
    is_published: bool,
) -> ServiceLevel:
    """Change how a level reads, from when it shows which colour, and whether it is published.

    Raises:
        NotAllowed: the actor may not configure the tiers.
        ValidationError: a value is not valid; names the field.
    """
    actor.require("tiers.configure")
    level = ServiceLevel.objects.select_for_update().get(pk=level.pk, exchange_id=actor.exchange_id)
    wanted = {
        "subject": subject.strip(),
        "wording": wording.strip(),
        "goal_low": goal_low,
        "goal_high": goal_high,
        "is_published": is_published,
    }
    changed = [name for name, value in wanted.items() if getattr(level, name) != value]
    if changed:
        for name in changed:
            setattr(level, name, wanted[name])
        level.full_clean()
        level.save(update_fields=changed)
        record(actor=actor, action="tiers.level_changed", fields=changed, data={"level": level.pk})
    return level
