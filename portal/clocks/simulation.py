"""Trying a change on the past: which recorded outcomes a draft would have turned round.

A simulation is a row, replayed chunk by chunk, so that it needs little memory, shows how far it
is, and goes on where a worker left it. Each clock is judged twice (:mod:`portal.clocks.replay`):
by the terms as they were in force, which must give what the record says, and with the draft in
them. Clocks that were cancelled have no outcome, and appointments promise nothing; both are left
out. A clock whose record its own terms do not explain is counted and listed apart, and never as a
flip: the reader is to know what the numbers leave out.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.clocks import timed_acts
from portal.clocks.business_time import BusinessTimeError
from portal.clocks.changes import LIMIT_TOO_SMALL, DatedHours, Week, check_hours
from portal.clocks.models import (
    BusinessCalendar,
    PolicyVersion,
    SimulatedClock,
    Simulation,
    SlaPolicy,
    Timer,
    TimerSegment,
)
from portal.clocks.reckoning import BEFORE_MEASURES
from portal.clocks.replay import Draft, History, RuleBook, judge, rule_book
from portal.clocks.versions import Hours, Promise, hours_over_time, promises_over_time
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

ACTION: Final = "clocks.simulate"
CHUNK: Final = 1_000
#: So many clocks are replayed while the person waits; more go to a worker.
AT_ONCE: Final = 2_000
#: A run that gave no sign of life for so long has lost its worker.
SILENCE: Final = timedelta(minutes=2)
#: Results are for looking at, not for keeping.
KEPT: Final = timedelta(days=30)

_OPEN: Final = (Timer.State.RUNNING, Timer.State.PAUSED)


@dataclass
class Counts:
    """What came out for one policy, in clocks."""

    met: int = 0
    missed: int = 0
    to_missed: int = 0
    to_met: int = 0
    open: int = 0
    open_late: int = 0
    open_to_late: int = 0
    open_to_on_time: int = 0
    unexplained: int = 0

    @property
    def ended(self) -> int:
        """Clocks with an outcome that their terms explain."""
        return self.met + self.missed

    @property
    def met_then(self) -> int:
        """How many would have been met under the draft."""
        return self.met - self.to_missed + self.to_met

    @property
    def missed_then(self) -> int:
        return self.missed + self.to_missed - self.to_met

    @property
    def open_late_then(self) -> int:
        """How many open clocks would be past their deadline under the draft."""
        return self.open_late + self.open_to_late - self.open_to_on_time

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass
class _Chunk:
    """What one chunk adds to its simulation."""

    counts: dict[str, Counts] = field(default_factory=dict)
    found: list[SimulatedClock] = field(default_factory=list)


@transaction.atomic
def simulate_policy(*, actor: Actor, policy: SlaPolicy, draft: Promise) -> Simulation:
    """Set up the replay of a policy under other terms; nothing is replayed yet.

    Raises:
        NotAllowed: the actor may not simulate.
        ValidationError: the terms contradict themselves, or the policy is an appointment.
    """
    actor.require(ACTION)
    _check_promise(actor, policy, draft)
    live = Promise.of(policy)
    return _start(actor, Simulation(policy=policy, live=live.to_json(), draft=draft.to_json()))


@transaction.atomic
def simulate_hours(
    *, actor: Actor, calendar: BusinessCalendar, week: Week, exceptions: Sequence[DatedHours]
) -> Simulation:
    """Set up the replay of every policy that ever ran on a calendar, under other hours.

    Raises:
        NotAllowed: the actor may not simulate.
        ValidationError: the hours contradict themselves; names the weekday or ``exceptions``.
    """
    actor.require(ACTION)
    check_hours(zone_name=calendar.zone, week=week, exceptions=exceptions)
    now = [DatedHours.of(row).to_json() for row in calendar.exceptions.all()]
    return _start(
        actor,
        Simulation(
            calendar=calendar,
            live={"week": calendar.week, "exceptions": now},
            draft={
                "week": {day: [list(pair) for pair in hours] for day, hours in week.items()},
                "exceptions": [entry.to_json() for entry in exceptions],
            },
        ),
    )


def replay_at_once(simulation: Simulation) -> bool:
    """Replay a short one in the current transaction; False: it is too long for that."""
    if simulation.clocks > AT_ONCE:
        return False
    while replay_chunk(simulation=simulation):
        pass
    return True


def replay_all(*, exchange: Exchange, simulation_id: int) -> None:
    """Replay to the end, each chunk in a transaction of its own; a worker's way.

    Two workers with the same simulation take turns: each chunk locks the row and goes on where
    the other stopped.
    """
    while True:
        with use_exchange(exchange):
            rows = Simulation.objects.select_for_update()
            simulation = rows.filter(pk=simulation_id).first()
            if simulation is None or not replay_chunk(simulation=simulation):
                return


def replay_chunk(*, simulation: Simulation) -> bool:
    """Replay the next chunk, up to now; False when there was nothing left to do."""
    if simulation.state != Simulation.State.RUNNING:
        return False
    at = timezone.now()
    policies = list(_policies(simulation))
    rows = _clocks(simulation, policies).filter(pk__gt=simulation.last_timer)
    timers = list(rows.order_by("pk")[:CHUNK])
    try:
        chunk = _replay(simulation, policies, timers, at)
    except BusinessTimeError as error:
        simulation.state, simulation.problem = Simulation.State.FAILED, str(error)[:200]
        simulation.seen_at = simulation.finished_at = at
        simulation.save()
        return False
    SimulatedClock.objects.bulk_create(chunk.found)
    totals = counts_of(simulation)
    for key, counts in chunk.counts.items():
        totals[key] = totals.get(key, Counts()) + counts
    simulation.counts = {key: asdict(counts) for key, counts in totals.items()}
    simulation.replayed += len(timers)
    simulation.seen_at = at
    if timers:
        simulation.last_timer = timers[-1].pk
    if len(timers) < CHUNK:
        simulation.state, simulation.finished_at = Simulation.State.DONE, at
    simulation.save()
    return simulation.state == Simulation.State.RUNNING


def counts_of(simulation: Simulation) -> dict[str, Counts]:
    """Policy id, as text, → what came out so far."""
    return {key: Counts(**values) for key, values in simulation.counts.items()}


def is_silent(simulation: Simulation, at: datetime) -> bool:
    """Whether a long run has lost its worker and may be sent to another."""
    running = simulation.state == Simulation.State.RUNNING
    return running and at - simulation.seen_at > SILENCE


def drafted_policy(simulation: Simulation) -> SlaPolicy:
    """The policy as the draft has it, unsaved; a target beyond the drafted limit is left out."""
    assert simulation.policy is not None
    policy, draft = copy.copy(simulation.policy), Promise.from_json(simulation.draft)
    policy.measure, policy.limit = draft.measure, draft.limit
    policy.end_of_day, policy.calendar_id = draft.end_of_day, draft.calendar_id
    if policy.target is not None and policy.target > draft.limit:
        policy.target = None
    return policy


def simulations_of(actor: Actor) -> QuerySet[Simulation]:
    """Every simulation of the actor's exchange: what one has tried, a colleague may read."""
    return Simulation.objects.filter(exchange_id=actor.exchange_id)


