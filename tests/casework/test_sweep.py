"""The sweep raises what is due exactly once, however often, late or crowded it runs."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.casework.sweep import SweepCounts, sweep_timers
from portal.clocks import timed_acts
from portal.clocks.models import Timer, TimerEvent
from portal.tenancy.models import Exchange
from portal.tenancy.scope import set_scope, use_exchange
from tests.clocks.ground import (
    CASE,
    OTHER_CASE,
    act,
    found_exchange,
    pacific,
    pause,
    resume,
    start,
    stop,
    the_timer,
)

OPENED = pacific("2025-11-10T10:20")
WARN = pacific("2025-11-20T10:20")
DUE = pacific("2025-11-25T10:20")
LATE = DUE + timedelta(hours=5)


@pytest.fixture
def exchange(db: None) -> Exchange:
    return found_exchange()


@pytest.fixture
def clean_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No timed act of a wing; what a test registers goes with it."""
    monkeypatch.setattr(timed_acts, "_on_breach", {})
    monkeypatch.setattr(timed_acts, "_on_warning", {})
    return


def sweep(exchange: Exchange, now: datetime) -> SweepCounts:
    return sweep_timers(exchange=exchange, now=now)


def told(verb: str) -> list[datetime]:
    return list(TimelineEvent.objects.filter(verb=verb).values_list("at", flat=True))


def sent(key: str) -> int:
    return OutboxMessage.objects.filter(key=key).count()


