"""The steps of an application: nothing typed is lost, and it is submitted once (SF-02, C.6 1)."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from portal.casework.drafts import save_draft
from portal.casework.models import Draft
from storefronts.applications import wizard
from storefronts.models import Photo, StorefrontApplication
from tests.documents.hostile import SSN, letter
from tests.storefronts.applications.ground import (
    EXTERIOR,
    INTERIOR,
    apply,
    details_typed,
    file,
    kept_photo,
    place_typed,
)
from tests.storefronts.listings.ground import listing_of
from tests.world import World

MANAGER = "agency.manager"


@pytest.fixture
def manager(world: World, client: Client) -> Client:
    world.person("osd.staff")
    client.force_login(world.person(MANAGER))
    return client


@pytest.fixture
def draft(world: World, manager: Client) -> uuid.UUID:
    """A draft for a new location, as the first page begins it."""
    answer = manager.post(reverse("storefronts:apply"), {"location": "new"})
    assert answer.status_code == 302
    return uuid.UUID(answer["Location"].split("/")[3])


def at(step: str, draft: uuid.UUID) -> str:
    return reverse(f"storefronts:apply-{step}", args=[draft])


def complete(world: World, manager: Client, draft: uuid.UUID, *, submit: bool = True) -> str:
    """Walk through all steps; returns where the last one leads."""
    answer = manager.post(at("place", draft), place_typed(**{"continue": "1"}))
    assert answer.url == at("details", draft), answer.content
    answer = manager.post(at("details", draft), details_typed(world, **{"continue": "1"}))
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.url == at("photos", draft)
    first, second = (kept_photo(world.actor(MANAGER), draft) for _ in range(2))
    kinds = {f"kind_{first.public_id}": EXTERIOR, f"kind_{second.public_id}": INTERIOR}
    answer = manager.post(at("photos", draft), kinds | {"continue": "1"})
    assert answer.url == at("review", draft)
    return manager.post(at("review", draft)).url if submit else answer.url


def test_the_steps_lead_to_a_number_and_to_pending_SF_01_SF_06(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    where = complete(world, manager, draft)
    application = StorefrontApplication.objects.get()
    assert application.case.number in where
    page = manager.get(where).content.decode()
    assert application.case.number in page
    assert "Status: <strong>Pending</strong>" in page
    assert application.hours == {"mon": [["09:00", "17:00"]]}
    assert application.special_days[0]["label"] == "Christmas Day"
    assert wizard.begun(world.actor(MANAGER)) == []


def test_submitting_twice_and_going_back_lead_to_the_same_application(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    where = complete(world, manager, draft)
    for step in ("place", "details", "photos", "review"):
        assert manager.get(at(step, draft)).url == where
        assert manager.post(at(step, draft)).url == where
    assert StorefrontApplication.objects.count() == 1


def test_the_review_shows_everything_with_links_to_change_it(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    page = manager.get(complete(world, manager, draft, submit=False)).content.decode()
    for text in (
        "120 Palm Street",
        "(916) 555-0142",
        "Christmas Day",
        "Walk-ins welcome",
        "Spanish",
    ):
        assert text in page
    for step in ("place", "details", "photos"):
        assert f'href="{at(step, draft)}"' in page
    assert not StorefrontApplication.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"zip_code": "89501"}, "is in Reno, NV"),
        ({"zip_code": "00000"}, "There is no ZIP code 00000."),
        ({"street": "Palm Street"}, "with its number"),
    ],
)
def test_a_wrong_address_is_said_in_words_and_kept_as_it_was_typed(
    world: World, manager: Client, draft: uuid.UUID, wrong: dict[str, str], says: str
) -> None:
    typed = place_typed(**{**wrong, "continue": "1"})
    answer = manager.post(at("place", draft), typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    page = manager.get(at("place", draft)).content.decode()
    assert all(f'value="{value}"' in page for value in wrong.values())
    assert says not in page
    assert says in manager.get(at("place", draft) + "?check=1").content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hours_mon_1_from": "16:00", "hours_mon_1_to": "18:00"}, "Monday"),
        ({"hours_fri_0_from": "17:00", "hours_fri_0_to": "09:00"}, "Friday"),
        ({"services": ["appointments"]}, "Appointments alone are not enough"),
        ({"staff": []}, "Choose at least one enroller"),
    ],
)
def test_wrong_hours_and_services_are_said_in_words_and_kept_as_they_were_typed(
    world: World, manager: Client, draft: uuid.UUID, wrong: dict[str, object], says: str
) -> None:
    typed = details_typed(world, **{**wrong, "continue": "1"})
    answer = manager.post(at("details", draft), typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    page = manager.get(at("details", draft)).content.decode()
    assert all(f'value="{value}"' in page for value in wrong.values() if isinstance(value, str))


def test_an_enroller_of_another_organization_cannot_be_chosen(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    stranger = str(world.person("harbor.agent").pk)
    answer = manager.post(at("details", draft), details_typed(world, staff=[stranger]))
    assert answer.status_code == 422
    assert "your own agency or entity" in answer.content.decode()


def test_a_step_that_is_skipped_is_come_back_to(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    assert manager.get(at("review", draft)).url == f"{at('place', draft)}?check=1"
    manager.post(at("place", draft), place_typed())
    assert manager.get(at("review", draft)).url == f"{at('details', draft)}?check=1"
    manager.post(at("details", draft), details_typed(world))
    assert manager.get(at("review", draft)).url == f"{at('photos', draft)}?check=1"
    page = manager.get(f"{at('photos', draft)}?check=1").content.decode()
    assert "Add at least 2 photos; there is none yet." in page


def test_what_is_typed_is_kept_as_one_goes_and_a_number_is_not_EA_06(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    keep = reverse("storefronts:apply-keep", args=[draft, "place"])
    assert manager.post(keep, {"name": "Palm"}).status_code == 204
    refused = manager.post(keep, {"name": f"Palm {SSN}"})
    assert refused.status_code == 422
    assert SSN not in refused.content.decode()
    page = manager.post(at("place", draft), place_typed(unit=SSN))
    assert (page.status_code, SSN in page.content.decode()) == (422, False)
    kept = wizard.find(actor=world.actor(MANAGER), public_id=draft)
    assert kept is not None
    assert SSN not in str(kept.content)


def test_photos_are_sent_one_by_one_and_a_refusal_leaves_the_others(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    answer = manager.post(at("photo-add", draft), {"uploads": file()})
    assert answer.status_code == 200
    assert "Photo 1: front.jpg" in answer.content.decode()
    refused = manager.post(at("photo-add", draft), {"uploads": file(letter("x"), "side.jpg")})
    assert (refused.status_code, "side.jpg: This is a PDF" in refused.content.decode()) == (
        422,
        True,
    )
    both = manager.post(at("photos", draft), {"uploads": [file(), file(b"nothing", "bad.png")]})
    assert both.status_code == 422
    assert "bad.png: This is not a photo." in both.content.decode()
    assert len(_photos(world, draft)) == 2


def test_photos_are_ordered_named_and_removed(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    a, b, c = (str(kept_photo(world.actor(MANAGER), draft).public_id) for _ in range(3))
    manager.post(at("photos", draft), {"up": c, f"kind_{c}": EXTERIOR, f"kind_{a}": "selfie"})
    assert _photos(world, draft) == [(a, ""), (c, EXTERIOR), (b, "")]
    manager.post(at("photos", draft), {"down": a})
    assert _photos(world, draft) == [(c, EXTERIOR), (a, ""), (b, "")]
    manager.post(at("photos", draft), {"remove": a})
    assert _photos(world, draft) == [(c, EXTERIOR), (b, "")]


def test_no_more_than_ten_photos_are_kept(world: World, manager: Client, draft: uuid.UUID) -> None:
    for _ in range(10):
        kept_photo(world.actor(MANAGER), draft)
    answer = manager.post(at("photo-add", draft), {"uploads": file()})
    assert answer.status_code == 422
    assert "at most 10 photos" in answer.content.decode()


def test_an_existing_location_begins_with_what_is_known_of_it_SF_02(
    world: World, manager: Client
) -> None:
    listing = listing_of(world)
    theirs = listing_of(world, "harbor", name="Harbor Shop")
    page = manager.get(reverse("storefronts:apply")).content.decode()
    assert "Palm Street Storefront" in page
    assert "Harbor Shop" not in page
    begun = manager.post(reverse("storefronts:apply"), {"location": str(listing.public_id)})
    shown = manager.get(begun.url).content.decode()
    assert 'value="120 Palm Street"' in shown
    stranger = manager.post(reverse("storefronts:apply"), {"location": str(theirs.public_id)})
    assert stranger.status_code == 422


def test_a_location_with_an_undecided_application_leads_to_that_one(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    listing = listing_of(world)
    begun = manager.post(reverse("storefronts:apply"), {"location": str(listing.public_id)})
    first = apply(world, listing=listing)
    again = manager.post(reverse("storefronts:apply"), {"location": str(listing.public_id)})
    link = reverse("storefronts:application", args=[first.case.number])
    assert (again.status_code, f'href="{link}"' in again.content.decode()) == (422, True)
    late = uuid.UUID(begun.url.split("/")[3])
    complete_to = complete(world, manager, late, submit=False)
    refused = manager.post(complete_to)
    assert (refused.status_code, f'href="{link}"' in refused.content.decode()) == (409, True)
    assert wizard.find(actor=world.actor(MANAGER), public_id=late) is not None


def test_a_draft_is_its_writers_alone_and_listed_until_it_is_thrown_away_decision_17(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    manager.post(at("place", draft), place_typed())
    page = manager.get(reverse("storefronts:apply")).content.decode()
    assert "Continue a draft" in page
    assert at("place", draft) in page
    other = Client()
    other.force_login(world.person("harbor.manager"))
    for step in ("place", "details", "photos", "review", "discard"):
        assert other.get(at(step, draft)).status_code == 404
    assert manager.get(at("discard", draft)).status_code == 200
    manager.post(at("discard", draft))
    assert manager.get(at("place", draft)).status_code == 404


def test_a_mark_on_the_map_counts_for_the_zip_code_it_was_put_in(
    world: World, manager: Client, draft: uuid.UUID
) -> None:
    by_hand = {"latitude": "38.60000", "longitude": "-121.50000", "placed_for": "95814"}
    manager.post(at("place", draft), place_typed(**by_hand))
    sheet = wizard.Sheet.of(_draft(world, draft).content)
    form = wizard.place_form(actor=world.actor(MANAGER), sheet=sheet, checked=True)
    assert form.is_valid()
    assert (form.cleaned_data["latitude"], form.cleaned_data["is_placed_by_hand"]) == (38.6, True)
    manager.post(at("place", draft), place_typed(**by_hand | {"zip_code": "90012"}))
    sheet = wizard.Sheet.of(_draft(world, draft).content)
    form = wizard.place_form(actor=world.actor(MANAGER), sheet=sheet, checked=True)
    assert form.is_valid()
    assert not form.cleaned_data["is_placed_by_hand"]


def test_a_copy_begins_with_everything_of_the_old_one_but_its_attestations_C_6_8(
    world: World, manager: Client
) -> None:
    old = apply(world, latitude=38.6, longitude=-121.5)
    copy = wizard.start_copy(actor=world.actor(MANAGER), application=old)
    kinds = [kind for _, kind in _photos(world, copy)]
    assert kinds == [Photo.Kind.EXTERIOR, Photo.Kind.INTERIOR]
    page = manager.get(at("place", copy)).content.decode()
    assert 'value="120 Palm Street"' in page
    assert 'value="38.60000"' in page
    details = manager.get(at("details", copy)).context["form"]
    assert details["staff"].value() == [world.person("agent").pk]
    assert not details["attest_walk_in"].value()
    theirs = apply(world, "entity.contact")
    mine = wizard.start_copy(actor=world.actor("entity.contact"), application=theirs)
    assert mine != copy


@pytest.mark.parametrize("content", [{}, {"typed": 3}, {"typed": {"place": [1]}, "order": "x"}])
def test_whatever_a_draft_holds_its_pages_open(
    world: World, manager: Client, draft: uuid.UUID, content: dict[str, object]
) -> None:
    save_draft(actor=world.actor(MANAGER), form=wizard.FORM, content=content, public_id=draft)
    for step in ("place", "details", "photos"):
        assert manager.get(at(step, draft)).status_code == 200


def _draft(world: World, draft: uuid.UUID) -> Draft:
    found = wizard.find(actor=world.actor(MANAGER), public_id=draft)
    assert found is not None
    return found


def _photos(world: World, draft: uuid.UUID) -> list[tuple[str, str]]:
    found = _draft(world, draft)
    shown = wizard.photos_in(found, wizard.Sheet.of(found.content))
    return [(str(one.document.public_id), one.kind) for one in shown]
