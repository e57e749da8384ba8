"""Opening hours: their shape, what is wrong with them, and whether a place is open (SF-02, FL-02).

Hours are kept as they are told: by weekday, in the exchange's local time, as pairs of ``HH:MM``
(``{"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}``); a weekday without a pair is closed. A
special day (``{"date": "2026-12-25", "hours": [], "label": "Christmas Day"}``) replaces its
weekday. Midnight at the end of a day is ``24:00``; no pair goes past it. Because the clock's words
compare like the times they stand for, the database answers the same question (:func:`as_asked`).
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.dateformat import time_format
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

#: One opening of a day: from and to, as HH:MM.
Span = Sequence[str]
Hours = Mapping[str, Sequence[Span]]
SpecialDays = Sequence[Mapping[str, Any]]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Openings of one weekday, e.g. before and after noon; a special day has one.
MOST_SPANS: Final = 2
MOST_SPECIAL_DAYS: Final = 40
LABEL_LENGTH: Final = 60
END_OF_DAY: Final = "24:00"
#: How far ahead a closed place is asked when it opens again.
_LOOK_AHEAD_DAYS: Final = 14
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open at a moment, and when that changes next (local time)."""

    is_open: bool
    #: When it closes if it is open, when it opens if it is closed; None: not within two weeks.
    changes_at: datetime | None

    def __str__(self) -> str:
        """Say it as consumers read it: “Open now until 5:00 PM”."""
        if self.changes_at is None:
            return _("Open now") if self.is_open else _("Closed now")
        clock = print_time(self.changes_at.time())
        if self.is_open:
            return _("Open now until %(time)s") % {"time": clock}
        return _("Closed now, opens %(day)s at %(time)s") % {
            "day": day_name(self.changes_at.weekday()),
            "time": clock,
        }


@dataclass(frozen=True, slots=True)
class DayLine:
    """One line of a week's hours, to print."""

    day: str
    hours: str
    is_today: bool = False


def validate_hours(hours: Any) -> dict[str, list[list[str]]]:
    """Return a week of hours in order, without empty days.

    Raises:
        ValidationError: a sentence for each day with something wrong, which names the day.
    """
    if not isinstance(hours, Mapping) or not set(hours) <= set(DAYS):
        raise ValidationError(_("Enter hours by weekday."))
    problems: list[str] = []
    week: dict[str, list[list[str]]] = {}
    for number, key in enumerate(DAYS):
        try:
            spans = _spans(day_name(number), hours.get(key) or [])
        except ValidationError as error:
            problems.extend(error.messages)
        else:
            if spans:
                week[key] = spans
    if problems:
        raise ValidationError(problems)
    return week


def validate_special_days(days: Any) -> list[dict[str, Any]]:
    """Return special days in the order of the calendar.

    Raises:
        ValidationError: a sentence for each day with something wrong, which names the date.
    """
    if not isinstance(days, Sequence) or isinstance(days, str):
        raise ValidationError(_("Enter holidays as a list of days."))
    if len(days) > MOST_SPECIAL_DAYS:
        raise ValidationError(
            _("At most %(number)d holidays can be kept.") % {"number": MOST_SPECIAL_DAYS}
        )
    problems: list[str] = []
    kept: dict[str, dict[str, Any]] = {}
    for day in days:
        try:
            row = _special_day(day)
        except ValidationError as error:
            problems.extend(error.messages)
            continue
        if row["date"] in kept:
            problems.append(_("%(day)s is entered twice.") % {"day": print_date(row["date"])})
        kept[row["date"]] = row
    if problems:
        raise ValidationError(problems)
    return [kept[key] for key in sorted(kept)]


def hours_on(hours: Hours, special_days: SpecialDays, day: date) -> list[Span]:
    """The openings of one day, a holiday's where it is one."""
    for special in special_days:
        if special["date"] == day.isoformat():
            return list(special["hours"])
    return list(hours.get(DAYS[day.weekday()], []))


