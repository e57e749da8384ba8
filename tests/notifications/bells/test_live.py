"""The header's numbers, asked for by every open page (BN-01): cheap, fresh, and no activity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from escalations.constituent import services as constituent
from notifications import services
from notifications.drain import drain_outbox
from notifications.models import Bell
from portal.casework.models import Case
from portal.ui import live
from tests.notifications.ground import case_of_office, message
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world: World) -> Case:
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    return case


@pytest.fixture
def asking(world: World, client: Client, told: Case) -> Client:
    """A browser whose header was filled once."""
    client.force_login(world.people["office.staff"])
    assert _ask(client).json()["bell"]["count"] == 1
    return client


@contextmanager
def committed(callbacks: Any) -> Iterator[None]:
    """What a commit would set off is set off at the end."""
    with callbacks(execute=True):
        yield


def _ask(client: Client, etag: str = "") -> Any:
    headers = {"X-Unattended": "1"} | ({"If-None-Match": etag} if etag else {})
    return client.get(reverse("notifications:live"), headers=headers, follow=True)


def _ring(world: World, told: Case, callbacks: Any) -> None:
    with committed(callbacks):
        message(world, "constituent.updated", told)
        drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()


def test_bn_01_a_header_that_asks_again_costs_no_statement(asking: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        again = _ask(asking)
    assert (again.status_code, again.json()["bell"]["count"]) == (200, 1)
    assert not queries.captured_queries


def test_nothing_new_is_told_by_its_entity_tag_alone(asking: Client) -> None:
    first = _ask(asking)
    again = _ask(asking, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_line_is_seen_at_the_next_look(
    world: World, asking: Client, told: Case, django_capture_on_commit_callbacks: Any
) -> None:
    before = _ask(asking)
    _ring(world, told, django_capture_on_commit_callbacks)
    after = _ask(asking, before["ETag"])
    assert after.json()["bell"]["count"] == 2
    assert after.json()["bell"]["newest"] > before.json()["bell"]["newest"]


def test_reading_a_line_lowers_the_number_at_the_next_look(
    world: World, asking: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with committed(django_capture_on_commit_callbacks):
        services.mark_all_read(actor=world.actor("office.staff"))
    assert _ask(asking).json()["bell"] == {"count": 0, "newest": 0}


def test_reckoning_reads_the_lines_in_one_statement(asking: Client) -> None:
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        _ask(asking)
    about = [q for q in queries.captured_queries if "notifications_bell" in q["sql"]]
    assert len(about) == 1


def test_a_lost_cache_loses_no_number(asking: Client) -> None:
    cache.clear()
    assert _ask(asking).json()["bell"]["count"] == 1


def test_what_changed_while_it_was_reckoned_is_not_forgotten(
    world: World, told: Case, django_capture_on_commit_callbacks: Any
) -> None:
    actor = world.actor("office.staff")
    assert actor.membership is not None

    def changes_meanwhile(_: Any) -> live.Waiting:
        with committed(django_capture_on_commit_callbacks):
            live.touch([actor.person_id or 0])
        return live.Waiting(7)

    odd = live.LiveCount(
        "odd", "Odd", "one", "many", "home", "bell", changes_meanwhile, "notifications.read"
    )
    live.register(odd)
    try:
        live.reckon(actor)
    finally:
        del live._counts["odd"]
    remembered = live.remembered(
        person_id=actor.person_id or 0,
        exchange_id=actor.exchange_id,
        membership_id=actor.membership.pk,
    )
    assert remembered is None


def test_ac_11_asking_does_not_keep_a_session_alive(asking: Client) -> None:
    session = asking.session
    session["last_seen"] = seen = session["last_seen"] - 60
    session.save()
    _ask(asking)
    assert asking.session["last_seen"] == seen


def test_ac_11_an_idle_session_gets_no_number(asking: Client) -> None:
    session = asking.session
    session["last_seen"] -= 16 * 60
    session.save()
    assert _ask(asking).status_code == 401


def test_nobody_without_a_session_gets_a_number(client: Client) -> None:
    assert _ask(client).status_code == 401


def test_another_person_s_numbers_are_not_theirs(
    world: World, asking: Client, other_world: World
) -> None:
    other_world.enter()
    stranger = Client()
    stranger.force_login(other_world.people["office.staff"])
    assert _ask(stranger).json()["bell"]["count"] == 0


def test_the_title_of_a_page_says_nothing_of_what_waits(asking: Client) -> None:
    page = asking.get(reverse("notifications:bell")).content.decode()
    assert "<title>Notifications | Liaison</title>" in page


def test_lines_that_say_the_same_of_the_same_case_are_one(
    world: World, asking: Client, told: Case, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(3):
        _ring(world, told, django_capture_on_commit_callbacks)
    page = asking.get(reverse("notifications:bell"))
    (group,) = page.context["groups"]
    assert sorted(line.times for line in group.lines) == [1, 3]
    newest = Bell.objects.filter(key="constituent.updated").order_by("-pk").first()
    assert newest is not None
    asking.post(reverse("notifications:bell-read", args=[newest.pk]))
    world.enter()
    unread = Bell.objects.visible_to(world.actor("office.staff")).unread()
    assert [line.key for line in unread] == ["constituent.acknowledged"]


def test_the_menu_shows_the_newest_five_and_stays_where_it_is(
    world: World, asking: Client, told: Case
) -> None:
    for key in ("constituent.updated", "constituent.acknowledged"):
        for number in range(4):
            message(world, key, told, data={"n": number})
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    page = asking.get(reverse("notifications:bell-newest"))
    assert len(page.context["lines"]) == 2
    answer = asking.post(
        reverse("notifications:bell-read-all"),
        {"until": page.context["newest"]},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "liaison:live")
    assert b"Mark as read" not in answer.content
