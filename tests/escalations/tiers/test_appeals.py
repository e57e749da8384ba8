"""Formal appeals at Tier 3 (CC-15, CC-18, CC-20, C.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.appeals import packets
from escalations.appeals.models import PacketItem
from escalations.tiers import appeals, services
from escalations.tiers.models import HandoffNote, PlanAppealDetail
from escalations.tiers.projection import project
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.sweep import sweep_timers
from portal.clocks.models import Timer
from tests.escalations.tiers.ground import contents, open_case, taken
from tests.world import NOW, World


def clock(case: Case, policy: str) -> Timer:
    return Timer.objects.get(case_id=case.pk, policy__key=f"plan_appeal.{policy}")


def received(world: World) -> Case:
    return taken(world, open_case(world, "formal-appeal"), "tier3")


def acknowledged(world: World) -> Case:
    return appeals.acknowledge_appeal(
        case=received(world),
        actor=world.actor("tier3"),
        channel="letter",
        summary="Your appeal is here.",
    )


def under_review(world: World) -> Case:
    case, actor = acknowledged(world), world.actor("tier3")
    for item in PacketItem.objects.filter(case=case, is_required=True):
        packets.record_item(case=case, actor=actor, item=item)
    case = appeals.complete_packet(case=case, actor=actor)
    return appeals.begin_review(case=case, actor=actor)


def test_cc15_cc18_an_appeal_starts_with_its_three_promises_at_tier_3(calchoice: World) -> None:
    case = open_case(calchoice, "formal-appeal")
    assert (case.kind, case.status, case.queue.code) == ("plan_appeal", "received", "tier-3")
    assert clock(case, "acknowledge").due_at == NOW + timedelta(days=2)
    assert clock(case, "case_manager").due_at == NOW + timedelta(days=2)
    assert clock(case, "decide").due_at == NOW + timedelta(days=30)
    assert case.due_at == NOW + timedelta(days=2)


def test_cc15_acknowledging_keeps_the_promise_and_puts_the_contact_on_record(
    calchoice: World,
) -> None:
    case = acknowledged(calchoice)
    assert case.status == "acknowledged"
    assert clock(case, "acknowledge").state == Timer.State.MET
    assert case.contacts.get().channel == "letter"


def test_cc20_the_packet_is_refused_while_incomplete_and_says_what_lacks(
    calchoice: World,
) -> None:
    case, actor = acknowledged(calchoice), calchoice.actor("tier3")
    with pytest.raises(Refused) as refusal:
        appeals.complete_packet(case=case, actor=actor)
    for paper in ("The notice that is appealed", "Medical or claim records"):
        assert paper in str(refusal.value)
    assert "authorization" not in str(refusal.value)  # not required
    for item in PacketItem.objects.filter(case=case, is_required=True):
        packets.record_item(case=case, actor=actor, item=item)
    assert appeals.complete_packet(case=case, actor=actor).status == "packet_complete"


def test_c8_nothing_is_decided_without_a_case_manager_and_the_three_contents(
    calchoice: World,
) -> None:
    case, actor = under_review(calchoice), calchoice.actor("tier3")
    with pytest.raises(Refused, match="case manager"):
        appeals.decide_appeal(case=case, actor=actor, decision="upheld", **contents())
    services.assign_case_manager(case=case, actor=actor, person=calchoice.people["tier3"])
    with pytest.raises(ValidationError, match="none"):
        appeals.decide_appeal(
            case=case, actor=actor, decision="upheld", **contents(documents_text="")
        )
    case = appeals.decide_appeal(
        case=case, actor=actor, decision="overturned", **contents(rationale="The plan covers it.")
    )
    assert (case.status, case.is_open) == ("decided", False)
    assert clock(case, "decide").state == Timer.State.MET
    assert HandoffNote.objects.get(case=case).rationale == "The plan covers it."
    assert PlanAppealDetail.objects.get(case=case).decision == "overturned"
    view = project(actor, case)
    shown = {key: value for section in view.sections for key, _, value in section.rows}
    assert (shown["decision"], shown["decided_at"]) == ("For the member", NOW)


def test_cc15_an_expedited_appeal_has_72_hours_on_the_clock_weekend_or_not(
    calchoice: World,
) -> None:
    friday = datetime(2025, 11, 7, 23, 0, tzinfo=UTC)
    case = received(calchoice)
    with time_machine.travel(friday, tick=False):
        case = appeals.mark_expedited(
            case=case, actor=calchoice.actor("tier3"), reason="The dose runs out on Monday."
        )
        assert case.is_urgent
        assert clock(case, "decide_expedited").due_at == friday + timedelta(hours=72)
    with time_machine.travel(friday + timedelta(hours=72, seconds=1), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
    case.refresh_from_db()
    assert case.is_breached


def test_cc15_taking_the_mark_off_leaves_the_thirty_days_as_they_were(calchoice: World) -> None:
    case, actor = received(calchoice), calchoice.actor("tier3")
    with pytest.raises(ValidationError, match="medically necessary"):
        appeals.mark_expedited(case=case, actor=actor, reason=" ")
    appeals.mark_expedited(case=case, actor=actor, reason="The dose runs out.")
    with pytest.raises(Refused, match="expedited already"):
        appeals.mark_expedited(case=case, actor=actor, reason="The dose runs out.")
    case = appeals.clear_expedited(case=case, actor=actor, reason="The dose was renewed.")
    assert not case.is_urgent
    assert clock(case, "decide_expedited").state == Timer.State.CANCELLED
    assert clock(case, "decide").due_at == NOW + timedelta(days=30)
    assert not PlanAppealDetail.objects.get(case=case).is_expedited


def test_an_appeal_is_shown_to_tier_3_alone_and_never_to_the_employer(calchoice: World) -> None:
    case = open_case(
        calchoice,
        "formal-appeal",
        employer=calchoice.organizations["bakery"],
        brought_by_employer=True,
    )
    assert case.organization is None
    seen_by = {
        key
        for key in calchoice.people
        if Case.objects.visible_to(calchoice.actor(key)).filter(pk=case.pk).exists()
    }
    assert seen_by == {"tier3", "tier3.colleague", "lead"}
    view = project(calchoice.actor("tier3"), case, surface="api")
    assert {"appeal", "packet", "handling"} <= {section.key for section in view.sections}
