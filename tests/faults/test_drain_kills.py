"""Workers killed in the middle of a drain: no message lost, nobody told twice.

``python tests/faults/drain_kills.py 200`` runs the random drill with more kills.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from notifications import drain, mailer
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from notifications.models import Bell, MailMessage
from notifications.smtp import Delivery, SmtpSession
from notifications.work import work_off
from portal.casework.models import OutboxMessage
from tests.database import end_other_sessions
from tests.notifications.ground import (
    Sink,
    case_of_office,
    forget_messages,
    message,
    smtp_sink,
)
from tests.world import NOW, World, build_world

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("DRAIN_KILLS", "20"))
#: Enough that each kill finds work.
MESSAGES_PER_KILL = 3
READERS = 2
#: Beyond every lease.
ROUND = timedelta(minutes=10)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as found:
        yield found


@pytest.fixture
def office_world() -> World:
    """A committed world whose office has two people to tell by bell and mail."""
    with transaction.atomic():
        return build_world()


def _fill(world: World, count: int) -> None:
    with transaction.atomic():
        world.enter()
        case = case_of_office(world)
        forget_messages(world)
        for _ in range(count):
            message(world, "constituent.updated", case)


def _in_child(work: Callable[[], object]) -> int:
    """Run something in a process of its own that never returns here; its process id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def _buried(child: int) -> int:
    """Wait for a child's end and for the end of its database session; its wait status."""
    _, status = os.waitpid(child, 0)
    connections.close_all()
    end_other_sessions()
    return status


def _killed_somewhere(work: Callable[[], object], rng: random.Random) -> None:
    child = _in_child(work)
    time.sleep(rng.uniform(0.005, 0.12))  # the moment of the kill is the drill
    os.kill(child, signal.SIGKILL)
    _buried(child)


def _finish(world: World, now: datetime) -> datetime:
    """Let healthy workers do the rest; stops when nothing waits any more."""
    for _ in range(10):
        now += ROUND
        work_off(exchange=world.exchange, now=now)
        with transaction.atomic():
            world.enter()
            waiting = OutboxMessage.objects.filter(state="waiting").exists()
            unsent = MailMessage.objects.filter(state__in=["waiting", "sending"]).exists()
        if not (waiting or unsent):
            return now
    raise AssertionError("The outbox did not empty.")


def _check(world: World, sink: Sink, *, messages: int, may_be_parked: int) -> None:
    with transaction.atomic():
        world.enter()
        done = OutboxMessage.objects.filter(key="constituent.updated", state="done")
        assert done.count() == messages, "a message was lost or parked"
        rung = Counter(
            Bell.objects.filter(key="constituent.updated").values_list("message_id", "person_id")
        )
        assert len(rung) == messages * READERS, "a bell was lost"
        assert set(rung.values()) == {1}, "a bell rang twice"
        mails = list(MailMessage.objects.all())
    assert len(mails) == messages * READERS, "a mail was lost or written twice"
    seen = Counter(sink.ids)
    assert set(seen.values()) <= {1}, "a mail was sent twice"
    parked = [mail for mail in mails if mail.state == "parked"]
    assert len(parked) <= may_be_parked
    sent = {mail.rfc_message_id for mail in mails if mail.state == "sent"}
    assert sent <= set(seen), "a mail counts as sent that nobody received"
    assert len(sent) + len(parked) == len(mails)
    assert set(seen) - sent <= {mail.rfc_message_id for mail in parked}


