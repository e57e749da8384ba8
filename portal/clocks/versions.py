"""What calendars and policies said before they were changed, and from when to when.

A change keeps what it replaces, so the terms in force at any past instant are known: the version
whose ``until`` lies next after it, or else the row as it stands. That is what makes a recorded
outcome reproducible after any number of changes (see :mod:`portal.clocks.replay`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.clocks.models import (
    BusinessCalendar,
    CalendarException,
    CalendarVersion,
    PolicyVersion,
    SlaPolicy,
)
from portal.tenancy.actor import Actor

#: ISO date → the hours of that date; an empty list means closed.
DatedHoursByDay = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Promise:
    """The part of a policy's terms that decides whether a clock is met."""

    measure: str
    limit: int
    end_of_day: bool
    calendar_id: int

    @classmethod
    def of(cls, policy: SlaPolicy) -> "Promise":
        return cls(policy.measure, policy.limit, policy.end_of_day, policy.calendar_id)

    @classmethod
    def from_json(cls, terms: Mapping[str, Any]) -> "Promise":
        """Read stored terms; what decides no outcome is left out."""
        return cls(terms["measure"], terms["limit"], terms["end_of_day"], terms["calendar"])

    def to_json(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "limit": self.limit,
            "end_of_day": self.end_of_day,
            "calendar": self.calendar_id,
        }


@dataclass(frozen=True)
class Hours:
    """When a calendar is open, in a form in which equal hours compare equal."""

    zone: str
    week: Mapping[str, Any]
    dates: DatedHoursByDay

    @classmethod
    def of(cls, zone: str, week: Mapping[str, Any], exceptions: Iterable[Any]) -> "Hours":
        """From a row's parts; the exceptions are rows or what was stored of them."""
        dates = {}
        for entry in exceptions:
            if isinstance(entry, CalendarException):
                dates[entry.date.isoformat()] = _pairs(entry.hours)
            else:
                dates[entry["date"]] = _pairs(entry["hours"])
        return cls(zone, {day: _pairs(hours) for day, hours in week.items() if hours}, dates)


#: What was in force until when; the last has no end.
Past = list[tuple[datetime | None, Any]]


def keep_hours(
    *, calendar: BusinessCalendar, content: Mapping[str, Any], at: datetime, actor: Actor
) -> CalendarVersion:
    """Keep the hours a change replaces at the instant ``at`` (UTC), in its transaction."""
    return CalendarVersion.objects.create(
        exchange_id=calendar.exchange_id,
        calendar=calendar,
        until=at,
        replaced_by=actor.person,
        zone=content["zone"],
        week=content["week"],
        exceptions=content["exceptions"],
    )


def keep_terms(
    *, policy: SlaPolicy, terms: Mapping[str, Any], at: datetime, actor: Actor
) -> PolicyVersion:
    """Keep the terms a change replaces at the instant ``at`` (UTC), in its transaction."""
    return PolicyVersion.objects.create(
        exchange_id=policy.exchange_id,
        policy=policy,
        until=at,
        replaced_by=actor.person,
        terms=dict(terms),
    )


def promises_over_time(policies: Sequence[SlaPolicy]) -> dict[int, Past]:
    """Policy id → its promises, oldest first; one statement."""
    found: dict[int, Past] = {policy.pk: [] for policy in policies}
    for version in PolicyVersion.objects.filter(policy__in=policies).order_by("until", "pk"):
        found[version.policy_id].append((version.until, Promise.from_json(version.terms)))
    for policy in policies:
        found[policy.pk].append((None, Promise.of(policy)))
    return found


def hours_over_time(exchange_id: int) -> dict[int, Past]:
    """Calendar id → its hours, oldest first, for every calendar of an exchange."""
    rows = BusinessCalendar.objects.filter(exchange_id=exchange_id).prefetch_related("exceptions")
    found: dict[int, Past] = {row.pk: [] for row in rows}
    for version in CalendarVersion.objects.filter(exchange_id=exchange_id).order_by("until", "pk"):
        hours = Hours.of(version.zone, version.week, version.exceptions)
        found[version.calendar_id].append((version.until, hours))
    for row in rows:
        found[row.pk].append((None, Hours.of(row.zone, row.week, row.exceptions.all())))
    return found


def _pairs(hours: Iterable[Iterable[str]]) -> list[list[str]]:
    return [list(pair) for pair in hours]
