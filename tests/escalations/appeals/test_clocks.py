"""Each legal clock of an appeal: when it starts, when it is due, what stops it (facts B.8)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from escalations.appeals import decisions, endings, expedited, hearings, intake, resolution
from escalations.appeals.promises import APPEAL_POLICIES
from portal.casework.models import Case
from portal.casework.sweep import sweep_timers
from portal.clocks.models import SlaPolicy, Timer
from tests.escalations.appeals.ground import Walk, at, configure, open_appeal, pacific, walk
from tests.world import World

VERBAL = {
    "form": "verbal",
    "outcome": "Income corrected.",
    "withdrawn_on": date(2025, 11, 5),
}


def _midnight_after(text: str) -> datetime:
    """The end of a day: the first instant of the next."""
    return pacific(f"{text}T00:00")


@pytest.mark.parametrize("spec", APPEAL_POLICIES, ids=lambda spec: spec.key)
def test_ap10_every_clock_has_its_citation(spec) -> None:
    assert any(source in spec.citation for source in ("CCR", "CFR", "Gov. Code"))
    assert ("SHOP" not in spec.citation) or "verify" in spec.citation


#: Stated here and not read from the code: key → (limit, measure), as facts B.8 has them.
PROMISED = {
    "appeal.filing": (90, "calendar_days"),
    "appeal.acknowledge": (5, "business_days"),
    "appeal.hand_over": (3, "business_days"),
    "appeal.receipt": (3, "business_days"),
    "appeal.hearing": (90, "calendar_days"),
    "appeal.decision": (90, "calendar_days"),
    "appeal.hearing_notice": (15, "calendar_days_before"),
    "appeal.sop": (2, "business_days_before"),
    "appeal.record_open": (2, "business_days_before"),
    "appeal.outcome_notice": (5, "business_days"),
    "appeal.withdrawal_confirmation": (5, "business_days"),
    "appeal.withdrawal_objection": (15, "calendar_days"),
    "appeal.withdrawal_cdss": (3, "business_days"),
    "appeal.agreement": (30, "calendar_days"),
    "appeal.expedited_denial_phone": (3, "calendar_days"),
    "appeal.expedited_denial_written": (5, "business_days"),
    "appeal.expedited_decision": (5, "business_days"),
    "appeal.implement": (30, "calendar_days"),
    "appeal.vacate": (30, "calendar_days"),
    "appeal.second_level": (30, "calendar_days"),
}


def test_ap10_the_exchange_starts_with_the_clocks_of_the_law(world: World) -> None:
    rows = SlaPolicy.objects.filter(case_kind="appeal")
    assert {row.key: (row.limit, row.measure) for row in rows} == PROMISED


def test_acknowledgement_is_due_in_five_business_days(world: World) -> None:
    """Veterans Day and a weekend lie between."""
    mine = walk(world)
    assert mine.timer("appeal.acknowledge").due_at == pacific("2025-11-13T18:00")
    mine.step("acknowledge")
    assert mine.timer("appeal.acknowledge").state == "met"


def test_a_request_that_came_in_before_counts_from_its_day(world: World) -> None:
    configure(world)
    mine = Walk(world, open_appeal(world, requested_on=date(2025, 11, 3)))
    timer = mine.timer("appeal.acknowledge")
    assert timer.due_at == pacific("2025-11-10T18:00")
    assert timer.started_at == pacific("2025-11-05T10:20")


def test_hand_over_to_cdss_and_its_receipt_are_due_in_three_business_days_each(
    world: World,
) -> None:
    mine = walk(world)
    assert mine.timer("appeal.hand_over").due_at == pacific("2025-11-10T18:00")
    mine.step("hand_over")
    assert mine.timer("appeal.hand_over").state == "met"
    assert mine.timer("appeal.receipt").due_at == pacific("2025-11-10T18:00")
    assert mine.timer("appeal.receipt").segments.get().party == "appeals_entity"
    mine.step("confirm_receipt")
    assert mine.timer("appeal.receipt").state == "met"


def test_a_request_that_came_through_cdss_needs_no_hand_over(world: World) -> None:
    configure(world)
    mine = Walk(world, open_appeal(world, came_by="cdss"))
    assert not mine.started("appeal.hand_over")
    assert mine.case.appeal.receipt_confirmed_on == date(2025, 11, 5)


def test_hearing_and_decision_are_due_ninety_days_after_the_valid_request(world: World) -> None:
    """Recorded two days later, they still count from the day of the request."""
    mine = walk(world)
    with at("2025-11-07T09:00"):
        mine.to_valid()
    for key in ("appeal.hearing", "appeal.decision"):
        assert mine.timer(key).due_at == _midnight_after("2026-02-04")


def test_the_hearing_stops_its_clock_and_the_decision_its_own(world: World) -> None:
    mine = walk(world).to_heard()
    assert mine.timer("appeal.hearing").state == "met"
    assert mine.timer("appeal.decision").state == "running"
    with at("2025-12-10T15:00"):
        mine.decide()
    assert mine.timer("appeal.decision").state == "met"


def test_notice_of_hearing_is_due_fifteen_days_before_it(world: World) -> None:
    mine = walk(world).to_informal().with_hearing()
    assert mine.timer("appeal.hearing_notice").due_at == pacific("2025-11-18T10:00")
    mine.step("record_hearing_notice")
    assert mine.timer("appeal.hearing_notice").state == "met"


def test_a_notice_given_with_the_hearing_starts_no_clock(world: World) -> None:
    mine = walk(world).to_informal().with_hearing(notice_on=date(2025, 11, 5))
    assert not mine.started("appeal.hearing_notice")


def test_the_statement_is_due_two_business_days_before_the_hearing_and_warned_at_five(
    world: World,
) -> None:
    mine = walk(world).to_informal().with_hearing()
    timer = mine.timer("appeal.sop")
    assert timer.due_at == pacific("2025-12-01T10:00")
    assert timer.warn_at == pacific("2025-11-24T10:00")  # Thanksgiving and the day after
    mine.do(hearings.begin_sop).with_packet().deliver("cdss")
    assert mine.timer("appeal.sop").state == "running"
    mine.deliver("appellant")
    assert mine.timer("appeal.sop").state == "met"


def test_the_sweep_warns_of_the_statement_and_says_when_it_is_late(world: World) -> None:
    mine = walk(world).to_informal().with_hearing()
    mine.step("acknowledge").step("hand_over").step("confirm_receipt")
    mine.step("record_hearing_notice").step("open_record")
    assert mine.case.due_at == pacific("2025-12-01T10:00")
    sweep_timers(exchange=world.exchange, now=pacific("2025-11-24T10:00"))
    assert mine.timer("appeal.sop").events.filter(kind="warning").count() == 1
    sweep_timers(exchange=world.exchange, now=pacific("2025-12-01T10:01"))
    assert mine.timer("appeal.sop").breached_at == pacific("2025-12-01T10:00")
    assert Case.objects.get(pk=mine.case.pk).is_breached


def test_the_record_is_opened_two_business_days_before_the_hearing(world: World) -> None:
    mine = walk(world).to_informal().with_hearing()
    assert mine.timer("appeal.record_open").due_at == pacific("2025-12-01T10:00")
    mine.step("open_record")
    assert mine.timer("appeal.record_open").state == "met"


def test_a_postponement_restarts_what_depends_on_the_date(world: World) -> None:
    mine = walk(world).to_position()
    keys = ("appeal.sop", "appeal.hearing_notice", "appeal.record_open")
    mine.do(hearings.postpone_hearing, reason="The judge is ill.")
    assert {mine.timer(key).state for key in keys} == {"cancelled"}
    mine.with_hearing("2025-12-17T10:00")
    assert mine.timer("appeal.sop").due_at == pacific("2025-12-15T10:00")
    assert mine.timer("appeal.record_open").due_at == pacific("2025-12-15T10:00")
    assert mine.timer("appeal.hearing_notice").due_at == pacific("2025-12-02T10:00")
    assert mine.timer("appeal.hearing").due_at == _midnight_after("2026-02-04")


def test_what_was_delivered_stays_delivered_after_a_postponement(world: World) -> None:
    mine = walk(world).to_scheduled()
    mine.do(hearings.postpone_hearing, reason="The judge is ill.")
    mine.with_hearing("2025-12-17T10:00")
    assert mine.timer("appeal.sop").state == "met"
    assert Timer.objects.filter(case_id=mine.case.pk, policy__key="appeal.sop").count() == 1


def test_notice_of_the_informal_outcome_is_due_in_five_business_days(world: World) -> None:
    mine = walk(world).to_informal()
    mine.do(resolution.resolve_informally, **(VERBAL | {"form": "written"}))
    assert mine.timer("appeal.outcome_notice").due_at == pacific("2025-11-13T18:00")
    assert not mine.started("appeal.withdrawal_confirmation")
    mine.step("send_outcome_notice")
    assert mine.timer("appeal.outcome_notice").state == "met"


def test_a_verbal_withdrawal_starts_the_clocks_of_confirmation_and_of_cdss(world: World) -> None:
    mine = walk(world).to_informal().do(resolution.resolve_informally, **VERBAL)
    assert mine.timer("appeal.withdrawal_confirmation").due_at == pacific("2025-11-13T18:00")
    assert mine.timer("appeal.withdrawal_cdss").due_at == pacific("2025-11-10T18:00")
    mine.step("tell_cdss").step("confirm_withdrawal")
    assert mine.timer("appeal.withdrawal_confirmation").state == "met"
    assert mine.timer("appeal.withdrawal_cdss").state == "met"


def test_after_fifteen_days_without_objection_the_withdrawal_stands_by_itself(
    world: World,
) -> None:
    mine = walk(world).to_informal().do(resolution.resolve_informally, **VERBAL)
    mine.step("confirm_withdrawal")
    timer = mine.timer("appeal.withdrawal_objection")
    assert timer.due_at == _midnight_after("2025-11-21")
    assert timer.segments.get().party == "consumer"
    sweep_timers(exchange=world.exchange, now=pacific("2025-11-20T23:59"))
    assert mine.case.withdrawals.get().stands_since is None
    with at("2025-11-21T00:01"):
        sweep_timers(exchange=world.exchange, now=pacific("2025-11-21T00:01"))
    assert mine.case.withdrawals.get().stands_since is not None
    assert not mine.timer("appeal.withdrawal_objection").breached_at


def test_both_sides_of_an_agreement_act_within_thirty_days(world: World) -> None:
    mine = walk(world).to_informal()
    mine.do(
        resolution.resolve_informally,
        **VERBAL,
        is_conditional=True,
        exchange_does="Correct the income",
    )
    assert mine.timer("appeal.agreement").due_at == _midnight_after("2025-12-06")


def test_an_expedited_denial_is_told_by_phone_in_three_days_and_written_in_five_business_days(
    world: World,
) -> None:
    mine = walk(world).do(expedited.ask_expedited, need="Insulin runs out.")
    mine.do(expedited.decide_expedited, granted=False)
    assert mine.timer("appeal.expedited_denial_phone").due_at == _midnight_after("2025-11-09")
    written = mine.timer("appeal.expedited_denial_written")
    assert written.due_at == pacific("2025-11-13T18:00")
    mine.step("tell_denial_phone").step("tell_denial_written")
    assert mine.timer("appeal.expedited_denial_phone").state == "met"
    assert mine.timer("appeal.expedited_denial_written").state == "met"
    assert not Case.objects.get(pk=mine.case.pk).is_urgent


def test_an_expedited_appeal_is_decided_five_business_days_after_the_hearing(
    world: World,
) -> None:
    mine = walk(world).do(expedited.ask_expedited, need="Insulin runs out.")
    mine.do(expedited.decide_expedited, granted=True).to_heard()
    assert mine.timer("appeal.expedited_decision").due_at == pacific("2025-12-10T18:00")
    with at("2025-12-10T15:00"):
        mine.decide()
    assert mine.timer("appeal.expedited_decision").state == "met"


def test_an_appeal_that_is_not_expedited_has_no_such_clock(world: World) -> None:
    assert not walk(world).to_heard().started("appeal.expedited_decision")


def test_a_decision_is_implemented_within_thirty_days_of_it(world: World) -> None:
    mine = walk(world).to_decision("denied")
    assert mine.timer("appeal.implement").due_at == _midnight_after("2026-01-10")
    with at("2025-12-12T09:00"):
        mine.do(decisions.close_appeal)
    assert mine.timer("appeal.implement").state == "met"


def test_the_time_for_the_second_level_is_thirty_days_and_runs_on_after_closing(
    world: World,
) -> None:
    mine = walk(world).to_decision("denied")
    with at("2025-12-12T09:00"):
        mine.do(decisions.close_appeal)
    timer = mine.timer("appeal.second_level")
    assert (timer.state, timer.due_at) == ("running", _midnight_after("2026-01-10"))
    with at("2026-01-10T00:01"):
        sweep_timers(exchange=world.exchange, now=pacific("2026-01-10T00:01"))
    assert mine.timer("appeal.second_level").state == "met"
    assert mine.status == "closed"


def test_the_time_to_vacate_a_dismissal_is_thirty_days_and_nobody_fails_it(world: World) -> None:
    mine = walk(world).to_informal()
    mine.do(endings.dismiss, ground="withdrawn", on=date(2025, 11, 5))
    running = Timer.objects.filter(case_id=mine.case.pk, state="running")
    assert [timer.policy.key for timer in running] == ["appeal.vacate"]
    assert mine.timer("appeal.vacate").due_at == _midnight_after("2025-12-06")
    with at("2025-12-06T00:01"):
        sweep_timers(exchange=world.exchange, now=pacific("2025-12-06T00:01"))
    assert mine.timer("appeal.vacate").breached_at is None
    assert not Case.objects.get(pk=mine.case.pk).is_breached


def test_a_vacated_dismissal_starts_the_ninety_days_anew(world: World) -> None:
    mine = walk(world).to_informal()
    mine.do(endings.dismiss, ground="withdrawn", on=date(2025, 11, 5))
    with at("2025-11-20T09:00"):
        mine.do(endings.ask_vacate, on=date(2025, 11, 20), good_cause="Ill.")
        mine.do(endings.grant_vacate)
    assert mine.timer("appeal.decision").due_at == _midnight_after("2026-02-19")


def test_clocks_are_policies_that_an_exchange_changes(world: World) -> None:
    SlaPolicy.objects.filter(key="appeal.sop").update(limit=3)
    SlaPolicy.objects.filter(key="appeal.filing").update(limit=10)
    mine = walk(world, good_cause="Late notice.").to_informal().with_hearing()
    assert mine.timer("appeal.sop").due_at == pacific("2025-11-26T10:00")
    with pytest.raises(Exception, match="good_cause"):
        open_appeal(world)


def test_validity_after_a_cure_still_counts_from_the_request(world: World) -> None:
    mine = walk(world)
    mine.do(intake.record_invalid, reason="No signature.", cure_by=date(2025, 11, 20))
    with at("2025-11-18T09:00"):
        mine.do(intake.record_cure, cure="Signed.").do(intake.record_valid)
    assert mine.timer("appeal.decision").due_at == _midnight_after("2026-02-04")
