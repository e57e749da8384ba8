"""The pages of listings: owners edit, Outreach and Sales suspend and show again (C.6 row 10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.casework.models import Draft
from storefronts.models import Listing
from tests.storefronts.campaigns.ground import campaign_of
from tests.storefronts.campaigns.test_sweep import OLD
from tests.storefronts.listings.ground import listing_of
from tests.world import World

LIST = "/storefronts/listings/"


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    """The signed-in Agency Manager's."""
    client.force_login(world.person("agency.manager"))
    return client


@pytest.fixture
def desk(world: World) -> Client:
    """The signed-in browser of Outreach and Sales."""
    client = Client()
    client.force_login(world.person("osd.staff"))
    return client


def at(listing: Listing, name: str = "manage") -> str:
    return reverse(f"storefronts:listing-{name}", args=[listing.public_id])


def form(listing: Listing, **more: Any) -> dict[str, Any]:
    """What a browser sends of the form as the listing stands."""
    fields: dict[str, Any] = {
        "phone": listing.phone,
        "languages": listing.languages,
        "services": listing.services,
        "version": listing.version,
        "special_days_0_date": "",
    }
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        for number in range(2):
            spans = listing.hours.get(day, [])
            start, end = spans[number] if number < len(spans) else ("", "")
            fields[f"hours_{day}_{number}_from"] = start
            fields[f"hours_{day}_{number}_to"] = end
    return fields | more


def test_owners_see_their_own_listings_and_the_desk_sees_all(
    world: World, owner: Client, desk: Client
) -> None:
    listing_of(world, name="Palm Corner")
    listing_of(world, "harbor", name="Harbor Corner")
    page = owner.get(LIST).content.decode()
    assert "Palm Corner" in page
    assert "Harbor Corner" not in page
    page = desk.get(LIST, {"q": "corner"}).content.decode()
    assert "Palm Corner" in page
    assert "Harbor Benefits Group" in page
    assert "No listing is like this" in desk.get(LIST, {"q": "zebra"}).content.decode()


def test_a_longer_list_asks_no_more_of_the_database(world: World, desk: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get(LIST).status_code == 200
        return len(seen)

    listing_of(world)
    statements()  # what is read once a process is not the list's
    few = statements()
    for number in range(12):
        listing_of(world, street=f"{number} Palm Street")
    assert statements() == few


def test_an_edit_is_saved_and_stands_in_the_history(world: World, owner: Client) -> None:
    listing = listing_of(world)
    sent = form(
        listing,
        hours_mon_0_to="18:00",
        special_days_0_date="2025-12-25",
        special_days_0_label="Christmas Day",
    )
    page = owner.post(at(listing, "edit"), sent, follow=True).content.decode()
    assert "Consumers see it now" in page
    assert "Monday: 9:00 AM – 5:00 PM → Monday: 9:00 AM – 6:00 PM" in page
    assert "(Christmas Day): Closed" in page
    listing.refresh_from_db()
    assert listing.hours["mon"] == [["09:00", "18:00"]]


def test_hours_that_overlap_come_back_with_a_sentence_and_all_that_was_typed(
    world: World, owner: Client
) -> None:
    listing = listing_of(world)
    sent = form(listing, hours_mon_1_from="16:00", hours_mon_1_to="19:00", phone="(916) 555-0177")
    answer = owner.post(at(listing, "edit"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Monday: 9:00–17:00 and 16:00–19:00 overlap." in page
    assert "(916) 555-0177" in page


def test_the_second_of_two_managers_sees_both_versions_and_may_save_theirs(
    world: World, owner: Client
) -> None:
    listing = listing_of(world)
    first, second = form(listing, phone="(916) 555-0101"), form(listing, phone="(916) 555-0102")
    owner.post(at(listing, "edit"), first)
    answer = owner.post(at(listing, "edit"), second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What stands now" in page
    assert page.count("(916) 555-0101") == 1
    assert page.count("(916) 555-0102") == 2
    assert 'name="version" value="2"' in page
    owner.post(at(listing, "edit"), second | {"version": 2})
    listing.refresh_from_db()
    assert listing.phone == "(916) 555-0102"


def test_a_preview_shows_what_was_typed_and_saves_nothing(world: World, owner: Client) -> None:
    listing = listing_of(world)
    sent = form(listing, phone="(916) 555-0188", preview="1")
    page = owner.post(at(listing, "edit"), sent).content.decode()
    assert "As consumers see it" in page
    assert page.count("(916) 555-0188") == 2
    listing.refresh_from_db()
    assert listing.phone == "(916) 555-0142"
    assert "(916) 555-0142" in owner.get(at(listing, "preview")).content.decode()


def test_c_6_10_the_desk_suspends_with_a_reason_which_the_owner_reads(
    world: World, owner: Client, desk: Client
) -> None:
    listing = listing_of(world)
    asked = desk.get(at(listing, "suspend")).content.decode()
    assert "Suspend this listing?" in asked
    assert desk.post(at(listing, "suspend"), {"reason": ""}).status_code == 422
    desk.post(at(listing, "suspend"), {"reason": "The sign is missing."})
    page = owner.get(at(listing)).content.decode()
    assert "Suspended: The sign is missing." in page
    assert "Show it again" not in page
    assert owner.post(at(listing, "suspend"), {"reason": "No."}).status_code == 403
    desk.post(at(listing, "reactivate"), {"reason": "It is back."})
    listing.refresh_from_db()
    assert listing.state == "active"


def test_an_owner_closes_and_edits_no_more(world: World, owner: Client) -> None:
    listing = listing_of(world)
    owner.post(at(listing, "close"), {"reason": "We have moved."})
    listing.refresh_from_db()
    assert listing.state == "closed"
    page = owner.get(at(listing, "edit"), follow=True).content.decode()
    assert "This listing is closed." in page


def test_sf_10_the_instructions_of_a_campaign_stand_at_the_listing_and_on_the_home_page(
    world: World, owner: Client
) -> None:
    listing = listing_of(world, **OLD)
    campaign = campaign_of(world, deadline="2025-11-30")
    campaign.concerned.create(exchange=world.exchange, listing=listing)
    page = owner.get(at(listing)).content.decode()
    assert "Apply anew by November 30, 2025" in page
    assert "Read the <strong>Storefront Toolkit</strong>." in page
    assert "Apply anew by November 30, 2025" in owner.get(LIST).content.decode()
    assert "1 storefront</a> needs a new application" in owner.get("/").content.decode()


def test_sf_02_applying_anew_begins_with_the_place_filled_in(world: World, owner: Client) -> None:
    listing = listing_of(world)
    answer = owner.post(at(listing, "apply"))
    draft = Draft.objects.get()
    assert answer["Location"] == reverse("storefronts:apply-place", args=[draft.public_id])
    assert "120 Palm Street" in owner.get(answer["Location"]).content.decode()


def test_another_agencys_listing_is_not_there(world: World, owner: Client) -> None:
    theirs = listing_of(world, "harbor")
    for name in ("manage", "edit", "preview", "close"):
        assert owner.get(at(theirs, name)).status_code == 404, name


def test_an_exchange_without_storefronts_has_no_listings(world: World, owner: Client) -> None:
    world.exchange.modules.remove("storefront")
    world.exchange.save()
    assert owner.get(LIST).status_code == 404
