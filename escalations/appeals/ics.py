"""A hearing as a calendar file (RFC 5545). Pure: no database, no current time.

Calendars leave the building, and often for a vendor's cloud. So a file says when, for how long and
under which number, and leads to the page behind the sign-in; no name, no place, no dial-in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

#: Octets of a line, its break not counted (RFC 5545, 3.1).
_LONGEST: Final = 75
_PRODUCT: Final = "-//Liaison//Appeals//EN"
#: Hearings are set without an end; an hour is what a calendar blocks.
_LENGTH: Final = timedelta(hours=1)


@dataclass(frozen=True)
class HearingEvent:
    """What a calendar is told of a hearing; instants are aware."""

    uid: str
    number: str
    at: datetime
    sequence: int
    stamped_at: datetime
    url: str
    #: It does not take place at this time: postponed, or called off.
    is_off: bool = False


def calendar_file(event: HearingEvent) -> str:
    """One hearing as the text of an ``.ics`` file; a calendar that has it follows its sequence."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if event.is_off else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_utc(event.stamped_at)}",
        f"DTSTART:{_utc(event.at)}",
        f"DTEND:{_utc(event.at + _LENGTH)}",
        f"SEQUENCE:{event.sequence}",
        f"STATUS:{'CANCELLED' if event.is_off else 'CONFIRMED'}",
        f"SUMMARY:{_escaped(f'Hearing {event.number}')}",
        f"URL:{event.url}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def folded(line: str) -> str:
    """The line, broken so that no part is longer than 75 octets and no character is cut."""
    parts, current, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LONGEST:
            parts.append(current)
            current, size = "", 1  # the space that begins a continued line counts
        current += character
        size += octets
    return "\r\n ".join([*parts, current])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")
