"""A storefront from its application on (SF-01, SF-02, SF-06, C.6)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.documents.hostile import letter, photo_with_place
from tests.journeys.conftest import Person
from tests.journeys.walking import PATIENCE, field, press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

MANAGER = "manager@sunrise.example"
NAME = "Sunrise on Saffron Street"
STREET = "231 Saffron Street"


def test_a_manager_applies_with_photos_and_is_told_the_number(arrive: Arrive) -> None:
    manager = arrive(MANAGER)
    begin(manager)
    say_where(manager)
    say_when_and_who(manager)
    add_photos(manager)
    number = submit(manager)
    stands_as_pending(manager, number)


def begin(manager: Person) -> None:
    """SF-01: “Add a Storefront” stands in the menu Agency/Entity."""
    page = manager.go("/")
    navigation = page.get_by_role("navigation", name="Primary")
    navigation.get_by_text("Agency/Entity").click()
    navigation.get_by_role("link", name="Add a Storefront", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a Storefront")
    press(manager, "Begin the application")


def say_where(manager: Person) -> None:
    """A ZIP code of Nevada is refused in words; the right one is shown on the map."""
    page = manager.page
    field(page, "Name of the location").fill(NAME)
    field(page, "Street address").fill(STREET)
    field(page, "City").fill("Fresno")
    field(page, "ZIP code").fill("89501")
    field(page, "Phone number for consumers").fill("559 555 0144")
    press(manager, "Continue")
    expect(page.get_by_role("alert").first).to_contain_text("is in Reno, NV")
    expect(field(page, "Street address")).to_have_value(STREET)
    field(page, "ZIP code").fill("93721")
    press(manager, "Show the address on the map")
    expect(page.locator("#where .leaflet-marker-icon")).to_be_visible()
    press(manager, "Continue")


def say_when_and_who(manager: Person) -> None:
    """Appointments alone are refused, and nothing that was entered is lost."""
    page = manager.page
    monday = page.get_by_role("group", name="Monday")
    monday.get_by_label("from", exact=True).fill("09:00")
    monday.get_by_label("to", exact=True).first.fill("17:00")
    tick(page, "Appointments")
    tick(page, "Samuel Okonkwo")
    for box in page.locator("input[name^=attest_]").all():
        page.locator(f"label[for={box.get_attribute('id')}]").click()
    press(manager, "Continue")
    expect(page.get_by_role("alert").first).to_contain_text("Appointments alone are not enough")
    expect(monday.get_by_label("from", exact=True)).to_have_value("09:00")
    tick(page, "Walk-ins welcome")
    press(manager, "Continue")


def add_photos(manager: Person) -> None:
    """Each is sent by itself; one that is no photo is refused and the others stay."""
    page = manager.page
    field(page, "Photos").set_input_files(
        [
            _file("front.jpg", photo_with_place()),
            _file("lease.jpg", letter("A lease")),
            _file("inside.jpg", photo_with_place()),
        ]
    )
    # Each photo is read in a process of its own, which a busy machine starts slowly.
    patience = PATIENCE * 1_000
    refused = page.locator(".photo-progress__item--refused")
    expect(refused).to_contain_text("lease.jpg: This is a PDF, not a photo.", timeout=patience)
    expect(page.get_by_label("What photo 2 shows")).to_be_visible(timeout=patience)
    page.get_by_label("What photo 1 shows").select_option(label="Interior")
    page.get_by_label("What photo 2 shows").select_option(label="Exterior, with the sign")
    page.get_by_role("button", name=re.compile(r"^Move later\s+photo 1$")).click()
    expect(page.get_by_label("What photo 1 shows")).to_have_value("exterior")
    press(manager, "Continue to review")


def submit(manager: Person) -> str:
    """SF-06: the confirmation names the number and the status."""
    page = manager.page
    main = page.get_by_role("main")
    for text in (NAME, STREET, "(559) 555-0144", "Samuel Okonkwo", "Walk-ins welcome"):
        expect(main).to_contain_text(text)
    expect(main.get_by_role("link", name="Change")).to_have_count(3)
    press(manager, "Submit the application")
    expect(main).to_contain_text("Status: Pending")
    found = re.search(r"SF-\d{4}-\d{6}", main.inner_text())
    assert found
    return found[0]


def stands_as_pending(manager: Person, number: str) -> None:
    """SF-05: it is in “All My Applications”."""
    page = manager.go("/storefronts/applications/")
    row = page.get_by_role("row", name=re.compile(number))
    expect(row).to_contain_text("Pending")


def tick(page: Page, label: str) -> None:
    """Tick a box by its whole label, as the eye sees it."""
    page.get_by_role("main").locator("label", has_text=re.compile(rf"^{label}$")).click()


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}
