"""Calendars and policies an exchange starts with, as data; from then on administrators edit them.

Covered California's hours, holidays and extended hours to January 2026 are the published ones
(HO-01…HO-05). Everything else is configuration with a sensible start and says so in its citation
or label: later holidays are the state's usual ones, Maryland's and CalChoice's hours are not in
the sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from portal.clocks import promises
from portal.clocks.changes import DatedHours, check_hours
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy
from portal.tenancy.models import Exchange

_WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class CalendarSpec:
    """One calendar: the same hours on every workday, and dates that differ."""

    key: str
    name: str
    zone: str
    opens: str
    closes: str
    dates: tuple[DatedHours, ...] = ()

    @property
    def week(self) -> dict[str, list[list[str]]]:
        return {day: [[self.opens, self.closes]] for day in _WORKDAYS}


@dataclass(frozen=True)
class ClockSpec:
    """The calendars an exchange starts with; its promises are registered by the rooms."""

    calendars: tuple[CalendarSpec, ...]


@transaction.atomic
def found_calendars_and_policies(*, exchange: Exchange, spec: ClockSpec) -> None:
    """Give an exchange the calendars and policies it lacks; existing ones keep what they have.

    Policies are those the rooms registered (:mod:`portal.clocks.promises`); they run on the first
    calendar.

    Safe to repeat. The transaction must work for the exchange.

    Raises:
        ValidationError: the spec's hours contradict themselves.
    """
    found: list[BusinessCalendar] = []
    for number, part in enumerate(spec.calendars):
        check_hours(zone_name=part.zone, week=part.week, exceptions=part.dates)
        calendar, created = BusinessCalendar.objects.get_or_create(
            exchange=exchange,
            key=part.key,
            defaults={
                "name": part.name,
                "zone": part.zone,
                "week": part.week,
                "is_default": number == 0,
            },
        )
        if created:
            CalendarException.objects.bulk_create(
                CalendarException(
                    exchange=exchange,
                    calendar=calendar,
                    date=entry.date,
                    label=entry.label,
                    hours=[list(pair) for pair in entry.hours],
                )
                for entry in part.dates
            )
        found.append(calendar)
    existing = set(exchange.sla_policies.values_list("key", flat=True))
    for policy in promises.promises_of(exchange.slug):
        if policy.key not in existing:
            SlaPolicy.objects.create(
                exchange=exchange,
                key=policy.key,
                label=policy.label,
                case_kind=policy.case_kind,
                calendar=found[0],
                measure=policy.measure,
                target=policy.target,
                limit=policy.limit,
                end_of_day=policy.end_of_day,
                citation=policy.citation,
            )


def _closed(year: int, days: Mapping[str, str]) -> tuple[DatedHours, ...]:
    """Closed dates of one year from ``{"MM-DD": label}``."""
    return tuple(
        DatedHours(date.fromisoformat(f"{year}-{day}"), label) for day, label in days.items()
    )


def _until(closes: str, reason: str, days: Sequence[str]) -> tuple[DatedHours, ...]:
    """Dates open from 8:00 to a later closing time."""
    return tuple(DatedHours(date.fromisoformat(day), reason, (("08:00", closes),)) for day in days)


_CALIFORNIA_DATES = (
    # HO-03
    *_closed(
        2025,
        {
            "11-11": "Veterans Day",
            "11-27": "Thanksgiving Day",
            "11-28": "Day After Thanksgiving",
            "12-25": "Christmas Day",
        },
    ),
    *_closed(2026, {"01-01": "New Years Day", "01-19": "Martin Luther King Day"}),
    # HO-04, HO-05: the last of them opens a Saturday
    *_until("20:00", "Open enrollment: deadline for 1/1/2026", ["2025-12-30", "2025-12-31"]),
    *_until("20:00", "Open enrollment: deadline for 2/1/2026", ["2026-01-29", "2026-01-30"]),
    *_until("22:00", "Open enrollment: deadline for 2/1/2026", ["2026-01-31"]),
    # Not published with the hours: the state's usual holidays, on the day they are kept
    *_closed(
        2026,
        {
            "02-16": "Presidents’ Day",
            "03-31": "Cesar Chavez Day",
            "05-25": "Memorial Day",
            "07-03": "Independence Day (observed)",
            "09-07": "Labor Day",
            "11-11": "Veterans Day",
            "11-26": "Thanksgiving Day",
            "11-27": "Day After Thanksgiving",
            "12-25": "Christmas Day",
        },
    ),
    *_closed(
        2027,
        {
            "01-01": "New Year’s Day",
            "01-18": "Martin Luther King Jr. Day",
            "02-15": "Presidents’ Day",
            "03-31": "Cesar Chavez Day",
            "05-31": "Memorial Day",
            "07-05": "Independence Day (observed)",
            "09-06": "Labor Day",
            "11-11": "Veterans Day",
            "11-25": "Thanksgiving Day",
            "11-26": "Day After Thanksgiving",
        },
    ),
)

_FEDERAL_DATES = (
    *_closed(
        2025,
        {"11-11": "Veterans Day", "11-27": "Thanksgiving Day", "12-25": "Christmas Day"},
    ),
    *_closed(
        2026,
        {
            "01-01": "New Year’s Day",
            "01-19": "Martin Luther King Jr. Day",
            "02-16": "Washington’s Birthday",
            "05-25": "Memorial Day",
            "06-19": "Juneteenth",
            "07-03": "Independence Day (observed)",
            "09-07": "Labor Day",
            "10-12": "Columbus Day",
            "11-11": "Veterans Day",
            "11-26": "Thanksgiving Day",
            "12-25": "Christmas Day",
        },
    ),
    *_closed(
        2027,
        {
            "01-01": "New Year’s Day",
            "01-18": "Martin Luther King Jr. Day",
            "02-15": "Washington’s Birthday",
            "05-31": "Memorial Day",
            "06-18": "Juneteenth (observed)",
            "07-05": "Independence Day (observed)",
            "09-06": "Labor Day",
            "10-11": "Columbus Day",
            "11-11": "Veterans Day",
            "11-25": "Thanksgiving Day",
            "12-24": "Christmas Day (observed)",
        },
    ),
)

COVERED_CALIFORNIA = ClockSpec(
    calendars=(
        CalendarSpec(
            "business",
            "Voice",
            "America/Los_Angeles",
            "08:00",
            "18:00",
            _CALIFORNIA_DATES,
        ),
        CalendarSpec("chat", "Chat", "America/Los_Angeles", "08:00", "18:00", _CALIFORNIA_DATES),
    ),
)

MARYLAND = ClockSpec(
    calendars=(
        CalendarSpec(
            "business",
            "Business hours (configuration; not in the sources)",
            "America/New_York",
            "08:00",
            "18:00",
            _FEDERAL_DATES,
        ),
    ),
)

CALCHOICE = ClockSpec(
    calendars=(
        CalendarSpec(
            "business",
            "Business hours (configuration; not in the sources)",
            "America/Los_Angeles",
            "08:00",
            "17:00",
            tuple(entry for entry in _CALIFORNIA_DATES if not entry.hours),
        ),
    ),
)

#: Exchange slug → what its clocks start with.
SPECS: dict[str, ClockSpec] = {
    "covered-california": COVERED_CALIFORNIA,
    "maryland": MARYLAND,
    "calchoice": CALCHOICE,
}
