"""Business time: a pure reckoning of (calendar, start, amount, pauses).

Nothing here touches Django, a database or the current time, so every deadline can be recomputed,
tested against published vectors and shown to a person stretch by stretch
(requirements HO-01…HO-05 and X-03; decisions 8–13 and 24).

Conventions of the whole module:

* An instant is an aware ``datetime``. Naive ones are refused; ``Calendar.localize`` reads them.
* Amounts are whole seconds. The fraction of a second in an instant is dropped before reckoning,
  so that parts always add up to their whole.
* Results are in UTC; ``Calendar.localize`` gives the wall time to show. Python compares and
  subtracts two instants of one zone by their wall times, which is wrong where the clock is put
  back, so a deadline in the exchange's zone would be a trap for whoever compares it.
* Opening hours follow the wall clock: a second is open when the clock on the wall, in the
  calendar's zone, shows a time inside that day's hours. An hour the clock skips is not counted,
  an hour it shows twice is counted twice.
* A single wall time is read as RFC 5545 reads it: the first of two, or, when the clock skips it,
  as far past the jump as it was meant to be past the hour before (02:30 becomes 03:30).
* A deadline is the *earliest* instant at which the amount has passed: the close of a day, rather
  than the opening of the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.clocks.calendars import BusinessTimeError, Calendar, CalendarError, Interval, Span

__all__ = [
    "BusinessTimeError",
    "Calendar",
    "CalendarError",
    "ClockStopped",
    "Explanation",
    "Hold",
    "InstantError",
    "Interval",
    "NoOpenTime",
    "Pause",
    "Segment",
    "add",
    "add_days",
    "add_open_day_hours",
    "between",
    "explain",
    "pauses_of",
    "seconds_by_party",
    "segments",
    "subtract_days",
]

#: From, to. ``None`` as the end means: the clock still stands.
Pause = tuple[datetime, datetime | None]

_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_FIRST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
_PATIENCE = 3_653  # days, ten years, without an open minute


class InstantError(BusinessTimeError):
    """An instant is naive, outside the years 1900 to 2200, or ends before it starts."""


class NoOpenTime(BusinessTimeError):
    """The calendar stays closed for ten years on end, so the deadline would never come."""


class ClockStopped(BusinessTimeError):
    """The clock stands in a pause without an end, so there is no deadline until it runs again."""


@dataclass(frozen=True)
class Hold:
    """From ``since`` on, ``party`` holds the clock, until the next hold begins.

    ``counted`` says whether this time is charged to the clock in question. Time that is not
    counted (a help-desk ticket, a carrier; decision 10) is a pause attributed to its party.
    """

    party: str
    since: datetime
    counted: bool


@dataclass(frozen=True)
class Segment:
    """One stretch in one party's hands; ``business_seconds`` of it were open time."""

    party: str
    start: datetime
    end: datetime
    counted: bool
    business_seconds: int

    @property
    def counted_seconds(self) -> int:
        """Business seconds charged to the clock: none while it is paused."""
        return self.business_seconds if self.counted else 0


@dataclass(frozen=True)
class Explanation:
    """How a running clock came by its deadline.

    ``due`` is ``None`` while the clock stands with target time left: nobody can say yet.
    """

    segments: tuple[Segment, ...]
    counted_seconds: int
    paused_seconds: int
    due: datetime | None


def add(
    calendar: Calendar, start: datetime, seconds: int, pauses: Iterable[Pause] = ()
) -> datetime:
    """Return the earliest instant at which ``seconds`` of business time have passed (X-03).

    Zero seconds have passed at once, so ``start`` comes back, open or not. Pauses may come in any
    order, overlap and lie in closed time.

    Raises ``InstantError`` for a naive instant, a reversed pause or a deadline after 2200,
    ``NoOpenTime`` when the calendar stays closed for ten years, ``ClockStopped`` when a pause
    without an end comes before the deadline, ``BusinessTimeError`` for a negative amount.
    """
    if seconds < 0:
        raise BusinessTimeError("Business time to add must not be negative.")
    at = _instant(start)
    if seconds == 0:
        return _utc(at)
    stops = _merged(pauses)
    left = seconds
    for opened, closed in _without(_open_time(calendar, at, None), stops):
        if left <= closed - opened:
            return _utc(opened + left)
        left -= closed - opened
    raise ClockStopped("The clock stands in a pause without an end; there is no deadline yet.")


def between(
    calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()
) -> int:
    """Return the business seconds in ``[start, end)`` outside pauses; 0 when ``end`` is earlier.

    Raises ``InstantError`` for a naive instant, a reversed pause or years outside 1900 to 2200.
    """
    return _between(calendar, _instant(start), _instant(end), _merged(pauses))


