"""What the requirements ask of appeals, each by its ID (A.3, C.8)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from escalations.appeals import (
    decisions,
    endings,
    expedited,
    hearings,
    intake,
    packets,
    resolution,
    routing,
    tasks,
)
from escalations.appeals.models import AppealTask, AppealUnit, Delivery, PacketItem, Withdrawal
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from tests.escalations.appeals.ground import Walk, at, configure, open_appeal, pacific, walk
from tests.world import World

WRITTEN = {"form": "written", "outcome": "Income corrected.", "withdrawn_on": date(2025, 11, 5)}


# --- intake -------------------------------------------------------------------------------------


def test_c8_1_a_representative_opens_an_appeal_and_the_appeals_unit_gets_it(world: World) -> None:
    configure(world)
    case = open_appeal(world, "scr", came_by="service_center")
    assert case.status == "received"
    assert case.number.startswith("AP-2025-")
    assert case.queue == world.organizations["appeals"]
    assert Case.objects.visible_to(world.actor("scr")).filter(pk=case.pk).exists()
    assert case.appeal.routed_because == "Appeals go to Appeals."


@pytest.mark.parametrize("who", ["ea.analyst", "eru.specialist", "qa.analyst", "office.staff"])
def test_c8_1_nobody_else_opens_or_sees_appeals(world: World, who: str) -> None:
    configure(world)
    with pytest.raises(NotAllowed):
        open_appeal(world, who)
    case = open_appeal(world)
    assert not Case.objects.visible_to(world.actor(who)).filter(pk=case.pk).exists()


def test_c8_1_a_request_after_90_days_needs_a_good_cause(world: World) -> None:
    configure(world)
    last_day = {"notice_date": date(2025, 8, 7)}
    assert open_appeal(world, **last_day).status == "received"
    late = {"notice_date": date(2025, 8, 6)}
    with pytest.raises(ValidationError) as refused:
        open_appeal(world, **late)
    assert "November 4, 2025" in refused.value.message_dict["good_cause"][0]
    case = open_appeal(world, good_cause="In hospital until October.", **late)
    assert case.appeal.good_cause == "In hospital until October."


def test_c8_1_dates_that_cannot_be_are_named(world: World) -> None:
    configure(world)
    for values, field in (
        ({"requested_on": date(2025, 11, 6)}, "requested_on"),
        ({"notice_date": date(2025, 11, 6)}, "notice_date"),
        ({"requested_on": date(2025, 10, 1)}, "notice_date"),
    ):
        with pytest.raises(ValidationError) as refused:
            open_appeal(world, **values)
        assert field in refused.value.message_dict


def test_c8_1_a_representative_needs_something_that_authorizes_them(world: World) -> None:
    configure(world)
    with pytest.raises(ValidationError) as refused:
        open_appeal(world, representative_name="Jo Field")
    assert "representative_basis" in refused.value.message_dict
    case = open_appeal(world, representative_name="Jo Field", representative_basis="signed")
    assert case.appeal.representative_name == "Jo Field"


def test_ea06_an_ssn_in_an_appeal_is_refused_and_nothing_is_kept(world: World) -> None:
    configure(world)
    with pytest.raises(SsnRefused):
        open_appeal(world, grounds="My number is 219-09-9999.")
    assert not Case.objects.filter(kind="appeal").exists()


def test_sc13_ap08_over_capacity_appeals_go_to_the_program_assistance_unit(world: World) -> None:
    """Decision 4: by a number in the configuration, and the case says why."""
    configure(world, capacity=2)
    first, second, third = (open_appeal(world) for _ in range(3))
    assert first.queue == second.queue == world.organizations["appeals"]
    assert third.queue == world.organizations["program-assistance-unit"]
    assert "Appeals has 2 of 2" in third.appeal.routed_because
    Walk(world, first).to_informal().do(endings.transfer_to_dmhc, reason="A plan's denial.")
    assert open_appeal(world).queue == world.organizations["appeals"]


def test_ap08_the_program_assistance_unit_works_an_appeal_as_appeals_do(world: World) -> None:
    configure(world, capacity=0)
    mine = Walk(world, open_appeal(world), "pau.specialist").to_scheduled()
    assert mine.status == "hearing_scheduled"


def test_decision4_capacity_is_changed_by_administrators_and_leaves_room_somewhere(
    world: World,
) -> None:
    configure(world)
    admin, unit = world.actor("admin"), AppealUnit.objects.first()
    assert routing.change_unit(actor=admin, unit=unit, capacity=5).capacity == 5
    with pytest.raises(ValidationError):
        routing.change_unit(actor=admin, unit=AppealUnit.objects.last(), capacity=5)
    with pytest.raises(NotAllowed):
        routing.change_unit(actor=world.actor("appeals.specialist"), unit=unit, capacity=9)
    with pytest.raises(ValidationError):
        routing.add_unit(actor=admin, queue=world.organizations["privacy-office"])


def test_c8_2_an_invalid_request_waits_for_its_cure_and_is_decided_again(world: World) -> None:
    mine = walk(world)
    mine.do(intake.record_invalid, reason="No signature.", cure_by=date(2025, 11, 20))
    case = Case.objects.get(pk=mine.case.pk)
    assert (case.status, case.is_waiting) == ("invalid", True)
    mine.do(intake.record_cure, cure="The signed form came by fax.")
    assert mine.status == "received"
    assert mine.do(intake.record_valid, cdss_number="104-223").status == "valid"
    assert Case.objects.get(pk=mine.case.pk).appeal.cdss_number == "104-223"


def test_c8_3_informal_resolution_needs_an_owner(world: World) -> None:
    mine = walk(world).do(intake.record_valid)
    with pytest.raises(Refused):
        mine.do(resolution.begin_informal)


# --- AP-01 --------------------------------------------------------------------------------------


def test_ap01_an_appeal_is_resolved_informally_and_closed_once_the_notice_is_sent(
    world: World,
) -> None:
    mine = walk(world).to_informal().do(resolution.resolve_informally, **WRITTEN)
    assert mine.status == "informally_resolved"
    with pytest.raises(Refused, match="the notice of the outcome"):
        mine.do(decisions.close_appeal)
    mine.step("send_outcome_notice").do(decisions.close_appeal)
    assert mine.status == "closed"


def test_ap01_a_verbal_withdrawal_is_confirmed_told_and_stands_after_fifteen_days(
    world: World,
) -> None:
    mine = walk(world).to_informal()
    mine.do(resolution.resolve_informally, **(WRITTEN | {"form": "verbal"}))
    with pytest.raises(Refused) as refusal:
        mine.do(decisions.close_appeal)
    for missing in ("notice of the outcome", "confirmation in writing", "word to CDSS"):
        assert missing in str(refusal.value)
    mine.step("send_outcome_notice").step("tell_cdss").step("confirm_withdrawal")
    with pytest.raises(Refused, match="time to object"):
        mine.do(decisions.close_appeal)
    with at("2025-11-21T09:00"):
        resolution.let_withdrawal_stand(
            case=mine.case, actor=world.system, at=pacific("2025-11-21T09:00")
        )
        with pytest.raises(Refused, match="stands"):
            mine.do(resolution.object_to_withdrawal, reason="No.", on=date(2025, 11, 21))
        assert mine.do(decisions.close_appeal).status == "closed"


def test_ap01_an_objection_in_time_takes_the_appeal_up_again(world: World) -> None:
    mine = walk(world).to_informal().with_hearing()
    mine.do(resolution.resolve_informally, **(WRITTEN | {"form": "verbal"}))
    assert mine.case.hearing.state == "cancelled"
    mine.do(resolution.object_to_withdrawal, reason="I was misled.", on=date(2025, 11, 5))
    assert mine.status == "informal_resolution"
    assert mine.timer("appeal.hearing").state == "running"
    assert mine.with_hearing().status == "informal_resolution"
    assert mine.do(hearings.begin_sop).status == "statement_of_position"


def test_ap01_a_written_withdrawal_cannot_be_objected_to_or_confirmed(world: World) -> None:
    mine = walk(world).to_informal().do(resolution.resolve_informally, **WRITTEN)
    with pytest.raises(Refused):
        mine.do(resolution.object_to_withdrawal, reason="No.", on=date(2025, 11, 5))
    with pytest.raises(Refused):
        mine.step("confirm_withdrawal")


def test_ap01_a_conditional_withdrawal_lists_what_each_side_does_within_thirty_days(
    world: World,
) -> None:
    mine = walk(world).to_informal()
    with pytest.raises(ValidationError):
        mine.do(resolution.resolve_informally, **WRITTEN, is_conditional=True)
    with pytest.raises(ValidationError):
        mine.do(resolution.resolve_informally, **WRITTEN, exchange_does="Correct the income")
    mine.do(
        resolution.resolve_informally,
        **WRITTEN,
        is_conditional=True,
        exchange_does="Correct the income\nRun eligibility again",
        appellant_does="Send the pay stub",
    )
    listed = list(AppealTask.objects.values_list("side", "what", "due_on"))
    due = date(2025, 12, 5)
    assert listed == [
        ("exchange", "Correct the income", due),
        ("exchange", "Run eligibility again", due),
        ("appellant", "Send the pay stub", due),
    ]
    mine.step("send_outcome_notice")
    with pytest.raises(Refused, match="Send the pay stub"):
        mine.do(decisions.close_appeal)
    for task in AppealTask.objects.all():
        mine.do(tasks.finish_task, task=task, done_on=date(2025, 11, 5), evidence="Seen")
    assert mine.do(decisions.close_appeal).status == "closed"


# --- AP-02, AP-03, AP-09 ------------------------------------------------------------------------


def test_ap02_the_statement_begins_only_when_the_day_of_the_hearing_is_known(world: World) -> None:
    mine = walk(world).to_informal()
    with pytest.raises(Refused, match="hearing"):
        mine.do(hearings.begin_sop)
    assert mine.with_hearing().do(hearings.begin_sop).status == "statement_of_position"


def test_ap02_nothing_is_delivered_before_the_packet_is_complete(world: World) -> None:
    mine = walk(world).to_position()
    with pytest.raises(Refused) as refusal:
        mine.deliver("cdss")
    assert "Statement of position; Notice of determination" in str(refusal.value)
    assert "Letters" not in str(refusal.value)
    assert not Delivery.objects.exists()
    waived = PacketItem.objects.get(key="notice")
    mine.do(packets.waive_item, item=waived, reason="Told by phone only.")
    mine.with_packet().deliver("cdss")
    assert Delivery.objects.get().evidence == "Track 1"


def test_ap02_deliveries_to_the_consumer_and_to_cdss_are_recorded_one_by_one(world: World) -> None:
    mine = walk(world).to_position().with_packet().deliver("cdss")
    assert mine.status == "statement_of_position"
    assert hearings.missing_deliveries(mine.case) == ["The appellant"]
    mine.deliver("appellant")
    assert mine.status == "hearing_scheduled"
    verbs = list(mine.case.events.order_by("pk").values_list("verb", flat=True))
    assert verbs[-4:] == ["deliver", "deliver", "sop_complete", "hearing_set"]
    row = Delivery.objects.get(recipient="appellant")
    assert (row.way, row.delivered_by) == ("mail", world.people["appeals.specialist"])


def test_ap02_a_delivery_cannot_lie_in_the_future_and_needs_evidence(world: World) -> None:
    mine = walk(world).to_position().with_packet()
    with pytest.raises(ValidationError):
        mine.deliver("cdss", "2025-11-06T09:00")
    with pytest.raises(ValidationError):
        mine.do(
            hearings.deliver,
            recipient="cdss",
            at=pacific("2025-11-05T09:00"),
            way="fax",
            evidence=" ",
        )


def test_ap03_a_hearing_is_held_with_its_judge_named(world: World) -> None:
    mine = walk(world).to_scheduled()
    with at("2025-12-03T12:00"):
        with pytest.raises(ValidationError):
            mine.do(hearings.hold_hearing, judge=" ")
        mine.hold()
    assert mine.status == "heard"
    assert mine.case.hearing.judge == "Robin Ashdown"


def test_ap03_a_hearing_to_come_was_not_held(world: World) -> None:
    mine = walk(world).to_scheduled()
    with pytest.raises(Refused, match="ahead"):
        mine.hold()


def _scheduled_first(mine: Walk) -> None:
    """Postponed and set again while the statement is written: scheduled, nothing delivered."""
    mine.to_position().do(hearings.postpone_hearing, reason="The judge is ill.")
    mine.with_hearing()


def _scheduled_with_one_delivery(mine: Walk) -> None:
    _scheduled_first(mine)
    mine.with_packet().deliver("cdss")


def _delivered_too_late(mine: Walk) -> None:
    _scheduled_with_one_delivery(mine)
    with at("2025-12-03T11:00"):
        mine.deliver("appellant")


@pytest.mark.parametrize(
    ("story", "missing"),
    [
        (_scheduled_first, "The appellant and CDSS"),
        (_scheduled_with_one_delivery, "The appellant"),
        (_delivered_too_late, "The appellant"),
    ],
)
def test_ap09_no_hearing_is_held_without_a_delivered_statement_to_both(
    world: World, story, missing: str
) -> None:
    """In whatever order scheduling and the statement of position ran."""
    mine = walk(world)
    story(mine)
    assert mine.status == "hearing_scheduled"
    with at("2025-12-03T12:00"), pytest.raises(Refused) as refusal:
        mine.hold()
    assert str(refusal.value).endswith(f"on record to: {missing}.")
    assert mine.status == "hearing_scheduled"


def test_ap09_delivered_to_both_in_time_the_hearing_is_held_whatever_came_first(
    world: World,
) -> None:
    mine = walk(world)
    _scheduled_with_one_delivery(mine)
    mine.deliver("appellant")
    with at("2025-12-03T12:00"):
        assert mine.hold().status == "heard"


def test_c8_10_a_postponed_hearing_waits_for_cdss_and_is_set_again(world: World) -> None:
    mine = walk(world).to_scheduled()
    with pytest.raises(Refused, match="is not possible"):
        mine.with_hearing("2025-12-10T10:00")
    with pytest.raises(ValidationError):
        mine.do(hearings.postpone_hearing, reason="")
    mine.do(hearings.postpone_hearing, reason="An interpreter is missing.")
    assert mine.status == "postponed"
    mine.with_hearing("2025-12-10T13:00")
    assert mine.status == "hearing_scheduled"
    hearing = mine.case.hearing
    assert (hearing.sequence, hearing.postponements) == (2, 1)
    assert hearing.at == pacific("2025-12-10T13:00")


# --- AP-04 --------------------------------------------------------------------------------------


def test_ap04_a_decision_is_implemented_task_by_task_with_evidence(world: World) -> None:
    mine = walk(world).to_decision()
    assert mine.status == "decision_issued"
    with at("2025-12-11T09:00"):
        with pytest.raises(Refused, match="Begin the implementation"):
            mine.do(decisions.close_appeal)
        mine.do(decisions.begin_implementation, to_do="Correct the credit\n\nTell the plan")
        first, second = AppealTask.objects.all()
        assert (first.what, first.due_on) == ("Correct the credit", date(2026, 1, 9))
        assert first.assigned_to == world.people["appeals.specialist"]
        with pytest.raises(Refused, match="Correct the credit; Tell the plan"):
            mine.do(decisions.close_appeal)
        with pytest.raises(ValidationError):
            mine.do(tasks.finish_task, task=first, done_on=date(2025, 12, 11))
        mine.do(tasks.finish_task, task=first, done_on=date(2025, 12, 11), evidence="Notice sent")
        with pytest.raises(Refused, match="done already"):
            mine.do(tasks.finish_task, task=first, done_on=date(2025, 12, 11), evidence="Again")
        with pytest.raises(Refused, match="Tell the plan"):
            mine.do(decisions.close_appeal)
        mine.do(tasks.finish_task, task=second, done_on=date(2025, 12, 11), evidence="Letter")
        assert mine.do(decisions.close_appeal).status == "closed"


def test_ap04_a_denied_appeal_has_nothing_to_implement(world: World) -> None:
    mine = walk(world).to_decision("denied")
    with at("2025-12-11T09:00"):
        assert mine.do(decisions.close_appeal).status == "closed"


def test_c8_11_a_decision_cannot_come_before_its_hearing(world: World) -> None:
    mine = walk(world).to_heard()
    with at("2025-12-10T15:00"), pytest.raises(ValidationError):
        mine.decide(on="2025-12-02")


# --- AP-05, AP-06, dismissal --------------------------------------------------------------------


def test_ap05_an_appeal_is_transferred_to_dmhc_from_any_open_status(world: World) -> None:
    mine = walk(world).to_scheduled()
    with pytest.raises(ValidationError):
        mine.do(endings.transfer_to_dmhc, reason="")
    mine.do(endings.transfer_to_dmhc, reason="The plan denied a service.", reference="D-17")
    assert mine.status == "transferred"
    assert mine.case.due_at is None
    assert mine.case.hearing.state == "cancelled"


def test_ap05_dmhc_may_send_it_back_within_thirty_days(world: World) -> None:
    mine = walk(world).to_informal().do(endings.transfer_to_dmhc, reason="A plan's denial.")
    with at("2025-12-06T10:00"), pytest.raises(Refused):
        mine.do(endings.reopen, act_key="take_back", reason="Not theirs.")
    mine.do(endings.reopen, act_key="take_back", reason="Not theirs.")
    assert mine.status == "valid"


def test_ap06_the_second_level_goes_to_cms_with_the_office_of_legal_affairs(world: World) -> None:
    mine = walk(world).to_decision("denied")
    legal = world.organizations["exchange"]
    with at("2026-01-12T09:00"):
        with pytest.raises(ValidationError) as refused:
            mine.do(decisions.appeal_to_second_level, on=date(2026, 1, 12), legal=legal)
        assert "January 9, 2026" in refused.value.message_dict["good_cause"][0]
        mine.do(
            decisions.appeal_to_second_level,
            on=date(2026, 1, 9),
            legal=legal,
            number="HHS-77",
        )
    case = Case.objects.get(pk=mine.case.pk)
    assert case.status == "second_level"
    assert case.appeal.second_level_with == legal


def test_ap06_the_second_level_changes_the_decision_or_leaves_it(world: World) -> None:
    mine = walk(world).to_decision("denied")
    legal = world.organizations["exchange"]
    with at("2025-12-20T09:00"):
        mine.do(decisions.close_appeal)
        mine.do(decisions.appeal_to_second_level, on=date(2025, 12, 20), legal=legal)
        changed = {
            "outcome": "granted",
            "text": "Reversed.",
            "decided_on": date(2025, 12, 20),
            "effective_on": date(2026, 1, 1),
        }
        with pytest.raises(ValidationError):
            mine.do(decisions.change_at_second_level, **changed, to_do=" ")
        mine.do(decisions.change_at_second_level, **changed, to_do="Pay the credit")
        assert mine.status == "implementation"
        mine.do(decisions.appeal_to_second_level, on=date(2025, 12, 20), legal=legal)
        mine.do(decisions.uphold_at_second_level, text="As decided.", decided_on=date(2025, 12, 20))
        assert mine.status == "decision_issued"


@pytest.mark.parametrize("ground", ["withdrawn", "death"])
def test_c8_14_a_dismissal_can_be_vacated_within_thirty_days(world: World, ground: str) -> None:
    mine = walk(world).to_informal().do(endings.dismiss, ground=ground, on=date(2025, 11, 5))
    assert mine.status == "dismissed"
    with pytest.raises(Refused, match="has not asked"):
        mine.do(endings.grant_vacate)
    with at("2025-12-06T09:00"), pytest.raises(Refused, match="December 5"):
        mine.do(endings.ask_vacate, on=date(2025, 12, 6), good_cause="Ill.")
    with at("2025-12-06T09:00"):
        mine.do(endings.ask_vacate, on=date(2025, 12, 5), good_cause="Ill.")
        assert mine.do(endings.grant_vacate).status == "valid"


def test_c8_14_only_a_hearing_that_has_passed_can_be_missed(world: World) -> None:
    mine = walk(world).to_scheduled()
    with pytest.raises(Refused):
        mine.do(endings.dismiss, ground="no_show", on=date(2025, 11, 5))
    with at("2025-12-03T12:00"):
        mine.do(endings.dismiss, ground="no_show", on=date(2025, 12, 3))
    assert mine.status == "dismissed"


def test_c0_a_closed_appeal_is_taken_up_where_it_ended(world: World) -> None:
    mine = walk(world).to_informal().do(resolution.resolve_informally, **WRITTEN)
    mine.step("send_outcome_notice").do(decisions.close_appeal)
    with pytest.raises(Refused, match="no decision"):
        mine.do(endings.reopen, act_key="resume_implementation", reason="Closed in error.")
    assert mine.do(endings.reopen, act_key="reopen", reason="In error.").status == (
        "informal_resolution"
    )
    assert mine.timer("appeal.decision").state == "running"


# --- flags --------------------------------------------------------------------------------------


def test_c8_15_an_expedited_appeal_is_asked_for_by_the_representative_and_granted(
    world: World,
) -> None:
    configure(world)
    case = open_appeal(world, "scr")
    helper = Walk(world, case, "scr")
    with pytest.raises(ValidationError):
        helper.do(expedited.ask_expedited, need="")
    helper.do(expedited.ask_expedited, need="Dialysis three times a week.")
    with pytest.raises(NotAllowed):
        helper.do(expedited.decide_expedited, granted=True)
    mine = Walk(world, case).do(expedited.decide_expedited, granted=True)
    assert Case.objects.get(pk=mine.case.pk).is_urgent
    with pytest.raises(Refused):
        mine.do(expedited.decide_expedited, granted=False)


def test_6608_continued_enrollment_needs_acceptance_and_the_premium(world: World) -> None:
    mine = walk(world).to_valid()
    with pytest.raises(ValidationError):
        mine.do(expedited.record_continued, paid_on=date(2025, 11, 5))
    mine.do(expedited.record_continued, accepted_on=date(2025, 11, 5))
    assert not mine.case.appeal.continues_enrollment
    mine.do(expedited.record_continued, accepted_on=date(2025, 11, 5), paid_on=date(2025, 11, 5))
    assert Case.objects.get(pk=mine.case.pk).appeal.continues_enrollment


def test_an_appeal_is_work_for_a_constituent_case(world: World) -> None:
    from escalations.constituent.services import submit_case

    configure(world)
    parent = submit_case(actor=world.actor("office.staff"), description="She wants to appeal.")
    case = open_appeal(world, parent=parent)
    assert case.links_out.get().to_case_id == parent.pk
    assert case.organization_id == parent.organization_id
    office = Case.objects.visible_to(world.actor("office.staff"))
    assert not office.filter(pk=case.pk).exists()


def test_a_step_is_recorded_once_and_never_for_a_day_to_come(world: World) -> None:
    mine = walk(world).step("acknowledge")
    with pytest.raises(Refused, match="November 5, 2025"):
        mine.step("acknowledge")
    with pytest.raises(ValidationError):
        mine.step("hand_over", "2025-11-06")
    with pytest.raises(Refused, match="not been handed over"):
        mine.step("confirm_receipt")


def test_withdrawals_are_kept_each_with_its_own_story(world: World) -> None:
    mine = walk(world).to_informal()
    verbal = WRITTEN | {"form": "verbal"}
    mine.do(resolution.resolve_informally, **verbal)
    mine.do(resolution.object_to_withdrawal, reason="No.", on=date(2025, 11, 5))
    mine.do(resolution.resolve_informally, **WRITTEN)
    objected = [row.objected_on is not None for row in Withdrawal.objects.all()]
    assert objected == [True, False]
    assert Withdrawal.objects.last().withdrawn_on == date(2025, 11, 5)