def _check_promise(actor: Actor, policy: SlaPolicy, draft: Promise) -> None:
    calendars = BusinessCalendar.objects.filter(exchange_id=actor.exchange_id)
    if draft.limit < 1:
        raise ValidationError({"limit": LIMIT_TOO_SMALL})
    if not calendars.filter(pk=draft.calendar_id).exists():
        raise ValidationError({"calendar": "Choose one of this exchange's calendars."})
    if (draft.measure in BEFORE_MEASURES) != (policy.measure in BEFORE_MEASURES):
        raise ValidationError(
            {"measure": "A clock that counts back from an event cannot count on from its start."}
        )
    if timed_acts.is_appointment(policy.key):
        raise ValidationError(
            "This clock is an appointment: its time brings an act, and nobody can miss it."
        )


def _start(actor: Actor, simulation: Simulation) -> Simulation:
    now = timezone.now()
    Simulation.objects.filter(exchange=actor.exchange, started_at__lt=now - KEPT).delete()
    simulation.exchange, simulation.asked_by = actor.exchange, actor.person
    simulation.started_at = simulation.seen_at = now
    simulation.clocks = _clocks(simulation, list(_policies(simulation))).count()
    simulation.save()
    about = simulation.policy or simulation.calendar
    record(
        actor=actor,
        action="clocks.simulated",
        data={"simulation": simulation.pk, "about": about.key if about else ""},
    )
    return simulation


def _policies(simulation: Simulation) -> QuerySet[SlaPolicy]:
    """The policies a draft concerns; appointments promise nothing."""
    rows = SlaPolicy.objects.filter(exchange_id=simulation.exchange_id).exclude(
        key__in=timed_acts.breach_handlers()
    )
    if simulation.policy_id is not None:
        return rows.filter(pk=simulation.policy_id)
    then = PolicyVersion.objects.filter(
        exchange_id=simulation.exchange_id, terms__calendar=simulation.calendar_id
    )
    return rows.filter(calendar=simulation.calendar_id) | rows.filter(pk__in=then.values("policy"))