def add_days(
    calendar: Calendar,
    start: datetime,
    days: int,
    end_of_day: bool = False,
    pauses: Iterable[Pause] = (),
) -> datetime:
    """Return the deadline ``days`` business days after ``start`` (decision 11).

    The day of ``start`` is not counted, open or closed; the deadline falls on the ``days``-th open
    day after it, at the same wall-clock time, even where that is outside the day's hours: a
    person who is told "two business days" at 19:30 reckons with 19:30. With ``end_of_day`` it is
    the close of that day instead. Zero days are ``start`` itself, or the next close from there.

    Business time spent in pauses moves the deadline on by as much business time.

    Raises what ``add`` raises.
    """
    if days < 0:
        raise BusinessTimeError("Business days to add must not be negative.")
    at = _instant(start)
    local = _utc(at).astimezone(calendar.zone)
    day = local.date()
    if days:
        for _ in range(days):
            day = _next_open_day(calendar, day)
    elif end_of_day and not any(close >= at for _, close in calendar.spans_on(day)):
        day = _next_open_day(calendar, day)

    if end_of_day:
        due = calendar.spans_on(day)[-1][1]
    elif days:
        due = _wall(calendar, day, _since_midnight(local))
    else:
        due = at

    stops = _merged(pauses)
    if not stops:
        return _utc(due)
    paused = _between(calendar, at, due, ()) - _between(calendar, at, due, stops)
    # A deadline outside the hours stays there unless there is something to move it by.
    return add(calendar, _utc(due), paused, _as_pauses(stops))


def subtract_days(calendar: Calendar, event: datetime, days: int) -> datetime:
    """Return the latest instant that lies ``days`` business days before ``event``.

    The mirror of :func:`add_days`: the day of the event is not counted, open or closed; the
    deadline falls on the ``days``-th open day before it, at the same wall-clock time. Zero days
    are the event itself.

    Raises ``BusinessTimeError`` for negative days, and what ``add`` raises.
    """
    if days < 0:
        raise BusinessTimeError("Business days to subtract must not be negative.")
    at = _instant(event)
    if not days:
        return _utc(at)
    local = _utc(at).astimezone(calendar.zone)
    day = local.date()
    for _ in range(days):
        day = _last_open_day(calendar, day)
    return _utc(_wall(calendar, day, _since_midnight(local)))


def add_open_day_hours(calendar: Calendar, start: datetime, hours: int) -> datetime:
    """Return the deadline ``hours`` clock hours later, counting open days only (decision 12).

    All 24 hours of an open day count, none of a closed one, whatever the opening hours. So 24
    hours are the same clock time on the next open day; from a closed day the count begins at
    the next open day's midnight. A clock change does not move the clock time.

    Raises what ``add`` raises.
    """
    if hours < 0:
        raise BusinessTimeError("Hours to add must not be negative.")
    at = _instant(start)
    if hours == 0:
        return _utc(at)
    local = _utc(at).astimezone(calendar.zone)
    day, into = local.date(), _since_midnight(local)
    if not calendar.is_open_day(day):
        day, into = _next_open_day(calendar, day), timedelta()
    whole_days, rest = divmod(into + timedelta(hours=hours), timedelta(days=1))
    for _ in range(whole_days):
        day = _next_open_day(calendar, day)
    return _utc(_wall(calendar, day, rest))


def segments(
    calendar: Calendar, start: datetime, end: datetime, holds: Sequence[Hold]
) -> list[Segment]:
    """Return who held the clock from ``start`` to ``end``, stretch by stretch (decision 10).

    At every moment exactly one party holds the clock. So the ``business_seconds`` of all segments
    add up to ``between(calendar, start, end)``, and the ``counted_seconds`` to the same less the
    pauses. Of holds that begin together the last one given stands.

    Raises ``BusinessTimeError`` when nobody holds the clock at ``start``, and ``InstantError``.
    """
    first, last = _instant(start), _instant(end)
    if first >= last:
        return []
    stretches = _stretches(holds)
    if not stretches or stretches[0][1] > first:
        raise BusinessTimeError("Nobody holds the clock at the start of the reckoning.")
    found = []
    for hold, since, until in stretches:
        opened = max(since, first)
        closed = last if until is None else min(until, last)
        if opened < closed:
            found.append(
                Segment(
                    party=hold.party,
                    start=_utc(opened),
                    end=_utc(closed),
                    counted=hold.counted,
                    business_seconds=_between(calendar, opened, closed, ()),
                )
            )
    return found


