"""Business calendars: when an exchange, or one of its channels, is open (HO-01…HO-05).

Pure values without a database. ``business_time`` reckons with them and states the conventions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["BusinessTimeError", "Calendar", "CalendarError", "Interval", "Span"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Open time from, to, in whole seconds since 1970.
Span = tuple[int, int]

_DAY = 86_400
_SAMPLE = _DAY // 4  # no zone changes its offset and back within six hours
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_SECOND = timedelta(seconds=1)
_CACHE_LIMIT = 20_000  # days, so that a hostile range cannot fill the memory
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BusinessTimeError(ValueError):
    """The question has no answer; the message says why and can be shown to an administrator."""


class CalendarError(BusinessTimeError):
    """The calendar contradicts itself: overlapping hours, an unknown zone, a bad date."""


class Interval(NamedTuple):
    """Opening hours within one day, from ``opens`` until just before ``closes``.

    Both are wall-clock seconds since midnight, 0 to 86,400; 86,400 is written ``24:00``.
    Hours across midnight are two intervals, one on each day.
    """

    opens: int
    closes: int

    @classmethod
    def parse(cls, opens: str, closes: str) -> Interval:
        """Read ``"08:00", "18:00"`` (seconds allowed). Raises ``CalendarError``."""
        interval = cls(_parse_clock(opens), _parse_clock(closes))
        interval.check()
        return interval

    def check(self) -> None:
        """Raise ``CalendarError`` unless the interval lies within a day and has a length."""
        if not 0 <= self.opens < self.closes <= _DAY:
            raise CalendarError(
                f"Hours {self} must end after they start, on the same day; "
                "split hours across midnight in two."
            )

    def to_json(self) -> list[str]:
        """Return ``["08:00", "18:00"]``."""
        return [_format_clock(self.opens), _format_clock(self.closes)]

    def __str__(self) -> str:
        return "–".join(self.to_json())


@dataclass(frozen=True)
class Calendar:
    """When an exchange, or one of its channels, is open (HO-01…HO-05).

    ``week`` maps 0 (Monday) to 6 (Sunday) to that day's hours; a day left out is closed.
    ``closed`` holds dates that are closed, whatever the week says.
    ``open`` maps dates to hours that *replace* the day's. It wins over ``closed``: whoever enters
    hours for one date has looked at that date, a list of holidays has not. A date with no hours
    at all is closed.

    Raises ``CalendarError`` on overlapping, reversed or empty hours and unknown weekdays.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Interval, ...]]
    closed: frozenset[date] = frozenset()
    open: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    _spans: dict[int, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _days: dict[date, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for weekday in self.week:
            if weekday not in range(7):
                raise CalendarError(f"Weekday {weekday!r} is not 0 (Monday) to 6 (Sunday).")
        week = {n: _in_order(hours, WEEKDAYS[n]) for n, hours in self.week.items()}
        dated = {day: _in_order(hours, day.isoformat()) for day, hours in self.open.items()}
        # Read-only, because the cached spans and the hash rest on them.
        object.__setattr__(self, "week", MappingProxyType(week))
        object.__setattr__(self, "open", MappingProxyType(dated))
        object.__setattr__(self, "closed", frozenset(self.closed))

    def __hash__(self) -> int:
        return hash(
            (
                self.zone,
                frozenset(self.week.items()),
                self.closed,
                frozenset(self.open.items()),
            )
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Calendar, (self.zone, dict(self.week), self.closed, dict(self.open))

    @classmethod
    def from_json(cls, data: Any) -> Calendar:
        """Read ``{"zone", "week": {"mon": [["08:00", "18:00"]]}, "closed", "open"}``.

        ``closed`` and ``open`` may be left out. Raises ``CalendarError``.
        """
        if not isinstance(data, Mapping):
            raise CalendarError("A calendar is an object with zone and week.")
        week = _json_object(data, "week")
        unknown = sorted(set(week) - set(WEEKDAYS))
        if unknown:
            raise CalendarError(f"Unknown weekday {unknown[0]!r}; use {', '.join(WEEKDAYS)}.")
        closed = data.get("closed") or []
        if not isinstance(closed, list):
            raise CalendarError("closed is a list of dates.")
        return cls(
            zone=_parse_zone(data.get("zone")),
            week={WEEKDAYS.index(name): _parse_hours(hours) for name, hours in week.items()},
            closed=frozenset(_parse_date(text) for text in closed),
            open={
                _parse_date(text): _parse_hours(hours)
                for text, hours in _json_object(data, "open").items()
            },
        )

    def to_json(self) -> dict[str, Any]:
        """Return the form ``from_json`` reads, in a stable order; closed weekdays are left out."""
        return {
            "zone": self.zone.key,
            "week": {
                WEEKDAYS[n]: [interval.to_json() for interval in self.week[n]]
                for n in sorted(self.week)
                if self.week[n]
            },
            "closed": [day.isoformat() for day in sorted(self.closed)],
            "open": {
                day.isoformat(): [interval.to_json() for interval in self.open[day]]
                for day in sorted(self.open)
            },
        }

    def localize(self, moment: datetime) -> datetime:
        """Return ``moment`` in the calendar's zone; a naive one is a wall time of that zone."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        # By way of UTC, so that a wall time the clock skips comes back as one that exists.
        return moment.astimezone(UTC).astimezone(self.zone)

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """Return the wall-clock hours of a local date, in order; empty when closed."""
        if day in self.open:
            return self.open[day]
        if day in self.closed:
            return ()
        return self.week.get(day.weekday(), ())

    def intervals_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open time of a local date as UTC ``[start, end)``, in order.

        On a day the clock changes, an interval is shorter or longer than its hours say, and can
        be cut in two when the clock is put back across its edge.
        """
        return tuple(
            (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            for start, end in self.spans_on(day)
        )

    def is_open_day(self, day: date) -> bool:
        """Tell whether a local date is a business day: some of it is open."""
        return bool(self.spans_on(day))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return ``intervals_on`` in whole seconds since 1970, for reckoning."""
        spans = self._days.get(day)
        if spans is None:
            hours = self.hours_on(day)
            midnight = (day.toordinal() - _EPOCH_ORDINAL) * _DAY
            found: list[Span] = []
            if hours:
                # Every offset is less than a day, so three days hold all of this local date.
                for start, end, offset in self._offsets(midnight - _DAY, midnight + 2 * _DAY):
                    _append_hours(found, hours, midnight - offset, start, end)
            if len(self._days) >= _CACHE_LIMIT:
                self._days.clear()
            spans = self._days[day] = tuple(found)
        return spans

    def spans_of_utc_day(self, number: int) -> tuple[Span, ...]:
        """Return the open spans within the UTC day ``number`` days after 1970-01-01.

        Reckoning walks UTC days, not local ones: where the clock goes back across midnight, local
        dates come in the order old, new, old, new.
        """
        spans = self._spans.get(number)
        if spans is None:
            found: list[Span] = []
            for start, end, offset in self._offsets(number * _DAY, (number + 1) * _DAY):
                for local in range((start + offset) // _DAY, (end - 1 + offset) // _DAY + 1):
                    hours = self.hours_on(date.fromordinal(_EPOCH_ORDINAL + local))
                    _append_hours(found, hours, local * _DAY - offset, start, end)
            if len(self._spans) >= _CACHE_LIMIT:
                self._spans.clear()
            spans = self._spans[number] = tuple(found)
        return spans

    def _offsets(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Cut ``[start, end)`` where the zone's offset changes: from, to, offset in seconds."""
        since, offset = start, self._offset(start)
        for sample in range(start, end, _SAMPLE):
            low, high = sample, min(sample + _SAMPLE, end)
            after = self._offset(high)
            if after == offset:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                if self._offset(middle) == offset:
                    low = middle
                else:
                    high = middle
            if high == end:
                break
            yield since, high, offset
            since, offset = high, after
        yield since, end, offset

    def _offset(self, at: int) -> int:
        return datetime.fromtimestamp(at, self.zone).utcoffset() // _SECOND  # type: ignore[operator]


def _append_hours(
    found: list[Span], hours: Iterable[Interval], midnight: int, start: int, end: int
) -> None:
    """Append one day's hours, clipped to ``[start, end)``, joining those that touch."""
    for opens, closes in hours:
        opened, closed = max(midnight + opens, start), min(midnight + closes, end)
        if opened >= closed:
            continue
        if found and found[-1][1] == opened:
            found[-1] = (found[-1][0], closed)
        else:
            found.append((opened, closed))


def _in_order(hours: Iterable[Interval], day: str) -> tuple[Interval, ...]:
    ordered = tuple(sorted(Interval(*interval) for interval in hours))
    for interval in ordered:
        interval.check()
    for one, other in pairwise(ordered):
        if other.opens < one.closes:
            raise CalendarError(f"Hours {one} and {other} of {day} overlap.")
    return ordered


def _json_object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name) or {}
    if not isinstance(value, Mapping):
        raise CalendarError(f"{name} is an object that maps days to hours.")
    return value


def _parse_hours(hours: Any) -> tuple[Interval, ...]:
    if not isinstance(hours, list) or not all(
        isinstance(pair, list) and len(pair) == 2 for pair in hours
    ):
        raise CalendarError('Hours are a list of pairs, such as [["08:00", "18:00"]].')
    return tuple(Interval.parse(*pair) for pair in hours)


def _parse_clock(text: Any) -> int:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match:
        hour, minute, second = (int(part or 0) for part in match.groups())
        seconds = hour * 3_600 + minute * 60 + second
        if minute < 60 and second < 60 and seconds <= _DAY:
            return seconds
    raise CalendarError(f"{text!r} is not a time of day from 00:00 to 24:00.")


def _format_clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{second:02}" if second else text


def _parse_date(text: Any) -> date:
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise CalendarError(f"{text!r} is not a date such as 2026-01-31.")


def _parse_zone(name: Any) -> ZoneInfo:
    try:
        if isinstance(name, str) and name:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass  # unknown, not a plain name, or a folder of zones: all the same to the reader
    raise CalendarError(f"{name!r} is not a known time zone.")