def _clocks(simulation: Simulation, policies: Sequence[SlaPolicy]) -> QuerySet[Timer]:
    rows = Timer.objects.filter(exchange_id=simulation.exchange_id, policy__in=policies)
    return rows.exclude(state=Timer.State.CANCELLED)


def _draft_of(simulation: Simulation) -> Draft:
    if simulation.policy_id is not None:
        return Draft.of_promise(
            Promise.from_json(simulation.live), Promise.from_json(simulation.draft)
        )
    assert simulation.calendar is not None
    return Draft.of_hours(
        simulation.calendar.pk,
        _hours(simulation.calendar.zone, simulation.live),
        _hours(simulation.calendar.zone, simulation.draft),
    )


def _hours(zone_name: str, content: Mapping[str, Any]) -> Hours:
    return Hours.of(zone_name, content["week"], content["exceptions"])


def _replay(
    simulation: Simulation, policies: Sequence[SlaPolicy], timers: Sequence[Timer], at: datetime
) -> _Chunk:
    """Judge each clock by the record's terms and by the draft."""
    draft = _draft_of(simulation)
    promises, hours = promises_over_time(policies), hours_over_time(simulation.exchange_id)
    books = {
        policy.pk: (
            rule_book(promises[policy.pk], hours),
            rule_book(promises[policy.pk], hours, draft),
        )
        for policy in policies
    }
    turns = _turns_of(timers)
    chunk = _Chunk()
    for timer in timers:
        history = History(
            timer.started_at, timer.stopped_at or at, turns.get(timer.pk, ()), timer.counts_from
        )
        _compare(simulation, timer, history, books[timer.policy_id], at, chunk)
    return chunk


def _compare(
    simulation: Simulation,
    timer: Timer,
    history: History,
    books: tuple[RuleBook, RuleBook],
    at: datetime,
    chunk: _Chunk,
) -> None:
    """Judge one clock twice and add what came of it to the chunk."""
    recorded, drafted = (judge(history, book) for book in books)
    is_open, is_broken = timer.state in _OPEN, was_broken(timer, at)
    counts = chunk.counts.setdefault(str(timer.policy_id), Counts())
    finding = ""
    if recorded.is_broken != is_broken:
        counts.unexplained += 1
        finding = SimulatedClock.Finding.UNEXPLAINED
    elif is_open:
        counts.open += 1
        counts.open_late += is_broken
        counts.open_to_late += drafted.is_broken and not is_broken
        counts.open_to_on_time += is_broken and not drafted.is_broken
    else:
        counts.met += not is_broken
        counts.missed += is_broken
        counts.to_missed += drafted.is_broken and not is_broken
        counts.to_met += is_broken and not drafted.is_broken
    if not finding and drafted.is_broken != is_broken:
        to_missed = SimulatedClock.Finding.TO_MISSED
        finding = to_missed if drafted.is_broken else SimulatedClock.Finding.TO_MET
    if finding:
        chunk.found.append(
            SimulatedClock(
                exchange_id=simulation.exchange_id,
                simulation=simulation,
                policy_id=timer.policy_id,
                timer_id=timer.pk,
                case_id=timer.case_id,
                finding=finding,
                is_open=is_open,
                started_at=timer.started_at,
                ended_at=timer.stopped_at,
                due_at=timer.due_at,
                draft_due_at=drafted.due_at,
            )
        )


def was_broken(timer: Timer, at: datetime) -> bool:
    """What the record says of a clock at ``at`` (UTC), whether or not a sweep has said it."""
    if timer.state == Timer.State.RUNNING:
        return timer.breached_at is not None or timer.due_at < at
    return timer.state == Timer.State.MISSED or timer.breached_at is not None


def _turns_of(timers: Sequence[Timer]) -> dict[int, tuple[tuple[datetime, bool], ...]]:
    """Clock id → when its time began to count and ceased to; clocks that never stood left out."""
    ids = [timer.pk for timer in timers]
    stood = TimerSegment.objects.filter(timer__in=ids, counted=False).values("timer")
    found: dict[int, list[tuple[datetime, bool]]] = {}
    rows = TimerSegment.objects.filter(timer__in=stood).order_by("since", "pk")
    for timer_id, since, counted in rows.values_list("timer_id", "since", "counted"):
        found.setdefault(timer_id, []).append((since, counted))
    return {pk: tuple(turns) for pk, turns in found.items()}
