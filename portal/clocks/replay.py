"""Judging a recorded clock again: by the terms that were in force, or by a draft of others.

Pure: no database and no current time. A clock's outcome follows from what happened to it (start,
pauses, end) and from which rules were in force when, because a deadline is reckoned at three
occasions only: when the clock starts, when it runs again after a pause, and when the rules change
while it runs and has not passed its deadline (:mod:`portal.clocks.changes`). A sweep that comes
late decides nothing; it stamps the deadline that had passed.

A *draft* is what it changes of the live rules. It takes their place in every version there ever
was, and whatever it leaves alone is replayed as it stood at the time. So a draft that equals the
live rules replays the record, and must reproduce it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from portal.clocks.business_time import Calendar, Pause
from portal.clocks.models import CalendarException, SlaPolicy
from portal.clocks.reckoning import calendar_from, deadline
from portal.clocks.versions import DatedHoursByDay, Hours, Past, Promise

_ALWAYS = datetime(1900, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Rules:
    """A promise and the calendar it runs on, ready to reckon."""

    policy: SlaPolicy
    calendar: Calendar

    def due(self, origin: datetime, pauses: Sequence[Pause]) -> datetime:
        """The deadline (UTC). Raises ``BusinessTimeError`` when there is none."""
        return deadline(self.policy, self.calendar, origin, pauses)


@dataclass(frozen=True)
class RuleBook:
    """The rules of one policy with the instant (UTC) since which each was in force, in order."""

    entries: tuple[tuple[datetime, Rules], ...]

    def at(self, moment: datetime) -> Rules:
        """The rules in force at an instant."""
        return [rules for since, rules in self.entries if since <= moment][-1]

    def changes_between(self, start: datetime, end: datetime) -> list[tuple[datetime, Rules]]:
        """The changes after ``start``, up to and including ``end``."""
        return [entry for entry in self.entries if start < entry[0] <= end]


@dataclass(frozen=True)
class History:
    """What happened to one clock; instants in UTC."""

    started_at: datetime
    #: When it was stopped, or the moment up to which an open clock is judged.
    ended_at: datetime
    #: From when on the time counted, or did not; in order, the first counted.
    turns: tuple[tuple[datetime, bool], ...] = ()
    #: What its deadline is reckoned from, when that is not its start.
    counts_from: datetime | None = None

    @property
    def origin(self) -> datetime:
        """The instant its deadline is a function of."""
        return self.counts_from or self.started_at


@dataclass(frozen=True)
class Verdict:
    """What rules make of a clock."""

    #: The last deadline that was reckoned; while the clock stands, the one it had before (UTC).
    due_at: datetime
    is_broken: bool


@dataclass(frozen=True)
class Draft:
    """What a draft changes; None or empty leaves alone."""

    promise: Promise | None = None
    #: Policies draw their hours from this calendar instead; only of a draft promise.
    calendar_id: int | None = None
    #: The calendar whose hours the draft changes.
    hours_of: int | None = None
    week: Mapping[str, object] | None = None
    #: ISO date → hours it gets, or None: the week's again.
    dates: Mapping[str, Sequence[Sequence[str]] | None] | None = None

    @classmethod
    def of_promise(cls, live: Promise, draft: Promise) -> "Draft":
        """What a draft of a policy's terms changes of the live ones."""
        reckoning = ("measure", "limit", "end_of_day")
        same = all(getattr(live, name) == getattr(draft, name) for name in reckoning)
        moved = live.calendar_id != draft.calendar_id
        return cls(
            promise=None if same else draft, calendar_id=draft.calendar_id if moved else None
        )

    @classmethod
    def of_hours(cls, calendar_id: int, live: Hours, draft: Hours) -> "Draft":
        """What a draft of a calendar's hours changes of the live ones; labels decide nothing."""
        return cls(
            hours_of=calendar_id,
            week=None if live.week == draft.week else draft.week,
            dates=_changed_dates(live.dates, draft.dates),
        )

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing that decides an outcome."""
        return self.promise is None and self.calendar_id is None and not (self.week or self.dates)

    def on_promise(self, promise: Promise) -> Promise:
        """A promise of the record with the draft's terms in it."""
        if self.promise is not None:
            promise = replace(self.promise, calendar_id=promise.calendar_id)
        if self.calendar_id is not None:
            promise = replace(promise, calendar_id=self.calendar_id)
        return promise

    def on_hours(self, calendar_id: int, hours: Hours) -> Hours:
        """Hours of the record with the draft's in them."""
        if calendar_id != self.hours_of:
            return hours
        dates = dict(hours.dates)
        for day, wanted in (self.dates or {}).items():
            if wanted is None:
                dates.pop(day, None)
            else:
                dates[day] = wanted
        return Hours(hours.zone, hours.week if self.week is None else self.week, dates)


