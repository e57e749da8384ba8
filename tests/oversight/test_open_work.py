"""The lead's page: numbers that open as lists, cut by unit, person, type and party (X-07)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from portal.casework.common_acts import take_case
from portal.casework.listing import read_list
from portal.casework.models import Case
from portal.casework.sweep import sweep_timers
from portal.oversight.selectors import OpenWork, Table, open_work
from tests.world import NOW, World


@pytest.fixture
def work(world: World) -> World:
    """Four tickets of the Escalations Unit: new, owned, waiting, and one past its deadline."""
    ticket_type = TicketType.objects.get(exchange=world.exchange, key="access-to-care")
    unit = world.organizations["escalations-unit"]
    specialist = world.actor("eru.specialist")
    with time_machine.travel(NOW - timedelta(days=40), tick=False):
        late = _open(world, ticket_type)
    sweep_timers(exchange=world.exchange, now=NOW)
    _open(world, ticket_type, is_urgent=True)
    for waits in (False, True):
        case = _open(world, ticket_type)
        take_case(case=case, actor=specialist)
        case = tickets.start_work(case=case, actor=specialist)
        if waits:
            tickets.ask_consumer(case=case, actor=specialist, missing="A letter")
    assert late.queue_id == unit.pk
    return world


def _open(world: World, ticket_type: TicketType, *, is_urgent: bool = False) -> Case:
    return tickets.open_ticket(
        actor=world.actor("scr"), ticket_type=ticket_type, summary="No card", is_urgent=is_urgent
    )


def _tables(shown: OpenWork) -> dict[str, Table]:
    return {table.key: table for table in shown.tables}


def test_every_number_opens_exactly_the_cases_that_make_it_up(work: World) -> None:
    lead = work.actor("eru.lead")
    shown = open_work(lead)
    figures = [
        *shown.total,
        *(figure for table in shown.tables for line in table.lines for figure in line.figures),
    ]
    assert len(figures) > 25
    for figure in figures:
        listed = read_list(lead, QueryDict(urlsplit(figure.url).query))
        assert listed.rows().count() == figure.value, figure.url


def test_the_lines_of_every_table_add_up_to_the_total(work: World) -> None:
    shown = open_work(work.actor("eru.lead"))
    for table in shown.tables:
        for column, total in enumerate(shown.total):
            assert sum(line.figures[column].value for line in table.lines) == total.value


def test_a_deadline_that_passed_counts_as_breached_and_stands_first(work: World) -> None:
    shown = open_work(work.actor("eru.lead"))
    assert [figure.value for figure in shown.total][:2] == [4, 1]
    assert shown.total[4].value == 1
    people = _tables(shown)["person"].lines
    assert people[0].label == "Nobody yet"
    assert parse_qs(urlsplit(people[0].figures[4].url).query)["breached"] == ["on"]


def test_each_open_case_is_held_by_one_party(work: World) -> None:
    parties = {
        line.label: line.figures[0].value
        for line in _tables(open_work(work.actor("eru.lead")))["party"].lines
    }
    assert parties == {"The unit": 3, "The consumer": 1}


def test_a_lead_counts_only_the_cases_of_the_own_unit(work: World) -> None:
    """X-07: managers see their people's work; tickets that are no constituent's are not EA's."""
    assert open_work(work.actor("ea.lead")).total[0].value == 0


def test_the_page_costs_the_same_statements_for_more_cases(work: World) -> None:
    client = Client()
    client.force_login(work.people["eru.lead"])
    address = reverse("oversight:open-work")
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        # A drill of another worker may have emptied the cache the session lay in.
        return sum("django_session" not in q["sql"] for q in captured.captured_queries)

    few = cost()
    work.enter()
    ticket_type = TicketType.objects.get(exchange=work.exchange, key="access-to-care")
    for _ in range(5):
        _open(work, ticket_type)
    assert cost() == few <= 12


def test_somebody_without_a_lead_is_told_that_the_role_does_not_allow_it(work: World) -> None:
    client = Client()
    client.force_login(work.people["eru.specialist"])
    assert client.get(reverse("oversight:open-work")).status_code == 403


def test_a_unit_without_a_lead_sees_its_own_work_in_numbers(world: World) -> None:
    client = Client()
    client.force_login(world.people["appeals.specialist"])
    assert client.get(reverse("oversight:open-work")).status_code == 200
    assert open_work(world.actor("appeals.specialist")).total[0].value == 0


def test_an_empty_unit_reads_that_nothing_waits(world: World) -> None:
    client = Client()
    client.force_login(world.people["ea.lead"])
    assert b"No open case" in client.get(reverse("oversight:open-work")).content
