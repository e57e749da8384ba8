"""What pages and acts cost in statements: the same for few rows and many (P1–P4, P11).

Times are measured by ``make bench`` and never in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.scale.cases import CaseSeeder
from config.scale.people import found_staff
from config.scale.shape import Shape, statuses
from escalations.constituent import services as constituent
from portal.casework.models import Case, CaseLink, Note
from portal.casework.search import search_cases
from portal.clocks.models import Timer, TimerSegment
from tests.world import NOW, World

_BRACKETS = {"BEGIN", "COMMIT"}


@pytest.fixture
def seeded(world: World) -> Iterator[Callable[[int], None]]:
    """Adds so many cases of a population to the world; later calls add more."""
    shape = replace(Shape(), people=12, cases=400)
    found_staff(world.exchange, shape)
    state = {"last": 0}

    def add(cases: int) -> None:
        world.enter()
        seeder = CaseSeeder(world.exchange, shape, NOW)
        seeder.add(first=state["last"] + 1, last=state["last"] + cases)
        state["last"] += cases

    return add


@pytest.fixture
def specialist(world: World) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(world.people["eru.specialist"])
    return client


def _statements(page: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        page()
    return sum(query["sql"] not in _BRACKETS for query in captured.captured_queries)


def _get(client: Client, path: str) -> Callable[[], HttpResponse]:
    def page() -> HttpResponse:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer

    return page


def _cost(client: Client, path: str) -> int:
    page = _get(client, path)
    page()  # the first one writes the session
    return _statements(page)


def test_p1_a_queue_costs_the_same_statements_however_many_cases(
    world: World, seeded: Callable[[int], None], specialist: Client
) -> None:
    path = f"{reverse('casework:queue')}?view=all"
    seeded(200)
    few = _cost(specialist, path)
    seeded(200)
    assert _cost(specialist, path) == few
    assert few <= 11


def test_p11_a_queue_costs_the_same_statements_for_a_person_with_500_cases(
    world: World, seeded: Callable[[int], None], specialist: Client
) -> None:
    seeded(40)
    world.enter()
    unit, person = world.organizations["escalations-unit"], world.people["eru.specialist"]
    mine = Case.objects.filter(kind="ticket").first()
    assert mine is not None
    Case.objects.filter(pk=mine.pk).update(
        owner=person, queue=unit, status="in_progress", is_open=True, closed_at=None
    )
    path = f"{reverse('casework:queue')}?view=mine"
    one = _cost(specialist, path)
    seeded(360)
    Case.objects.filter(kind="ticket").update(owner=person, queue=unit)
    assert _cost(specialist, path) == one


def test_p2_a_case_page_costs_at_most_15_statements_however_long_its_timeline(
    world: World, seeded: Callable[[int], None], specialist: Client
) -> None:
    seeded(200)
    world.enter()
    case = Case.objects.filter(kind="ticket", is_open=True).first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(queue=world.organizations["escalations-unit"])
    path = reverse("casework:case", args=[case.number])
    short = _cost(specialist, path)
    for _ in range(40):
        Note.objects.create(
            exchange=world.exchange, case=case, kind="internal", audience="internal", body="Called."
        )
    assert _cost(specialist, path) == short
    assert short <= 15


def test_p3_creating_a_case_takes_at_most_14_statements(world: World) -> None:
    actor = world.actor("office.staff")
    submit = {"description": "Coverage ended without notice.", "constituent_name": "Rosa Quintero"}

    def create() -> None:
        constituent.submit_case(actor=actor, **submit)

    create()
    with CaptureQueriesContext(connection) as captured:
        create()
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    written = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(brackets)]
    assert len(written) <= 14, "\n".join(sql[:120] for sql in written)


def test_p4_a_search_costs_the_same_statements_for_few_hits_and_many(
    world: World, seeded: Callable[[int], None], specialist: Client
) -> None:
    path = f"{reverse('casework:search')}?q=carrier"
    seeded(20)
    few = _cost(specialist, path)
    seeded(200)
    assert _cost(specialist, path) == few


def test_search_finds_by_words_and_identifiers_through_the_function(
    world: World, other_world: World
) -> None:
    actor = world.actor("ea.analyst")
    case = constituent.submit_case(
        actor=world.actor("office.staff"),
        description="Coverage ended without notice.",
        constituent_name="Rosa Quintero",
        phone="916-555-0142",
    )
    for text in ("rosa quintero", "(916) 555-0142", case.number.lower()):
        assert list(search_cases(actor=actor, text=text)) == [case]
    other_world.enter()
    assert not search_cases(actor=other_world.actor("ea.analyst"), text="rosa quintero")


def test_a_link_follows_who_works_its_child(world: World, seeded: Callable[[int], None]) -> None:
    seeded(200)
    world.enter()
    link = CaseLink.objects.select_related("from_case", "to_case").first()
    assert link is not None
    assert link.to_kind == "constituent"
    assert link.from_queue_id == link.from_case.queue_id
    Case.objects.filter(pk=link.from_case_id).update(
        queue=world.organizations["appeals"], owner=world.people["appeals.specialist"]
    )
    link.refresh_from_db()
    assert link.from_queue == world.organizations["appeals"]
    assert link.from_owner == world.people["appeals.specialist"]


def test_the_population_is_whole_and_stays_in_its_exchange(
    world: World, other_world: World, seeded: Callable[[int], None]
) -> None:
    seeded(400)
    world.enter()
    assert Case.objects.count() == 400
    assert Note.objects.count() == 8 * 400
    running = Timer.objects.filter(state__in=["running", "paused"])
    assert running.count() == Case.objects.open().count()
    assert TimerSegment.objects.filter(until=None).count() == running.count()
    assert 0.3 < Case.objects.open().count() / 400 < 0.5
    other_world.enter()
    assert Case.objects.count() == 0


def test_the_population_uses_only_statuses_of_the_transition_tables() -> None:
    assert len(statuses("ticket", is_open=True)) == 100
    assert len(statuses("constituent", is_open=False)) == 100
