"""Reads for the pages: opening hours in words, and the policies of an exchange."""

from calendar import day_name
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from portal.clocks import timed_acts
from portal.clocks.business_time import Calendar, Interval
from portal.clocks.explanations import promise_of
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from portal.clocks.reckoning import calendar_of
from portal.tenancy import modules
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class DayHours:
    """One local date: its hours in words, and why they differ from the week's, if they do."""

    day: date
    hours: str
    label: str
    is_closed: bool
    is_today: bool
    #: Open although the day of the week is closed, e.g. a Saturday before a deadline (HO-05).
    is_extra: bool = False


@dataclass(frozen=True)
class CalendarPage:
    """One calendar as people read it; dates and times in the calendar's zone."""

    row: BusinessCalendar
    now: str
    #: Days of the week with the same hours, in words, and those hours (HO-01, HO-02).
    regular: tuple[tuple[str, str], ...]
    week: tuple[DayHours, ...]
    #: Dated exceptions from today on, in order; and those that are over, the last one first.
    coming: tuple[DayHours, ...]
    past: tuple[DayHours, ...]
    #: The zone by its abbreviation now and its IANA name, e.g. “PST (America/Los_Angeles)”.
    zone: str

    @property
    def holidays(self) -> list[DayHours]:
        """Coming dates that are closed (HO-03)."""
        return [day for day in self.coming if day.is_closed]

    @property
    def extended(self) -> list[tuple[str, list[DayHours]]]:
        """Coming dates with hours of their own, under the reason they share (HO-04)."""
        found: dict[str, list[DayHours]] = {}
        for day in self.coming:
            if not day.is_closed:
                found.setdefault(day.label, []).append(day)
        return list(found.items())


def calendars_of(actor: Actor) -> QuerySet[BusinessCalendar]:
    """The calendars of the actor's exchange, the default one first."""
    return BusinessCalendar.objects.filter(exchange_id=actor.exchange_id).prefetch_related(
        "exceptions"
    )


def policies_of(actor: Actor) -> list[tuple[SlaPolicy, str, str, bool]]:
    """Each policy of the actor's exchange with its promise in words, the cases it is for, and
    whether it can be missed: the time of an appointment brings an act instead."""
    rows = SlaPolicy.objects.filter(exchange_id=actor.exchange_id).select_related("calendar")
    kinds = modules.all_modules()
    return [
        (
            policy,
            promise_of(policy),
            kinds.get(policy.case_kind, policy.case_kind),
            not timed_acts.is_appointment(policy.key),
        )
        for policy in rows
    ]


def calendar_page(row: BusinessCalendar, at: datetime) -> CalendarPage:
    """The week around ``at``, whether it is open then, and every exception from that day on."""
    calendar = calendar_of(row)
    today = calendar.localize(at).date()
    exceptions = {entry.date: entry for entry in row.exceptions.all()}
    monday = today - timedelta(days=today.weekday())

    def hours_of(day: date) -> DayHours:
        entry: CalendarException | None = exceptions.get(day)
        hours = calendar.hours_on(day)
        return DayHours(
            day=day,
            hours=hours_in_words(hours),
            label=entry.label if entry else "",
            is_closed=not hours,
            is_today=day == today,
            is_extra=bool(hours) and not calendar.week.get(day.weekday()),
        )

    return CalendarPage(
        row=row,
        now=_now_in_words(calendar, at),
        regular=_regular(calendar),
        week=tuple(hours_of(monday + timedelta(days=n)) for n in range(7)),
        coming=tuple(hours_of(day) for day in sorted(exceptions) if day >= today),
        past=tuple(hours_of(day) for day in sorted(exceptions, reverse=True) if day < today),
        zone=_zone_in_words(calendar, at),
    )


def _regular(calendar: Calendar) -> tuple[tuple[str, str], ...]:
    """Neighboring weekdays with the same hours, e.g. “Monday – Friday”, “8:00 AM to 6:00 PM”."""
    found: list[tuple[list[str], str]] = []
    for number, name in enumerate(day_name):
        hours = hours_in_words(calendar.week.get(number, ()))
        if found and found[-1][1] == hours:
            found[-1][0].append(name)
        else:
            found.append(([name], hours))
    return tuple(
        (names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}", hours)
        for names, hours in found
    )


def _zone_in_words(calendar: Calendar, at: datetime) -> str:
    """E.g. “PST (America/Los_Angeles)”: the abbreviation that holds at the instant ``at``."""
    return f"{calendar.localize(at):%Z} ({calendar.zone.key})"


def hours_in_words(hours: tuple[Interval, ...]) -> str:
    """``8:00 AM to noon, 1:00 PM to 6:00 PM``, or ``Closed``."""
    if not hours:
        return "Closed"
    return ", ".join(f"{_clock(opens)} to {_clock(closes)}" for opens, closes in hours)


def _clock(seconds: int) -> str:
    if seconds in (0, 86_400):
        return "midnight"
    if seconds == 43_200:
        return "noon"
    hour, minute = divmod(seconds // 60, 60)
    return f"{hour % 12 or 12}:{minute:02} {'AM' if hour < 12 else 'PM'}"


def _now_in_words(calendar: Calendar, at: datetime) -> str:
    local = calendar.localize(at)
    for opens, closes in calendar.intervals_on(local.date()):
        if opens <= at < closes:
            return f"Open now, until {_wall(calendar.localize(closes))}."
        if at < opens:
            return f"Closed now. Opens today at {_wall(calendar.localize(opens))}."
    for ahead in range(1, 32):
        day = local.date() + timedelta(days=ahead)
        if intervals := calendar.intervals_on(day):
            opens_at = _wall(calendar.localize(intervals[0][0]))
            return f"Closed now. Opens {day:%A, %B} {day.day} at {opens_at}."
    return "Closed."


def _wall(local: datetime) -> str:
    return _clock(local.hour * 3_600 + local.minute * 60)
