"""Workers killed while they make summaries: none lost, none doubled, none without its entry.

``python tests/faults/summary_kills.py 200`` runs it with more kills, over 2,000 summaries.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter

import pytest
from django.db import connections, transaction

from notifications.mailbox.models import Item
from notifications.summaries import making
from notifications.summaries.making import make_summaries
from notifications.summaries.models import Alert, Summary
from portal.casework.models import OutboxMessage
from portal.consumers.models import Enrollment
from portal.tenancy.models import Membership, Person, Role
from tests.database import end_other_sessions
from tests.notifications.summaries.ground import TODAY, at, given
from tests.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("SUMMARY_KILLS", "3"))
PEOPLE = 2_000 if KILLS > 10 else 60
ALERTS = 40


def _population() -> World:
    """Enrollers in one agency, and consumers of one of them with something to tell every day."""
    with transaction.atomic():
        world = build_world()
        role = Role.objects.get(exchange=world.exchange, key="agent_level_2")
        people = Person.objects.bulk_create(
            Person(email=f"agent{n}@drill.example", full_name=f"Agent {n}", password="!")
            for n in range(PEOPLE - 3)  # an agent and a manager with two summaries are there
        )
        Membership.objects.bulk_create(
            Membership(
                exchange=world.exchange,
                person=person,
                organization=world.organizations["sunrise"],
                role=role,
            )
            for person in people
        )
        for number in range(ALERTS):
            Enrollment.objects.create(
                exchange=world.exchange,
                consumer=given(world),
                enrollment_id=f"D{number}",
                plan_year=TODAY.year,
                carrier_name="Sierra Mutual",
                plan_name="Silver 70",
                status="canceled",
                status_since=TODAY,
            )
    return world


def _kill_somewhere(world: World, rng: random.Random) -> bool:
    """Let a worker of its own begin, and kill it; whether it was still at work."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            make_summaries(exchange=world.exchange, now=at(TODAY))
        finally:
            os._exit(0)
    time.sleep(rng.uniform(0.01, 0.25))  # the moment of the kill is the drill
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    connections.close_all()
    end_other_sessions()
    return os.WIFSIGNALED(status)


def test_workers_killed_anywhere_lose_no_summary_and_double_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Small batches, so that the kills find many places to fall between.
    monkeypatch.setattr(making, "BATCH", 8)
    world, rng = _population(), random.Random(20260101)
    interrupted = sum(_kill_somewhere(world, rng) for _ in range(KILLS))
    with transaction.atomic():
        world.enter()
        before = Summary.objects.count()
    make_summaries(exchange=world.exchange, now=at(TODAY))
    with transaction.atomic():
        world.enter()
        summaries = Counter(Summary.objects.values_list("person_id", "kind", "local_date"))
        entries = Counter(Item.objects.filter(kind="summary").values_list("source_id", flat=True))
        told = OutboxMessage.objects.filter(key__startswith="summary.")
        messages = Counter(row["summary"] for row in told.values_list("data", flat=True))
        alerts = Counter(Alert.objects.values_list("source_id", flat=True))
    doubled = sum(n - 1 for found in (summaries, entries, messages) for n in found.values())
    lost = sum(PEOPLE - len(found) for found in (summaries, entries, messages))
    sys.stdout.write(
        f"{interrupted} of {KILLS} workers killed at work, {before} summaries made by them,"
        f" {PEOPLE} in all: {lost} lost, {doubled} doubled\n"
    )
    assert (lost, doubled) == (0, 0)
    assert len(alerts) == ALERTS
    assert set(alerts.values()) == {1}
    assert interrupted, "the kills came too late to prove anything"
