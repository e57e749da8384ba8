"""Urgent cases first, then by deadline: the order a unit works in (issue 3, C.2a 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict

from portal.casework.listing import PAGE_SIZE, read_list
from portal.casework.models import Case
from tests.world import NOW, World


@pytest.fixture
def queue(world: World) -> World:
    """A page and a half of cases: every fourth urgent, every fifth without a deadline."""
    for number in range(PAGE_SIZE + 12):
        Case.objects.create(
            exchange=world.exchange,
            number=f"T-{number:03}",
            kind="ticket",
            status="new",
            queue=world.organizations["escalations-unit"],
            is_urgent=number % 4 == 0,
            due_at=None if number % 5 == 0 else NOW + timedelta(hours=(number * 7) % 50),
        )
    return world


def _expected(world: World) -> list[str]:
    later = NOW + timedelta(days=365)
    cases = sorted(
        Case.objects.filter(exchange=world.exchange),
        key=lambda case: (not case.is_urgent, case.due_at or later, case.pk),
    )
    return [case.number for case in cases]


def test_a_unit_reads_urgent_cases_first_then_by_deadline_over_all_pages(queue: World) -> None:
    actor = queue.actor("eru.lead")
    first = read_list(actor, QueryDict("view=unit")).page()
    second = read_list(actor, QueryDict(f"view=unit&after={first.after}")).page()
    shown = [case.number for case in (*first.rows, *second.rows)]
    assert shown == _expected(queue)
    back = read_list(actor, QueryDict(f"view=unit&before={second.before}")).page()
    assert [case.number for case in back.rows] == shown[:PAGE_SIZE]


def test_a_case_marked_urgent_moves_ahead_whoever_wrote_the_row(queue: World) -> None:
    last = _expected(queue)[-1]
    Case.objects.filter(number=last).update(is_urgent=True)
    rows = read_list(queue.actor("eru.lead"), QueryDict("view=unit")).page().rows
    assert last in [case.number for case in rows]
    assert [case.number for case in rows] == _expected(queue)[:PAGE_SIZE]
