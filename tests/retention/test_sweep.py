"""Cases of a plan year that is over are closed without a feed (C.5 row 7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.casework.models import Case
from retention.reasons import found_reasons
from retention.sweep import close_past_plan_years
from tests.retention.consumers import add_consumer
from tests.retention.feeding import feed, row
from tests.world import World

pytestmark = pytest.mark.django_db

#: The last moment of 2026 in Los Angeles, and the first of 2027.
LAST = datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC)
OVER = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)


def test_c5_row_7_a_case_is_closed_when_the_exchanges_plan_year_is_over(world: World) -> None:
    found_reasons(exchange=world.exchange)
    feed(world, [row(add_consumer(world, 1)), row(add_consumer(world, 2), plan_year="2027")])

    assert close_past_plan_years(now=LAST) == 0
    assert close_past_plan_years(now=OVER) == 1
    assert close_past_plan_years(now=OVER) == 0

    world.enter()
    case = Case.objects.get(is_open=False)
    assert (case.crw.plan_year, case.crw.reason.key) == (2026, "plan_year_over")


def test_a_case_of_a_past_year_is_not_reopened_by_a_late_file(world: World) -> None:
    found_reasons(exchange=world.exchange)
    consumer = add_consumer(world)
    feed(world, [row(consumer)])
    close_past_plan_years(now=OVER)

    world.enter()
    applied = feed(world, [row(consumer)], at=OVER)
    assert applied.refused == [(2, "The plan year is over.")]
    assert not Case.objects.get().is_open


def test_an_exchange_without_reasons_is_left_alone(world: World) -> None:
    feed(world, [row(add_consumer(world))])

    assert close_past_plan_years(now=OVER) == 0