@pytest.mark.slow
def test_workers_killed_anywhere_lose_nothing_and_tell_nobody_twice(
    office_world: World, sink: Sink
) -> None:
    world, rng = office_world, random.Random(20260101)
    messages = KILLS * MESSAGES_PER_KILL
    _fill(world, messages)
    drain_outbox(exchange=world.exchange, now=NOW, limit=messages // 2)
    now = NOW
    for turn in range(KILLS):
        work = send_mails if turn % 2 else drain_outbox
        _killed_somewhere(lambda at=now, work=work: work(exchange=world.exchange, now=at), rng)
        now += ROUND
    _finish(world, now)
    _check(world, sink, messages=messages, may_be_parked=KILLS)
    with transaction.atomic():
        world.enter()
        interrupted = OutboxMessage.objects.filter(attempts__gt=1).count()
        interrupted += MailMessage.objects.filter(Q(attempts__gt=1) | Q(state="parked")).count()
        parked = MailMessage.objects.filter(state="parked").count()
    sys.stdout.write(
        f"{KILLS} workers killed, {interrupted} at work; {messages} messages and"
        f" {messages * READERS} mails: 0 lost, 0 doubled, {parked} left to an operator\n"
    )
    assert interrupted >= KILLS // 10, "the kills came too early or too late to prove anything"


def _suicide(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


class _DiesMidContent(SmtpSession):
    """Killed when the server waits for the content, and that is on record."""

    def deliver(self, *, before_content: Callable[[], bool], **options: Any) -> Delivery:
        def die() -> bool:
            before_content()
            return bool(_suicide())

        return super().deliver(before_content=die, **options)


class _DiesAfterAnswer(SmtpSession):
    """Killed with the server's 250 in hand, before it is kept."""

    def deliver(self, **options: Any) -> Delivery:
        super().deliver(**options)
        return _suicide()  # type: ignore[no-any-return]


class _DiesBeforeConnecting(SmtpSession):
    deliver = _suicide


@pytest.mark.parametrize(
    ("module", "name"),
    [(drain, "_handle"), (drain, "_tell_people"), (drain, "_write_mails")],
    ids=["after the claim", "before the bells", "between bells and mails"],
)
def test_a_drain_killed_at_a_named_point_is_made_up_for(
    office_world: World, sink: Sink, module: Any, name: str
) -> None:
    world = office_world
    _fill(world, 3)

    def work() -> None:
        setattr(module, name, _suicide)  # in the child only
        drain_outbox(exchange=world.exchange, now=NOW)

    status = _buried(_in_child(work))
    assert os.WTERMSIG(status) == signal.SIGKILL
    _finish(world, NOW)
    _check(world, sink, messages=3, may_be_parked=0)


@pytest.mark.parametrize(
    ("session", "parked"),
    [(_DiesBeforeConnecting, 0), (_DiesMidContent, 1), (_DiesAfterAnswer, 1)],
    ids=["after the claim", "mid content", "after the answer"],
)
def test_a_sender_killed_at_a_named_point_parks_at_most_the_one_mail_it_held(
    office_world: World, sink: Sink, session: type[SmtpSession], parked: int
) -> None:
    world = office_world
    _fill(world, 2)
    drain_outbox(exchange=world.exchange, now=NOW)

    def work() -> None:
        send_mails(exchange=world.exchange, now=NOW, session=session)

    status = _buried(_in_child(work))
    assert os.WTERMSIG(status) == signal.SIGKILL
    _finish(world, NOW)
    _check(world, sink, messages=2, may_be_parked=parked)
    with transaction.atomic():
        world.enter()
        assert MailMessage.objects.filter(state="parked").count() == parked
        alerts = OutboxMessage.objects.filter(key=drain.ALERT)
        assert alerts.count() == parked, "an operator is told of each parked mail"


def test_a_message_that_kills_its_worker_is_delivered_three_times_and_then_parked(
    office_world: World, sink: Sink
) -> None:
    world = office_world
    _fill(world, 1)
    now, deaths = NOW, 0

    def work() -> None:
        drain._handle = _suicide  # type: ignore[assignment]  # in the child only
        drain_outbox(exchange=world.exchange, now=now)

    for _ in range(5):
        status = _buried(_in_child(work))
        deaths += os.WIFSIGNALED(status)
        now += ROUND
        with transaction.atomic():
            world.enter()
            if OutboxMessage.objects.get(key="constituent.updated").state == "parked":
                break
    assert deaths >= drain.MAX_ATTEMPTS
    drain_outbox(exchange=world.exchange, now=now)
    with transaction.atomic():
        world.enter()
        poison = OutboxMessage.objects.get(key="constituent.updated")
        assert poison.state == "parked"
        assert poison.attempts == drain.MAX_ATTEMPTS + 1  # the last one only parks it
        assert not MailMessage.objects.exists()


def test_an_event_loop_brings_its_thread_no_second_connection_for_a_child_to_inherit() -> None:
    async def in_a_loop() -> BaseDatabaseWrapper:
        return connections["default"]

    def both() -> tuple[BaseDatabaseWrapper, BaseDatabaseWrapper]:
        return connections["default"], asyncio.run(in_a_loop())

    with ThreadPoolExecutor(1) as other_thread:  # in ours a browser's loop may run already
        without, within = other_thread.submit(both).result()
    assert within is without


def test_leases_outlast_what_they_guard() -> None:
    assert mailer.LEASE < ROUND
    assert drain.LEASE < ROUND
