"""Reads for the pages: opening hours in words, and the policies of an exchange."""

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


@dataclass(frozen=True)
class CalendarPage:
    """One calendar as people read it; dates and times in the calendar's zone."""

    row: BusinessCalendar
    now: str
    week: tuple[DayHours, ...]
    coming: tuple[DayHours, ...]

    @property
    def next_closed(self) -> list[DayHours]:
        """The next three dates the exchange keeps closed for a reason of their own."""
        return [day for day in self.coming if day.is_closed][:3]


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
        )

    return CalendarPage(
        row=row,
        now=_now_in_words(calendar, at),
        week=tuple(hours_of(monday + timedelta(days=n)) for n in range(7)),
        coming=tuple(hours_of(day) for day in sorted(exceptions) if day >= today),
    )


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
