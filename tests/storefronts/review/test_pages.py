"""The queue, the review page and the forms of its acts, in the browser (SF-06, SF-07, SF-11)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.casework.models import Case
from portal.tenancy.services import create_api_token
from storefronts.models import InformationItem, Listing
from storefronts.places import ZipArea
from storefronts.review import services
from tests.storefronts.listings.ground import listing_of
from tests.storefronts.review.conftest import FIRST, SECOND, Desk
from tests.world import NOW

QUEUE = "/storefronts/review/"


def page_of(case: Case) -> str:
    return reverse("storefronts:review-case", args=[case.number])


def act_of(case: Case, key: str) -> str:
    return reverse("casework:act", args=[case.number, key])


def numbers_in(content: str, *cases: Case) -> list[str]:
    """The numbers of the cases that stand in a page, in the order they stand there."""
    found = {case.number: content.find(f">{case.number}<") for case in cases}
    return sorted((n for n, place in found.items() if place >= 0), key=lambda n: found[n])


# --- The queue ----------------------------------------------------------------------------------


def test_the_queue_shows_the_oldest_promise_first_with_age_place_and_owner(desk: Desk) -> None:
    late = desk.apply(street="1 Oak Street", at=NOW - timedelta(days=20))
    fresh = desk.apply(street="2 Oak Street", at=NOW)
    older = desk.apply("harbor.manager", street="3 Oak Street", at=NOW - timedelta(days=6))
    page = desk.client().get(QUEUE).content.decode()
    assert numbers_in(page, late, fresh, older) == [late.number, older.number, fresh.number]
    assert "20 days ago" in page
    assert "Overdue" in page
    assert "Harbor Benefits Group" in page
    assert "Sacramento" in page
    assert "New location" in page


def test_the_queue_is_filtered_by_status_owner_standing_and_second_look(desk: Desk) -> None:
    mine = desk.apply(street="1 Oak Street", at=NOW - timedelta(days=20))
    other = desk.apply("harbor.manager", street="2 Oak Street", city="Davis", zip_code="95616")
    second = desk.reopened(desk.apply("entity.contact", street="3 Oak Street"))
    asked = desk.asked(desk.apply(street="4 Oak Street"))
    decided = desk.approved(desk.apply(street="5 Oak Street"))
    client = desk.client()
    client.post(act_of(mine, "take"))
    every = (mine, other, second, asked, decided)

    def shown(query: str) -> set[str]:
        return set(numbers_in(client.get(f"{QUEUE}?{query}").content.decode(), *every))

    assert shown("") == {mine.number, other.number, second.number}
    assert shown("view=information") == {asked.number}
    assert shown("view=decided") == {decided.number}
    assert shown("work=mine") == {mine.number}
    assert shown("work=none") == {other.number, second.number}
    assert shown("overdue=on") == {mine.number}
    assert shown("second=on") == {second.number}
    assert shown("q=davis") == {other.number}
    assert shown("q=harbor+benefits") == {other.number}
    assert shown("q=%00") == {mine.number, other.number, second.number}
    assert client.get(f"{QUEUE}?view=nonsense").status_code == 400
    assert client.get(f"{QUEUE}?sort=nonsense").status_code == 400
    assert client.get(f"{QUEUE}?after=nonsense").status_code == 400


def test_the_pages_of_the_queue_hold_every_application_once(desk: Desk) -> None:
    cases = [desk.apply(street=f"{n} Oak Street") for n in range(1, 31)]
    client = desk.client()
    first = client.get(QUEUE)
    assert len(first.context["rows"]) == 25
    second = client.get(QUEUE + first.context["next_url"])
    rows = [*first.context["rows"], *second.context["rows"]]
    assert sorted(row.case.number for row in rows) == sorted(case.number for case in cases)


def test_the_queue_takes_as_many_statements_for_many_rows_as_for_few(desk: Desk) -> None:
    client = desk.client()
    counts = []
    for numbers in (range(1, 4), range(4, 24)):
        for number in numbers:
            desk.apply(street=f"{number} Oak Street")
        client.get(QUEUE)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            client.get(QUEUE)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 16  # twelve of the page's own, beside the session's and the actor's


@pytest.mark.parametrize("who", ["ea.analyst", "agency.manager", "agent", "scr", "admin"])
def test_the_queue_is_for_outreach_and_sales_alone(desk: Desk, who: str) -> None:
    case = desk.apply()
    client = desk.client(who)
    assert client.get(QUEUE).status_code == 403
    assert client.get(page_of(case)).status_code == 403
    assert client.post(f"{page_of(case)}checklist/", {"point": "sign"}).status_code == 403
    assert desk.detail(case).checklist == {}


def test_several_applications_are_assigned_to_a_colleague_at_once_or_none_is(desk: Desk) -> None:
    cases = [desk.apply(street=f"{n} Oak Street") for n in (1, 2)]
    client = desk.client()
    assign = reverse("storefronts:review-assign")
    numbers = [case.number for case in cases]
    page = client.get(assign, {"case": numbers}).content.decode()
    assert "Assign 2 applications" in page
    colleague = desk.world.person(SECOND)
    response = client.post(assign, {"case": numbers, "person": colleague.pk})
    assert response.url == QUEUE
    assert set(Case.objects.values_list("owner", flat=True)) == {colleague.pk}
    desk.approved(cases[0])
    response = client.post(assign, {"case": numbers, "person": desk.world.person(FIRST).pk})
    assert response.status_code == 422
    cases[1].refresh_from_db()
    assert cases[1].owner == colleague
    assert client.get(assign, {"case": ["SF-0"]}).status_code == 404
    assert client.get(assign).url == QUEUE


# --- The review page ----------------------------------------------------------------------------


def test_the_page_shows_what_was_applied_with_and_its_photos_beside_each_other(desk: Desk) -> None:
    case = desk.apply()
    client = desk.client()
    response = client.get(page_of(case))
    page = response.content.decode()
    assert "120 Palm Street, Sacramento, CA 95814" in page
    assert "38.58000, -121.49000" in page
    assert page.count("<figcaption>") == 2
    photo = response.context["case"].photos[0]
    one = client.get(reverse("storefronts:review-photo", args=[case.number, photo.public_id]))
    assert "Photo 1 of 2" in one.content.decode()
    file = client.get(reverse("casework:file", args=[case.number, photo.public_id]))
    assert file["Content-Type"] == "image/jpeg"
    other = desk.apply(street="2 Oak Street")
    elsewhere = reverse("storefronts:review-photo", args=[other.number, photo.public_id])
    assert client.get(elsewhere).status_code == 404


def test_the_page_shows_other_storefronts_within_a_mile_nearest_first(desk: Desk) -> None:
    near = {"latitude": 38.5840, "longitude": -121.4900}
    listing_of(desk.world, "harbor", name="Far Enough", latitude=38.6000, longitude=-121.49)
    listing_of(desk.world, "harbor", name="Half a Mile", latitude=38.5872, longitude=-121.49)
    listing_of(desk.world, "sunrise", name="Round the Corner", street="9 Elm Street", **near)
    listing_of(desk.world, "harbor", name="Gone", state=Listing.State.CLOSED, **near)
    listing_of(desk.world, "harbor", name="A Person", kind=Listing.Kind.AGENT, **near)
    response = desk.client().get(page_of(desk.apply()))
    found = response.context["neighbors"]
    assert [one.name for one in found] == ["Round the Corner", "Half a Mile"]
    assert [round(one.miles, 2) for one in found] == [0.28, 0.5]
    assert [one.is_owners for one in found] == [True, False]


def test_the_page_says_how_far_the_place_is_from_the_middle_of_its_zip_code(desk: Desk) -> None:
    area = ZipArea.objects.get(pk="95814")
    moved = desk.apply(latitude=area.latitude + 0.0145, longitude=area.longitude)
    page = desk.client().get(page_of(moved)).content.decode()
    assert "1.0 miles from the middle of ZIP code 95814" in page
    middle = desk.apply(street="2 Oak Street", latitude=None, longitude=None)
    assert "the middle of the ZIP code" in desk.client().get(page_of(middle)).content.decode()


def test_the_page_tells_the_history_of_the_location_and_the_owners_other_places(
    desk: Desk,
) -> None:
    rejected = desk.rejected(desk.apply())
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        approved = desk.approved(desk.apply())
        listing = desk.detail(approved).listing
        desk.approved(desk.apply(street="7 Elm Street", name="Elm Street Help"))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        case = desk.apply(listing=listing)
        response = desk.client().get(page_of(case))
    steps = [(step.number, step.what) for step in response.context["history"]]
    assert steps == [
        (approved.number, "Application: Approved"),
        ("", "Listing: Published"),
        (rejected.number, "Application: Rejected"),
    ]
    assert [place.name for place in response.context["other_places"]] == ["Elm Street Help"]


def test_the_page_takes_as_many_statements_for_a_place_with_many_neighbors(desk: Desk) -> None:
    case = desk.apply()
    client = desk.client()
    counts = []
    for number in range(2):
        for n in range(8 * number):
            listing_of(desk.world, "harbor", name=f"Place {n}", street=f"{n} Elm Street")
            desk.rejected(desk.apply("harbor.manager"))
        client.get(page_of(case))
        with CaptureQueriesContext(connection) as statements:
            client.get(page_of(case))
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_ticks_are_kept_by_the_button_and_one_by_one(desk: Desk) -> None:
    case = desk.apply()
    client = desk.client()
    keep = reverse("storefronts:review-checklist", args=[case.number])
    assert client.post(keep, {"point": ["sign", "staff"]}).url == page_of(case)
    assert "2 of 8 made sure of" in client.get(page_of(case)).content.decode()
    response = client.post(
        keep, {"seen": ["sign", "staff"], "point": "sign"}, HTTP_HX_REQUEST="true"
    )
    assert "1 of 8 made sure of" in response.content.decode()
    assert client.post(keep, {"point": "nonsense"}).status_code == 400
    desk.rejected(case)
    response = client.post(keep, {"point": "sign"}, HTTP_HX_REQUEST="true")
    assert response["HX-Refresh"] == "true"


def test_a_tick_keeps_the_boxes_of_a_page_that_stayed_open_and_names_a_colleagues(
    desk: Desk,
) -> None:
    case = desk.apply()
    services.save_checklist(case=case, actor=desk.actor(), ticked=["staff"])
    keep = reverse("storefronts:review-checklist", args=[case.number])
    answer = desk.client().post(keep, {"point": "sign"}, HTTP_HX_REQUEST="true").content.decode()
    assert "A colleague ticked others" in answer
    # The colleague's tick is not shown, so the next answer of this page must not take it back.
    assert 'name="seen" value="sign"' in answer
    assert 'name="seen" value="staff"' not in answer


def test_sf_07_items_are_added_row_by_row_without_script(desk: Desk) -> None:
    case = desk.apply()
    client = desk.client()
    ask = act_of(case, "request_information")
    page = client.get(ask).content.decode()
    assert page.count('name="question_') == 3
    typed = {
        "question_1": "Which door?",
        "needs_1": "answer",
        "question_2": "",
        "question_3": "A photo of the sign",
        "needs_3": "file",
    }
    response = client.post(ask, typed | {"look": "more"})
    page = response.content.decode()
    assert page.count('name="question_') == 4
    assert "A photo of the sign" in page
    assert not InformationItem.objects.exists()
    response = client.post(ask, typed | {"question_4": "", "expected_version": case.version})
    assert response.status_code == 302
    kept = InformationItem.objects.values_list("question", "file_required")
    assert list(kept) == [("Which door?", False), ("A photo of the sign", True)]


def test_sf_07_a_request_without_an_item_keeps_the_form(desk: Desk) -> None:
    response = desk.client().post(act_of(desk.apply(), "request_information"), {"question_1": " "})
    assert response.status_code == 422
    assert "Say what you need from the applicant." in response.content.decode()


def test_sf_06_an_approval_in_the_browser_leads_back_to_the_page(desk: Desk) -> None:
    case = desk.checked(desk.apply(), but=["sign"])
    client = desk.client()
    response = client.post(act_of(case, "approve"), {"expected_version": case.version})
    assert response.status_code == 409
    assert "The photo of the outside shows the sign" in response.content.decode()
    desk.checked(case)
    response = client.post(act_of(case, "approve"), {"expected_version": case.version}, follow=True)
    assert response.redirect_chain[-1][0] == page_of(case)
    assert Listing.objects.get().state == Listing.State.ACTIVE


def test_a_rejection_of_a_stale_page_shows_what_changed_and_keeps_the_reason(desk: Desk) -> None:
    case = desk.apply()
    version = case.version
    desk.asked(case, who=SECOND)
    response = desk.client().post(
        act_of(case, "reject"),
        {"reason": "No sign.", "expected_version": version, "seen_at": "2025-11-05T18:00:00Z"},
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody changed this case meanwhile" in page
    assert "Information requested" in page
    assert "No sign." in page


def test_the_reason_of_a_rejection_is_marked_as_what_the_applicant_reads(desk: Desk) -> None:
    case = desk.rejected(desk.apply())
    page = desk.client().get(page_of(case)).content.decode()
    assert "Applicant can see this" in page.rpartition("No sign")[0].rpartition("Received")[2]


def test_the_second_look_is_announced_to_both_reviewers(desk: Desk) -> None:
    case = desk.reopened(desk.apply())
    first = desk.client(FIRST).get(page_of(case)).content.decode()
    assert "You decided about this application the first time" in first
    second = desk.client(SECOND).get(page_of(case)).content.decode()
    assert "Look at it with fresh eyes" in second
    assert "Second look" in desk.client().get(QUEUE).content.decode()


def test_the_acts_go_through_the_api_of_the_spine(desk: Desk) -> None:
    cache.clear()
    case = desk.apply()
    _, secret = create_api_token(
        actor=desk.world.system, membership=desk.world.memberships[FIRST], name="review"
    )
    response = Client().post(
        f"/api/v1/cases/{case.number}/acts/request_information/",
        {"question_1": "Which door?", "needs_1": "file", "expected_version": case.version},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid.uuid4())},
    )
    assert response.status_code == 200, response.content
    assert InformationItem.objects.get().file_required
