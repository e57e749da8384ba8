"""Photos of an application: what is refused, what is taken out, who may see them (SF-02)."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.ExifTags import IFD

from portal.documents.services import open_document
from storefronts import photos
from storefronts.applications import wizard
from storefronts.models import Listing
from tests.documents.hostile import letter, photo, photo_with_place, picture_header
from tests.storefronts.applications.ground import EXTERIOR, apply, file, kept_photo, two_photos
from tests.storefronts.listings.ground import listing_of
from tests.world import World

HEIC = b"\x00\x00\x00\x18ftypheic" + b"\x00" * 64


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"hello, I am no photo", "front.jpg", "This is not a photo."),
        (HEIC, "IMG_0001.HEIC", "This is a HEIC photo. Save it as JPEG"),
        (picture_header(10_000, 10_000), "front.png", "smaller than 40 megapixels"),
        (letter("A lease"), "front.jpg", "This is a PDF, not a photo."),
        (photo()[:200], "front.jpg", "damaged"),
        (b"", "front.jpg", "empty"),
    ],
    ids=["no photo", "heic", "bomb", "pdf", "cut short", "empty"],
)
def test_what_is_no_photo_is_refused_with_a_sentence_that_says_what_to_do(
    content: bytes, name: str, says: str
) -> None:
    sent = file(content, name)
    with pytest.raises(ValidationError) as caught:
        photos.screen_photo(sent)
    sentence = photos.refusal_of(sent, caught.value)
    assert says in sentence
    assert sentence.startswith(name)


def test_no_photo_that_is_served_tells_where_it_was_taken(world: World, client: Client) -> None:
    assert Image.open(io.BytesIO(photo_with_place())).getexif().get_ifd(IFD.GPSInfo)
    manager = world.actor("agency.manager")
    draft = wizard.begin(actor=manager)
    kept = kept_photo(manager, draft, photo_with_place())
    client.force_login(world.person("agency.manager"))
    answer = client.get(reverse("storefronts:apply-photo", args=[draft, kept.public_id]))
    served = answer.content
    application = apply(world, photos=[(kept, EXTERIOR), two_photos(manager)[1]])
    number = application.case.number
    again = client.get(reverse("casework:file", args=[number, kept.public_id])).content
    for content in (served, again, open_document(kept)):
        image = Image.open(io.BytesIO(content))
        assert not dict(image.getexif())
        assert b"Canary Camera" not in content
        assert b"Exif" not in content


def test_a_photo_larger_than_screens_is_made_smaller_and_keeps_its_shape() -> None:
    screened = photos.screen_photo(file(photo((4_800, 2_400))))
    assert (screened.width, screened.height) == (2_400, 1_200)
    assert Image.open(io.BytesIO(screened.content)).size == (2_400, 1_200)
    small = photos.screen_photo(file(photo((40, 20))))
    assert (small.width, small.height) == (40, 20)


def test_reviewers_and_the_applicants_organization_open_photos_and_nobody_else(
    world: World, client: Client
) -> None:
    application = apply(world)
    shown = photos.photos_of(application)[0]
    address = reverse("casework:file", args=[application.case.number, shown.public_id])
    for who, status in (("agency.manager", 200), ("osd.staff", 200), ("harbor.manager", 404)):
        client.force_login(world.person(who))
        assert client.get(address).status_code == status, who
    client.force_login(world.person("agent"))
    assert client.get(address).status_code in (403, 404)


def test_alternative_texts_say_what_kind_of_photo_it_is_and_count(world: World) -> None:
    manager = world.actor("agency.manager")
    (first, _), (second, _) = two_photos(manager)
    application = apply(world, photos=[(first, EXTERIOR), (second, EXTERIOR)])
    assert [row.alt for row in photos.photos_of(application)] == [
        "Outside of Palm Street Storefront, with its sign",
        "Outside of Palm Street Storefront, with its sign, photo 2",
    ]


def test_the_public_sees_the_outside_only_once_it_is_approved_and_on_the_map(world: World) -> None:
    listing = listing_of(world)
    application = apply(world, listing=listing)
    assert photos.public_photo(listing) is None
    case = application.case
    type(case).objects.filter(pk=case.pk).update(status="approved", is_open=False)
    shown = photos.public_photo(listing)
    assert shown is not None
    assert shown.public_id == photos.photos_of(application)[0].public_id
    listing.state = Listing.State.SUSPENDED
    assert photos.public_photo(listing) is None
