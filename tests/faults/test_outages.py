"""Servers that are away, slow or refuse: nothing lost, nothing sent twice unknowingly.

Valkey and PostgreSQL are those of the test session, really killed and started again.

Counted as: expected are the mails in the database, seen those the server accepted. Lost is what
was expected and neither seen nor shown to an operator; doubled is one Message-ID seen twice.
``python tests/faults/outages.py 100`` runs more rounds.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection, connections, transaction
from django.test import override_settings

from config.embedded import EmbeddedServers
from notifications import drain
from notifications.drain import drain_outbox
from notifications.models import Bell, MailMessage
from notifications.work import work_off
from portal.casework.models import OutboxMessage
from portal.ui import live
from tests import infra
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
def servers(request: pytest.FixtureRequest) -> EmbeddedServers:
    """PostgreSQL and Valkey of this session, for this session alone."""
    found = infra.servers_of(request.config)
    assert found is not None, "other workers use the same servers; mark the test as alone"
    return found


@pytest.fixture(autouse=True)
def _cache_not_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one drill does to the cache is not the next one's."""
    monkeypatch.setattr(live, "_silent_until", 0.0)


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


@contextmanager
def _fault(servers: EmbeddedServers, fault: str) -> Iterator[None]:
    """Do something to Valkey; afterwards it is there again."""
    valkey = servers.valkey
    assert valkey is not None
    assert valkey.process is not None
    match fault:
        case "flushed":
            cache.clear()
        case "silent":
            valkey.process.send_signal(signal.SIGSTOP)
        case _:
            valkey.process.kill()
            valkey.process.wait()
    if fault == "restarted":
        servers.restart_dead()
    yield
    if fault == "silent":
        valkey.process.send_signal(signal.SIGCONT)
    servers.restart_dead()


class _Worker(threading.Thread):
    """One round of work in a thread of its own; what ended it is kept in ``error``."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            work_off(exchange=self.world.exchange, now=NOW)
        except Error as error:
            self.error = error
        finally:
            connections.close_all()


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["flushed", "restarted", "cut", "silent"])
def test_valkey_lost_in_the_middle_of_sending_costs_nothing(
    office_world: World, sink: Sink, servers: EmbeddedServers, fault: str
) -> None:
    expected = _fill(office_world)
    sink.holds = True
    worker = _Worker(office_world)
    worker.start()
    assert sink.is_asked.wait(20)
    with transaction.atomic():
        office_world.enter()
        more = case_of_office(office_world)
        message(office_world, "constituent.updated", more)
    with _fault(servers, fault):
        sink.may_answer.set()
        worker.join(60)
        work_off(exchange=office_world.exchange, now=NOW)
    assert worker.error is None
    _work_until_quiet(office_world, NOW, rounds=2)
    mails = _count(office_world, sink, expected + READERS)
    assert set(mails.values()) == {"sent"}
    _check_bells(office_world, messages=ROUNDS + 1)


@pytest.mark.alone
@pytest.mark.parametrize(("point", "parked"), [("a message", 0), ("a mail", 1)])
def test_postgresql_restarted_in_the_middle_leaves_nothing_half_done(
    office_world: World,
    sink: Sink,
    servers: EmbeddedServers,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    parked: int,
) -> None:
    expected = _fill(office_world)
    if point == "a mail":
        sink.holds = True
    else:
        _hold_first_message(sink, monkeypatch)
    worker = _Worker(office_world)
    worker.start()
    assert sink.is_asked.wait(20)
    connections.close_all()
    assert servers.postgres is not None
    assert servers.postgres.process is not None
    servers.postgres.process.send_signal(signal.SIGINT)  # ends sessions, and then itself
    servers.postgres.process.wait(30)
    servers.restart_dead()
    sink.may_answer.set()
    worker.join(60)
    _work_until_quiet(office_world, NOW)
    mails = _count(office_world, sink, expected)
    assert Counter(mails.values())["parked"] == parked, "only what nobody can know"
    assert set(mails.values()) <= {"sent", "parked"}
    _check_bells(office_world)


def _hold_first_message(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    real = drain._write_mails

    def held(*args: Any) -> None:
        real(*args)
        if not sink.is_asked.is_set():
            sink.is_asked.set()
            sink.may_answer.wait(30)

    monkeypatch.setattr(drain, "_write_mails", held)


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


def _check_bells(world: World, messages: int = ROUNDS) -> None:
    with transaction.atomic():
        world.enter()
        rung = Counter(
            Bell.objects.filter(key="constituent.updated").values_list("message_id", "person_id")
        )
    assert len(rung) == messages * READERS
    assert set(rung.values()) == {1}
