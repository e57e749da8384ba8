"""Servers that are away, slow or refuse: nothing lost, nothing sent twice unknowingly.

Counted as: expected are the mails in the database, seen those the server accepted. Lost is what
was expected and neither seen nor shown to an operator; doubled is one Message-ID seen twice.
``python tests/faults/outages.py 100`` runs more rounds.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import override_settings

from notifications import drain
from notifications.drain import drain_outbox
from notifications.models import Bell, MailMessage
from notifications.work import work_off
from portal.casework.models import OutboxMessage
from tests.database import connect_as_owner
from tests.faults.test_drain_kills import _buried, _in_child
from tests.notifications.ground import (
    Sink,
    case_of_office,
    forget_messages,
    message,
    smtp_sink,
)
from tests.world import NOW, World, build_world

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("OUTAGE_ROUNDS", "1"))
READERS = 2
#: Beyond every lease and every pause.
ROUND = timedelta(hours=2)
UNSENT = ("waiting", "sending")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as found:
        yield found


@pytest.fixture
def office_world() -> World:
    """A committed world whose office has two people to tell by bell and mail."""
    with transaction.atomic():
        return build_world()


def _fill(world: World) -> int:
    """Messages for the office, one a round; how many mails they become."""
    with transaction.atomic():
        world.enter()
        case = case_of_office(world)
        forget_messages(world)
        for _ in range(ROUNDS):
            message(world, "constituent.updated", case)
    return ROUNDS * READERS


def _work_until_quiet(world: World, start: datetime, rounds: int = 8) -> None:
    now = start
    for _ in range(rounds):
        now += ROUND
        work_off(exchange=world.exchange, now=now)
    assert not _states(world) & {*UNSENT}, "something still waits"


def _states(world: World) -> set[str]:
    return set(_mails(world).values())


def _mails(world: World) -> dict[str, str]:
    """Message-ID → state of the mails to the office."""
    with transaction.atomic():
        world.enter()
        rows = MailMessage.objects.filter(key="constituent.updated")
        return dict(rows.values_list("rfc_message_id", "state"))


def _count(world: World, sink: Sink, expected: int) -> dict[str, str]:
    """The counting rule: none lost, none doubled, none that counts as sent unseen."""
    mails, seen = _mails(world), Counter(sink.ids)
    assert len(mails) == expected
    assert set(seen.values()) <= {1}, "doubled"
    shown = {key for key, state in mails.items() if state in ("parked", "failed", *UNSENT)}
    assert not set(mails) - set(seen) - shown, "lost"
    assert {key for key, state in mails.items() if state == "sent"} <= set(seen)
    return mails


def test_a_mail_server_that_is_down_gets_everything_once_when_it_is_back(
    office_world: World, sink: Sink
) -> None:
    expected = _fill(office_world)
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        for minute in range(5):
            work_off(exchange=office_world.exchange, now=NOW + timedelta(minutes=minute))
    assert not sink.accepted
    _work_until_quiet(office_world, NOW)
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {"sent"}


def test_a_day_of_temporary_refusals_leaves_every_mail_to_an_operator(
    office_world: World, sink: Sink
) -> None:
    expected = _fill(office_world)
    sink.mode = "busy"
    now = NOW
    while now <= NOW + timedelta(hours=26):
        work_off(exchange=office_world.exchange, now=now)
        now += timedelta(minutes=61)
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {"failed"}
    with transaction.atomic():
        office_world.enter()
        alerts = OutboxMessage.objects.filter(key=drain.ALERT).count()
    assert alerts == expected, "an operator is told of each"


@pytest.mark.parametrize(
    ("mode", "state", "is_seen"),
    [
        ("refuse", "failed", False),
        ("refuse content", "failed", False),
        ("hang up late", "parked", True),
        ("fall silent", "parked", True),
    ],
)
def test_what_a_server_refuses_or_leaves_unanswered_is_shown_and_never_repeated(
    office_world: World, sink: Sink, mode: str, state: str, is_seen: bool
) -> None:
    expected = _fill(office_world)
    sink.mode = mode
    with override_settings(EMAIL_TIMEOUT=0.3):
        work_off(exchange=office_world.exchange, now=NOW)
        for hours in (2, 4, 6):
            work_off(exchange=office_world.exchange, now=NOW + timedelta(hours=hours))
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {state}
    assert (len(sink.accepted) == expected) is is_seen


@pytest.mark.parametrize("fault", ["away", "emptied"])
def test_valkey_away_or_emptied_loses_nothing(office_world: World, sink: Sink, fault: str) -> None:
    expected = _fill(office_world)
    away = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    if fault == "away":
        with override_settings(CACHES=away):
            work_off(exchange=office_world.exchange, now=NOW)
    else:
        drain_outbox(exchange=office_world.exchange, now=NOW, limit=max(1, ROUNDS // 2))
        cache.clear()
    _work_until_quiet(office_world, NOW)
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {"sent"}
    _check_bells(office_world)


@pytest.mark.parametrize("point", ["_tell_people", "_write_mails"])
def test_a_database_that_ends_the_session_within_a_message_leaves_nothing_half_done(
    office_world: World, sink: Sink, point: str
) -> None:
    expected = _fill(office_world)
    real = getattr(drain, point)

    def cut(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            session = cursor.fetchone()[0]
        owner = connect_as_owner()
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
        owner.close()
        return found

    def work() -> None:
        setattr(drain, point, cut)  # in the child only
        drain_outbox(exchange=office_world.exchange, now=NOW)

    status = _buried(_in_child(work))
    assert os.waitstatus_to_exitcode(status) == 0, "the worker goes on with a new session"
    with transaction.atomic():
        office_world.enter()
        assert not Bell.objects.filter(key="constituent.updated").exists(), "half done"
        assert not MailMessage.objects.exists(), "half done"
    _work_until_quiet(office_world, NOW)
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {"sent"}
    _check_bells(office_world)


def test_two_beats_at_once_tell_everybody_once(office_world: World, sink: Sink) -> None:
    expected = _fill(office_world)
    barrier = threading.Barrier(2)

    def beat() -> None:
        barrier.wait()
        work_off(exchange=office_world.exchange, now=NOW)
        connections.close_all()

    beats = [threading.Thread(target=beat) for _ in range(2)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    _work_until_quiet(office_world, NOW, rounds=1)
    mails = _count(office_world, sink, expected)
    assert set(mails.values()) == {"sent"}
    _check_bells(office_world)


def _check_bells(world: World) -> None:
    with transaction.atomic():
        world.enter()
        rung = Counter(
            Bell.objects.filter(key="constituent.updated").values_list("message_id", "person_id")
        )
    assert len(rung) == ROUNDS * READERS
    assert set(rung.values()) == {1}
