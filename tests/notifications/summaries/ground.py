"""Instants on local days, and a consumer for each topic of the daily summary."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifications.summaries.making import SummaryCounts, make_summaries
from notifications.summaries.models import Alert, Summary, SummaryDay
from portal.consumers.models import Consumer
from tests.book import ground
from tests.world import World

#: The local day of ``tests.world.NOW``; nothing of it was made yet.
TODAY = date(2025, 11, 5)


def at(day: date, hour: int = 9, *, zone: str = "America/Los_Angeles") -> datetime:
    """An hour of a local day, as a UTC instant."""
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def make(world: World, day: date = TODAY, hour: int = 9) -> SummaryCounts:
    """Make what is due on a local day."""
    made = make_summaries(exchange=world.exchange, now=at(day, hour))
    world.enter()
    return made


def begin(world: World, day: date) -> None:
    """Say that the exchange's summaries were made up to a day."""
    world.enter()
    SummaryDay.objects.create(
        exchange=world.exchange, local_date=day, alerts_at=at(day), finished_at=at(day)
    )


def given(world: World, key: str = "agent", *, named: bool = True, **more: Any) -> Consumer:
    """A consumer of somebody's."""
    found = ground.consumer(world, **more)
    ground.delegate(world, found, key, named=named)
    return found


def topics(day: date = TODAY) -> Counter[str]:
    """How often each topic was told on a day."""
    rows = Alert.objects.filter(local_date=day)
    return Counter(alert.get_topic_display() for alert in rows)


def subjects_of(world: World, key: str, day: date = TODAY) -> list[str]:
    """The subjects of somebody's summaries of a day, own and manager's."""
    rows = Summary.objects.filter(person=world.person(key), local_date=day)
    return sorted(summary.subject for summary in rows)


def days(first: date, count: int) -> list[date]:
    """So many days from the first on."""
    return [first + timedelta(days=number) for number in range(count)]
