"""“All My Applications”, what is pending, and the application's page (SF-04…SF-08)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.casework import drafts
from portal.casework.common_acts import add_note
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from storefronts.applications import wizard
from storefronts.models import InformationItem, Listing, StorefrontApplication
from storefronts.projection import project
from storefronts.review.services import Item
from storefronts.status import listing
from storefronts.status.answers import save_answer, send_answers
from storefronts.status.copying import start_copy
from storefronts.status.endings import withdraw
from storefronts.table import INFORMATION, PENDING, REJECTED, WITHDRAWN
from tests.storefronts.status.ground import applied, asked, picture, rejected
from tests.world import NOW, World

MINE, PENDING_VIEW = "storefronts:mine", "storefronts:pending"
FOUR = ["Approved", "Rejected", "Pending", "Pending Information"]


@pytest.fixture
def manager(world: World, client: Client) -> Client:
    """The browser of the Agency Manager."""
    client.force_login(world.person("agency.manager"))
    return client


def _page(case: Case) -> str:
    return reverse("storefronts:application", args=[case.number])


def _answer(item: InformationItem, case: Case) -> str:
    return reverse("storefronts:answer", args=[case.number, item.pk])


def _numbers(rows: list[listing.ApplicationRow]) -> list[str]:
    return [row.number for row in rows]


def _withdrawn(world: World, **place: str) -> Case:
    return withdraw(case=applied(world, **place), actor=world.actor("agency.manager"))


def test_sf_06_the_filter_offers_exactly_the_four_statuses(manager: Client) -> None:
    form = manager.get(reverse(MINE)).context["form"]
    assert [label for key, label in form.fields["status"].choices if key] == FOUR


def test_sf_05_all_my_applications_are_listed_the_withdrawn_ones_apart(
    world: World, manager: Client
) -> None:
    pending, turned_down = applied(world), applied(world, street="4 Elm Street")
    rejected(world, turned_down)
    waiting = applied(world, street="5 Elm Street")
    asked(world, waiting)
    gone = _withdrawn(world, street="6 Elm Street")
    applied(world, "harbor.manager", street="7 Elm Street")

    all_mine = manager.get(reverse(MINE))
    apart = manager.get(reverse(MINE), {"view": "withdrawn"})

    assert {row.number: row.status for row in all_mine.context["rows"]} == {
        pending.number: "Pending",
        turned_down.number: "Rejected",
        waiting.number: "Pending Information",
    }
    assert [(row.number, row.status) for row in apart.context["rows"]] == [(gone.number, "")]
    assert gone.number not in all_mine.content.decode()


def test_decision_17_a_draft_stands_under_continue_a_draft_and_has_no_status(
    world: World, manager: Client
) -> None:
    wizard.begin(actor=world.actor("agency.manager"))
    page = manager.get(reverse(MINE)).content.decode()
    assert "Continue a draft" in page
    assert "Draft</" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "rejected"}, {"Elm"}),
        ({"q": "elm"}, {"Elm"}),
        ({"q": "palm sacramento"}, {"Palm"}),
        ({"q": "95814"}, {"Elm", "Palm"}),
        ({"q": "nowhere"}, set()),
        ({"q": "elm", "status": "pending"}, set()),
    ],
)
def test_sf_05_the_list_is_narrowed_by_status_and_search(
    world: World, manager: Client, query: dict[str, str], found: set[str]
) -> None:
    applied(world, name="Palm")
    rejected(world, applied(world, name="Elm", street="4 Elm Street"))
    rows = manager.get(reverse(MINE), query).context["rows"]
    assert {row.name for row in rows} == found


def test_the_list_is_sorted_and_paged_without_losing_a_row(
    world: World, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    for name in ("B", "C", "A"):
        applied(world, name=name, street=f"{ord(name)} Elm Street")
    first = manager.get(reverse(MINE), {"sort": "name"})
    second = manager.get(first.context["next_url"])
    back = manager.get(second.context["previous_url"])
    assert [row.name for row in first.context["rows"]] == ["A", "B"]
    assert [row.name for row in second.context["rows"]] == ["C"]
    assert [row.name for row in back.context["rows"]] == ["A", "B"]
    assert manager.get(reverse(MINE), {"sort": "secret"}).status_code == 400


def test_sf_04_pending_shows_what_waits_for_answers_then_reviews_the_oldest_first(
    world: World, manager: Client
) -> None:
    older = applied(world)
    rejected(world, applied(world, street="4 Elm Street"))
    one, two = applied(world, street="5 Elm Street"), applied(world, street="6 Elm Street")
    asked(world, two)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        asked(world, one)
        newer = applied(world, street="8 Elm Street")

    page = manager.get(reverse(PENDING_VIEW))

    assert _numbers(page.context["asked"]) == [two.number, one.number]
    assert _numbers(page.context["rows"]) == [older.number, newer.number]


def test_the_list_as_a_file_holds_what_the_list_does_and_is_recorded(
    world: World, manager: Client
) -> None:
    case = applied(world, name="=cmd")
    rejected(world, applied(world, name="Elm", street="4 Elm Street"))
    applied(world, "harbor.manager", street="7 Elm Street")

    file = manager.get(reverse("storefronts:mine-export"), {"status": "pending"})

    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["Number"], row["Name"], row["Status"]) for row in rows] == [
        (case.number, "'=cmd", "Pending")
    ]
    assert LedgerEntry.objects.get(action="storefronts.exported").data["rows"] == 1
    workbook = manager.get(reverse("storefronts:mine-export"), {"format": "xlsx"})
    assert workbook.content.startswith(b"PK")
    assert manager.get(reverse("storefronts:mine-export"), {"format": "exe"}).status_code == 404


def test_the_lists_cost_the_same_statements_for_one_and_for_many(
    world: World, manager: Client
) -> None:
    def cost(name: str) -> int:
        manager.get(reverse(name))  # what is read once and remembered
        with CaptureQueriesContext(connection) as seen:
            assert manager.get(reverse(name)).status_code == 200
        return len(seen)

    for number in range(2):
        asked(world, applied(world, street=f"{number} Palm Street"))
        applied(world, street=f"{number} Elm Street")
    before = {name: cost(name) for name in (MINE, PENDING_VIEW)}
    for number in range(2, 6):
        asked(world, applied(world, street=f"{number} Palm Street"))
        applied(world, street=f"{number} Elm Street")
    assert {name: cost(name) for name in (MINE, PENDING_VIEW)} == before


def test_sf_05_the_page_says_what_happens_next_and_all_that_was_applied_with(
    world: World, manager: Client
) -> None:
    case = applied(world)
    page = manager.get(_page(case)).content.decode()
    for text in (
        "You hear from us by November 20, 2025.",
        "120 Palm Street, Sacramento, CA 95814",
        "English, Spanish",
        "Walk-ins welcome",
        "9:00 AM – 5:00 PM",
        "Outside of Palm Street Storefront, with its sign",
    ):
        assert text in page


def test_reviewers_their_checklist_and_their_notes_are_never_shown_to_the_applicant(
    world: World, manager: Client
) -> None:
    case = applied(world)
    reviewer = world.actor("osd.staff")
    add_note(case=case, actor=reviewer, body="The landlord is odd.")
    StorefrontApplication.objects.filter(case=case).update(checklist={"signage": {"by": 1}})
    asked(world, case)

    page = manager.get(_page(case)).content.decode()

    assert reviewer.person is not None
    for hidden in (reviewer.person.full_name, "landlord is odd", "hecklist"):
        assert hidden not in page
    seen = project(world.actor("agency.manager"), Case.objects.get(pk=case.pk))
    assert "checklist" not in str(seen)


def test_sf_06_a_withdrawn_application_has_no_fifth_status(world: World, manager: Client) -> None:
    case = _withdrawn(world)
    view = project(world.actor("agency.manager"), Case.objects.get(pk=case.pk))
    statuses = {view.status} | {e.from_status for e in view.timeline}
    statuses |= {e.to_status for e in view.timeline}
    assert statuses <= {"", *FOUR}
    page = manager.get(_page(case))
    assert "withdrawn November 5, 2025" in page.content.decode()
    assert page.context["case"].status == ""


def test_an_application_of_somebody_else_is_not_there(world: World, manager: Client) -> None:
    foreign = applied(world, "harbor.manager")
    question, _ = asked(world, foreign)
    assert manager.get(_page(foreign)).status_code == 404
    assert manager.post(_answer(question, foreign), {"answer": "Mine."}).status_code == 404
    assert manager.post(reverse("storefronts:copy", args=[foreign.number])).status_code == 404
    act = reverse("casework:act", args=[foreign.number, "withdraw"])
    assert manager.post(act).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agency.manager", 200),
        ("entity.contact", 200),
        ("harbor.manager", 200),
        ("agent", 403),
        ("agent1", 403),
        ("cec", 403),
        ("admin1", 403),
        ("admin2", 403),
        ("osd.staff", 403),
        ("ea.analyst", 403),
        ("office.manager", 403),
        ("scr", 403),
    ],
)
def test_sf_05_only_agency_managers_and_primary_contacts_have_the_lists(
    world: World, client: Client, who: str, status: int
) -> None:
    client.force_login(world.person(who))
    for name in (MINE, PENDING_VIEW, "storefronts:mine-export"):
        assert client.get(reverse(name)).status_code == status


def test_reviewers_are_led_on_to_their_own_page(world: World, client: Client) -> None:
    case = applied(world)
    client.force_login(world.person("osd.staff"))
    answer = client.get(_page(case))
    assert answer["Location"] == reverse("storefronts:review-case", args=[case.number])


def test_sf_07_answers_are_saved_in_place_one_by_one_and_sent_once_complete(
    world: World, manager: Client
) -> None:
    case = applied(world)
    lease, sign = asked(world, case)
    page = manager.get(_page(case))
    assert "Question 2: It needs a file." in page.content.decode()
    assert "Send the answers</a>" not in page.content.decode()

    first = page.context["questions"][0]
    kept = manager.post(
        _answer(lease, case), {"answer": "We do.", "seen": first.item.seen}, follow=True
    )
    assert "The answer is saved. It is not sent yet." in kept.content.decode()
    second = kept.context["questions"][1]
    manager.post(
        _answer(sign, case), {"answer": "", "seen": second.item.seen, "file": picture("sign.png")}
    )
    page = manager.get(_page(case))
    assert "sign.png" in page.content.decode()
    assert "Send the answers</a>" in page.content.decode()

    act = reverse("casework:act", args=[case.number, "answer"])
    sent = manager.post(act, follow=True)

    assert sent.redirect_chain[-1][0] == _page(case)
    case.refresh_from_db()
    assert case.status == PENDING
    assert "answered November 5, 2025" in sent.content.decode()


def test_sf_08_sending_too_early_is_refused_with_what_is_missing(
    world: World, manager: Client
) -> None:
    case = applied(world)
    asked(world, case)
    answer = manager.post(reverse("casework:act", args=[case.number, "answer"]))
    assert answer.status_code == 409
    assert "Question 1: It needs an answer." in answer.content.decode()


def test_two_managers_at_once_what_was_typed_is_kept_and_shown_beside_the_other(
    world: World, manager: Client
) -> None:
    case = applied(world)
    lease, _ = asked(world, case)
    seen = manager.get(_page(case)).context["questions"][0].item.seen
    save_answer(
        case=case, actor=world.actor("agency.manager"), item_id=lease.pk, answer="The landlord."
    )

    answer = manager.post(_answer(lease, case), {"answer": "We do.", "seen": seen})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "We do.</textarea>" in page.replace("\n", "")
    assert "The landlord." in page
    again = answer.context["questions"][0]
    # Having compared, one may save one's own after all.
    data = {"answer": "We do.", "seen": again.form["seen"].value()}
    assert manager.post(_answer(lease, case), data).status_code == 302
    lease.refresh_from_db()
    assert lease.answer == "We do."


def test_a_refused_file_or_number_keeps_what_was_typed(world: World, manager: Client) -> None:
    case = applied(world)
    lease, sign = asked(world, case)
    fake = ContentFile(b"MZ not a photo", name="sign.jpg")
    answer = manager.post(_answer(sign, case), {"answer": "There.", "file": fake})
    assert answer.status_code == 422
    assert "There.</textarea>" in answer.content.decode().replace("\n", "")

    number = manager.post(_answer(lease, case), {"answer": "It is 219-09-9999."})
    assert number.status_code == 422
    assert "219-09-9999" not in number.content.decode()


def test_withdrawing_asks_first_and_is_possible_until_the_decision(
    world: World, manager: Client
) -> None:
    case = applied(world)
    act = reverse("casework:act", args=[case.number, "withdraw"])
    assert "Withdraw the application" in manager.get(act).content.decode()
    manager.post(act)
    case.refresh_from_db()
    assert case.status == WITHDRAWN
    assert StorefrontApplication.objects.get(case=case).is_withdrawn
    assert manager.post(act).status_code == 409


def test_c_6_a_rejected_or_withdrawn_application_is_copied_into_a_new_draft(
    world: World, manager: Client
) -> None:
    turned_down, gone = applied(world), _withdrawn(world, street="9 Elm Street")
    with pytest.raises(Refused):
        start_copy(case=turned_down, actor=world.actor("agency.manager"))
    rejected(world, turned_down)

    for case in (turned_down, gone):
        answer = manager.post(reverse("storefronts:copy", args=[case.number]))
        assert answer.status_code == 302
    kept = drafts.drafts_of(actor=world.actor("agency.manager"), form=wizard.FORM)
    sheets = [wizard.Sheet.of(draft.content) for draft in kept]
    assert {sheet.copied_from for sheet in sheets} == {turned_down.number, gone.number}
    assert {sheet.name for sheet in sheets} == {"Palm Street Storefront"}
    assert all(len(sheet.order) == 2 for sheet in sheets)
    turned_down.refresh_from_db()
    assert turned_down.status == REJECTED


def test_questions_that_wait_stand_on_the_home_page(world: World, manager: Client) -> None:
    case = applied(world)
    assert case.number not in manager.get(reverse("home")).content.decode()
    asked(world, case, [Item("Who holds the lease?")])
    home = manager.get(reverse("home")).content.decode()
    assert case.number in home
    assert "we need something from you" in home
    item = InformationItem.objects.get(application__case=case)
    actor = world.actor("agency.manager")
    save_answer(case=case, actor=actor, item_id=item.pk, answer="We do.")
    send_answers(case=case, actor=actor)
    assert case.number not in manager.get(reverse("home")).content.decode()


def test_the_one_search_leads_to_an_application_by_its_number(
    world: World, manager: Client
) -> None:
    case = applied(world)
    found = manager.get(reverse("casework:search"), {"q": case.number})
    assert found["Location"] == _page(case)


def test_an_approved_application_says_that_its_storefront_is_shown(
    world: World, manager: Client
) -> None:
    case = applied(world)
    application = StorefrontApplication.objects.get(case=case)
    place = Listing.objects.create(
        exchange=world.exchange,
        organization=world.organization("sunrise"),
        kind=Listing.Kind.STOREFRONT,
        name=application.name,
        street=application.street,
        city=application.city,
        zip_code=application.zip_code,
        latitude=application.latitude,
        longitude=application.longitude,
        phone=application.phone,
    )
    StorefrontApplication.objects.filter(case=case).update(listing=place)
    Case.objects.filter(pk=case.pk).update(status="approved", is_open=False)
    assert "shown in Find a Local Enroller" in manager.get(_page(case)).content.decode()
    Listing.objects.filter(pk=place.pk).update(state=Listing.State.SUSPENDED)
    assert "not on the map at present" in manager.get(_page(case)).content.decode()


def test_a_repeated_question_waits_anew_and_the_earlier_answers_stay(
    world: World, manager: Client
) -> None:
    case = applied(world)
    [item] = asked(world, case, [Item("Who holds the lease?")])
    actor = world.actor("agency.manager")
    save_answer(case=case, actor=actor, item_id=item.pk, answer="We do.")
    send_answers(case=case, actor=actor)
    case.refresh_from_db()
    asked(world, case, [Item("Until when?")])
    case.refresh_from_db()
    assert case.status == INFORMATION
    page = manager.get(_page(case)).content.decode()
    assert "Until when?" in page
    assert "We do." in page