def seconds_by_party(parts: Iterable[Segment]) -> dict[str, int]:
    """Return each party's business seconds, in the order the parties first held the clock."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.party] = sums.get(part.party, 0) + part.business_seconds
    return sums


def pauses_of(holds: Sequence[Hold]) -> tuple[Pause, ...]:
    """Return the stretches that are not counted, as pauses; the last may have no end."""
    return _as_pauses(
        [(since, until) for hold, since, until in _stretches(holds) if not hold.counted]
    )


def explain(
    calendar: Calendar,
    *,
    start: datetime,
    now: datetime,
    holds: Sequence[Hold],
    seconds: int | None = None,
    days: int | None = None,
    end_of_day: bool = False,
) -> Explanation:
    """Return a clock's segments up to ``now``, their sums and the deadline they lead to.

    The target is either ``seconds`` of business time or ``days`` business days. Only holds that
    have begun by ``now`` count; the last one is taken to go on. Raises what ``add`` and
    ``segments`` raise, save ``ClockStopped``: a standing clock has no ``due``.
    """
    known = [hold for hold in holds if _instant(hold.since) <= max(_instant(now), _instant(start))]
    parts = tuple(segments(calendar, start, now, known))
    pauses = pauses_of(known)
    due: datetime | None
    try:
        if seconds is not None and days is None:
            due = add(calendar, start, seconds, pauses)
        elif days is not None and seconds is None:
            due = add_days(calendar, start, days, end_of_day, pauses)
        else:
            raise BusinessTimeError("A target is given either in seconds or in days.")
    except ClockStopped:
        due = None
    return Explanation(
        segments=parts,
        counted_seconds=sum(part.counted_seconds for part in parts),
        paused_seconds=sum(part.business_seconds for part in parts if not part.counted),
        due=due,
    )


# Spans: pairs of whole seconds since 1970, in order and apart.


def _open_time(calendar: Calendar, start: int, end: int | None) -> Iterator[Span]:
    """Yield the open spans from ``start`` on, to ``end`` or to the end of the reckoning."""
    last = _LAST if end is None else end
    idle = 0
    for number in range(start // _DAY, -(-last // _DAY)):
        spans = calendar.spans_of_utc_day(number)
        if spans:
            idle = 0
            for opened, closed in spans:
                if closed > start and opened < last:
                    yield max(opened, start), min(closed, last)
        elif end is None:
            idle += 1
            if idle > _PATIENCE:
                raise NoOpenTime("The calendar has no open time for ten years on end.")
    if end is None:
        raise InstantError("The deadline lies after the year 2200.")


def _without(spans: Iterator[Span], stops: Sequence[tuple[int, int | None]]) -> Iterator[Span]:
    """Yield what is left of ``spans`` outside ``stops``; ends at a stop without an end."""
    if not stops:
        yield from spans
        return
    at = 0
    for opened, closed in spans:
        while at < len(stops):
            since, until = stops[at]
            if since >= closed:
                break
            if opened < since:
                yield opened, since
            if until is None:
                return
            opened = max(opened, until)
            if until > closed:
                break
            at += 1
        if opened < closed:
            yield opened, closed


def _between(
    calendar: Calendar, start: int, end: int, stops: Sequence[tuple[int, int | None]]
) -> int:
    if end <= start:
        return 0
    spans = _without(_open_time(calendar, start, end), stops)
    return sum(closed - opened for opened, closed in spans)


def _merged(pauses: Iterable[Pause]) -> list[tuple[int, int | None]]:
    """Return pauses in order, overlapping ones joined, nothing after one without an end."""
    ordered: list[tuple[int, int | None]] = []
    for since, until in pauses:
        begun, ended = _instant(since), None if until is None else _instant(until)
        if ended is not None and ended < begun:
            raise InstantError("A pause must not end before it starts.")
        ordered.append((begun, ended))
    ordered.sort(key=lambda stop: stop[0])
    merged: list[tuple[int, int | None]] = []
    for begun, ended in ordered:
        if merged:
            before, until_then = merged[-1]
            if until_then is None:
                break
            if begun <= until_then:
                merged[-1] = (before, None if ended is None else max(until_then, ended))
                continue
        merged.append((begun, ended))
    return merged


def _as_pauses(stops: Iterable[tuple[int, int | None]]) -> tuple[Pause, ...]:
    return tuple((_utc(since), None if until is None else _utc(until)) for since, until in stops)


def _stretches(holds: Sequence[Hold]) -> list[tuple[Hold, int, int | None]]:
    """Return holds in order with the second each begins and ends; those of no length left out."""
    ordered = sorted(((_instant(hold.since), hold) for hold in holds), key=lambda pair: pair[0])
    ends: list[int | None] = [since for since, _ in ordered[1:]]
    return [
        (hold, since, until)
        for (since, hold), until in zip(ordered, [*ends, None], strict=False)
        if since != until
    ]


def _next_open_day(calendar: Calendar, day: date) -> date:
    for _ in range(_PATIENCE):
        day += timedelta(days=1)
        if calendar.is_open_day(day):
            if day.year >= 2200:
                raise InstantError("The deadline lies after the year 2200.")
            return day
    raise NoOpenTime("The calendar has no open day for ten years on end.")


def _last_open_day(calendar: Calendar, day: date) -> date:
    for _ in range(_PATIENCE):
        day -= timedelta(days=1)
        if calendar.is_open_day(day):
            return day
    raise NoOpenTime("The calendar has no open day for ten years on end.")


def _since_midnight(local: datetime) -> timedelta:
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)


def _wall(calendar: Calendar, day: date, clock: timedelta) -> int:
    """Return the second at which the clock shows ``clock`` since midnight on a local date."""
    return _instant(datetime.combine(day, time(), calendar.zone) + clock)


def _instant(moment: datetime) -> int:
    """Return whole seconds since 1970; refuses naive instants and years nobody plans for."""
    if moment.tzinfo is None:
        raise InstantError(f"{moment.isoformat()} has no time zone.")
    seconds: int = (moment - _EPOCH) // _SECOND
    if not _FIRST <= seconds < _LAST:
        raise InstantError(f"{moment.isoformat()} is outside the years 1900 to 2200.")
    return seconds


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
