"""Applying for a storefront, rule by rule (SF-01, SF-02, C.6 2)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.casework.models import Attachment, OutboxMessage
from portal.clocks.models import Timer
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from storefronts import photos
from storefronts.addresses import check_address, check_place, city_warning, clean_phone
from storefronts.applications import selectors
from storefronts.applications.services import (
    AlreadyApplied,
    AlreadyListed,
    submit_application,
)
from storefronts.choices import ATTESTATIONS
from storefronts.models import Listing, StorefrontApplication, ZipArea
from storefronts.table import PENDING, REVIEW
from tests.documents.hostile import SSN
from tests.storefronts.applications.ground import EXTERIOR, INTERIOR, apply, place_of, two_photos
from tests.storefronts.listings.ground import listing_of
from tests.world import World

LEADS = ("agency.manager", "entity.contact")
OTHERS = ("agent", "agent1", "admin1", "admin2", "cec", "osd.staff", "scr", "admin", "office.staff")


@pytest.mark.parametrize("who", LEADS)
def test_managers_and_primary_contacts_apply_and_the_reviewers_have_it_pending_SF_01(
    world: World, who: str
) -> None:
    application = apply(world, who)
    case = application.case
    assert (case.status, case.queue) == (PENDING, world.organization("outreach-and-sales"))
    assert case.number.startswith("SF-")
    assert case.organization == world.actor(who).organization
    assert Timer.objects.filter(case_id=case.pk, policy__key=REVIEW).exists()
    sent = OutboxMessage.objects.filter(case=case).values_list("key", flat=True)
    assert set(sent) == {"storefronts.submitted", "storefronts.received"}


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_applies_SF_01(world: World, who: str) -> None:
    actor = world.actor(who)
    with pytest.raises(NotAllowed):
        submit_application(actor=actor, place=place_of(), staff=[], attested=[], photos=[])
    assert not StorefrontApplication.objects.exists()


def test_an_application_is_for_a_new_location_or_for_an_existing_one_SF_02(world: World) -> None:
    listing = listing_of(world)
    new = apply(world, street="9 Oak Avenue")
    anew = apply(world, listing=listing)
    assert (new.is_new_location, new.listing) == (True, None)
    assert (anew.is_new_location, anew.listing) == (False, listing)


def test_an_application_keeps_all_that_was_given_with_the_versions_of_what_was_attested(
    world: World,
) -> None:
    application = apply(world, latitude=38.60, longitude=-121.50, unit="Suite 4")
    assert application.phone == "(916) 555-0142"
    assert (application.state, application.county) == ("CA", "Sacramento County")
    assert (application.latitude, application.is_placed_by_hand) == (38.60, True)
    assert application.attestations == {row.key: row.version for row in ATTESTATIONS}
    assert list(application.staff.all()) == [world.person("agent")]
    assert [photo.kind for photo in photos.photos_of(application)] == [EXTERIOR, INTERIOR]
    files = Attachment.objects.filter(case=application.case, audience="detail")
    assert files.count() == 2


def test_without_a_mark_on_the_map_a_location_lies_at_its_zip_codes_centroid(world: World) -> None:
    application = apply(world)
    area = ZipArea.objects.get(pk="95814")
    assert (application.latitude, application.longitude) == (area.latitude, area.longitude)
    assert not application.is_placed_by_hand


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"services": ["appointments"]}, "services", "Appointments alone are not enough."),
        ({"zip_code": "89501"}, "zip_code", "is in Reno, NV"),
        ({"zip_code": "00000"}, "zip_code", "There is no ZIP code 00000."),
        ({"street": "Palm Street"}, "street", "with its number"),
        ({"phone": "555-0142"}, "phone", "ten digits"),
        ({"hours": {}}, "hours", "at least one day"),
        ({"hours": {"tue": [["09:00", "12:00"], ["11:00", "15:00"]]}}, "hours", "Tuesday"),
        ({"hours": {"fri": [["17:00", "09:00"]]}}, "hours", "Friday"),
        ({"languages": []}, "languages", "at least one"),
        ({"languages": ["Klingon"]}, "languages", "languages"),
        ({"staff": []}, "staff", "at least one enroller"),
        ({"attested": ["walk_in"]}, "attest_signage", "Confirm: A sign"),
        ({"latitude": 34.05, "longitude": -118.25}, "latitude", "miles from ZIP code 95814"),
        ({"latitude": 380.0, "longitude": 0.0}, "latitude", "not on the map"),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field_and_nothing_is_kept_SF_02(
    world: World, wrong: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        apply(world, **wrong)
    texts = caught.value.message_dict if hasattr(caught.value, "error_dict") else {}
    told = texts.get(field) or caught.value.messages
    assert says in " ".join(told)
    assert not StorefrontApplication.objects.exists()


def test_two_photos_are_needed_and_one_of_the_outside_C_6_2(world: World) -> None:
    manager = world.actor("agency.manager")
    outside, inside = two_photos(manager)
    for given, says in (
        ([outside], "only 1"),
        ([inside, (outside[0], INTERIOR)], "outside of the location"),
        ([outside, (inside[0], "selfie")], "Say what photo 2 shows"),
        ([outside] * 11, "at most 10"),
    ):
        with pytest.raises(ValidationError) as caught:
            apply(world, photos=given)
        assert says in " ".join(caught.value.messages)


def test_enrollers_of_another_organization_do_not_work_there(world: World) -> None:
    with pytest.raises(ValidationError, match="your own agency or entity"):
        apply(world, staff=[world.person("harbor.agent")])


def test_a_location_of_another_organization_is_not_there(world: World) -> None:
    theirs = listing_of(world, "harbor")
    with pytest.raises(Listing.DoesNotExist):
        apply(world, listing=theirs)


def test_a_location_has_one_undecided_application_and_the_refusal_names_it_SF_02(
    world: World,
) -> None:
    listing = listing_of(world)
    first = apply(world, listing=listing)
    with pytest.raises(AlreadyApplied) as caught:
        apply(world, listing=listing)
    assert caught.value.number == first.case.number
    new = apply(world, street="9 Oak Avenue")
    with pytest.raises(AlreadyApplied) as caught:
        apply(world, street="9 OAK avenue")
    assert caught.value.number == new.case.number
    apply(world, street="9 Oak Avenue", unit="B")
    apply(world, "entity.contact", street="9 Oak Avenue")


def test_a_new_location_that_is_a_storefront_already_is_chosen_as_one(world: World) -> None:
    listing_of(world)
    with pytest.raises(AlreadyListed, match="choose it as an existing"):
        apply(world)


def test_one_draft_becomes_one_application(world: World) -> None:
    draft = uuid.uuid4()
    first = apply(world, draft=draft)
    assert apply(world, draft=draft) == first
    assert StorefrontApplication.objects.count() == 1


def test_a_social_security_number_is_refused_wherever_it_is_typed_EA_06(world: World) -> None:
    for wrong in ({"name": f"Ask for {SSN}"}, {"city": SSN}, {"unit": SSN}):
        with pytest.raises(SsnRefused):
            apply(world, **wrong)


def test_a_city_other_than_the_post_offices_is_only_a_warning(world: World) -> None:
    area = check_address(world.exchange, "120 Palm Street", "Boulevard Park", "", "95814")
    assert "Sacramento" in city_warning(area, "Boulevard Park")
    assert city_warning(area, "sacramento ") == ""


def test_a_mark_within_sixty_miles_of_the_zip_code_is_believed(world: World) -> None:
    area = ZipArea.objects.get(pk="95814")
    check_place(area, area.latitude + 0.85, area.longitude)  # 58.7 miles
    with pytest.raises(ValidationError):
        check_place(area, area.latitude + 0.89, area.longitude)  # 61.5 miles


@pytest.mark.parametrize("typed", ["916 555 0142", "(916) 555-0142", "+1 916.555.0142"])
def test_a_phone_number_is_written_in_one_way(typed: str) -> None:
    assert clean_phone(typed) == "(916) 555-0142"


def test_the_reviewers_queue_is_where_those_who_review_work(world: World) -> None:
    assert selectors.review_queue(world.exchange.pk) is None
    world.person("osd.staff")
    queue = selectors.review_queue(world.exchange.pk)
    assert queue == world.organization("outreach-and-sales")
