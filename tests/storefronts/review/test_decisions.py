"""What stands in the way of each act of a reviewer, and what the act does (SF-06, SF-07, C.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.casework.common_acts import take_case
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case, Note, OutboxMessage
from portal.clocks.models import Timer
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from storefronts import generation
from storefronts.models import InformationItem, Listing
from storefronts.review import checklist, services
from storefronts.review.services import MOST_ITEMS, Item
from storefronts.status.answers import send_answers
from storefronts.status.endings import reject_unanswered
from storefronts.table import ANSWER, REVIEW
from tests.storefronts.review.conftest import EVERY_POINT, FIRST, SECOND, Desk
from tests.world import NOW

STATUSES = ("pending", "pending_information", "approved", "rejected", "withdrawn")
#: By act: from which statuses a reviewer may begin it.
OPEN_FROM = {
    "request_information": {"pending"},
    "approve": {"pending"},
    "reject": {"pending", "pending_information"},
    "reopen": {"rejected"},
}
SSN = "My number is 123-45-6789."


def attempt(desk: Desk, key: str, case: Case, who: str = FIRST, **more: Any) -> Case:
    """One act of a reviewer with all it needs, but for what a test takes away."""
    needs: dict[str, dict[str, Any]] = {
        "request_information": {"items": [Item("Which door?")]},
        "approve": {},
        "reject": {"reason": "No sign is to be seen."},
        "reopen": {"reason": "The sign is there now."},
    }
    service: Callable[..., Case] = getattr(services, key)
    return service(case=case, actor=desk.actor(who), **(needs[key] | more))


@pytest.mark.parametrize("status", STATUSES)
def test_c_6_each_act_of_a_reviewer_begins_from_its_statuses_and_no_others(
    desk: Desk, status: str
) -> None:
    for number, (key, sources) in enumerate(OPEN_FROM.items()):
        case = desk.standing_in(status, street=f"{number + 1} Oak Street")
        if status == "pending":
            desk.checked(case)
        if status in sources:
            attempt(desk, key, case)
        else:
            with pytest.raises(Refused, match="is not possible while the case is"):
                attempt(desk, key, case)


@pytest.mark.parametrize(
    "who",
    ["agency.manager", "agent", "entity.contact", "ea.analyst", "eru.specialist", "admin"],
)
@pytest.mark.parametrize("key", sorted(OPEN_FROM))
def test_c_6_nobody_but_outreach_and_sales_decides(desk: Desk, who: str, key: str) -> None:
    case = desk.apply()
    with pytest.raises((NotAllowed, Case.DoesNotExist)):
        attempt(desk, key, case, who)
    with pytest.raises((NotAllowed, Case.DoesNotExist)):
        services.save_checklist(case=case, actor=desk.actor(who), ticked=["sign"])


# --- Requesting information ---------------------------------------------------------------------


def test_sf_07_a_request_lists_items_each_with_answer_or_file_required(desk: Desk) -> None:
    case = desk.apply()
    items = [Item("  Which door do consumers use? "), Item("A photo of the sign", True)]
    case = attempt(desk, "request_information", case, items=items)
    assert case.status == "pending_information"
    kept = list(
        InformationItem.objects.values_list("round", "question", "file_required", "sent_at")
    )
    assert kept == [
        (1, "Which door do consumers use?", False, None),
        (1, "A photo of the sign", True, None),
    ]
    assert OutboxMessage.objects.filter(case=case, key="storefronts.information_requested").exists()


def test_sf_07_the_promise_of_a_decision_pauses_while_the_applicant_is_asked(desk: Desk) -> None:
    case = desk.asked(desk.apply())
    states = dict(Timer.objects.filter(case_id=case.pk).values_list("policy__key", "state"))
    assert states[REVIEW] == Timer.State.PAUSED
    assert states[ANSWER] == Timer.State.RUNNING


def test_sf_07_a_second_request_is_a_round_of_its_own(desk: Desk) -> None:
    case = desk.asked(desk.apply())
    InformationItem.objects.update(answer="The green one.")
    case = send_answers(case=case, actor=desk.actor("agency.manager"))
    desk.asked(case, "And the step in front of it?")
    assert list(InformationItem.objects.values_list("round", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([], "Ask for at least one thing"),
        ([Item(" ")], "Item 1: say what you need"),
        ([Item("Which door?"), Item("x" * 1_001)], "Item 2: use at most 1,000 characters"),
        ([Item("Which door?")] * (MOST_ITEMS + 1), "at most 10 things"),
    ],
)
def test_sf_07_a_request_asks_for_something_and_not_for_too_much(
    desk: Desk, items: list[Item], sentence: str
) -> None:
    case = desk.apply()
    with pytest.raises(ValidationError, match=sentence):
        attempt(desk, "request_information", case, items=items)
    assert not InformationItem.objects.exists()


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("request_information", {"items": [Item(SSN)]}),
        ("reject", {"reason": SSN}),
    ],
)
def test_ea_06_a_social_security_number_is_refused_and_nothing_is_kept(
    desk: Desk, key: str, more: dict[str, Any]
) -> None:
    case = desk.apply()
    with pytest.raises(SsnRefused):
        attempt(desk, key, case, **more)
    case.refresh_from_db()
    assert case.status == "pending"
    assert desk.detail(case).decision_reason == ""


# --- Approving ----------------------------------------------------------------------------------


def test_c_6_an_approval_needs_every_point_of_the_checklist_and_names_those_missing(
    desk: Desk,
) -> None:
    case = desk.checked(desk.apply(), but=["sign", "staff"])
    with pytest.raises(Refused) as refusal:
        attempt(desk, "approve", case)
    assert "The photo of the outside shows the sign" in str(refusal.value)
    assert "is certified and works for the owner" in str(refusal.value)
    assert "walk in" not in str(refusal.value)
    assert not Listing.objects.exists()


def test_sf_11_an_approved_storefront_is_on_the_map_with_the_same_commit(desk: Desk) -> None:
    before = generation.current(desk.world.exchange)
    case = desk.approved(desk.apply())
    detail = desk.detail(case)
    listing = Listing.objects.get()
    assert detail.listing == listing
    assert (listing.kind, listing.state) == ("storefront", "active")
    assert listing.name == "Palm Street Health Help"
    assert generation.current(desk.world.exchange) > before
    assert (case.status, case.is_open) == ("approved", False)
    assert detail.decided_by == desk.world.person(FIRST)
    assert detail.decided_at == NOW


def test_sf_06_an_approval_tells_the_applicant_and_stops_the_promise(desk: Desk) -> None:
    case = desk.approved(desk.apply())
    assert OutboxMessage.objects.filter(case=case, key="storefronts.approved").exists()
    timer = Timer.objects.get(case_id=case.pk, policy__key=REVIEW)
    assert timer.state == Timer.State.MET


def test_an_approval_of_a_stale_page_is_a_conflict_and_publishes_nothing(desk: Desk) -> None:
    case = desk.checked(desk.apply())
    version = case.version
    desk.asked(case)
    InformationItem.objects.update(answer="The green one.")
    send_answers(case=case, actor=desk.actor("agency.manager"))
    with pytest.raises(Conflict):
        attempt(desk, "approve", case, expected_version=version)
    assert not Listing.objects.exists()


# --- The checklist ------------------------------------------------------------------------------


def test_the_checklist_is_saved_as_one_goes_and_in_the_ledger_by_key(desk: Desk) -> None:
    case = desk.apply()
    services.save_checklist(case=case, actor=desk.actor(), ticked=["sign"])
    services.save_checklist(case=case, actor=desk.actor(), ticked=["sign", "staff"], seen=["sign"])
    kept = desk.detail(case).checklist
    assert sorted(kept) == ["sign", "staff"]
    assert kept["sign"]["by"] == desk.world.person(FIRST).pk
    entry = LedgerEntry.objects.filter(action="storefronts.checklist_saved").latest("pk")
    assert entry.data == {"ticked": ["staff"], "taken_back": []}


def test_two_reviewers_who_tick_at_once_take_nothing_back_from_each_other(desk: Desk) -> None:
    case = desk.apply()
    services.save_checklist(case=case, actor=desk.actor(FIRST), ticked=["sign"], seen=[])
    services.save_checklist(case=case, actor=desk.actor(SECOND), ticked=["staff"], seen=[])
    assert sorted(desk.detail(case).checklist) == ["sign", "staff"]
    services.save_checklist(case=case, actor=desk.actor(SECOND), ticked=[], seen=["staff"])
    assert sorted(desk.detail(case).checklist) == ["sign"]


def test_a_tick_beside_older_words_no_longer_counts(desk: Desk) -> None:
    case = desk.checked(desk.apply())
    detail = desk.detail(case)
    detail.checklist["sign"]["version"] = 0
    detail.save(update_fields=["checklist"])
    assert [point.key for point in checklist.missing_points(detail.checklist)] == ["sign"]
    shown = {point.key: point for point in checklist.shown_points(detail.checklist)}
    assert shown["sign"].is_outdated
    with pytest.raises(Refused, match="shows the sign"):
        attempt(desk, "approve", case)


def test_a_closed_application_keeps_its_checklist(desk: Desk) -> None:
    case = desk.approved(desk.apply())
    with pytest.raises(Refused, match="checklist stays"):
        services.save_checklist(case=case, actor=desk.actor(), ticked=[], seen=EVERY_POINT)
    with pytest.raises(ValidationError, match="no such point"):
        services.save_checklist(
            case=desk.apply(street="2 Oak St"), actor=desk.actor(), ticked=["x"]
        )


# --- Rejecting and the second look --------------------------------------------------------------


def test_sf_06_a_rejection_needs_a_reason_and_shows_it_to_the_applicant(desk: Desk) -> None:
    case = desk.apply()
    with pytest.raises(ValidationError, match="why you reject it"):
        attempt(desk, "reject", case, reason="  ")
    case = desk.rejected(case)
    assert desk.detail(case).decision_reason == "No sign is to be seen."
    note = Note.objects.get(case=case)
    assert (note.audience, note.body) == ("detail", "No sign is to be seen.")
    assert not Listing.objects.exists()
    assert not Timer.objects.filter(case_id=case.pk, state=Timer.State.RUNNING).exists()


def test_c_6_a_reopened_application_is_decided_by_somebody_else(desk: Desk) -> None:
    case = desk.reopened(desk.apply())
    assert case.status == "pending"
    assert desk.detail(case).needs_second_look
    assert desk.detail(case).checklist == {}
    desk.checked(case)
    for key in ("approve", "reject"):
        with pytest.raises(Refused, match="You decided about this application the first time"):
            attempt(desk, key, case)
    case = attempt(desk, "approve", case, SECOND)
    assert case.status == "approved"
    assert desk.detail(case).decided_by == desk.world.person(SECOND)
    assert not desk.detail(case).needs_second_look


def test_c_6_reopening_promises_a_decision_anew(desk: Desk) -> None:
    case = desk.apply()
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        desk.reopened(case)
    running = Timer.objects.get(case_id=case.pk, policy__key=REVIEW, state=Timer.State.RUNNING)
    assert running.started_at == NOW + timedelta(days=2)


def test_c_6_whoever_decided_first_does_not_keep_the_application(desk: Desk) -> None:
    case = take_case(case=desk.apply(), actor=desk.actor())
    assert desk.reopened(case).owner is None


def test_c_6_after_a_rejection_by_the_clock_anybody_of_the_unit_decides(desk: Desk) -> None:
    case = desk.asked(desk.apply())
    case = reject_unanswered(case=case, actor=desk.world.system, at=NOW)
    case = services.reopen(case=case, actor=desk.actor(), reason="They called.")
    assert desk.approved(case).status == "approved"


def test_an_application_is_not_reopened_beside_a_newer_one_for_the_same_place(desk: Desk) -> None:
    first = desk.rejected(desk.apply())
    second = desk.apply()
    with pytest.raises(Refused, match=f"{second.number} for the same place is open"):
        attempt(desk, "reopen", first)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        desk.approved(second)
    with pytest.raises(Refused, match="approved since"):
        attempt(desk, "reopen", first)
