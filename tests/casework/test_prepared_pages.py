"""Prepared queries of pages: the plain ones' answers, and never somebody else's sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from notifications.models import Bell
from notifications.views.bell import waiting
from portal.casework import kinds, listing
from portal.casework.listing import STAFF_SORTS, STAFF_VIEWS, CaseList, count_all, read_list
from portal.casework.models import Case
from portal.casework.rows import for_rows
from portal.casework.search import first_rows, search_cases
from portal.casework.selectors import case_for
from portal.prepared import Slots
from portal.tenancy import sight
from portal.tenancy.actor import Actor
from portal.tenancy.sight import prepared_for
from tests.casework.cases import assigned_case, signed_in, taken_ticket
from tests.world import NOW, World

STAFF = (
    *("ea.analyst", "ea.lead", "eru.specialist", "eru.colleague", "eru.lead", "psu.specialist"),
    *("pau.specialist", "appeals.specialist", "scr", "privacy", "qa.analyst", "admin"),
)


@pytest.fixture
def worked(world: World) -> World:
    """A world with cases taken, free and of several units."""
    taken_ticket(world)
    assigned_case(world, constituent_name="Omar Reyes")
    taken_ticket(world, by="eru.colleague")
    return world


def _list(actor: Actor, query: str = "") -> CaseList:
    return read_list(actor, QueryDict(query))


def _numbers(actor: Actor) -> list[str]:
    return [row.number for row in _list(actor, "view=all").page().rows]


@pytest.mark.parametrize("key", STAFF)
def test_a_prepared_list_answers_what_its_plain_query_answers(worked: World, key: str) -> None:
    actor = worked.actor(key)
    for view in STAFF_VIEWS:
        cases = _list(actor, f"view={view.key}")
        plain = for_rows(cases.rows_of(view), actor)
        plain = listing.first_rows(plain, cases.sort, cases.descending, listing.PAGE_SIZE)
        shown = [(row.pk, row.is_detailed) for row in cases.page().rows]
        assert shown == [(row.pk, row.is_detailed) for row in plain]
    counts = cases.counts()
    assert counts.pop("list") == counts[cases.view.key]
    assert counts == count_all({view.key: cases.rows_of(view) for view in STAFF_VIEWS})


@pytest.mark.parametrize("key", STAFF)
def test_a_prepared_case_is_there_exactly_when_its_plain_query_finds_it(
    worked: World, key: str
) -> None:
    actor = worked.actor(key)
    visible = set(Case.objects.visible_to(actor).values_list("number", flat=True))
    for number in Case.objects.values_list("number", flat=True):
        if number in visible:
            assert case_for(actor, number).number == number
        else:
            with pytest.raises(Case.DoesNotExist):
                case_for(actor, number)


def test_every_kinds_rule_can_be_prepared_for_the_staff_that_sees_it(world: World) -> None:
    def visible(actor: Actor, slots: Slots) -> QuerySet[Case]:
        return Case.objects.visible_to(actor)

    for key in STAFF:
        actor = world.actor(key)
        sees = [kind for kind in kinds.all_kinds() if kind.visible(actor) is not None]
        if sees:
            assert prepared_for(actor, "test.visible", visible), f"{key}: {[k.key for k in sees]}"


def test_two_people_of_one_role_share_the_query_and_not_its_answer(worked: World) -> None:
    one, other = worked.actor("eru.specialist"), worked.actor("eru.colleague")
    assert one.shape == other.shape
    assert one.own_values != other.own_values
    own = [
        [row.owner_id for row in _list(actor, "view=mine").page().rows] for actor in (one, other)
    ]
    assert own == [[one.person_id], [other.person_id]]


def test_staff_of_different_sight_never_share_a_key(world: World) -> None:
    shapes: dict[object, Actor] = {}
    for key in STAFF:
        actor = world.actor(key)
        known = shapes.setdefault(actor.shape, actor)
        assert (known.role_key, known.actions) == (actor.role_key, actor.actions)
        assert len(known.organization_ids) == len(actor.organization_ids)


def test_another_exchange_is_another_key(world: World, other_world: World) -> None:
    other = other_world.actor("eru.specialist")
    assert world.actor("eru.specialist").shape != other.shape


def test_an_action_taken_from_a_role_hides_its_cases_at_the_next_request(worked: World) -> None:
    before = worked.actor("eru.specialist")
    assert any(number.startswith("ES") for number in _numbers(before))
    role = worked.memberships["eru.specialist"].role
    role.actions = [key for key in role.actions if key != "tickets.view"]
    role.save()
    after = worked.actor("eru.specialist")
    assert after.shape != before.shape
    assert not any(number.startswith("ES") for number in _numbers(after))


def test_a_module_switched_off_hides_its_cases_at_the_next_request(worked: World) -> None:
    before = worked.actor("eru.specialist")
    assert any(number.startswith("ES") for number in _numbers(before))
    worked.exchange.modules = [key for key in worked.exchange.modules if key != "ticket"]
    worked.exchange.save()
    after = worked.actor("eru.specialist")
    assert after.shape != before.shape
    assert not any(number.startswith("ES") for number in _numbers(after))


def test_somebody_moved_to_another_unit_sees_that_units_work_at_the_next_request(
    worked: World,
) -> None:
    assert _numbers(worked.actor("eru.colleague"))
    membership = worked.memberships["eru.colleague"]
    membership.organization = worked.organizations["program-assistance-unit"]
    membership.save()
    Case.objects.update(owner=None)
    assert _numbers(worked.actor("eru.colleague")) == []


def test_people_outside_are_never_asked_by_a_prepared_query(worked: World) -> None:
    def visible(actor: Actor, slots: Slots) -> QuerySet[Case]:
        return Case.objects.visible_to(actor)

    for key in ("office.staff", "agency.manager", "agent"):
        assert prepared_for(worked.actor(key), "test.visible", visible) is None
    assert prepared_for(worked.system, "test.visible", visible) is None


@pytest.mark.parametrize(
    "rule",
    [
        lambda actor: Q(organization_id=actor.organization.pk),
        lambda actor: Q(owner__email=actor.person.email),
        lambda actor: Q(pk__gt=0) if 1 in actor.organization_ids else Q(pk__lt=0),
        lambda actor: Q(queue_id__in=list(Case.objects.values_list("queue_id")[0])),
        lambda actor: Q(opened_at__lt=NOW),
    ],
    ids=["its organization", "its person", "a comparison", "the database", "the clock"],
)
def test_a_rule_that_reads_more_than_a_sight_is_asked_the_plain_way(world: World, rule) -> None:
    actor = world.actor("eru.specialist")
    name = ("test.rule", str(rule))
    assert prepared_for(actor, name, lambda who, slots: Case.objects.filter(rule(who))) is None


def test_overdue_follows_the_clock_and_not_the_first_time_it_was_asked(worked: World) -> None:
    actor = worked.actor("eru.specialist")
    assert _list(actor).counts()["overdue"] == "0"
    Case.objects.filter(kind="ticket").update(due_at=NOW + timedelta(hours=1))
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert _list(actor).counts()["overdue"] == "3"


def test_a_list_without_filters_is_counted_once_with_its_view(worked: World) -> None:
    actor = worked.actor("eru.specialist")
    with CaptureQueriesContext(connection) as captured:
        counts = _list(actor, "view=unit").counts()
    assert captured.captured_queries[-1]["sql"].count("count(*)") == len(STAFF_VIEWS)
    assert counts["list"] == counts["unit"]
    filtered = _list(actor, "view=unit&urgent=on").counts()
    assert filtered["list"] == "0"


@pytest.mark.parametrize(
    "query",
    ["kind=ticket", "kind=ticket&urgent=on", "status=in_progress", "party=unit", "breached=1"],
)
def test_a_filtered_list_answers_what_its_plain_query_answers(worked: World, query: str) -> None:
    for key in ("eru.specialist", "eru.colleague", "ea.analyst"):
        actor = worked.actor(key)
        cases = _list(actor, f"view=all&{query}")
        assert cases.filters.fixed
        plain = cases.filters.narrow(Case.objects.visible_to(actor).open())
        assert {row.pk for row in cases.page().rows} == {row.pk for row in plain}
        assert cases.counts()["list"] == str(plain.count())


def test_what_people_type_is_never_part_of_a_remembered_query(worked: World) -> None:
    actor = worked.actor("eru.specialist")
    for query in ("owner=Eru+Colleague", "office=Assembly", "opened_from=2025-01-01"):
        filters = _list(actor, f"view=all&{query}").filters
        assert filters.fixed is None
        assert filters.bar_key is None
    rows = _list(actor, "view=all&owner=Eru+Colleague").page().rows
    assert {row.owner_name for row in rows} <= {worked.people["eru.colleague"].full_name}


def test_a_bar_of_filters_is_remembered_for_its_own_address_and_exchange_only(
    worked: World, other_world: World
) -> None:
    bar = _list(worked.actor("eru.specialist"), "kind=ticket").filters.bar_key
    assert bar == _list(worked.actor("eru.lead"), "kind=ticket").filters.bar_key
    assert bar != _list(worked.actor("eru.specialist"), "kind=constituent").filters.bar_key
    assert _list(worked.actor("eru.specialist"), "kind=nonsense").filters.bar_key is None
    assert _list(worked.actor("eru.specialist"), "kind=ticket&q=Rosa").filters.bar_key is None
    assert bar != _list(other_world.actor("eru.specialist"), "kind=ticket").filters.bar_key


@pytest.mark.parametrize("key", STAFF)
def test_a_prepared_search_finds_what_its_plain_query_finds(worked: World, key: str) -> None:
    actor = worked.actor(key)
    number = Case.objects.order_by("pk").values_list("number", flat=True)[0]
    for text in ("Rosa Quintero", "omar reyes", "916-555-0142", number.lower(), "nobody at all"):
        plain = set(search_cases(actor=actor, text=text))
        assert set(first_rows(actor=actor, text=text, limit=51)) == plain


def test_the_bell_counts_lines_of_cases_its_reader_may_know_of_and_no_others(
    worked: World,
) -> None:
    for key in ("eru.specialist", "eru.lead", "ea.analyst", "office.staff"):
        actor = worked.actor(key)
        plain = Bell.objects.visible_to(actor).unread().count()
        assert waiting(actor).count == plain


def test_the_page_shows_every_order_with_and_without_filters(worked: World) -> None:
    client = signed_in(worked, "eru.specialist")
    for order in STAFF_SORTS:
        for query in (f"view=all&sort={order}", f"view=all&sort=-{order}&kind=ticket"):
            assert b"ES-" in client.get(f"/queue/?{query}").content


def test_refused_queries_are_remembered_but_not_without_end(world: World) -> None:
    actor = world.actor("eru.specialist")
    prepared_for(actor, "test.dated", lambda who, slots: Case.objects.filter(opened_at__lt=NOW))
    assert ("test.dated", actor.shape) in sight._plain