NO_DRAFT = Draft()


def rule_book(promises: Past, hours: Mapping[int, Past], draft: Draft = NO_DRAFT) -> RuleBook:
    """The rules of one policy over time, as recorded or with a draft in them.

    Args:
        promises: the policy's, oldest first (:func:`portal.clocks.versions.promises_over_time`).
        hours: of every calendar the policy has run on, and of the draft's.
    """
    used = {draft.on_promise(promise).calendar_id for _, promise in promises}
    turns = {until for until, _ in promises if until}
    turns |= {until for key in used for until, _ in hours[key] if until}
    entries = []
    for since in [_ALWAYS, *sorted(turns)]:
        promise = draft.on_promise(_in_force(promises, since))
        found = draft.on_hours(promise.calendar_id, _in_force(hours[promise.calendar_id], since))
        policy = SlaPolicy(
            measure=promise.measure, limit=promise.limit, end_of_day=promise.end_of_day
        )
        entries.append((since, Rules(policy, _calendar(found))))
    return RuleBook(tuple(entries))


def judge(history: History, book: RuleBook) -> Verdict:
    """What a rule book makes of a clock.

    At the very instant of its deadline a promise is still kept. A clock that stands cannot pass
    its deadline, and a change of rules does not reach it before it runs again.

    Raises:
        BusinessTimeError: a deadline cannot be reckoned because the calendar never opens.
    """
    rules = book.at(history.started_at)
    pauses: list[Pause] = []
    stands_since: datetime | None = None
    due = rules.due(history.origin, pauses)
    for moment, event in _occasions(history, book):
        if stands_since is None and due < moment:
            return Verdict(due, True)
        if isinstance(event, Rules):
            rules = event
            if stands_since is None:
                due = rules.due(history.origin, pauses)
        elif event is False and stands_since is None:
            stands_since = moment
        elif event is True and stands_since is not None:
            pauses.append((_to_the_second(stands_since), _to_the_second(moment)))
            stands_since = None
            due = rules.due(history.origin, pauses)
    return Verdict(due, stands_since is None and due < history.ended_at)


def _occasions(history: History, book: RuleBook) -> list[tuple[datetime, Rules | bool]]:
    """Changes of rules and turns of the clock, in order; a change is in force from its instant."""
    changes: list[tuple[datetime, Rules | bool]] = []
    changes += book.changes_between(history.started_at, history.ended_at)
    turns = [turn for turn in history.turns if turn[0] <= history.ended_at]
    return sorted([*changes, *turns], key=lambda occasion: occasion[0])


def _to_the_second(moment: datetime) -> datetime:
    """As :func:`portal.clocks.business_time.pauses_of` reads the bounds of a pause."""
    return moment.replace(microsecond=0)


def _in_force(past: Past, moment: datetime) -> Any:
    return next(content for until, content in past if until is None or moment < until)


def _calendar(hours: Hours) -> Calendar:
    exceptions = [
        CalendarException(date=date.fromisoformat(day), hours=list(found))
        for day, found in hours.dates.items()
    ]
    return calendar_from(hours.zone, dict(hours.week), exceptions)


def _changed_dates(
    live: DatedHoursByDay, draft: DatedHoursByDay
) -> dict[str, Sequence[Sequence[str]] | None]:
    days = sorted(live.keys() | draft.keys())
    return {day: draft.get(day) for day in days if live.get(day) != draft.get(day)}
