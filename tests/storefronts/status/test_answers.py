"""Questions about an application: saved one by one, sent together, reminded of (SF-07, SF-08)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from notifications import catalogue
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case, OutboxMessage, TimelineEvent
from portal.casework.sweep import sweep_timers
from portal.clocks.models import Timer
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from storefronts.models import InformationItem, StorefrontApplication
from storefronts.projection import StorefrontView, project
from storefronts.status.answers import AnswerConflict, ItemView, save_answer, send_answers
from storefronts.status.endings import UNANSWERED
from storefronts.table import ANSWER, INFORMATION, PENDING, REJECTED, REVIEW
from tests.storefronts.status.ground import applied, asked, screened
from tests.world import NOW, World

PACIFIC = ZoneInfo("America/Los_Angeles")


def _save(world: World, case: Case, item: InformationItem, answer: str, **more: object) -> ItemView:
    return save_answer(
        case=case,
        actor=world.actor("agency.manager"),
        item_id=item.pk,
        answer=answer,
        **more,  # type: ignore[arg-type]
    )


def _seen_by(world: World, who: str, case: Case) -> StorefrontView:
    return project(world.actor(who), Case.objects.get(pk=case.pk))


def test_sf_07_each_answer_is_saved_by_itself_and_survives(world: World) -> None:
    case = applied(world)
    lease, sign = asked(world, case)

    saved = _save(world, case, lease, "We do, until 2029.")

    assert (saved.answer, saved.lacks) == ("We do, until 2029.", "")
    view = _seen_by(world, "agency.manager", case)
    assert view.status == "Pending Information"
    assert view.asked is not None
    assert view.asked.missing == [(2, "It needs a file.")]
    assert InformationItem.objects.get(pk=sign.pk).answer == ""


def test_sf_08_answers_are_sent_only_when_complete_and_the_refusal_says_what_lacks(
    world: World,
) -> None:
    case = applied(world)
    _lease, sign = asked(world, case)
    _save(world, case, sign, "There it is.")

    with pytest.raises(Refused, match=r"Question 1: It needs an answer. Question 2: It needs a f"):
        send_answers(case=case, actor=world.actor("agency.manager"))

    case.refresh_from_db()
    assert case.status == INFORMATION
    assert not InformationItem.objects.exclude(sent_at=None).exists()


def test_sf_08_sent_answers_bring_the_application_back_to_pending_with_its_files(
    world: World,
) -> None:
    case = applied(world)
    lease, sign = asked(world, case)
    _save(world, case, lease, "We do.")
    _save(world, case, sign, "", file=screened())

    send_answers(case=case, actor=world.actor("agency.manager"))

    case.refresh_from_db()
    assert case.status == PENDING
    document = InformationItem.objects.get(pk=sign.pk).document
    assert Attachment.objects.filter(case=case, document=document).exists()
    states = dict(Timer.objects.filter(case_id=case.pk).values_list("policy__key", "state"))
    assert states[REVIEW] == Timer.State.RUNNING
    assert Timer.State.RUNNING not in {state for key, state in states.items() if key != REVIEW}
    assert _seen_by(world, "osd.staff", case).information[0].items[0].answer == "We do."


def test_reviewers_see_no_answer_before_it_is_sent(world: World) -> None:
    case = applied(world)
    lease, _sign = asked(world, case)
    _save(world, case, lease, "We do.")

    view = _seen_by(world, "osd.staff", case)

    assert [item.answer for item in view.information[0].items] == ["", ""]
    assert all("We do." not in str(row) for section in view.sections for row in section.rows)


def test_two_managers_who_answer_at_once_are_shown_each_others_answer(world: World) -> None:
    case = applied(world)
    lease, _sign = asked(world, case)
    view = _seen_by(world, "agency.manager", case)
    assert view.asked is not None
    seen = view.asked.items[0].seen
    _save(world, case, lease, "The landlord.", seen=seen)

    with pytest.raises(AnswerConflict):
        _save(world, case, lease, "We do.", seen=seen)

    lease.refresh_from_db()
    assert lease.answer == "The landlord."


def test_a_replaced_or_removed_file_is_deleted(world: World) -> None:
    case = applied(world)
    _lease, sign = asked(world, case)
    _save(world, case, sign, "", file=screened("one.png"))
    first = InformationItem.objects.get(pk=sign.pk).document_id
    _save(world, case, sign, "", file=screened("two.png"))
    second = InformationItem.objects.get(pk=sign.pk).document_id
    _save(world, case, sign, "", remove_file=True)

    assert not Document.objects.filter(pk__in=[first, second]).exists()
    assert InformationItem.objects.get(pk=sign.pk).document is None


def test_an_answer_with_a_social_security_number_is_refused_and_the_old_one_stays(
    world: World,
) -> None:
    case = applied(world)
    lease, _sign = asked(world, case)
    _save(world, case, lease, "We do.")

    with pytest.raises(SsnRefused):
        _save(world, case, lease, "His number is 219-09-9999.")
    with pytest.raises(ValidationError):
        _save(world, case, lease, "x" * 2_001)

    lease.refresh_from_db()
    assert lease.answer == "We do."


def test_nobody_but_the_owners_answers(world: World) -> None:
    case = applied(world)
    lease, _sign = asked(world, case)
    for who, refusal in (
        ("harbor.manager", Case.DoesNotExist),
        ("entity.contact", Case.DoesNotExist),
        ("agent", Case.DoesNotExist),
        ("osd.staff", NotAllowed),
    ):
        with pytest.raises(refusal):
            save_answer(case=case, actor=world.actor(who), item_id=lease.pk, answer="Mine.")


def test_an_answer_to_what_is_not_asked_now_is_none(world: World) -> None:
    case, other = applied(world), applied(world, street="4 Elm Street")
    lease, sign = asked(world, case)
    elsewhere, _ = asked(world, other)
    with pytest.raises(InformationItem.DoesNotExist):
        _save(world, case, elsewhere, "We do.")
    _save(world, case, lease, "We do.")
    _save(world, case, sign, "", file=screened())
    send_answers(case=case, actor=world.actor("agency.manager"))

    with pytest.raises(Refused):
        _save(world, case, lease, "Changed afterwards.")


def test_c_6_applicants_are_reminded_after_five_and_ten_business_days_each_once(
    world: World,
) -> None:
    case = applied(world)
    asked(world, case)
    # Asked on Wednesday the 5th; Tuesday the 11th is a holiday: five business days end on the
    # 13th, ten on the 20th.
    reminders = OutboxMessage.objects.filter(key="storefronts.answer_reminder", case=case)
    for at, sent in (
        (datetime(2025, 11, 13, 9, 0, tzinfo=PACIFIC), 0),
        (datetime(2025, 11, 13, 11, 0, tzinfo=PACIFIC), 1),
        (datetime(2025, 11, 13, 12, 0, tzinfo=PACIFIC), 1),
        (datetime(2025, 11, 20, 9, 0, tzinfo=PACIFIC), 1),
        (datetime(2025, 11, 20, 11, 0, tzinfo=PACIFIC), 2),
        (datetime(2025, 12, 1, 11, 0, tzinfo=PACIFIC), 2),
    ):
        with time_machine.travel(at, tick=False):
            sweep_timers(exchange=world.exchange, now=at)
            world.enter()
        assert reminders.count() == sent, at
    case.refresh_from_db()
    assert case.status == INFORMATION
    assert not case.is_breached


def test_c_6_an_unanswered_application_is_rejected_by_the_system_after_thirty_days(
    world: World,
) -> None:
    case = applied(world)
    asked(world, case)
    for days, status in ((29, INFORMATION), (31, REJECTED), (32, REJECTED)):
        at = NOW + timedelta(days=days)
        with time_machine.travel(at, tick=False):
            sweep_timers(exchange=world.exchange, now=at)
            world.enter()
        case.refresh_from_db()
        assert case.status == status
    assert TimelineEvent.objects.filter(case=case, verb="reject_unanswered").count() == 1
    detail = StorefrontApplication.objects.get(case=case)
    assert (detail.decision_reason, detail.decided_by) == (UNANSWERED, None)
    assert not Timer.objects.filter(case_id=case.pk, state=Timer.State.RUNNING).exists()
    assert OutboxMessage.objects.filter(key="storefronts.rejected", case=case).count() == 1


def test_answers_that_were_sent_in_time_end_reminders_and_rejection(world: World) -> None:
    case = applied(world)
    lease, sign = asked(world, case)
    _save(world, case, lease, "We do.")
    _save(world, case, sign, "", file=screened())
    send_answers(case=case, actor=world.actor("agency.manager"))
    at = NOW + timedelta(days=40)
    with time_machine.travel(at, tick=False):
        sweep_timers(exchange=world.exchange, now=at)
        world.enter()

    case.refresh_from_db()
    assert case.status == PENDING
    assert not OutboxMessage.objects.filter(case=case, key="storefronts.answer_reminder").exists()


def test_what_applicants_are_asked_and_promised_stands_on_their_page(world: World) -> None:
    case = applied(world)
    assert "November 20, 2025" in _seen_by(world, "agency.manager", case).next_step
    asked(world, case)

    view = _seen_by(world, "agency.manager", case)

    due = Timer.objects.get(case_id=case.pk, policy__key=ANSWER).due_at.astimezone(PACIFIC).date()
    assert view.promised_on == due
    assert due.isoformat() == "2025-12-05"


def test_messages_about_questions_name_the_application_by_number_and_link_alone() -> None:
    for key in ("storefronts.information_requested", "storefronts.answer_reminder"):
        kind = catalogue.get(key)
        assert kind.variables <= {"exchange", "contact", "link", "number", "status"}
