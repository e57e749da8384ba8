"""Holidays and extended hours as a file for people's own calendars (RFC 5545)."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from portal.clocks.models import BusinessCalendar, CalendarException
from portal.clocks.reckoning import calendar_of

_LINE: Final = 75


def dated_events(row: BusinessCalendar, *, host: str, at: datetime) -> str:
    """Every dated exception as an event: closed dates last all day, open ones their hours.

    Times are written in UTC, so no reader has to know the zone and its changes of clock.

    Args:
        host: makes the events the same ones when the file is read again.
        at: when the file is made (UTC).
    """
    # In a person's own calendar "Voice" alone would say nothing.
    name = f"{row.exchange.name}, {row.name}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Liaison//Hours and holidays//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    calendar = calendar_of(row)
    for entry in row.exceptions.all():
        spans = calendar.intervals_on(entry.date)
        for number, (opens, closes) in enumerate(spans):
            title = f"{name}: open, {entry.label}"
            times = [f"DTSTART:{_instant(opens)}", f"DTEND:{_instant(closes)}"]
            lines += _event(row, entry, host, at, title=title, times=times, number=number)
        if not spans:
            times = [
                f"DTSTART;VALUE=DATE:{_day(entry.date)}",
                f"DTEND;VALUE=DATE:{_day(entry.date + timedelta(days=1))}",
            ]
            lines += _event(
                row, entry, host, at, title=f"{name}: closed, {entry.label}", times=times
            )
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(
    row: BusinessCalendar,
    entry: CalendarException,
    host: str,
    at: datetime,
    *,
    title: str,
    times: list[str],
    number: int = 0,
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{row.key}-{_day(entry.date)}-{number}@{host}",
        f"DTSTAMP:{_instant(at)}",
        *times,
        f"SUMMARY:{_text(title)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    """A value with what has a meaning of its own escaped (RFC 5545, 3.3.11)."""
    for plain in ("\\", ";", ","):
        value = value.replace(plain, f"\\{plain}")
    # Whatever a program takes for the end of a line begins a line of the file.
    return "\\n".join(value.splitlines())


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _folded(line: str) -> str:
    """A line of at most 75 octets, going on after a space; no character is cut (3.1)."""
    parts: list[str] = []
    part = ""
    for letter in line:
        limit = _LINE if not parts else _LINE - 1
        if len((part + letter).encode()) > limit:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