def test_a_warning_is_raised_at_its_time_and_only_once(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    assert sweep(exchange, WARN - timedelta(seconds=1)) == SweepCounts()
    assert sweep(exchange, WARN) == SweepCounts(warnings=1)
    assert sweep(exchange, WARN + timedelta(hours=1)) == SweepCounts()
    assert told("clock_warning") == [WARN]
    assert sent("sla.warning") == 1
    assert not Case.objects.get().is_breached


def test_a_breach_is_raised_after_the_deadline_and_only_once(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    assert sweep(exchange, DUE).breaches == 0
    assert sweep(exchange, DUE + timedelta(seconds=1)).breaches == 1
    assert sweep(exchange, LATE) == SweepCounts()
    assert sent("sla.breach") == 1
    assert Case.objects.get().is_breached


def test_a_late_sweep_stamps_the_true_deadline(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    sweep(exchange, LATE)
    assert the_timer().breached_at == DUE
    assert told("clock_breached") == [DUE]
    event = TimerEvent.objects.get(kind="breach")
    assert (event.deadline, event.raised_at) == (DUE, LATE)


def test_what_is_raised_names_the_policy_and_nobody(exchange: Exchange) -> None:
    """No personal data in broker messages and on the timeline: keys, ids and instants."""
    act(exchange, OPENED, start("ticket.resolve"))
    sweep(exchange, LATE)
    event = TimelineEvent.objects.get(verb="clock_breached")
    assert event.audience == "internal"
    assert event.data == {"policy": "ticket.resolve", "deadline": "2025-11-25T18:20:00Z"}
    message = OutboxMessage.objects.get(key="sla.breach")
    assert message.data == {**event.data, "timer": the_timer().pk}
    assert message.state == OutboxMessage.State.WAITING


def test_a_clock_that_stands_or_has_stopped_is_never_raised(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED, pause())
    act(exchange, OPENED, start("ticket.resolve"), case=OTHER_CASE)
    act(exchange, OPENED, stop(), case=OTHER_CASE)
    assert sweep(exchange, LATE) == SweepCounts()


def test_a_warning_already_given_is_not_given_again_after_a_pause(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    sweep(exchange, WARN)
    act(exchange, WARN + timedelta(hours=1), pause())
    act(exchange, WARN + timedelta(hours=2), resume())
    assert sweep(exchange, WARN + timedelta(hours=3)) == SweepCounts()
    assert sent("sla.warning") == 1


def test_a_breach_an_act_found_first_is_not_raised_again(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, LATE, pause())
    act(exchange, LATE, resume())
    assert sweep(exchange, LATE + timedelta(hours=1)).breaches == 0
    assert sent("sla.breach") == 1


def test_a_sweep_leaves_other_exchanges_to_their_own(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    other = found_exchange("elsewhere")
    assert sweep(other, LATE) == SweepCounts()
    set_scope(exchange_id=exchange.pk)
    assert sweep(exchange, LATE).breaches == 1


def test_a_sweep_takes_at_most_its_limit_and_the_next_takes_the_rest(exchange: Exchange) -> None:
    for number in range(5):
        act(exchange, OPENED, start("constituent.acknowledge"), case=f"C-{number}")
    assert sweep_timers(exchange=exchange, now=LATE, limit=3).breaches == 3
    assert sweep_timers(exchange=exchange, now=LATE, limit=3).breaches == 2


def test_a_sweep_takes_as_many_statements_for_many_clocks_as_for_one(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    with CaptureQueriesContext(connection) as one:
        sweep(exchange, LATE)
    for number in range(30):
        act(exchange, OPENED, start("ticket.resolve"), case=f"C-{number}")
    with CaptureQueriesContext(connection) as many:
        assert sweep(exchange, LATE).breaches == 30
    assert len(one) == len(many)


def test_an_instant_without_a_zone_is_refused(exchange: Exchange) -> None:
    with pytest.raises(ValueError, match="time zone"):
        sweep(exchange, datetime(2025, 11, 25))


# --- Timed acts --------------------------------------------------------------------------------


@pytest.mark.usefixtures("clean_handlers")
def test_an_appointment_is_kept_instead_of_breached(exchange: Exchange) -> None:
    kept: list[tuple[str, str, datetime]] = []
    timed_acts.on_breach(
        "ticket.auto_close",
        lambda *, case, actor, at: kept.append((case.number, actor.role_key, at)),
    )
    act(exchange, OPENED, start("ticket.auto_close"))
    assert sweep(exchange, LATE).acts == 1
    assert kept == [(CASE, "system", LATE)]
    assert the_timer("ticket.auto_close").state == Timer.State.MET
    assert not told("clock_breached")
    assert Case.objects.get().due_at is None
    assert sweep(exchange, LATE + timedelta(hours=1)) == SweepCounts()


@pytest.mark.usefixtures("clean_handlers")
def test_a_reminder_leaves_its_clock_running(exchange: Exchange) -> None:
    reminded: list[str] = []
    timed_acts.on_warning(
        "constituent.office_answer", lambda *, case, actor, at: reminded.append(case.number)
    )
    act(exchange, OPENED, start("constituent.office_answer"))
    assert sweep(exchange, pacific("2025-11-14T10:20")) == SweepCounts(acts=1)
    assert sweep(exchange, pacific("2025-11-14T12:00")) == SweepCounts()
    assert reminded == [CASE]
    assert the_timer("constituent.office_answer").state == Timer.State.RUNNING


@pytest.mark.usefixtures("clean_handlers")
def test_a_failing_act_is_handed_to_people_and_does_not_stop_the_others(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    def close(*, case: Case, actor: object, at: datetime) -> None:
        Case.objects.filter(pk=case.pk).update(status="half-way")
        if case.number == CASE:
            raise Refused("Jane Example has not answered.")

    timed_acts.on_breach("ticket.auto_close", close)
    for case in (CASE, OTHER_CASE):
        act(exchange, OPENED, start("ticket.auto_close"), case=case)
    with caplog.at_level(logging.ERROR):
        counts = sweep(exchange, LATE)
    assert (counts.acts, counts.failed_acts) == (1, 1)
    assert Case.objects.get(number=CASE).status == "new", "its savepoint was rolled back"
    assert Case.objects.get(number=CASE).is_breached
    assert sent("sla.breach") == 1
    assert "Refused" in caplog.text
    assert "Jane" not in caplog.text
    assert sweep(exchange, LATE) == SweepCounts()


@pytest.mark.usefixtures("clean_handlers")
def test_a_busy_database_postpones_an_act_to_the_next_sweep(exchange: Exchange) -> None:
    answers = iter([OperationalError("lock timeout"), None])

    def close(*, case: Case, actor: object, at: datetime) -> None:
        if error := next(answers):
            raise error

    timed_acts.on_breach("ticket.auto_close", close)
    act(exchange, OPENED, start("ticket.auto_close"))
    assert sweep(exchange, LATE).acts == 0
    assert sweep(exchange, LATE).acts == 1


@pytest.mark.usefixtures("clean_handlers")
def test_an_appointment_overtaken_by_a_late_act_was_not_missed(exchange: Exchange) -> None:
    timed_acts.on_breach("ticket.auto_close", lambda **_: None)
    act(exchange, OPENED, start("ticket.auto_close"))
    act(exchange, LATE, stop())
    assert the_timer("ticket.auto_close").state == Timer.State.MET


@pytest.mark.usefixtures("clean_handlers")
def test_a_policy_has_at_most_one_timed_act() -> None:
    timed_acts.on_breach("ticket.auto_close", lambda **_: None)
    with pytest.raises(ValueError, match="already"):
        timed_acts.on_breach("ticket.auto_close", lambda **_: None)


# --- The command, and two sweeps at once -------------------------------------------------------


def test_the_command_prints_its_counts_as_its_last_line(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    out = StringIO()
    call_command("sweep_timers", "--now", LATE.isoformat(), "--exchange", exchange.slug, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "warnings": 1,
        "breaches": 1,
        "acts": 0,
        "failed_acts": 0,
    }


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_raise_each_breach_once() -> None:
    with transaction.atomic():
        exchange = found_exchange()
        for number in range(40):
            act(exchange, OPENED, start("constituent.acknowledge"), case=f"C-{number}")
    together: list[SweepCounts] = []

    def run() -> None:
        try:
            together.append(sweep(exchange, LATE))
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with use_exchange(exchange):
        assert sum(counts.breaches for counts in together) == 40
        assert sent("sla.breach") == 40
        assert TimerEvent.objects.filter(kind="breach").count() == 40


@pytest.mark.django_db(transaction=True)
def test_a_case_somebody_is_working_on_waits_for_the_next_sweep() -> None:
    with transaction.atomic():
        exchange = found_exchange()
        act(exchange, OPENED, start("ticket.resolve"))
        act(exchange, OPENED, start("ticket.resolve"), case=OTHER_CASE)
    locked, done = Event(), Event()

    def work_on_it() -> None:
        try:
            with use_exchange(exchange):
                Case.objects.select_for_update(of=("self",)).get(number=CASE)
                locked.set()
                done.wait(timeout=30)
        finally:
            connection.close()

    worker = Thread(target=work_on_it)
    worker.start()
    try:
        assert locked.wait(timeout=30)
        assert sweep(exchange, LATE).breaches == 1
    finally:
        done.set()
        worker.join()
    assert sweep(exchange, LATE).breaches == 1
