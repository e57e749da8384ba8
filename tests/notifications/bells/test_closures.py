"""Holiday Closures (HO-06, BN-02): some days before, once, and at once when a calendar changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from notifications.bells.closures import announce_closures
from notifications.drain import drain_outbox
from notifications.models import Bell
from portal.casework.models import OutboxMessage
from portal.clocks import changes
from portal.clocks.changes import DatedHours
from portal.clocks.models import BusinessCalendar, CalendarException
from tests.world import NOW, World

VETERANS_DAY = "Closed on Tuesday, November 11, 2025: Veterans Day"


def _tell(world: World, at: datetime = NOW) -> int:
    world.enter()
    count = announce_closures(exchange=world.exchange, now=at)
    drain_outbox(exchange=world.exchange, now=at)
    world.enter()
    return count


def _hears(world: World, key: str = "office.staff", at: datetime = NOW) -> list[str]:
    lines = Bell.objects.visible_to(world.actor(key), at).filter(key__startswith="calendar.")
    return list(lines.order_by("pk").values_list("text", flat=True))


def _change(world: World, exceptions: Sequence[DatedHours], week: object = None) -> None:
    calendar = BusinessCalendar.objects.get(exchange=world.exchange)
    given = {"calendar": calendar, "week": week or calendar.week, "exceptions": exceptions}
    preview = changes.preview_calendar_change(**given)
    changes.change_calendar(
        actor=world.actor("admin"), expected_preview_token=preview.token, **given
    )
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()


def _entered(world: World) -> list[DatedHours]:
    rows = CalendarException.objects.filter(exchange=world.exchange)
    return [DatedHours.of(row) for row in rows]


def test_ho_06_a_closed_day_is_announced_seven_days_before_and_once(world: World) -> None:
    assert _tell(world, NOW - timedelta(days=2)) == 0
    assert _tell(world) == 1
    assert _tell(world) == 0
    assert _tell(world, NOW + timedelta(days=1)) == 0
    assert _hears(world) == [VETERANS_DAY]
    assert _hears(world, "agent") == [VETERANS_DAY]


def test_the_line_is_gone_when_the_day_is_over_on_the_exchange_s_clock(world: World) -> None:
    _tell(world)
    assert _hears(world, at=datetime(2025, 11, 12, 7, 59, tzinfo=UTC))
    assert not _hears(world, at=datetime(2025, 11, 12, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hour", "told"),
    [(datetime(2025, 11, 4, 7, 59, tzinfo=UTC), 0), (datetime(2025, 11, 4, 8, 0, tzinfo=UTC), 1)],
)
def test_days_are_counted_on_the_local_calendar_two_days_after_the_clocks_went_back(
    world: World, hour: datetime, told: int
) -> None:
    assert _tell(world, hour) == told


def test_a_day_without_a_beat_is_made_up_for(world: World) -> None:
    assert _tell(world, NOW + timedelta(days=5)) == 1


def test_two_calendars_with_the_same_holiday_are_one_line_and_one_alone_is_named(
    world: World,
) -> None:
    first = BusinessCalendar.objects.get(exchange=world.exchange)
    chat = BusinessCalendar.objects.create(
        exchange=world.exchange, key="chat", name="Chat", zone=first.zone, week=first.week
    )
    for day, label in (("2025-11-11", "Veterans Day"), ("2025-11-12", "Chat training")):
        CalendarException.objects.create(
            exchange=world.exchange, calendar=chat, date=day, label=label
        )
    _tell(world)
    assert _hears(world) == [
        VETERANS_DAY,
        "Chat: Closed on Wednesday, November 12, 2025: Chat training",
    ]


def test_a_holiday_on_a_day_that_is_closed_anyway_is_no_news(world: World) -> None:
    calendar = BusinessCalendar.objects.get(exchange=world.exchange)
    CalendarException.objects.create(
        exchange=world.exchange, calendar=calendar, date="2025-11-08", label="A Saturday"
    )
    assert _tell(world) == 1


def test_a_holiday_entered_for_tomorrow_rings_at_once(world: World) -> None:
    _tell(world)
    _change(world, [*_entered(world), DatedHours(date(2025, 11, 6), "Storm")])
    assert _hears(world)[-1] == "Closed on Thursday, November 6, 2025: Storm"


def test_a_day_that_opens_after_all_is_told_to_those_who_had_been_told(world: World) -> None:
    _tell(world)
    told = world.people["office.staff"]
    Bell.objects.filter(key="calendar.closed").exclude(person=told).delete()
    kept = [entry for entry in _entered(world) if entry.date != date(2025, 11, 11)]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        _change(world, kept)
    later = NOW + timedelta(minutes=2)
    drain_outbox(exchange=world.exchange, now=later)
    assert _hears(world, at=later) == ["Not closed after all on Tuesday, November 11, 2025"]
    assert not _hears(world, "agent", at=later)


def test_correcting_the_name_of_a_holiday_rings_nobody(world: World) -> None:
    _tell(world)
    renamed = [DatedHours(entry.date, f"{entry.label} (observed)") for entry in _entered(world)]
    _change(world, renamed)
    assert OutboxMessage.objects.filter(key__startswith="calendar.").count() == 1


def test_new_weekly_hours_ring_with_everybody_at_once(world: World) -> None:
    calendar = BusinessCalendar.objects.get(exchange=world.exchange)
    _change(world, _entered(world), week=calendar.week | {"sat": [["09:00", "12:00"]]})
    assert "The hours of Standard hours have changed." in _hears(world)
