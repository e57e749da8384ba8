"""Business minutes per party, type and month: against the pure reckoning, and as a page."""

import csv
import random
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse

from escalations.tickets.kind import TICKET
from portal.casework.models import Case, TimelineEvent
from portal.casework.party_time import party_of, turns_of
from portal.clocks.models import BusinessCalendar
from portal.clocks.parties import party_time
from portal.clocks.reckoning import calendar_of
from portal.reports.clock import Cell, PartyReport, party_report
from portal.tenancy.actor import NotAllowed
from tests.clocks.ground import PACIFIC, pacific
from tests.world import NOW, World

STATUSES = list(TICKET.machine.statuses)
UNTIL = NOW + timedelta(days=70)


def case_of(world: World, number: str, turns: list[tuple[datetime, str]], **more: object) -> Case:
    """A ticket whose timeline says these turns; the last one is its status."""
    last, closed = turns[-1][1], party_of(TICKET.machine, turns[-1][1]) is None
    case = Case.objects.create(
        exchange=world.exchange,
        number=number,
        kind="ticket",
        status=last,
        is_open=not closed,
        opened_at=turns[0][0],
        closed_at=turns[-1][0] if closed else None,
        **{"queue": world.organizations["escalations-unit"], "topic": "access-to-care"} | more,
    )
    before = ""
    for at, status in turns:
        TimelineEvent.objects.create(
            exchange=world.exchange, case=case, at=at, verb="moved", audience="internal",
            from_status=before, to_status=status,
        )  # fmt: skip
        before = status
    return case


def report(world: World, **filters: object) -> PartyReport:
    chosen = {"first": date(2025, 11, 1), "last": date(2026, 1, 1), "now": UNTIL} | filters
    return party_report(actor=world.actor("eru.lead"), **chosen)  # type: ignore[arg-type]


