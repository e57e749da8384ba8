"""The clocks of a case: what acts do to them, how they are explained, how calendars change."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.casework.models import Case, TimelineEvent
from portal.clocks import changes
from portal.clocks.business_time import add, add_days, between
from portal.clocks.changes import DatedHours, PolicyTerms
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.explanations import explain_case, explain_timer
from portal.clocks.holiday_proposals import propose_holidays
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy, Timer, TimerSegment
from portal.clocks.reckoning import calendar_of, deadline
from portal.clocks.services import Summary, apply_effects
from portal.clocks.setup import SPECS, found_calendars_and_policies
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from portal.tenancy.models import Exchange
from portal.tenancy.scope import set_scope
from tests.clocks.ground import (
    CASE,
    OTHER_CASE,
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
OPENED = pacific("2025-11-10T10:20")
DUE = pacific("2025-11-25T10:20")


@pytest.fixture
def exchange() -> Exchange:
    return found_exchange()


def _breaches_told() -> list[tuple[str, datetime]]:
    events = TimelineEvent.objects.filter(verb="clock_breached")
    return [(event.data["policy"], event.at) for event in events]


# --- Acts --------------------------------------------------------------------------------------


def test_a_started_clock_is_due_at_its_limit_and_warns_at_its_target(exchange: Exchange) -> None:
    """Decision 9: opened Monday 2025-11-10, target 7 and limit 10 business days."""
    summary = act(exchange, OPENED, start("ticket.resolve"))
    assert summary == Summary(DUE, is_breached=False)
    assert the_timer().warn_at == pacific("2025-11-20T10:20")


def test_without_a_target_the_warning_comes_at_three_quarters_of_the_business_time(
    exchange: Exchange,
) -> None:
    act(exchange, OPENED, start("constituent.acknowledge"))
    timer = the_timer("constituent.acknowledge")
    calendar = calendar_of(timer.policy)
    whole = between(calendar, OPENED, timer.due_at)
    assert timer.warn_at is not None
    assert between(calendar, OPENED, timer.warn_at) == whole * 3 // 4


def test_an_exchange_without_the_policy_starts_no_clock(exchange: Exchange) -> None:
    """T-08: exchanges differ, so a missing or switched-off policy is no error."""
    SlaPolicy.objects.filter(key="ticket.resolve").update(is_active=False)
    summary = act(exchange, OPENED, start("ticket.resolve"), start("ticket.unheard_of"))
    assert summary == Summary(None, is_breached=False)
    assert not Timer.objects.exists()


def test_the_case_is_due_when_its_first_running_clock_is(exchange: Exchange) -> None:
    summary = act(exchange, OPENED, start("ticket.resolve"), start("constituent.jurisdiction"))
    assert summary.due_at == pacific("2025-11-13T10:20")
    summary = act(exchange, OPENED, pause("constituent.jurisdiction"))
    assert summary.due_at == DUE


def test_starting_a_clock_that_runs_leaves_it_as_it_is(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED + timedelta(days=2), start("ticket.resolve"))
    assert Timer.objects.get().started_at == OPENED


def test_a_clock_stopped_at_its_deadline_is_met(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    assert act(exchange, DUE, stop()) == Summary(None, is_breached=False)
    timer = the_timer()
    assert (timer.state, timer.breached_at, timer.stopped_at) == (Timer.State.MET, None, DUE)
    assert not TimelineEvent.objects.exists()


def test_a_clock_stopped_late_is_missed_at_its_true_deadline_even_without_a_sweep(
    exchange: Exchange,
) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, DUE + timedelta(days=3), stop("ticket.resolve"))
    timer = the_timer()
    assert (timer.state, timer.breached_at) == (Timer.State.MISSED, DUE)
    assert _breaches_told() == [("ticket.resolve", DUE)]


def test_a_cancelled_clock_has_no_outcome(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, DUE + timedelta(days=3), ClockEffect(Effect.CANCEL))
    assert (the_timer().state, the_timer().breached_at) == (Timer.State.CANCELLED, None)


def test_a_restart_ends_one_clock_and_starts_the_next(exchange: Exchange) -> None:
    restart = ClockEffect(Effect.RESTART, "constituent.update")
    act(exchange, OPENED, restart)
    act(exchange, OPENED + timedelta(days=1), restart)
    states = list(Timer.objects.order_by("pk").values_list("state", flat=True))
    assert states == [Timer.State.MET, Timer.State.RUNNING]


def test_a_pause_takes_the_deadline_away_and_gives_it_back_later(exchange: Exchange) -> None:
    """Decision 10: two business days with the help desk move the deadline by two."""
    act(exchange, OPENED, start("ticket.resolve"))
    assert act(exchange, pacific("2025-11-12T09:00"), pause()) == Summary(None, is_breached=False)
    summary = act(exchange, pacific("2025-11-14T09:00"), resume())
    assert summary.due_at == pacific("2025-12-01T10:20")
    assert the_timer().paused_seconds == 20 * 3_600


def test_one_segment_is_open_at_any_time_and_they_follow_without_a_gap(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    first, second, third = (OPENED + timedelta(days=n) for n in (1, 2, 3))
    act(exchange, first, pause(party="help_desk"))
    act(exchange, second, pause(party="carrier"))
    act(exchange, third, resume())
    rows = TimerSegment.objects.values_list("party", "counted", "since", "until")
    assert list(rows) == [
        ("unit", True, OPENED, first),
        ("help_desk", False, first, second),
        ("carrier", False, second, third),
        ("unit", True, third, None),
    ]


def test_a_change_of_party_without_a_pause_does_not_move_the_deadline(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    summary = act(exchange, OPENED + timedelta(days=1), resume(party="ea"))
    assert summary.due_at == DUE
    assert list(TimerSegment.objects.values_list("party", "counted")) == [
        ("unit", True),
        ("ea", True),
    ]


def test_pausing_twice_for_the_same_party_writes_nothing_new(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED + timedelta(days=1), pause())
    act(exchange, OPENED + timedelta(days=2), pause())
    assert TimerSegment.objects.count() == 2


def test_a_clock_that_stands_is_met_however_long_it_stood(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, DUE - timedelta(hours=1), pause())
    act(exchange, DUE + timedelta(days=60), stop())
    assert the_timer().state == Timer.State.MET


def test_a_clock_paused_after_its_deadline_is_breached_all_the_same(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    summary = act(exchange, DUE + timedelta(hours=1), pause())
    assert summary == Summary(None, is_breached=True)
    assert _breaches_told() == [("ticket.resolve", DUE)]


def test_an_act_that_only_reads_its_clocks_takes_one_statement(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"), start("constituent.update"))
    case_id = the_timer().case_id
    for effects in ([], [stop("constituent.acknowledge")]):
        with CaptureQueriesContext(connection) as queries:
            apply_effects(exchange_id=exchange.pk, case_id=case_id, effects=effects, at=OPENED)
        assert len(queries) == 1


def test_another_exchanges_clocks_are_left_alone(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    other = found_exchange("maryland", SPECS["maryland"])
    act(other, OPENED, stop())
    set_scope(exchange_id=exchange.pk)
    assert the_timer().state == Timer.State.RUNNING


steps = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=4 * 86_400),
        st.sampled_from(["unit", "help_desk", "carrier", "ea"]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_the_parties_parts_add_up_to_the_elapsed_business_time(
    exchange: Exchange, steps: list[tuple[int, str, bool]]
) -> None:
    """Decision 10, for any sequence of pauses, resumes and changes of hand."""
    Timer.objects.all().delete()
    at = OPENED
    act(exchange, at, start("ticket.resolve"))
    for wait, party, counted in steps:
        at += timedelta(seconds=wait)
        act(exchange, at, resume(party=party) if counted else pause(party=party))
    end = at + timedelta(days=1)
    timer = the_timer()
    found = explain_timer(timer, end)
    calendar = calendar_of(timer.policy)
    assert found.counted_seconds + found.paused_seconds == between(calendar, OPENED, end)
    assert sum(part.business_seconds for part in found.parties) == between(calendar, OPENED, end)
    assert TimerSegment.objects.filter(timer=timer, until=None).count() == 1
    if timer.state == Timer.State.RUNNING and not timer.breached_at and timer.paused_seconds:
        unpaused = add_days(calendar, OPENED, 10)
        assert timer.due_at >= unpaused
        assert timer.due_at <= add(calendar, unpaused, timer.paused_seconds)


# --- Measures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "limit", "end_of_day", "due"),
    [
        ("business_days", 2, False, "2025-12-02T10:20"),
        ("business_days", 2, True, "2025-12-02T18:00"),
        ("business_minutes", 600, False, "2025-12-01T10:20"),
        ("open_day_hours", 24, False, "2025-12-01T10:20"),
        ("calendar_days", 3, False, "2025-11-29T10:20"),
        ("calendar_days", 3, True, "2025-11-30T00:00"),
        ("clock_hours", 72, False, "2025-11-29T10:20"),
    ],
)
def test_each_measure_counts_what_its_name_says(
    exchange: Exchange, measure: str, limit: int, end_of_day: bool, due: str
) -> None:
    """From Wednesday 2025-11-26 10:20, before Thanksgiving (decisions 11 and 12)."""
    policy = SlaPolicy.objects.get(key="ticket.resolve")
    policy.measure, policy.limit, policy.end_of_day = measure, limit, end_of_day
    found = deadline(policy, calendar_of(policy), pacific("2025-11-26T10:20"))
    assert found == pacific(due)


def test_calendar_days_keep_their_wall_time_across_the_change_of_clocks(exchange: Exchange) -> None:
    policy = SlaPolicy.objects.get(key="ticket.resolve")
    policy.measure = SlaPolicy.Measure.CALENDAR_DAYS
    found = deadline(policy, calendar_of(policy), pacific("2026-03-07T09:00"), amount=2)
    assert found == pacific("2026-03-09T09:00")


def test_elapsed_measures_move_by_the_elapsed_pause(exchange: Exchange) -> None:
    policy = SlaPolicy.objects.get(key="ticket.resolve")
    policy.measure, policy.limit = SlaPolicy.Measure.CLOCK_HOURS, 24
    pauses = [(OPENED + timedelta(hours=2), OPENED + timedelta(hours=7))]
    found = deadline(policy, calendar_of(policy), OPENED, pauses)
    assert found == OPENED + timedelta(hours=29)


# --- Explanations ------------------------------------------------------------------------------


def test_an_explanation_shows_where_the_time_went(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, pacific("2025-11-12T09:00"), pause())
    act(exchange, pacific("2025-11-14T09:00"), resume())
    (found,) = explain_case(the_timer().case_id, pacific("2025-11-14T12:00"))
    assert [(s.party_label, s.counted, s.time_label) for s in found.stretches] == [
        ("The unit", True, "8 h 40 min"),
        ("The help desk", False, "20 h 00 min"),
        ("The unit", True, "3 h 00 min"),
    ]
    assert (found.counted_label, found.paused_label) == ("11 h 40 min", "20 h 00 min")
    assert found.due_at == pacific("2025-12-01T10:20")
    assert found.started_at.isoformat() == "2025-11-10T10:20:00-08:00"


def test_a_clock_that_stands_has_no_deadline_to_show(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED + timedelta(days=1), pause())
    assert explain_timer(the_timer(), OPENED + timedelta(days=2)).due_at is None


def test_explaining_a_case_takes_as_many_statements_for_many_clocks_as_for_one(
    exchange: Exchange,
) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    case_id = the_timer().case_id
    with CaptureQueriesContext(connection) as one:
        explain_case(case_id, DUE)
    # Deadlines reckoned back from an event need the event; every other clock may start.
    keys = SlaPolicy.objects.exclude(measure__endswith="_before").values_list("key", flat=True)
    act(exchange, OPENED, *(start(key) for key in keys))
    with CaptureQueriesContext(connection) as many:
        assert len(explain_case(case_id, DUE)) > 10
    assert len(one) == len(many) == 1


# --- Changing calendars and policies -----------------------------------------------------------


def _closed_on(calendar: BusinessCalendar, *days: date) -> list[DatedHours]:
    rows = [DatedHours.of(row) for row in calendar.exceptions.all()]
    return rows + [DatedHours(day, "Closed for training") for day in days]


def _calendar() -> BusinessCalendar:
    return BusinessCalendar.objects.get(key="business")


def _change(exchange: Exchange, exceptions: list[DatedHours], token: str) -> changes.Preview:
    calendar = _calendar()
    return changes.change_calendar(
        actor=administrator(exchange, "clocks.edit_calendar"),
        calendar=calendar,
        week=calendar.week,
        exceptions=exceptions,
        expected_preview_token=token,
    )


@time_machine.travel(OPENED + timedelta(hours=1), tick=False)
def test_what_was_previewed_is_what_moves(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED, start("constituent.acknowledge"), case=OTHER_CASE)
    exceptions = _closed_on(_calendar(), date(2025, 11, 18))
    preview = changes.preview_calendar_change(
        calendar=_calendar(), week=_calendar().week, exceptions=exceptions
    )
    (move,) = preview.moved
    assert (move.timer_id, move.old_due, move.new_due) == (
        the_timer().pk,
        DUE,
        pacific("2025-11-26T10:20"),
    )
    assert the_timer().due_at == DUE, "a preview changes nothing"

    _change(exchange, exceptions, preview.token)
    assert the_timer().due_at == pacific("2025-11-26T10:20")
    assert the_timer().warn_at == pacific("2025-11-21T10:20")
    assert Case.objects.get(number=CASE).due_at == pacific("2025-11-26T10:20")
    entry = LedgerEntry.objects.get(action="clocks.calendar_changed")
    assert entry.data["dates"] == ["2025-11-18"]
    assert entry.case_ids == [the_timer().case_id]


@time_machine.travel(OPENED + timedelta(hours=1), tick=False)
def test_nothing_is_saved_when_the_world_moved_since_the_preview(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    exceptions = _closed_on(_calendar(), date(2025, 11, 18))
    preview = changes.preview_calendar_change(
        calendar=_calendar(), week=_calendar().week, exceptions=exceptions
    )
    act(exchange, OPENED, start("ticket.resolve"), case=OTHER_CASE)
    with pytest.raises(changes.PreviewOutdated):
        _change(exchange, exceptions, preview.token)
    assert not CalendarException.objects.filter(date="2025-11-18").exists()


@time_machine.travel(DUE + timedelta(days=1), tick=False)
def test_outcomes_that_are_decided_never_change(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, DUE + timedelta(hours=1), stop())
    act(exchange, OPENED, start("ticket.resolve"), case=OTHER_CASE)
    exceptions = _closed_on(_calendar(), date(2025, 11, 18))
    preview = changes.preview_calendar_change(
        calendar=_calendar(), week=_calendar().week, exceptions=exceptions
    )
    assert preview.moved == ()
    _change(exchange, exceptions, preview.token)
    assert set(Timer.objects.values_list("due_at", flat=True)) == {DUE}


@time_machine.travel(OPENED + timedelta(days=1), tick=False)
def test_a_clock_that_stands_meets_the_new_hours_when_it_runs_again(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    act(exchange, OPENED, pause())
    exceptions = _closed_on(_calendar(), date(2025, 11, 18))
    preview = changes.preview_calendar_change(
        calendar=_calendar(), week=_calendar().week, exceptions=exceptions
    )
    assert (preview.moved, preview.standing) == ((), 1)
    _change(exchange, exceptions, preview.token)
    summary = act(exchange, OPENED, resume())
    assert summary.due_at == pacific("2025-11-26T10:20")


def test_only_those_with_the_action_change_a_calendar(exchange: Exchange) -> None:
    with pytest.raises(NotAllowed):
        changes.change_calendar(
            actor=administrator(exchange),
            calendar=_calendar(),
            week={},
            exceptions=[],
            expected_preview_token="",
        )


@pytest.mark.parametrize(
    ("week", "exceptions", "named"),
    [
        ({"mon": [["08:00", "12:00"], ["11:00", "18:00"]]}, [], "mon"),
        ({"tue": [["18:00", "08:00"]]}, [], "tue"),
        ({}, [], "week"),
        (
            {"mon": [["08:00", "18:00"]]},
            [DatedHours(date(2026, 1, 31), "Extended", (("22:00", "08:00"),))],
            "exceptions",
        ),
        (
            {"mon": [["08:00", "18:00"]]},
            [DatedHours(date(2026, 1, 31), "One"), DatedHours(date(2026, 1, 31), "Two")],
            "exceptions",
        ),
    ],
)
def test_impossible_hours_are_refused_by_the_name_of_their_field(
    week: dict, exceptions: list[DatedHours], named: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        changes.check_hours(zone_name="America/Los_Angeles", week=week, exceptions=exceptions)
    assert set(refused.value.message_dict) == {named}


@time_machine.travel(OPENED + timedelta(hours=1), tick=False)
def test_new_terms_of_a_policy_move_running_clocks_as_previewed(exchange: Exchange) -> None:
    act(exchange, OPENED, start("ticket.resolve"))
    policy = SlaPolicy.objects.get(key="ticket.resolve")
    terms = PolicyTerms(
        label=policy.label, calendar=policy.calendar, measure="business_days", limit=5, target=2
    )
    preview = changes.preview_policy_change(policy=policy, terms=terms)
    assert [move.new_due for move in preview.moved] == [pacific("2025-11-18T10:20")]
    changes.change_policy(
        actor=administrator(exchange, "clocks.edit_policies"),
        policy=policy,
        terms=terms,
        expected_preview_token=preview.token,
    )
    assert the_timer().due_at == pacific("2025-11-18T10:20")
    assert LedgerEntry.objects.filter(action="clocks.policy_changed").exists()


def test_a_target_behind_the_limit_is_refused(exchange: Exchange) -> None:
    policy = SlaPolicy.objects.select_related("calendar").get(key="ticket.resolve")
    terms = PolicyTerms(
        label="x", calendar=policy.calendar, measure="business_days", limit=5, target=6
    )
    with pytest.raises(ValidationError) as refused:
        changes.preview_policy_change(policy=policy, terms=terms)
    assert set(refused.value.message_dict) == {"target"}


# --- What an exchange starts with --------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2025-11-27", []),
        ("2025-11-28", []),
        ("2026-01-19", []),
        ("2025-12-29", [("08:00", "18:00")]),
        ("2025-12-30", [("08:00", "20:00")]),
        ("2026-01-24", []),
        ("2026-01-31", [("08:00", "22:00")]),
    ],
)
def test_covered_californias_published_days_are_as_published(
    exchange: Exchange, day: str, hours: list[tuple[str, str]]
) -> None:
    """HO-01, HO-03, HO-04, HO-05."""
    found = calendar_of(_calendar()).hours_on(date.fromisoformat(day))
    assert [tuple(interval.to_json()) for interval in found] == hours


@pytest.mark.parametrize("slug", SPECS)
def test_founding_twice_changes_nothing_the_second_time(slug: str) -> None:
    exchange = found_exchange(slug, SPECS[slug])
    SlaPolicy.objects.filter(key="ticket.resolve").update(limit=12)
    found_calendars_and_policies(exchange=exchange, spec=SPECS[slug])
    assert SlaPolicy.objects.get(key="ticket.resolve").limit == 12
    assert BusinessCalendar.objects.filter(is_default=True).count() == 1


def test_proposed_holidays_leave_out_days_that_are_closed_already(exchange: Exchange) -> None:
    calendar = _calendar()
    CalendarException.objects.filter(date="2026-05-25").delete()
    found = propose_holidays(calendar=calendar, year=2026, state="CA")
    labels = {entry.date: entry.label for entry in found}
    assert labels[date(2026, 5, 25)] == "Memorial Day"
    assert date(2026, 12, 25) not in labels, "entered already"
    assert date(2026, 7, 4) not in labels, "a Saturday"


def test_an_unknown_state_has_no_holidays_to_propose(exchange: Exchange) -> None:
    with pytest.raises(ValidationError):
        propose_holidays(calendar=_calendar(), year=2026, state="XX")


def test_equal_calendars_share_their_reckoning(exchange: Exchange) -> None:
    assert calendar_of(_calendar()) is calendar_of(_calendar())
