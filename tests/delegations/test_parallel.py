"""Guesses at the same instant, on the real database (reliability C-4)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import time_machine
from django.db import close_old_connections, connection, transaction

from portal.consumers.mirror import Delegation
from portal.delegations import tool
from portal.delegations.models import PasscodeGuard, ToolSearch
from portal.delegations.tool import Guess, Guessed
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor
from portal.tenancy.scope import use_exchange
from tests.delegations.ground import consumer_of, passcode_of, sent, wrong_for
from tests.world import NOW, build_world

#: An actor, and that actor's search.
Seat = tuple[Actor, ToolSearch]


@pytest.fixture
def seats(transactional_db: None) -> Iterator[list[Seat]]:
    """Three enrollers of two agencies who wait for a passcode of one consumer."""
    with time_machine.travel(NOW, tick=True):
        with transaction.atomic():
            world = build_world()
            consumer_of(world)
            actors = [world.actor(key) for key in ("agent", "agency.manager", "harbor.agent")]
            made = [(actor, sent(actor)) for actor in actors]
        yield made


def guess_at_once(seats: list[Seat], codes: list[str]) -> list[Guessed]:
    """Every code entered at the same time, from the seats in turn."""
    guesses: list[Guessed] = []

    def guess(seat: Seat, code: str) -> None:
        actor, search = seat
        try:
            with use_exchange(actor.exchange_id):
                guesses.append(tool.check_passcode(actor=actor, search=search, passcode=code))
        finally:
            close_old_connections()
            connection.close()

    for start in range(0, len(codes), 25):
        threads = [
            threading.Thread(target=guess, args=(seats[place % len(seats)], code))
            for place, code in enumerate(codes[start : start + 25])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return guesses


def test_of_a_hundred_guesses_at_once_from_three_searches_five_are_processed(
    seats: list[Seat],
) -> None:
    actor = seats[0][0]
    with use_exchange(actor.exchange_id):
        right = {passcode_of(search) for _, search in seats}
        bad = next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in right)
    guesses = guess_at_once(seats, [bad] * 100)
    assert len(guesses) == 100
    assert sorted(one.left for one in guesses if one.guess == Guess.WRONG) == [1, 2, 3, 4]
    assert {one.guess for one in guesses} == {Guess.WRONG, Guess.LOCKED}
    with use_exchange(actor.exchange_id):
        wrong = LedgerEntry.objects.filter(action="delegations.passcode_wrong")
        assert wrong.count() == 5
        guard = PasscodeGuard.objects.get()
        assert (guard.wrong_tries, guard.locked_until is not None) == (5, True)
        assert not Delegation.objects.exists()


def test_the_right_passcode_entered_many_times_at_once_delegates_once(seats: list[Seat]) -> None:
    actor, search = seats[0]
    with use_exchange(actor.exchange_id):
        code = passcode_of(search)
        assert wrong_for(search) != code
    outcomes: list[str] = []

    def enter() -> None:
        try:
            with use_exchange(actor.exchange_id):
                guessed = tool.check_passcode(actor=actor, search=search, passcode=code)
                outcomes.append(guessed.guess)
        except tool.Refused:
            outcomes.append("refused")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 9 + ["right"]
    with use_exchange(actor.exchange_id):
        assert Delegation.objects.filter(status="active").count() == 1