def is_open_at(hours: Hours, special_days: SpecialDays, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the place is open at a moment, by the clocks of ``zone``."""
    return opening_at(hours, special_days, moment, zone).is_open


def opening_at(
    hours: Hours, special_days: SpecialDays, moment: datetime, zone: ZoneInfo
) -> Opening:
    """Whether the place is open at a moment, and until when or from when."""
    local = moment.astimezone(zone)
    clock, today = f"{local:%H:%M}", local.date()
    spans = hours_on(hours, special_days, today)
    for start, end in spans:
        if start <= clock < end:
            return Opening(True, _at(today, end, zone))
    for ahead in range(_LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        for start, _end in hours_on(hours, special_days, day):
            if ahead or start > clock:
                return Opening(False, _at(day, start, zone))
    return Opening(False, None)


def as_asked(moment: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """Date, weekday and clock of a moment, as ``storefronts_is_open`` takes them in the database.

    That function of migration 0006 answers the question of :func:`is_open_at` for rows.
    """
    local = moment.astimezone(zone)
    return local.date().isoformat(), DAYS[local.weekday()], f"{local:%H:%M}"


def week_lines(hours: Hours, *, today: date | None = None) -> list[DayLine]:
    """The seven days of a week with their hours in words; ``today`` is marked."""
    return [
        DayLine(
            day_name(number),
            print_spans(hours.get(key, [])),
            today is not None and today.weekday() == number,
        )
        for number, key in enumerate(DAYS)
    ]


def print_spans(spans: Iterable[Span]) -> str:
    """The hours of a day in words: “9:00 AM – 12:00 PM, 1:00 PM – 5:00 PM”, or “Closed”."""
    words = [f"{print_clock(start)} – {print_clock(end)}" for start, end in spans]
    return ", ".join(words) or _("Closed")


def print_clock(clock: str) -> str:
    """``17:00`` as “5:00 PM”."""
    return _("midnight") if clock == END_OF_DAY else print_time(time.fromisoformat(clock))


def print_time(value: time) -> str:
    """A time of day as it is written on doors: “5:00 PM”."""
    # Translators: a format of Django's; Spanish has "g:i a" for “5:00 p.m.”.
    return time_format(value, pgettext("format of a time", "g:i A"))


def print_date(value: date | str) -> str:
    """A date with its month in words: “December 25, 2026”; also from its ISO form."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    # Translators: a format of Django's; letters that stand for themselves have a backslash.
    return date_format(day, pgettext("format of a date", "F j, Y"))


def day_name(number: int) -> str:
    """The weekday's name, Monday being 0."""
    return str(WEEKDAYS[number])


def _spans(day: str, spans: Any, *, most: int = MOST_SPANS) -> list[list[str]]:
    named = {"day": day}
    if not isinstance(spans, Sequence) or isinstance(spans, str):
        raise ValidationError(_("%(day)s: enter hours as from and to.") % named)
    if len(spans) > most:
        raise ValidationError(_("%(day)s: too many openings.") % named)
    kept: list[list[str]] = []
    for span in spans:
        if not isinstance(span, Sequence) or isinstance(span, str) or len(span) != 2:
            raise ValidationError(_("%(day)s: enter hours as from and to.") % named)
        start, end = (str(part) for part in span)
        if not start or not end:
            raise ValidationError(
                _("%(day)s: enter both when it opens and when it closes.") % named
            )
        if not _CLOCK.fullmatch(start) or not (_CLOCK.fullmatch(end) or end == END_OF_DAY):
            raise ValidationError(_("%(day)s: enter times like 9:00 and 17:00.") % named)
        if end <= start:
            raise ValidationError(_("%(day)s ends before it begins.") % named)
        kept.append([start, end])
    kept.sort()
    for before, after in itertools.pairwise(kept):
        if after[0] < before[1]:
            words = {**named, "one": _plain(before), "other": _plain(after)}
            raise ValidationError(_("%(day)s: %(one)s and %(other)s overlap.") % words)
    return kept


def _special_day(day: Any) -> dict[str, Any]:
    if not isinstance(day, Mapping):
        raise ValidationError(_("Enter holidays as a list of days."))
    try:
        value = date.fromisoformat(str(day.get("date", "")))
    except ValueError:
        raise ValidationError(_("Enter the date of each holiday.")) from None
    # Nothing that a column cannot hold, or that turns a line of the page around.
    typed = str(day.get("label", ""))
    label = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
    if len(label) > LABEL_LENGTH:
        raise ValidationError(
            _("%(day)s: at most %(number)d characters for the name.")
            % {"day": print_date(value), "number": LABEL_LENGTH}
        )
    spans = _spans(print_date(value), day.get("hours") or [], most=1)
    return {"date": value.isoformat(), "hours": spans, "label": label}


def _plain(span: Span) -> str:
    """A pair as it was entered: “9:00–12:00”."""
    return "–".join(clock.removeprefix("0") for clock in span)


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == END_OF_DAY:
        return datetime.combine(day + timedelta(days=1), time.min, zone)
    return datetime.combine(day, time.fromisoformat(clock), zone)
