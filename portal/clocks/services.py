"""The clocks of a case: what acts do to them, and what that makes of the case's next deadline.

Everything here runs inside the act's transaction, with the case row locked by its service
(:func:`portal.casework.services.perform`), and in few statements: every act passes through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.clocks import spine, timed_acts
from portal.clocks.business_time import between, pauses_of
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.models import SlaPolicy, Timer, TimerSegment
from portal.clocks.reckoning import calendar_of, deadline, holds_of, warning, zone

__all__ = ["Summary", "apply_effects", "calendar_of", "start_for_new_cases", "zone"]

ACTIVE = (Timer.State.RUNNING, Timer.State.PAUSED)
EVERY_CLOCK = "*"


@dataclass(frozen=True)
class Summary:
    """What the case row says about its clocks."""

    #: The earliest deadline of a running clock (UTC); None when none runs.
    due_at: datetime | None
    #: Whether a clock that still runs or stands has passed its deadline.
    is_breached: bool


def apply_effects(
    *, exchange_id: int, case_id: int, effects: Sequence[ClockEffect], at: datetime
) -> Summary:
    """Do to the case's clocks what an act's table row says, at the instant ``at`` (UTC).

    A policy the exchange does not have, or has switched off, has no clock to start: exchanges
    differ (T-08), so that is no error. Starting a clock that runs, pausing one that stands in the
    same party's hands, or stopping none does nothing.

    Raises:
        BusinessTimeError: a deadline cannot be reckoned because the calendar never opens.
    """
    rows = Timer.objects.filter(
        exchange_id=exchange_id, case_id=case_id, state__in=ACTIVE
    ).select_related("policy")
    if effects:
        rows = rows.select_for_update(of=("self",))
    clocks = _Clocks(exchange_id, case_id, at, {timer.policy.key: timer for timer in rows})
    if effects:
        clocks.prepare(effects)
        for effect in effects:
            clocks.apply(effect)
        clocks.save()
    return summarize(clocks.timers.values())


def start_for_new_cases(
    *, exchange_id: int, case_ids: Sequence[int], effects: Sequence[ClockEffect], at: datetime
) -> Summary:
    """Start the same clocks for many cases that have none yet; what ``apply_effects`` does to one.

    Four statements, however many cases. All start at the instant ``at``
    (UTC) under the same policies, so one summary is true of every case.

    Raises:
        BusinessTimeError: a deadline cannot be reckoned because the calendar never opens.
    """
    shared = _Clocks(exchange_id, 0, at, {})
    shared.prepare(effects)
    cases = [_Clocks(exchange_id, pk, at, {}, policies=shared.policies) for pk in case_ids]
    for clocks in cases:
        for effect in effects:
            clocks.apply(effect)
    Timer.objects.bulk_create([timer for clocks in cases for timer in clocks.started])
    TimerSegment.objects.bulk_create([part for clocks in cases for part in clocks.opened])
    return summarize(cases[0].timers.values()) if cases else Summary(None, False)


def summarize(timers: Iterable[Timer]) -> Summary:
    """What the case row says about these timers; ended ones do not matter to it."""
    due: datetime | None = None
    is_breached = False
    for timer in timers:
        if timer.state == Timer.State.RUNNING:
            due = timer.due_at if due is None else min(due, timer.due_at)
        if timer.state in ACTIVE and timer.breached_at:
            is_breached = True
    return Summary(due, is_breached)


@dataclass
class _Clocks:
    """The clocks of one case during one act: changed in memory, then saved together."""

    exchange_id: int
    case_id: int
    at: datetime
    #: Policy key → the clock that runs or stands.
    timers: dict[str, Timer]
    policies: dict[str, SlaPolicy] = field(default_factory=dict)
    #: Policy key → the segments of its clock, in order; only of clocks handed on.
    segments: dict[str, list[TimerSegment]] = field(default_factory=dict)
    changed: dict[int, Timer] = field(default_factory=dict)
    started: list[Timer] = field(default_factory=list)
    #: Clocks whose saved open segment ends now.
    let_go: set[int] = field(default_factory=set)
    opened: list[TimerSegment] = field(default_factory=list)
    #: Clocks this act found past their deadline before any sweep did.
    late: list[int] = field(default_factory=list)

    def prepare(self, effects: Sequence[ClockEffect]) -> None:
        """Read what the effects need: policies with calendars, and segments; nothing more."""
        reckoned: set[str] = set()
        held: dict[int, str] = {}
        for effect in effects:
            if effect.effect in (Effect.START, Effect.RESTART, Effect.RESUME):
                reckoned.update(self._keys(effect, absent=effect.effect != Effect.RESUME))
            if effect.effect in (Effect.PAUSE, Effect.RESUME):
                held.update({self.timers[key].pk: key for key in self._keys(effect)})
        if reckoned:
            rows = SlaPolicy.objects.filter(exchange_id=self.exchange_id, key__in=reckoned)
            self.policies = {
                policy.key: policy
                for policy in rows.select_related("calendar").prefetch_related(
                    "calendar__exceptions"
                )
            }
        if held:
            for segment in TimerSegment.objects.filter(timer__in=held).order_by("since", "pk"):
                self.segments.setdefault(held[segment.timer_id], []).append(segment)

    def apply(self, effect: ClockEffect) -> None:
        """Change the clocks one effect names, in memory."""
        kind = effect.effect
        for key in self._keys(effect, absent=kind in (Effect.START, Effect.RESTART)):
            timer = self.timers.get(key)
            if timer and kind in (Effect.STOP, Effect.RESTART):
                self._stop(timer)
            elif timer and kind == Effect.CANCEL:
                self._end(timer, Timer.State.CANCELLED)
            elif timer and kind == Effect.PAUSE:
                self._pause(timer, effect.party)
            elif timer and kind == Effect.RESUME:
                self._resume(timer, effect.party)
            if kind in (Effect.START, Effect.RESTART) and key not in self.timers:
                self._start(key, effect.party, effect.counts_from)

    def save(self) -> None:
        """Write what changed: at most a statement for each table, and one for segments ended."""
        if self.let_go:
            TimerSegment.objects.filter(timer__in=self.let_go, until=None).update(until=self.at)
        if self.changed:
            Timer.objects.bulk_update(
                self.changed.values(),
                ["state", "stopped_at", "warn_at", "due_at", "breached_at", "paused_seconds"],
            )
        if self.started:
            Timer.objects.bulk_create(self.started)
        if self.opened:
            TimerSegment.objects.bulk_create(self.opened)
        if self.late:
            spine.get().breached(self.late, self.at)

    def _keys(self, effect: ClockEffect, *, absent: bool = False) -> list[str]:
        """The policies an effect names; with ``absent`` also one that has no clock yet."""
        if effect.policy == EVERY_CLOCK:
            return list(self.timers)
        return [effect.policy] if absent or effect.policy in self.timers else []

    def _start(self, key: str, party: str, counts_from: datetime | None) -> None:
        policy = self.policies.get(key)
        if policy is None or not policy.is_active:
            return
        calendar = calendar_of(policy)
        origin = counts_from or self.at
        due_at = deadline(policy, calendar, origin)
        timer = Timer(
            exchange_id=self.exchange_id,
            case_id=self.case_id,
            policy=policy,
            started_at=self.at,
            counts_from=counts_from,
            due_at=due_at,
            warn_at=warning(policy, calendar, origin, due_at),
        )
        self.timers[key] = timer
        self.started.append(timer)
        self.segments[key] = []
        self._open_segment(timer, party, counted=True)

    def _stop(self, timer: Timer) -> None:
        self._find_breach(timer)
        self._end(timer, Timer.State.MISSED if timer.breached_at else Timer.State.MET)

    def _end(self, timer: Timer, state: str) -> None:
        timer.state, timer.stopped_at, timer.warn_at = state, self.at, None
        self._change(timer)
        self._close_segment(timer)
        del self.timers[timer.policy.key]

    def _pause(self, timer: Timer, party: str) -> None:
        if timer.state == Timer.State.RUNNING:
            self._find_breach(timer)
            timer.state, timer.warn_at = Timer.State.PAUSED, None
            self._change(timer)
        self._hand_on(timer, party, counted=False)

    def _resume(self, timer: Timer, party: str) -> None:
        stood = timer.state == Timer.State.PAUSED
        self._hand_on(timer, party, counted=True)
        if not stood:
            return
        policy = self.policies[timer.policy.key]
        calendar = calendar_of(policy)
        pauses = pauses_of(holds_of(self.segments[timer.policy.key]))
        timer.state = Timer.State.RUNNING
        timer.paused_seconds = sum(
            between(calendar, since, until) for since, until in pauses if until
        )
        if timer.breached_at is None:
            timer.due_at = deadline(policy, calendar, timer.origin, pauses)
            # A warning that was given already finds its own event and is not given again.
            timer.warn_at = warning(policy, calendar, timer.origin, timer.due_at, pauses)
        self._change(timer)

    def _hand_on(self, timer: Timer, party: str, *, counted: bool) -> None:
        """From now on ``party`` holds the clock (decision 10)."""
        last = self.segments[timer.policy.key][-1]
        if (last.party, last.counted) != (party, counted):
            self._close_segment(timer)
            self._open_segment(timer, party, counted=counted)

    def _find_breach(self, timer: Timer) -> None:
        """Note a deadline that has passed while no sweep was there to see it.

        A clock that stands has stopped in time, or was found out when its pause began.
        """
        if (
            timer.state == Timer.State.RUNNING
            and timer.breached_at is None
            and timer.due_at < self.at
            and not timed_acts.is_appointment(timer.policy.key)
        ):
            timer.breached_at = timer.due_at
            self.late.append(timer.pk)

    def _change(self, timer: Timer) -> None:
        if timer.pk:  # one started by this very act is saved whole
            self.changed[timer.pk] = timer

    def _close_segment(self, timer: Timer) -> None:
        if segments := self.segments.get(timer.policy.key):
            segments[-1].until = self.at
        if timer.pk:
            self.let_go.add(timer.pk)

    def _open_segment(self, timer: Timer, party: str, *, counted: bool) -> None:
        segment = TimerSegment(
            exchange_id=self.exchange_id,
            timer=timer,
            party=party,
            counted=counted,
            since=self.at,
        )
        self.segments[timer.policy.key].append(segment)
        self.opened.append(segment)
