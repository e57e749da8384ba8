"""A listing's life: published, edited, suspended, closed, shown again (SF-09, SF-11, C.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.casework.machine import Conflict, Refused
from portal.casework.models import OutboxMessage
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from storefronts import generation
from storefronts.listings import services
from storefronts.listings.selectors import find_listings, listings_of
from storefronts.listings.words import history_of
from storefronts.models import Listing, ListingChange, StorefrontApplication
from tests.storefronts.listings.ground import HOURS, listing_of
from tests.storefronts.status.ground import applied
from tests.world import World

LATER = {"wed": [["10:00", "18:00"]]}


def application(world: World, **place: Any) -> StorefrontApplication:
    """The owner's, at another door than the listings of these tests unless it says so."""
    case = applied(world, **({"street": "7 Elm Street"} | place))
    return StorefrontApplication.objects.select_related("case__organization").get(case=case)


def publish(world: World, found: StorefrontApplication) -> Listing:
    return services.publish(found, actor=world.actor("osd.staff"))


def edit(world: World, listing: Listing, who: str = "agency.manager", **values: Any) -> Listing:
    return services.edit(
        actor=world.actor(who), listing=listing, expected_version=listing.version, values=values
    )


def test_sf_11_an_approved_application_makes_an_active_storefront_of_its_place(
    world: World,
) -> None:
    found = application(world)
    listing = publish(world, found)
    listing.refresh_from_db()
    assert (listing.kind, listing.state, listing.state_code) == ("storefront", "active", "CA")
    assert listing.organization == world.organization("sunrise")
    assert (listing.name, listing.street, listing.hours) == (found.name, found.street, found.hours)
    found.refresh_from_db()
    assert found.listing == listing
    assert [row.verb for row in listing.changes.all()] == ["published"]


def test_sf_09_the_day_of_an_application_is_the_exchanges_local_day(world: World) -> None:
    found = application(world)
    found.applied_at = datetime(2025, 5, 1, 6, 59, tzinfo=UTC)  # 23:59 of April 30 in California
    assert publish(world, found).applied_on == date(2025, 4, 30)
    found.applied_at = datetime(2025, 5, 1, 7, 0, tzinfo=UTC)
    assert publish(world, found).applied_on == date(2025, 5, 1)


def test_c_6_9_a_lapsed_listing_comes_back_with_an_approved_application(world: World) -> None:
    listing = listing_of(world, state="lapsed", applied_on=date(2025, 4, 30))
    found = application(world, name="Palm Street Health")
    found.listing = listing
    assert publish(world, found).pk == listing.pk
    listing.refresh_from_db()
    assert (listing.state, listing.state_reason, listing.name) == (
        "active",
        "",
        "Palm Street Health",
    )
    assert listing.applied_on == date(2025, 11, 5)
    change = listing.changes.get()
    assert change.verb == "renewed"
    assert change.values["name"] == ["Palm Street Storefront", "Palm Street Health"]


def test_a_closed_place_applied_for_as_a_new_one_is_the_same_listing(world: World) -> None:
    closed = listing_of(world, state="closed")
    there = {"street": "120 PALM Street"}
    assert publish(world, application(world, **there)).pk == closed.pk
    assert publish(world, application(world, unit="Suite 5", **there)).pk != closed.pk


def test_an_approval_does_not_lift_a_suspension(world: World) -> None:
    listing = listing_of(world, state="suspended", state_reason="The sign fell down.")
    found = application(world)
    found.listing = listing
    assert publish(world, found).state == "suspended"


def test_what_the_owner_edited_after_applying_is_not_undone_by_the_approval(world: World) -> None:
    listing = listing_of(world)
    found = application(world)
    found.listing = listing
    with time_machine.travel("2025-11-06T18:00:00Z", tick=False):
        edit(world, listing, hours=LATER)
        shown = publish(world, found)
    assert shown.hours == LATER
    assert shown.languages == found.languages


