"""Queries of fixed shape: compiled once, and nothing in them goes stale."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.casework.models import Case
from portal.prepared import Prepared, Slots, prepared
from portal.tenancy.models import Organization, Person
from tests.world import NOW, World


def _below(slots: Slots) -> QuerySet[Organization]:
    rows = Organization.objects.filter(parent_id=slots.integer("parent"))
    return rows.select_related("parent").annotate(label=F("name")).order_by("name")


def test_it_answers_what_the_query_itself_answers(world: World) -> None:
    root = world.organizations["exchange"]
    query = Prepared(_below)
    plain = Organization.objects.filter(parent=root).order_by("name")
    found = query.rows(parent=root.pk)
    assert [row.pk for row in found] == [row.pk for row in plain]
    with CaptureQueriesContext(connection) as captured:
        assert {row.parent.name for row in found} == {root.name}
        assert found[0].label == found[0].name  # type: ignore[attr-defined]
    assert not captured.captured_queries


def test_another_value_gets_its_own_answer_and_rows_are_never_kept(world: World) -> None:
    root = world.organizations["exchange"]
    query = Prepared(_below)
    before = len(query.rows(parent=root.pk))
    assert query.rows(parent=world.organizations["sunrise"].pk) == []
    Organization.objects.filter(pk=world.organizations["appeals"].pk).update(parent=None)
    assert len(query.rows(parent=root.pk)) == before - 1


def test_an_instant_that_is_no_placeholder_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="goes stale"):
        Prepared(lambda slots: Case.objects.filter(due_at__lt=timezone.now()))


def test_an_instant_comes_with_each_call(world: World) -> None:
    late = Prepared(lambda slots: Case.objects.filter(due_at__lt=slots.moment("now")))
    Case.objects.create(
        exchange=world.exchange, number="T-1", kind="ticket", status="new", due_at=NOW
    )
    assert late.rows(now=NOW) == []
    assert len(late.rows(now=NOW + timedelta(seconds=1))) == 1


def test_a_look_into_the_database_while_it_is_built_is_refused(world: World) -> None:
    def peeks(slots: Slots) -> QuerySet[Case]:
        return Case.objects.filter(queue_id__in=list(Organization.objects.values_list("pk")[0]))

    with pytest.raises(ValueError, match="may not read"):
        Prepared(peeks)


def test_a_placeholder_that_a_lookup_changes_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="changed on its way"):
        Prepared(lambda slots: Case.objects.filter(number__icontains=slots.text("number")))


def test_a_forgotten_value_is_an_error_and_not_an_answer(world: World) -> None:
    with pytest.raises(KeyError):
        Prepared(_below).rows()


def test_a_key_stands_for_one_query(world: World) -> None:
    first = prepared("test.below", _below)
    assert prepared("test.below", _below) is first
    assert prepared(("test.below", 2), _below) is not first


def test_each_thread_uses_its_own_connection(world: World) -> None:
    query = prepared("test.people", lambda slots: Person.objects.filter(pk=slots.integer("pk")))
    query.rows(pk=0)
    used: list[object] = []

    def elsewhere() -> None:
        used.append(query._ready({"pk": 0}).query.get_compiler(using="default").connection)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert used[0] is not query._ready({"pk": 0}).query.get_compiler(using="default").connection
