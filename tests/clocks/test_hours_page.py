"""Hours and holidays as people read them (HO-01…HO-06), and as a file for their calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.clocks import selectors
from portal.clocks.models import BusinessCalendar
from portal.clocks.selectors import CalendarPage
from portal.clocks.setup import COVERED_CALIFORNIA, found_calendars_and_policies
from tests.world import NOW, World


@pytest.fixture
def published(world: World) -> World:
    """The world with the hours the exchange publishes, instead of its own."""
    BusinessCalendar.objects.filter(exchange=world.exchange).update(key="old", is_default=False)
    found_calendars_and_policies(exchange=world.exchange, spec=COVERED_CALIFORNIA)
    return world


def _page(world: World, key: str = "business", at: datetime = NOW) -> CalendarPage:
    row = BusinessCalendar.objects.get(exchange=world.exchange, key=key)
    return selectors.calendar_page(row, at)


def _seen(world: World, client: Client, at: datetime = NOW) -> str:
    client.force_login(world.people["agent"])
    with time_machine.travel(at, tick=False):
        return client.get(reverse("clocks:calendar")).content.decode()


@pytest.mark.parametrize(("key", "name"), [("business", "Voice"), ("chat", "Chat")])
def test_ho_01_ho_02_voice_and_chat_are_open_on_workdays_from_eight_to_six(
    published: World, key: str, name: str
) -> None:
    page = _page(published, key)
    assert page.row.name == name
    assert page.regular == (
        ("Monday – Friday", "8:00 AM to 6:00 PM"),
        ("Saturday – Sunday", "Closed"),
    )


def test_ho_03_the_six_holidays_have_their_dates_and_printed_names(
    published: World, client: Client
) -> None:
    page = _seen(published, client)
    for line in (
        "11/11/2025 Veterans Day",
        "11/27/2025 Thanksgiving Day",
        "11/28/2025 Day After Thanksgiving",
        "12/25/2025 Christmas Day",
        "01/01/2026 New Years Day",
        "01/19/2026 Martin Luther King Day",
    ):
        assert line in page


def test_ho_04_ho_05_extended_hours_stand_under_their_deadline_and_a_saturday_is_named(
    published: World, client: Client
) -> None:
    first, second = _page(published).extended
    assert first[0] == "Open enrollment: deadline for 1/1/2026"
    assert [day.hours for day in first[1]] == ["8:00 AM to 8:00 PM"] * 2
    assert second[0] == "Open enrollment: deadline for 2/1/2026"
    assert [(day.day.isoformat(), day.hours, day.is_extra) for day in second[1]] == [
        ("2026-01-29", "8:00 AM to 8:00 PM", False),
        ("2026-01-30", "8:00 AM to 8:00 PM", False),
        ("2026-01-31", "8:00 AM to 10:00 PM", True),
    ]
    assert "Open, though Saturdays usually are not" in _seen(published, client)


def test_dates_that_are_over_fold_away(published: World) -> None:
    page = _page(published, at=datetime(2026, 1, 2, 18, tzinfo=UTC))
    assert page.holidays[0].label == "Martin Luther King Day"
    assert [day.day.isoformat() for day in page.past][:2] == ["2026-01-01", "2025-12-31"]


def test_two_calendars_may_differ(published: World) -> None:
    BusinessCalendar.objects.filter(exchange=published.exchange, key="chat").update(
        week={"mon": [["09:00", "12:00"]]}
    )
    assert _page(published, "chat").regular[0] == ("Monday", "9:00 AM to noon")
    assert _page(published).regular[0][0] == "Monday – Friday"


@pytest.mark.parametrize(
    ("at", "zone", "now"),
    [
        # The clocks go back on the Sunday, and forward on the Sunday: the hours stay the wall's.
        (datetime(2025, 11, 3, 15, 59, tzinfo=UTC), "PST", "Closed now. Opens today at 8:00 AM."),
        (datetime(2025, 11, 3, 16, 0, tzinfo=UTC), "PST", "Open now, until 6:00 PM."),
        (datetime(2026, 3, 9, 15, 0, tzinfo=UTC), "PDT", "Open now, until 6:00 PM."),
        (datetime(2026, 1, 31, 18, 0, tzinfo=UTC), "PST", "Open now, until 10:00 PM."),
    ],
)
def test_the_page_names_its_zone_and_says_until_when_it_is_open(
    published: World, at: datetime, zone: str, now: str
) -> None:
    page = _page(published, at=at)
    assert (page.zone, page.now) == (f"{zone} (America/Los_Angeles)", now)


def test_the_file_has_holidays_as_days_and_extended_hours_in_utc(
    published: World, client: Client
) -> None:
    client.force_login(published.people["office.staff"])
    answer: Any = client.get(reverse("clocks:calendar-file", args=["business"]))
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20251111\r\nDTEND;VALUE=DATE:20251112" in text
    assert "DTSTART:20260131T160000Z\r\nDTEND:20260201T060000Z" in text
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") > 10
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_what_has_a_meaning_in_the_file_is_escaped(published: World, client: Client) -> None:
    BusinessCalendar.objects.filter(exchange=published.exchange, key="chat").update(
        name="Chat, mail; more\\less"
    )
    client.force_login(published.people["office.staff"])
    text = client.get(reverse("clocks:calendar-file", args=["chat"])).content.decode()
    assert "X-WR-CALNAME:Covered California\\, Chat\\, mail\\; more\\\\less" in text


def test_another_exchange_s_file_is_not_found(
    published: World, other_world: World, client: Client
) -> None:
    client.force_login(other_world.people["office.staff"])
    assert client.get(reverse("clocks:calendar-file", args=["chat"])).status_code == 404


def test_the_page_is_linked_at_the_foot_of_every_page(published: World, client: Client) -> None:
    assert _seen(published, client).count(f'href="{reverse("clocks:calendar")}"') >= 2