def test_a_hold_over_the_end_of_a_month_is_divided_there(world: World) -> None:
    """Opened Friday 2025-11-28 is closed; so Monday 2025-12-01 and half of Wednesday before."""
    case_of(
        world,
        "ES-1",
        [(pacific("2025-11-26T13:00"), "new"), (pacific("2025-12-01T09:30"), "cancelled")],
    )
    cells = report(world).cells
    assert {(cell.month, cell.party, cell.minutes) for cell in cells} == {
        (date(2025, 11, 1), "unit", 300),
        (date(2025, 12, 1), "unit", 90),
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_statement_agrees_with_the_pure_reckoning(world: World, seed: int) -> None:
    """Random histories: the sums over cases, parties and months are those of Python, exactly."""
    chance = random.Random(seed)
    expected: dict[tuple[str, str, date], int] = {}
    calendar = calendar_of(BusinessCalendar.objects.get(exchange=world.exchange))
    months = [datetime(2025, month, 1, tzinfo=PACIFIC) for month in (11, 12)]
    months += [datetime(2026, month, 1, tzinfo=PACIFIC) for month in (1, 2)]
    for number in range(12):
        at, turns = NOW + timedelta(seconds=chance.randrange(30 * 86_400)), []
        for _ in range(chance.randrange(1, 8)):
            turns.append((at, chance.choice(STATUSES)))
            at += timedelta(seconds=chance.randrange(20 * 86_400))
        topic = chance.choice(["access-to-care", "complaint", ""])
        case = case_of(world, f"ES-{number}", turns, topic=topic)
        for start, end in pairwise(months):
            sums: dict[str, int] = {}
            for sign, edge in ((1, end), (-1, start)):
                edge = min(edge.astimezone(UTC), UNTIL)
                for party, seconds in party_time(calendar, turns_of(case), edge).by_party.items():
                    sums[party] = sums.get(party, 0) + sign * seconds
            for party, seconds in sums.items():
                key = (topic, party, start.date())
                expected[key] = expected.get(key, 0) + seconds // 60
    found = {(c.topic, c.party, c.month): c.minutes for c in report(world).cells}
    assert found == {key: minutes for key, minutes in expected.items() if minutes}


def test_lines_and_totals_add_up(world: World) -> None:
    cells = (
        Cell("ticket", "a", "unit", date(2025, 11, 1), 61),
        Cell("ticket", "a", "carrier", date(2025, 12, 1), 30),
        Cell("ticket", "b", "carrier", date(2025, 12, 1), 45),
    )
    found = PartyReport(cells)
    assert found.parties == ["carrier", "unit"]
    assert [(line.key, line.minutes) for line in found.by_type] == [
        (("ticket", "a"), (30, 61)),
        (("ticket", "b"), (45, 0)),
    ]
    assert sum(line.total for line in found.by_month) == found.total.total == 136


def test_a_lead_sees_the_own_units_cases_and_those_who_watch_over_all_see_all(
    world: World,
) -> None:
    turns = [(pacific("2025-11-12T09:00"), "new"), (pacific("2025-11-12T10:00"), "cancelled")]
    case_of(world, "ES-1", turns)
    case_of(world, "ES-2", turns, queue=world.organizations["appeals"])
    assert report(world).total.total == 60
    months = {"first": date(2025, 11, 1), "last": date(2025, 11, 1), "now": UNTIL}
    assert party_report(actor=world.actor("qa.analyst"), **months).total.total == 120  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        party_report(actor=world.actor("eru.specialist"), **months)  # type: ignore[arg-type]


def test_another_exchanges_cases_are_in_no_report(world: World, other_world: World) -> None:
    other_world.enter()
    case_of(other_world, "X-1", [(pacific("2025-11-12T09:00"), "new")])
    world.enter()
    assert not report(world).cells


def test_the_report_is_narrowed_by_type_and_unit(world: World) -> None:
    turns = [(pacific("2025-11-12T09:00"), "new"), (pacific("2025-11-12T10:00"), "cancelled")]
    case_of(world, "ES-1", turns)
    case_of(world, "ES-2", turns, topic="complaint")
    unit = world.organizations["escalations-unit"].pk
    assert report(world, topic="complaint").total.total == 60
    assert report(world, queue_id=unit).total.total == 120
    assert not report(world, queue_id=world.organizations["appeals"].pk).cells
    assert not report(world, kind="constituent").cells


@pytest.mark.parametrize("last", [date(2025, 10, 1), date(2028, 11, 1)])
def test_months_in_the_wrong_order_or_too_many_are_refused(world: World, last: date) -> None:
    with pytest.raises(ValueError, match="36 months, in order"):
        report(world, last=last)


# --- The page -----------------------------------------------------------------------------------


@pytest.fixture
def lead(world: World) -> Client:
    client = Client()
    client.force_login(
        world.people["eru.lead"], "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_the_page_shows_each_partys_time_and_links_the_open_cases(
    world: World, lead: Client
) -> None:
    case_of(
        world,
        "ES-1",
        [(NOW - timedelta(hours=2), "new"), (NOW - timedelta(minutes=30), "pending_consumer")],
    )
    text = lead.get(reverse("reports:clock")).content.decode().replace("\xa0", " ")
    assert "November 2025" in text
    assert "1 h 30 min" in text
    assert "0 h 30 min" in text
    assert "2 h 00 min" in text
    assert "/queue/?kind=ticket&amp;type=access-to-care&amp;view=all" in text


@pytest.mark.parametrize("query", ["first=2025-13", "first=2025-11&last=2025-10", "first=2001-01"])
def test_months_that_make_no_sense_are_told(world: World, lead: Client, query: str) -> None:
    assert lead.get(reverse("reports:clock") + f"?{query}").status_code == 422


def test_the_report_can_be_downloaded_in_both_formats(world: World, lead: Client) -> None:
    case_of(world, "ES-1", [(NOW - timedelta(hours=2), "new")], topic="=1+1")
    url = reverse("reports:clock-export")
    text = lead.get(url, {"format": "csv"}).content.decode("utf-8-sig")
    assert list(csv.reader(StringIO(text)))[1] == [
        "2025-11", "Escalation ticket", "'=1+1", "The unit", "120",
    ]  # fmt: skip
    book = lead.get(url, {"format": "xlsx"}).content
    assert "xl/workbook.xml" in zipfile.ZipFile(BytesIO(book)).namelist()
    assert lead.get(url, {"format": "pdf"}).status_code == 404
