"""How a clock came by its deadline, stretch by stretch, for the person it binds (decision 10).

Data only: local instants, parties, business seconds and their sums. Nothing personal is in it, so
pages and the API may show it to everyone who may see the case's details.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from portal.clocks.business_time import Calendar, Segment, seconds_by_party
from portal.clocks.business_time import segments as cut
from portal.clocks.models import CalendarException, SlaPolicy, Timer, TimerSegment
from portal.clocks.reckoning import BEFORE_MEASURES, calendar_from, calendar_of, holds_of
from portal.prepared import Slots, prepared

PARTY_LABELS = {
    "unit": "The unit",
    "external_affairs": "External Affairs",
    "office": "The office",
    "consumer": "The consumer",
    "enroller": "The enroller",
    "member": "The member",
    "employer": "The employer",
    "help_desk": "The help desk",
    "informant": "Whoever was asked for information",
    "carrier": "The health plan",
    "appeals_entity": "CDSS (State Hearings Division)",
    "legal": "The Office of Legal Affairs",
}


def party_label(party: str) -> str:
    """The party's name for people; one without an entry is its key in words."""
    return PARTY_LABELS.get(party) or party.replace("_", " ").capitalize()


def in_words(seconds: int) -> str:
    """Business time in hours and minutes, e.g. ``12 h 05 min``."""
    minutes = seconds // 60
    return f"{minutes // 60} h {minutes % 60:02} min"


@dataclass(frozen=True)
class Stretch:
    """One party's uninterrupted hold of the clock; instants in the calendar's zone."""

    party: str
    start: datetime
    end: datetime
    counted: bool
    business_seconds: int

    @property
    def party_label(self) -> str:
        return party_label(self.party)

    @property
    def time_label(self) -> str:
        return in_words(self.business_seconds)


@dataclass(frozen=True)
class PartySum:
    """A party's share of a clock's business time."""

    party: str
    business_seconds: int

    @property
    def party_label(self) -> str:
        return party_label(self.party)

    @property
    def time_label(self) -> str:
        return in_words(self.business_seconds)


@dataclass(frozen=True)
class TimerExplanation:
    """One clock: its promise, its state, its deadline and where the time went.

    Instants are in the calendar's zone. ``due_at`` is None while the clock stands: nobody can say
    yet. ``counted_seconds`` and ``paused_seconds`` are the sums of the stretches.
    """

    policy: str
    label: str
    promise: str
    citation: str
    state: str
    state_label: str
    zone: str
    started_at: datetime
    stopped_at: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    breached_at: datetime | None
    stretches: tuple[Stretch, ...]
    parties: tuple[PartySum, ...]
    counted_seconds: int
    paused_seconds: int

    @property
    def is_ended(self) -> bool:
        """Whether it will never run again: met, missed or cancelled."""
        return self.stopped_at is not None

    @property
    def is_breached(self) -> bool:
        return self.breached_at is not None

    @property
    def tone(self) -> str:
        """The tone of the state's tag."""
        if self.state == Timer.State.CANCELLED:
            return "neutral"
        if self.is_breached:
            return "danger"
        return {Timer.State.RUNNING: "info", Timer.State.PAUSED: "warning"}.get(
            Timer.State(self.state), "success"
        )

    @property
    def counted_label(self) -> str:
        return in_words(self.counted_seconds)

    @property
    def paused_label(self) -> str:
        return in_words(self.paused_seconds)

    @property
    def total_label(self) -> str:
        return in_words(self.counted_seconds + self.paused_seconds)


def explain_timer(timer: Timer, at: datetime) -> TimerExplanation:
    """Explain one clock as it stands at ``at`` (UTC), or stood when it stopped.

    The stretches add up to the business time between start and end, the counted ones to the same
    less the pauses.
    """
    return _explain(timer, calendar_of(timer.policy), timer.segments.all(), at)


