"""The simulator: replaying the record gives the record, and a draft says what it would turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.casework.sweep import sweep_timers
from portal.clocks import changes, simulation, timed_acts
from portal.clocks.changes import DatedHours, PolicyTerms
from portal.clocks.models import (
    BusinessCalendar,
    CalendarVersion,
    PolicyVersion,
    SimulatedClock,
    Simulation,
    SlaPolicy,
    Timer,
)
from portal.clocks.simulation import Counts
from portal.clocks.versions import Promise
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Exchange
from tests.clocks.ground import (
    act,
    administrator,
    found_exchange,
    pacific,
    pause,
    resume,
    start,
    stop,
    the_timer,
)

pytestmark = pytest.mark.django_db
POLICY = "ticket.resolve"
OPENED = pacific("2025-11-10T10:20")
Finding = SimulatedClock.Finding


@pytest.fixture
def exchange() -> Exchange:
    return found_exchange()


@contextmanager
def at(moment: datetime | str) -> Iterator[datetime]:
    instant = pacific(moment) if isinstance(moment, str) else moment
    with time_machine.travel(instant, tick=False):
        yield instant


def editor(exchange: Exchange) -> Actor:
    return administrator(
        exchange, "clocks.edit_calendar", "clocks.edit_policies", "clocks.simulate"
    )


def the_policy() -> SlaPolicy:
    return SlaPolicy.objects.select_related("calendar").get(key=POLICY)


def change_dates(
    exchange: Exchange, *, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()
) -> None:
    """Close dates, or open them again, on the calendar the policy runs on."""
    calendar = BusinessCalendar.objects.get(pk=the_policy().calendar_id)
    known = [DatedHours.of(row) for row in calendar.exceptions.all()]
    wanted = [entry for entry in known if entry.date.isoformat() not in {*add, *drop}]
    wanted += [DatedHours(date.fromisoformat(day), "Training") for day in add]
    preview = changes.preview_calendar_change(
        calendar=calendar, week=calendar.week, exceptions=wanted
    )
    changes.change_calendar(
        actor=editor(exchange),
        calendar=calendar,
        week=calendar.week,
        exceptions=wanted,
        expected_preview_token=preview.token,
    )


def change_terms(exchange: Exchange, **terms: Any) -> None:
    policy = the_policy()
    wanted = replace(PolicyTerms.of(policy), target=None, **terms)
    preview = changes.preview_policy_change(policy=policy, terms=wanted)
    changes.change_policy(
        actor=editor(exchange), policy=policy, terms=wanted, expected_preview_token=preview.token
    )


def try_terms(exchange: Exchange, **terms: Any) -> Simulation:
    policy = the_policy()
    found = simulation.simulate_policy(
        actor=editor(exchange), policy=policy, draft=replace(Promise.of(policy), **terms)
    )
    assert simulation.replay_at_once(found)
    return found


def try_dates(exchange: Exchange, *closed: str) -> Simulation:
    calendar = the_policy().calendar
    dates = [DatedHours.of(row) for row in calendar.exceptions.all()]
    dates += [DatedHours(date.fromisoformat(day), "Training") for day in closed]
    found = simulation.simulate_hours(
        actor=editor(exchange), calendar=calendar, week=calendar.week, exceptions=dates
    )
    assert simulation.replay_at_once(found)
    return found


def total(found: Simulation) -> Counts:
    return sum(simulation.counts_of(found).values(), Counts())


def run(exchange: Exchange, case: str, opened: str, stopped: str | None = None) -> Timer:
    act(exchange, pacific(opened), start(POLICY), case=case)
    if stopped:
        act(exchange, pacific(stopped), stop(POLICY), case=case)
    return the_timer(POLICY, case)


# --- What a draft turns -------------------------------------------------------------------------


def test_a_shorter_limit_turns_the_clocks_that_ended_between_the_two_deadlines(
    exchange: Exchange,
) -> None:
    """Ten business days from 2025-11-10 end on the 25th, eight on the 21st."""
    run(exchange, "quick", "2025-11-10T10:20", "2025-11-21T10:20")
    between = run(exchange, "between", "2025-11-10T10:20", "2025-11-21T10:21")
    run(exchange, "late", "2025-11-10T10:20", "2025-11-25T10:21")
    with at("2025-12-01T09:00"):
        found = try_terms(exchange, limit=8)
    assert total(found) == Counts(met=2, missed=1, to_missed=1)
    assert (total(found).met_then, total(found).missed_then) == (1, 2)
    (flip,) = found.found.all()
    assert (flip.timer_id, flip.finding, flip.is_open) == (between.pk, Finding.TO_MISSED, False)
    assert flip.draft_due_at == pacific("2025-11-21T10:20")
    assert Timer.objects.get(pk=between.pk).state == Timer.State.MET, "trying changes nothing"


def test_a_longer_limit_turns_a_missed_clock_into_a_met_one(exchange: Exchange) -> None:
    run(exchange, "late", "2025-11-10T10:20", "2025-11-25T10:21")
    with at("2025-12-01T09:00"):
        found = try_terms(exchange, limit=11)
    assert total(found) == Counts(missed=1, to_met=1)
    assert [flip.finding for flip in found.found.all()] == [Finding.TO_MET]


def test_a_drafted_holiday_moves_every_clock_that_ran_over_it(exchange: Exchange) -> None:
    run(exchange, "over", "2025-11-10T10:20", "2025-11-25T10:21")
    run(exchange, "after", "2025-11-19T10:20", "2025-12-05T10:21")
    with at("2025-12-08T09:00"):
        found = try_dates(exchange, "2025-11-18")
    assert total(found) == Counts(missed=2, to_met=1)


def test_the_pauses_of_the_record_are_the_pauses_of_the_replay(exchange: Exchange) -> None:
    """Two business days with the help desk move the drafted deadline by two business days."""
    act(exchange, OPENED, start(POLICY))
    act(exchange, pacific("2025-11-12T10:20"), pause())
    act(exchange, pacific("2025-11-14T10:20"), resume())
    act(exchange, pacific("2025-11-25T10:20"), stop())
    with at("2025-12-01T09:00"):
        assert total(try_terms(exchange, limit=8)) == Counts(met=1)
        assert total(try_terms(exchange, limit=7)) == Counts(met=1, to_missed=1)


def test_open_clocks_are_judged_up_to_now_and_counted_apart(exchange: Exchange) -> None:
    run(exchange, "running", "2025-11-10T10:20")
    with at("2025-11-24T09:00"):
        found = try_terms(exchange, limit=8)
    assert total(found) == Counts(open=1, open_to_late=1)
    assert [flip.is_open for flip in found.found.all()] == [True]


def test_cancelled_clocks_and_appointments_have_no_outcome(exchange: Exchange) -> None:
    act(exchange, OPENED, start(POLICY))
    Timer.objects.update(state=Timer.State.CANCELLED, stopped_at=OPENED)
    with at("2025-12-01T09:00"):
        assert total(try_terms(exchange, limit=1)) == Counts()
        appointment = SlaPolicy.objects.get(key="ticket.auto_close")
        assert timed_acts.is_appointment(appointment.key)
        with pytest.raises(ValidationError, match="appointment"):
            simulation.simulate_policy(
                actor=editor(exchange), policy=appointment, draft=Promise.of(appointment)
            )


# --- The record stands ----------------------------------------------------------------------------


def test_a_holiday_added_later_changes_no_closed_outcome(exchange: Exchange) -> None:
    """Bad input of the issue: neither the record nor its replay moves."""
    missed = run(exchange, "missed", "2025-11-10T10:20", "2025-11-25T10:21")
    with at("2025-12-01T09:00"):
        change_dates(exchange, add=("2025-11-18",))
        found = try_dates(exchange)
    missed.refresh_from_db()
    assert missed.state == Timer.State.MISSED
    assert total(found) == Counts(missed=1)
    (version,) = CalendarVersion.objects.all()
    assert version.until == pacific("2025-12-01T09:00")
    assert "2025-11-18" not in [entry["date"] for entry in version.exceptions]


def test_a_policy_changed_later_changes_no_closed_outcome(exchange: Exchange) -> None:
    run(exchange, "met", "2025-11-10T10:20", "2025-11-21T10:21")
    with at("2025-12-01T09:00"):
        change_terms(exchange, limit=8)
        found = try_terms(exchange)
    assert total(found) == Counts(met=1)
    (version,) = PolicyVersion.objects.all()
    assert (version.terms["limit"], version.until) == (10, pacific("2025-12-01T09:00"))


def test_a_draft_replays_what_it_leaves_alone_as_it_stood_at_the_time(exchange: Exchange) -> None:
    """A holiday of today does not help a clock that ended before it was entered."""
    run(exchange, "late", "2025-11-10T10:20", "2025-11-26T10:21")
    with at("2025-12-01T09:00"):
        change_dates(exchange, add=("2025-11-18",))
        assert total(try_terms(exchange, limit=11)) == Counts(missed=1)
        assert total(try_terms(exchange, limit=12)) == Counts(missed=1, to_met=1)


def test_a_version_can_be_neither_changed_nor_deleted(exchange: Exchange) -> None:
    with at("2025-12-01T09:00"):
        change_dates(exchange, add=("2025-11-18",))
        change_terms(exchange, limit=8)
    for model in (CalendarVersion, PolicyVersion):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            model.objects.update(until=timezone.now())
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)


def test_a_clock_its_terms_do_not_explain_is_listed_apart_and_is_no_flip(
    exchange: Exchange,
) -> None:
    odd = run(exchange, "odd", "2025-11-10T10:20", "2025-11-12T10:20")
    Timer.objects.filter(pk=odd.pk).update(state=Timer.State.MISSED, breached_at=odd.due_at)
    with at("2025-12-01T09:00"):
        found = try_terms(exchange, limit=1)
    assert total(found) == Counts(unexplained=1)
    assert [clock.finding for clock in found.found.all()] == [Finding.UNEXPLAINED]


STEP = st.tuples(
    st.integers(1, 30 * 3_600),
    st.sampled_from(["start", "pause", "hand on", "resume", "stop", "sweep", "close", "open",
                     "terms"]),
    st.sampled_from(["A", "B", "C"]),
    st.integers(0, 14),
)  # fmt: skip
MEASURES = [SlaPolicy.Measure(name) for name in
            ("business_days", "business_minutes", "open_day_hours", "calendar_days",
             "clock_hours")]  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=6, max_size=30))
def test_replaying_the_live_terms_reproduces_every_recorded_outcome(
    exchange: Exchange, steps: list[tuple[int, str, str, int]]
) -> None:
    """Whatever happened: starts, pauses, sweeps early or late, and changes of rules between."""
    with transaction.atomic():
        moment = OPENED
        SlaPolicy.objects.filter(key=POLICY).update(target=None, limit=2)  # misses are to be likely
        for case in "ABC":
            act(exchange, moment, start(POLICY), case=case)
        for wait, what, case, number in steps:
            moment += timedelta(seconds=wait)
            with at(moment):
                _perform(exchange, what, case, number, moment)
        with at(moment + timedelta(seconds=1)):
            for found in (try_terms(exchange), try_dates(exchange)):
                counts = total(found)
                assert counts.unexplained == 0
                assert not found.found.exists(), "a draft equal to what is live flips nothing"
                assert counts.ended + counts.open == Timer.objects.count()
                assert counts.missed == Timer.objects.filter(state=Timer.State.MISSED).count()
        transaction.set_rollback(True)


def _perform(exchange: Exchange, what: str, case: str, number: int, moment: datetime) -> None:
    day = (OPENED + timedelta(days=number)).date().isoformat()
    if what == "sweep":
        sweep_timers(exchange=exchange, now=moment)
    elif what == "close":
        change_dates(exchange, add=(day,))
    elif what == "open":
        change_dates(exchange, drop=(day,))
    elif what == "terms":
        measure, days = MEASURES[number % len(MEASURES)], 1 + number % 4
        units = {"business_minutes": 600, "open_day_hours": 24, "clock_hours": 24}
        limit = days * units.get(measure, 1)
        change_terms(exchange, limit=limit, measure=measure, end_of_day=number % 2 == 0)
    else:
        effect = {
            "start": start(POLICY),
            "pause": pause(POLICY),
            "hand on": pause(POLICY, party="carrier"),
            "resume": resume(POLICY),
            "stop": stop(POLICY),
        }[what]
        act(exchange, moment, effect, case=case)


# --- How it runs ----------------------------------------------------------------------------------


def test_a_long_replay_goes_chunk_by_chunk_and_on_where_it_stopped(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        run(exchange, f"case {number}", "2025-11-10T10:20", "2025-11-21T10:21")
    monkeypatch.setattr(simulation, "CHUNK", 2)
    monkeypatch.setattr(simulation, "AT_ONCE", 4)
    with at("2025-12-01T09:00"):
        policy = the_policy()
        found = simulation.simulate_policy(
            actor=editor(exchange), policy=policy, draft=replace(Promise.of(policy), limit=8)
        )
        assert not simulation.replay_at_once(found)
        assert simulation.replay_chunk(simulation=found)
        assert (found.replayed, found.clocks) == (2, 5)
        simulation.replay_all(exchange=exchange, simulation_id=found.pk)
        simulation.replay_all(exchange=exchange, simulation_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.replayed) == (Simulation.State.DONE, 5)
    assert total(found) == Counts(met=5, to_missed=5)
    assert found.found.count() == 5


def test_the_statements_of_a_chunk_do_not_grow_with_its_clocks(
    exchange: Exchange, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        run(exchange, f"case {number}", "2025-11-10T10:20", "2025-11-21T10:21")
    with at("2025-12-01T09:00"), django_assert_max_num_queries(22):
        try_terms(exchange, limit=8)


def test_only_who_may_simulate_does_and_the_ledger_says_so(exchange: Exchange) -> None:
    policy = the_policy()
    with pytest.raises(NotAllowed):
        simulation.simulate_policy(
            actor=administrator(exchange), policy=policy, draft=Promise.of(policy)
        )
    try_terms(exchange, limit=8)
    assert LedgerEntry.objects.filter(action="clocks.simulated").count() == 1


def test_a_draft_that_makes_no_sense_is_refused(exchange: Exchange) -> None:
    policy = the_policy()
    with pytest.raises(ValidationError) as refused:
        simulation.simulate_policy(
            actor=editor(exchange), policy=policy, draft=replace(Promise.of(policy), limit=0)
        )
    assert "limit" in refused.value.message_dict
    assert not connection.needs_rollback
