"""Members' cases in three tiers (CC-03, CC-12, CC-18, CC-19, C.9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from escalations.tickets import services as tickets
from escalations.tiers import services, table
from escalations.tiers.models import HandoffNote, MemberDetail, TierUnit
from escalations.tiers.projection import project
from portal.casework.common_acts import assign_case, attach_file
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case, OutboxMessage, TimelineEvent
from portal.casework.projection import CaseDetailView
from portal.casework.sweep import sweep_timers
from portal.clocks.models import Timer
from portal.clocks.services import ACTIVE
from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.casework.cases import png
from tests.escalations.tiers.ground import at_tier, code, contents, open_case, taken
from tests.world import NOW, World


def clock(case: Case, policy: str) -> Timer:
    return Timer.objects.get(case_id=case.pk, policy__key=policy)


def card() -> ScreenedFile:
    return screen_upload(SimpleUploadedFile("card.png", png()))


def running(case: Case) -> set[str]:
    timers = Timer.objects.filter(case_id=case.pk, state__in=ACTIVE)
    return set(timers.values_list("policy__key", flat=True))


def test_cc03_a_routine_case_begins_at_tier_1_and_others_at_the_tier_of_their_type(
    calchoice: World,
) -> None:
    begun = {
        key: open_case(calchoice, key)
        for key in ("eligibility", "claims-dispute", "regulatory-inquiry")
    }
    assert {key: (case.status, case.queue.code) for key, case in begun.items()} == {
        "eligibility": ("tier1", "tier-1"),
        "claims-dispute": ("tier2", "tier-2"),
        "regulatory-inquiry": ("tier3", "tier-3"),
    }
    note = HandoffNote.objects.get(case=begun["claims-dispute"])
    assert note.rationale == "Claims dispute begins with tier-2."
    assert (note.documents_text, note.took_place_at, note.recorded_by) == ("None", NOW, None)


def test_cc18_unresolved_items_move_to_tier_2_warned_at_24_and_breached_at_48_hours(
    calchoice: World,
) -> None:
    case = open_case(calchoice)  # Wednesday 10:20 in Los Angeles
    timer = clock(case, "member_case.tier_1")
    assert timer.warn_at == datetime(2025, 11, 6, 18, 20, tzinfo=UTC)  # Thursday 10:20
    assert timer.due_at == datetime(2025, 11, 7, 18, 20, tzinfo=UTC)  # Friday 10:20
    with time_machine.travel(timer.warn_at + timedelta(seconds=1), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
        assert TimelineEvent.objects.filter(case=case, verb="clock_warning").exists()
    with time_machine.travel(timer.due_at + timedelta(seconds=1), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
    case.refresh_from_db()
    assert case.is_breached
    assert clock(case, "member_case.tier_1").breached_at == timer.due_at


def test_cc18_moving_up_changes_queue_and_owner_stops_one_clock_and_starts_the_next(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 1)
    case = services.escalate(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())
    assert (case.status, case.queue.code, case.owner) == ("tier2", "tier-2", None)
    assert clock(case, "member_case.tier_1").state == Timer.State.MET
    assert running(case) == {"member_case.tier_2"}
    assert OutboxMessage.objects.filter(case=case, key="tiers.escalated").exists()
    case = taken(calchoice, case, "tier2")
    case = services.escalate(case=case, actor=calchoice.actor("tier2"), to_tier=3, **contents())
    assert (case.status, case.queue.code) == ("tier3", "tier-3")
    assert running(case) == {"member_case.tier_3", "member_case.case_manager"}


@pytest.mark.parametrize(
    ("missing", "field", "sentence"),
    [
        ({"rationale": " "}, "rationale", "Enter the decision and its reasons."),
        ({"documents_text": ""}, "documents_text", "write “none” if there were none"),
        ({"took_place_at": None}, "took_place_at", "Enter when"),
    ],
)
def test_cc19_a_handoff_without_one_of_its_three_contents_is_refused_beside_the_field(
    calchoice: World, missing: dict, field: str, sentence: str
) -> None:
    case = at_tier(calchoice, 1)
    for attempt in (
        lambda: services.escalate(
            case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents(**missing)
        ),
        lambda: services.resolve_member_case(
            case=case, actor=calchoice.actor("tier1"), code=code(), **contents(**missing)
        ),
    ):
        with pytest.raises(ValidationError) as refusal:
            attempt()
        assert list(refusal.value.message_dict) == [field]
        assert sentence in refusal.value.message_dict[field][0]
    case.refresh_from_db()
    assert case.status == "tier1"
    assert not HandoffNote.objects.filter(case=case).exists()


def test_cc19_all_that_is_missing_is_said_at_once_and_the_future_is_refused(
    calchoice: World,
) -> None:
    case, actor = at_tier(calchoice, 1), calchoice.actor("tier1")
    with pytest.raises(ValidationError) as refusal:
        services.escalate(case=case, actor=actor, to_tier=2, rationale="", took_place_at=None)
    assert set(refusal.value.message_dict) == {"rationale", "documents_text", "took_place_at"}
    later = timezone.now() + timedelta(minutes=1)
    with pytest.raises(ValidationError, match="future"):
        services.escalate(case=case, actor=actor, to_tier=2, **contents(took_place_at=later))


def test_cc19_a_handoff_keeps_rationale_documents_and_time_and_shows_them_as_a_section(
    calchoice: World,
) -> None:
    case, actor = at_tier(calchoice, 1), calchoice.actor("tier1")
    attach_file(case=case, actor=actor, file=card())
    attachment = Attachment.objects.get(case=case)
    when = timezone.now() - timedelta(hours=2)
    services.escalate(
        case=case,
        actor=actor,
        to_tier=2,
        rationale="The carrier's formulary decides.",
        documents=[attachment],
        documents_text="Paper copy of the card",
        took_place_at=when,
    )
    note = HandoffNote.objects.get(case=case)
    assert (note.act, note.from_status, note.to_status) == ("escalate_tier_2", "tier1", "tier2")
    assert (note.took_place_at, note.recorded_at) == (when, NOW)
    assert note.recorded_by == calchoice.people["tier1"]
    assert [entry.attachment for entry in note.documents.all()] == [attachment]
    view = project(calchoice.actor("tier2"), Case.objects.get(pk=case.pk))
    assert isinstance(view, CaseDetailView)
    shown = {s.title: {key: value for key, _, value in s.rows} for s in view.sections}
    section = shown["Escalated to Tier 2"]
    assert section["rationale"] == "The carrier's formulary decides."
    assert section["documents"] == f"{attachment.document.original_name}; Paper copy of the card"
    assert section["took_place_at"] == when
    event = TimelineEvent.objects.get(case=case, verb="escalate_tier_2")
    assert event.data["handoff"] == note.pk
    assert "handoff" in LedgerEntry.objects.filter(action="tiers.escalate").last().fields


def test_cc19_a_file_of_another_case_is_no_document_of_this_handoff(calchoice: World) -> None:
    case, other = at_tier(calchoice, 1), at_tier(calchoice, 1)
    attach_file(
        case=other,
        actor=calchoice.actor("tier1"),
        file=card(),
    )
    with pytest.raises(ValidationError, match="files of this case"):
        services.escalate(
            case=case,
            actor=calchoice.actor("tier1"),
            to_tier=2,
            **contents(documents=[Attachment.objects.get(case=other)]),
        )


def test_a_social_security_number_in_a_handoff_is_refused_and_nothing_is_stored(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 1)
    for field in ("rationale", "documents_text"):
        with pytest.raises(SsnRefused):
            services.escalate(
                case=case,
                actor=calchoice.actor("tier1"),
                to_tier=2,
                **contents(**{field: "Her number is 123-45-6789."}),
            )
    assert not HandoffNote.objects.exists()


def test_cc18_tier_3_has_two_business_days_for_a_case_manager_and_assigning_one_stops_the_clock(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 3)
    timer = clock(case, "member_case.case_manager")
    assert timer.due_at == NOW + timedelta(days=2)  # Wednesday 10:20 → Friday 10:20
    services.assign_case_manager(
        case=case, actor=calchoice.actor("tier3"), person=calchoice.people["tier3.colleague"]
    )
    assert clock(case, "member_case.case_manager").state == Timer.State.MET
    row = MemberDetail.objects.get(case=case)
    assert (row.manager, row.managed_since) == (calchoice.people["tier3.colleague"], NOW)
    case.refresh_from_db()
    assert case.owner == calchoice.people["tier3"]  # the manager is not merely the owner
    message = OutboxMessage.objects.get(case=case, key="tiers.case_manager")
    assert message.recipient == calchoice.people["tier3.colleague"]


def test_cc18_owning_a_case_is_not_managing_it(calchoice: World) -> None:
    case = at_tier(calchoice, 3)
    assign_case(
        case=case, actor=calchoice.actor("lead"), person=calchoice.people["tier3.colleague"]
    )
    assert clock(case, "member_case.case_manager").state == Timer.State.RUNNING
    with pytest.raises(Refused, match="case manager"):
        services.resolve_member_case(
            case=case, actor=calchoice.actor("tier3.colleague"), code=code(), **contents()
        )


def test_cc18_a_case_manager_works_at_tier_3(calchoice: World) -> None:
    case = at_tier(calchoice, 3)
    with pytest.raises(Refused, match="works at Tier 3"):
        services.assign_case_manager(
            case=case, actor=calchoice.actor("tier3"), person=calchoice.people["tier2"]
        )


@pytest.mark.parametrize("tier", [1, 2, 3])
@pytest.mark.parametrize("party", ["member", "employer"])
def test_c9_a_case_waits_for_a_party_at_any_tier_and_comes_back_to_the_same(
    calchoice: World, tier: int, party: str
) -> None:
    case, actor = at_tier(calchoice, tier), calchoice.actor(f"tier{tier}")
    where = table.TIERS[tier - 1]
    case = services.ask_party(
        case=case, actor=actor, party=party, tier=where, missing="A copy of the bill."
    )
    assert (case.status, case.is_waiting) == (f"tier{tier}_{party}", True)
    assert table.MACHINE.statuses[case.status].party == party
    promise = clock(case, where.promise)
    assert promise.state == Timer.State.PAUSED
    assert promise.segments.get(until=None).party == party
    case = services.record_answer(
        case=case, actor=actor, party=party, tier=where, answer="Here it is."
    )
    assert (case.status, case.queue.code) == (f"tier{tier}", f"tier-{tier}")
    assert clock(case, where.promise).state == Timer.State.RUNNING


def test_c9_after_five_business_days_without_an_answer_somebody_is_told_and_nobody_has_failed(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 1)
    services.ask_party(
        case=case,
        actor=calchoice.actor("tier1"),
        party="employer",
        tier=table.TIERS[0],
        missing="The payroll list.",
    )
    due = clock(case, "member_case.employer_answer").due_at
    assert due == datetime(2025, 11, 13, 18, 20, tzinfo=UTC)  # Veterans Day is not counted
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
    case.refresh_from_db()
    assert (case.status, case.is_breached) == ("tier1_employer", False)
    assert TimelineEvent.objects.filter(case=case, verb="employer_answer_due").count() == 1
    assert OutboxMessage.objects.filter(case=case, key="tiers.answer_due").exists()


def test_cc18_a_case_goes_back_down_by_a_specialist_of_its_tier_or_a_lead_with_the_note(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 3)
    services.assign_case_manager(
        case=case, actor=calchoice.actor("tier3"), person=calchoice.people["tier3"]
    )
    case.refresh_from_db()
    with pytest.raises(NotAllowed):
        services.lower(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())
    with pytest.raises(Refused, match="of the tier that has the case"):
        services.lower(case=case, actor=calchoice.actor("tier2"), to_tier=2, **contents())
    with pytest.raises(ValidationError):
        services.lower(
            case=case, actor=calchoice.actor("tier3"), to_tier=2, **contents(rationale="")
        )
    case = services.lower(case=case, actor=calchoice.actor("tier3"), to_tier=2, **contents())
    assert (case.status, case.queue.code, case.owner) == ("tier2", "tier-2", None)
    assert MemberDetail.objects.get(case=case).manager is None
    assert clock(case, "member_case.tier_3").state == Timer.State.CANCELLED
    case = services.lower(
        case=case, actor=calchoice.actor("tier2.colleague"), to_tier=1, **contents()
    )
    assert (case.status, case.queue.code) == ("tier1", "tier-1")
    assert HandoffNote.objects.filter(case=case).count() == 4


def test_c9_a_case_is_moved_by_its_owner_and_never_by_a_mere_transfer(calchoice: World) -> None:
    case = open_case(calchoice)
    with pytest.raises(Refused, match="Take this case first"):
        services.escalate(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())
    assert "transfer" not in table.MACHINE.acts


def test_c9_an_exchange_without_a_unit_for_the_tier_says_so(calchoice: World) -> None:
    case = at_tier(calchoice, 1)
    TierUnit.objects.filter(tier=2).delete()
    with pytest.raises(Refused, match="No unit is set for Tier 2"):
        services.escalate(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())


def test_c9_a_case_is_resolved_closed_in_time_and_reopened_at_tier_1(calchoice: World) -> None:
    case = at_tier(calchoice, 2)
    case = services.resolve_member_case(
        case=case, actor=calchoice.actor("tier2"), code=code(), **contents()
    )
    assert (case.status, case.is_open) == ("resolved", False)
    assert running(case) == {"ticket.auto_close"}
    due = clock(case, "ticket.auto_close").due_at
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
        case.refresh_from_db()
        assert case.status == "closed"
        case = services.reopen_member_case(
            case=case, actor=calchoice.actor("tier2"), reason="The bill came again."
        )
    assert (case.status, case.queue.code, case.reopen_count) == ("tier1", "tier-1", 1)
    assert running(case) == {"member_case.tier_1"}


def test_cc15_an_email_has_24_hours_of_open_days_and_a_reply_on_record_keeps_it(
    calchoice: World,
) -> None:
    friday = datetime(2025, 11, 7, 23, 0, tzinfo=UTC)  # 15:00 in Los Angeles
    with time_machine.travel(friday, tick=False):
        case = taken(calchoice, open_case(calchoice, channel="email"), "tier1")
        timer = clock(case, "member_case.email_response")
        assert timer.due_at == datetime(2025, 11, 10, 23, 0, tzinfo=UTC)  # Monday 15:00
        services.answer_email(
            case=case, actor=calchoice.actor("tier1"), summary="On the first of the month."
        )
    assert clock(case, "member_case.email_response").state == Timer.State.MET
    contact = case.contacts.get()
    assert (contact.channel, contact.summary) == ("email", "On the first of the month.")
    with pytest.raises(Refused, match="No email"):
        services.answer_email(case=case, actor=calchoice.actor("tier1"), summary="Again.")


def test_cc15_claim_and_billing_research_has_five_business_days_where_the_type_says_so(
    calchoice: World,
) -> None:
    assert "member_case.research" not in running(open_case(calchoice))
    case = taken(calchoice, open_case(calchoice, "billing"), "tier1")
    timer = clock(case, "member_case.research")
    assert timer.due_at == datetime(2025, 11, 13, 18, 20, tzinfo=UTC)  # Veterans Day between
    services.complete_research(case=case, actor=calchoice.actor("tier1"), findings="Booked twice.")
    assert clock(case, "member_case.research").state == Timer.State.MET


def test_cc12_every_contact_with_the_member_is_on_record(calchoice: World) -> None:
    case = at_tier(calchoice, 1)
    tickets.record_contact(
        case=case,
        actor=calchoice.actor("tier1"),
        channel="phone",
        outcome="reached",
        summary="Told the member.",
    )
    assert case.contacts.get().recorded_by == calchoice.people["tier1"]


def test_cc09_every_tier_sees_the_case_wherever_it_stands_and_no_other_unit_does(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 3)
    seen_by = {
        key
        for key in calchoice.people
        if Case.objects.visible_to(calchoice.actor(key)).filter(pk=case.pk).exists()
    }
    tiers = {"tier1", "tier1.colleague", "tier2", "tier2.colleague", "tier3", "tier3.colleague"}
    assert seen_by == tiers | {"compliance", "lead"}


def test_an_employer_sees_number_status_and_dates_of_what_it_brought_and_nothing_else(
    calchoice: World,
) -> None:
    bakery = calchoice.organizations["bakery"]
    brought = open_case(calchoice, employer=bakery, brought_by_employer=True)
    about_its_member = open_case(calchoice, employer=bakery)
    actor = calchoice.actor("employer")
    assert list(Case.objects.visible_to(actor)) == [brought]
    assert not Case.objects.detailed_to(actor).exists()
    assert not Case.objects.visible_to(calchoice.actor("other.employer")).exists()
    view = project(actor, brought)
    assert not isinstance(view, CaseDetailView)
    assert (view.number, view.status) == (brought.number, "In progress")
    assert "Rosa" not in repr(view)
    assert about_its_member.organization is None


def test_an_employer_is_told_when_its_case_is_resolved(calchoice: World) -> None:
    from notifications import recipients

    bakery = calchoice.organizations["bakery"]
    case = taken(
        calchoice, open_case(calchoice, employer=bakery, brought_by_employer=True), "tier1"
    )
    services.resolve_member_case(
        case=case, actor=calchoice.actor("tier1"), code=code(), **contents()
    )
    message = OutboxMessage.objects.get(case=case, key="tiers.resolved")
    assert list(recipients.employer(message)) == [calchoice.people["employer"]]
    shown = project(calchoice.actor("employer"), Case.objects.get(pk=case.pk))
    assert shown.status == "Resolved"
    assert [event.verb for event in shown.timeline] == ["resolve"]