def _explain(
    timer: Timer, calendar: Calendar, segments: Iterable[TimerSegment], at: datetime
) -> TimerExplanation:
    policy = timer.policy
    end = min(at, timer.stopped_at) if timer.stopped_at else at
    parts = cut(calendar, timer.started_at, end, holds_of(segments))
    stands = timer.state == Timer.State.PAUSED and timer.breached_at is None
    return TimerExplanation(
        policy=policy.key,
        label=policy.label,
        promise=promise_of(policy),
        citation=policy.citation,
        state=timer.state,
        state_label=timer.get_state_display(),
        zone=calendar.zone.key,
        started_at=calendar.localize(timer.started_at),
        stopped_at=_local(calendar, timer.stopped_at),
        warn_at=_local(calendar, timer.warn_at),
        due_at=None if stands else calendar.localize(timer.due_at),
        breached_at=_local(calendar, timer.breached_at),
        stretches=tuple(_stretch(calendar, part) for part in parts),
        parties=tuple(PartySum(*item) for item in seconds_by_party(parts).items()),
        counted_seconds=sum(part.counted_seconds for part in parts),
        paused_seconds=sum(part.business_seconds for part in parts if not part.counted),
    )


def explain_case(case_id: int, at: datetime) -> list[TimerExplanation]:
    """Explain every clock of a case at ``at`` (UTC), oldest first; one statement."""
    timers = prepared("clocks.timers_of_case", _timers).rows(case=case_id)
    return [_explain(timer, _calendar(timer), _segments(timer), at) for timer in timers]


def _timers(slots: Slots) -> QuerySet[Timer]:
    """A case's clocks, each with its stretches and its calendar's exceptions as plain data."""
    segments = TimerSegment.objects.filter(timer_id=OuterRef("pk")).order_by("since", "pk")
    exceptions = CalendarException.objects.filter(calendar_id=OuterRef("policy__calendar_id"))
    return (
        Timer.objects.filter(case_id=slots.integer("case"))
        .select_related("policy__calendar")
        .annotate(
            read_segments=ArraySubquery(
                segments.values(read=JSONObject(party="party", counted="counted", since="since"))
            ),
            read_exceptions=ArraySubquery(
                exceptions.order_by("date").values(read=JSONObject(date="date", hours="hours"))
            ),
        )
    )


def _segments(timer: Any) -> list[TimerSegment]:
    return [
        TimerSegment(
            party=read["party"],
            counted=read["counted"],
            since=datetime.fromisoformat(read["since"]),
        )
        for read in timer.read_segments
    ]


def _calendar(timer: Any) -> Calendar:
    row = timer.policy.calendar
    exceptions = [
        CalendarException(date=date.fromisoformat(read["date"]), hours=read["hours"])
        for read in timer.read_exceptions
    ]
    return calendar_from(row.zone, row.week, exceptions)


def promise_of(policy: SlaPolicy) -> str:
    """The policy's limit in words, e.g. ``10 business days, warned after 7``."""
    unit = policy.get_measure_display().lower()
    if policy.measure in BEFORE_MEASURES:
        before = unit.replace("days", "day") if policy.limit == 1 else unit
        warned = f", warned {policy.target} days before" if policy.target is not None else ""
        return f"{policy.limit} {before}{warned}"
    if policy.limit == 1:
        unit = unit.replace("days", "day").replace("minutes", "minute").replace("hours", "hour")
    words = f"{policy.limit} {unit}"
    if policy.end_of_day:
        words += ", by closing time"
    if policy.target is not None:
        return f"{words}, warned after {policy.target}"
    return f"{words}, warned after {policy.warn_percent}% of the time"


def _stretch(calendar: Calendar, part: Segment) -> Stretch:
    return Stretch(
        party=part.party,
        start=calendar.localize(part.start),
        end=calendar.localize(part.end),
        counted=part.counted,
        business_seconds=part.business_seconds,
    )


def _local(calendar: Calendar, moment: datetime | None) -> datetime | None:
    return None if moment is None else calendar.localize(moment)
