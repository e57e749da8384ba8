"""Opening renewal cases in few statements (CRW-03, C.5 row 1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.casework.models import Case, TimelineEvent
from portal.casework.search import search_cases
from portal.ledger.models import LedgerEntry
from retention.models import CrwCase
from retention.opening import NewCrwCase, open_cases
from tests.retention.consumers import add_consumer
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

DEADLINE = date(2026, 1, 31)


def _new(consumer_id: int, **given: object) -> NewCrwCase:
    values = {"plan_year": 2026, "deadline": DEADLINE, "risk": 4, **given}
    return NewCrwCase(consumer_id, **values)  # type: ignore[arg-type]


def test_crw_03_a_case_belongs_to_the_consumers_enroller_and_ages_from_its_opening(
    world: World,
) -> None:
    consumer = add_consumer(world)
    reasons = ("Premium rises by 20% or more", "Loses the federal subsidy")

    [pk] = open_cases(actor=world.system, rows=[_new(consumer.pk, risk_reasons=reasons)], at=NOW)

    case = Case.objects.select_related("crw").get(pk=pk)
    assert case.number.startswith("CRW-2025-")
    assert (case.kind, case.status, case.is_open) == ("crw", "new", True)
    assert case.owner == world.people["agent"]
    assert case.organization == world.organizations["sunrise"]
    assert case.opened_at == case.crw.aged_from == case.crw.scored_at == NOW
    assert (case.crw.risk, case.crw.risk_source) == (4, "feed")
    assert case.crw.risk_reasons == list(reasons)
    assert (case.crw.enroller_id, case.crw.organization_id) == (case.owner_id, case.organization_id)
    assert case.crw.in_book


def test_an_opened_case_has_its_first_event_and_one_ledger_entry_names_them_all(
    world: World,
) -> None:
    rows = [_new(add_consumer(world, number).pk) for number in (1, 2, 3)]

    opened = open_cases(actor=world.system, rows=rows, at=NOW)

    events = TimelineEvent.objects.filter(case__in=opened)
    assert {(e.verb, e.at, e.actor_role, e.to_status) for e in events} == {
        ("opened", NOW, "system", "new")
    }
    assert events.count() == 3
    entry = LedgerEntry.objects.get(action="crw.opened")
    assert entry.case_ids == sorted(opened)


def test_one_open_case_of_a_consumer_and_plan_year(world: World) -> None:
    consumer = add_consumer(world)
    first = open_cases(actor=world.system, rows=[_new(consumer.pk)], at=NOW)

    again = open_cases(actor=world.system, rows=[_new(consumer.pk)], at=NOW + timedelta(days=1))
    next_year = open_cases(actor=world.system, rows=[_new(consumer.pk, plan_year=2027)], at=NOW)

    assert (len(first), again, len(next_year)) == (1, [], 1)


def test_a_consumer_of_no_enroller_or_of_another_exchange_gets_no_case(
    world: World, other_world: World
) -> None:
    other_world.enter()
    foreign = add_consumer(other_world)
    world.enter()
    alone = add_consumer(world, enroller=None)
    unassigned = add_consumer(world, 2, enroller=None, organization=world.organization("harbor"))

    rows = [_new(pk) for pk in (alone.pk, unassigned.pk, foreign.pk)]
    assert open_cases(actor=world.system, rows=rows, at=NOW) == []
    assert not CrwCase.objects.exists()


def test_a_case_is_found_by_the_consumers_name_and_numbers(world: World) -> None:
    consumer = add_consumer(world, 2, phone="916-555-0177")
    [pk] = open_cases(actor=world.system, rows=[_new(consumer.pk)], at=NOW)
    agent, stranger = world.actor("agent"), world.actor("harbor.agent")

    for text in ("Պետրոսյան", consumer.case_number, "(916) 555-0177", consumer.email):
        assert [case.pk for case in search_cases(actor=agent, text=text)] == [pk], text
        assert not search_cases(actor=stranger, text=text), text


def test_p8_a_hundred_cases_take_as_many_statements_as_one(world: World) -> None:
    def statements(first: int, last: int) -> int:
        rows = [_new(add_consumer(world, n).pk) for n in range(first, last + 1)]
        with CaptureQueriesContext(connection) as captured:
            assert len(open_cases(actor=world.system, rows=rows, at=NOW)) == len(rows)
        return len(captured)

    assert statements(1, 1) == statements(2, 101) <= 6