def test_only_reviewers_publish(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.publish(application(world), actor=world.actor("agency.manager"))


def test_an_edit_shows_at_once_and_is_kept_with_who_when_and_what(world: World) -> None:
    listing = listing_of(world)
    before = generation.current(world.exchange)
    edit(world, listing, phone="916 555 0199", hours=HOURS)
    listing.refresh_from_db()
    assert (listing.phone, listing.version) == ("(916) 555-0199", 2)
    assert generation.current(world.exchange) == before + 1
    [step] = history_of(world.actor("agency.manager"), listing)
    assert (step.title, step.actor) == ("Edited", "Agency Manager")
    assert step.body == "Phone: (916) 555-0142 → (916) 555-0199"
    entry = LedgerEntry.objects.get(action="storefronts.listing_edited")
    assert entry.fields == ["phone"]


def test_saving_what_stands_already_changes_nothing(world: World) -> None:
    listing = listing_of(world)
    edit(world, listing, phone=listing.phone, hours=HOURS)
    assert not ListingChange.objects.exists()
    assert listing.version == 1


@pytest.mark.parametrize("field", ["name", "street", "zip_code", "latitude", "state"])
def test_name_and_address_need_a_new_application(world: World, field: str) -> None:
    with pytest.raises(ValidationError, match="new application"):
        edit(world, listing_of(world), **{field: "1"})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"services": ["appointments"]}, "appointments alone are not enough"),
        ({"services": ["walk-in", "palm-reading"]}, "Choose from what is offered"),
        ({"languages": []}, "at least one language"),
        ({"hours": {}}, "at least one day"),
        ({"hours": {"tue": [["09:00", "12:00"], ["11:00", "15:00"]]}}, "Tuesday"),
        ({"phone": "555"}, "ten digits"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_on_its_field(
    world: World, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence) as refusal:
        edit(world, listing_of(world), **values)
    assert list(refusal.value.error_dict) == list(values)


def test_a_holiday_may_not_be_called_by_a_social_security_number(world: World) -> None:
    days = [{"date": "2025-12-24", "hours": [], "label": "SSN 123-45-6789"}]
    with pytest.raises(SsnRefused):
        edit(world, listing_of(world), special_days=days)


def test_the_second_of_two_managers_is_told_and_overwrites_nothing(world: World) -> None:
    listing = listing_of(world)
    stale = Listing.objects.get(pk=listing.pk)
    edit(world, listing, phone="(916) 555-0101")
    with pytest.raises(Conflict) as conflict:
        edit(world, stale, phone="(916) 555-0102")
    assert conflict.value.current_version == 2
    assert Listing.objects.get().phone == "(916) 555-0101"


@pytest.mark.parametrize("state", ["closed", "lapsed"])
def test_a_listing_that_is_gone_is_not_edited(world: World, state: str) -> None:
    with pytest.raises(Refused, match="new application"):
        edit(world, listing_of(world, state=state), hours=LATER)


def test_c_6_10_suspending_tells_the_owner_and_shows_again_only_by_the_exchange(
    world: World,
) -> None:
    listing, desk = listing_of(world), world.actor("osd.staff")
    services.suspend(actor=desk, listing=listing, reason="The sign is missing.")
    listing.refresh_from_db()
    assert (listing.state, listing.state_reason) == ("suspended", "The sign is missing.")
    message = OutboxMessage.objects.get(key="storefronts.listing_suspended")
    assert message.data["organization"] == listing.organization_id
    assert "sign" not in str(message.data)
    with pytest.raises(NotAllowed):
        services.reactivate(actor=world.actor("agency.manager"), listing=listing, reason="Mended.")
    services.reactivate(actor=desk, listing=listing, reason="Mended.")
    listing.refresh_from_db()
    assert (listing.state, listing.state_reason) == ("active", "")
    assert [row.verb for row in listing.changes.all()] == ["reactivated", "suspended"]


def test_an_owner_closes_their_own_with_a_reason(world: World) -> None:
    listing, owner = listing_of(world), world.actor("agency.manager")
    with pytest.raises(ValidationError, match="reason"):
        services.close(actor=owner, listing=listing, reason=" ")
    services.close(actor=owner, listing=listing, reason="We have moved.")
    with pytest.raises(Refused, match="closed already"):
        services.close(actor=owner, listing=listing, reason="Again.")


def test_a_lapsed_listing_is_not_simply_shown_again(world: World) -> None:
    listing = listing_of(world, state="lapsed")
    with pytest.raises(Refused, match="lapsed"):
        services.reactivate(actor=world.actor("osd.staff"), listing=listing, reason="Please.")


def test_another_agencys_listing_does_not_exist(world: World) -> None:
    theirs = listing_of(world, "harbor")
    with pytest.raises(Listing.DoesNotExist):
        edit(world, theirs, hours=LATER)
    with pytest.raises(Listing.DoesNotExist):
        services.close(actor=world.actor("agency.manager"), listing=theirs, reason="Gone.")
    assert not listings_of(world.actor("agency.manager")).exists()
    assert listings_of(world.actor("osd.staff")).get() == theirs


@pytest.mark.parametrize("who", ["agent", "admin1", "cec", "office.staff", "eru.lead"])
def test_whoever_leads_no_organization_looks_after_no_listing(world: World, who: str) -> None:
    listing = listing_of(world)
    assert not listings_of(world.actor(who)).exists()
    with pytest.raises(NotAllowed):
        edit(world, listing, who, hours=LATER)


def test_the_organizations_leads_edit_their_agents_listings_too(world: World) -> None:
    listing = listing_of(world, kind="agent", person=world.person("agent"), applied_on=None)
    edit(world, listing, services=["appointments"])
    listing.refresh_from_db()
    assert listing.services == ["appointments"]


def test_listings_are_found_by_name_city_zip_organization_and_state(world: World) -> None:
    palm = listing_of(world)
    bay = listing_of(
        world, "harbor", name="Bay Corner", city="Oakland", zip_code="94601", state="suspended"
    )
    desk = world.actor("osd.staff")
    for text in ("palm", "sacram", "958", "sunrise", "palm 95814"):
        assert list(find_listings(desk, text=text)) == [palm], text
    assert list(find_listings(desk, text="harbor")) == [bay]
    assert list(find_listings(desk, state="suspended")) == [bay]
    assert not find_listings(desk, text="palm oakland").exists()


def test_owners_read_that_the_exchange_acted_and_not_who_of_its_staff(world: World) -> None:
    listing = listing_of(world)
    services.suspend(actor=world.actor("osd.staff"), listing=listing, reason="The sign.")
    [step] = history_of(world.actor("agency.manager"), listing)
    assert step.actor == world.exchange.name
    [step] = history_of(world.actor("osd.staff"), listing)
    assert step.actor == "Osd Staff"


def test_the_generation_is_each_exchanges_own(world: World, other_world: World) -> None:
    generation.changed(world.exchange)
    generation.changed(world.exchange)
    assert generation.current(world.exchange) == 2
    other_world.enter()
    assert generation.current(other_world.exchange) == 0
