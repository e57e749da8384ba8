"""A storefront from its application to the first request for help (SF-01…SF-08, FL, C.6)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.documents.hostile import letter, photo_with_place
from tests.journeys.conftest import Person
from tests.journeys.walking import PATIENCE, field, follow, press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

MANAGER, DESK = "manager@sunrise.example", "osd.staff@covered.example"
NAME = "Sunrise on Saffron Street"
STREET, ZIP = "231 Saffron Street", "93728"
FINDER = "/find/covered-california/"
#: What the finder and its map paint a storefront with.
PINK = "rgb(179, 18, 110)"
CONSUMER = "Ottoline Vega"


def test_an_approved_application_is_pink_and_first_and_is_asked_for_help(
    arrive: Arrive, visitor: Callable[..., Person]
) -> None:
    manager, desk = arrive(MANAGER), arrive(DESK)
    begin(manager)
    say_where(manager)
    say_when_and_who(manager)
    add_photos(manager)
    number = submit(manager)
    stands_as(manager, number, "Pending")
    ask_for_more(desk, number)
    stands_as(manager, number, "Pending Information")
    answer(manager, number)
    approve(desk, number)
    stands_as(manager, number, "Approved")
    consumer = visitor(width=320)
    is_first_in_spanish(consumer)
    is_pink_and_first(consumer)
    ask_for_help(consumer)
    read_the_request(manager)


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
    field(page, "ZIP code").fill(ZIP)
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


def stands_as(manager: Person, number: str, status: str) -> None:
    """SF-05, SF-06: it is in “All My Applications” with its status."""
    page = manager.go("/storefronts/applications/")
    manager.check_page()
    row = page.get_by_role("row", name=re.compile(number))
    expect(row.get_by_text(status, exact=True)).to_be_visible()


def ask_for_more(desk: Person, number: str) -> None:
    """SF-07: two items, one of them with a file."""
    page = desk.go("/storefronts/review/")
    desk.check_page()
    page.get_by_role("link", name=number).click()
    desk.check_page()
    expect(page.locator(".review-photos img")).to_have_count(2)
    follow(desk, "Request information")
    questions = page.get_by_label("What you need")
    questions.nth(0).fill("Send the lease.")
    page.get_by_role("group", name="Item 1").locator("label", has_text="File required").click()
    questions.nth(1).fill("Until when is the door open?")
    press(desk, "Request information")
    expect(page.get_by_role("main")).to_contain_text("waits for the applicant")


def answer(manager: Person, number: str) -> None:
    """SF-08: each answer is saved on its own; all are sent together once nothing is missing."""
    page = manager.go(f"/storefronts/applications/{number}/")
    manager.check_page()
    text, file = page.locator(".storefront-question").all()[::-1]
    text.get_by_role("textbox", name="Answer").fill("Until five in the afternoon.")
    press(manager, "Save this answer to question 2")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Before you can send the answers")
    lease: FilePayload = {
        "name": "lease.pdf",
        "mimeType": "application/pdf",
        "buffer": letter("A lease"),
    }
    file.get_by_label("File (required)").set_input_files(lease)
    press(manager, "Save this answer to question 1")
    main.get_by_role("link", name="Send the answers").click()
    manager.check_page()
    main.get_by_role("button").first.click()
    manager.check_page()
    expect(main).to_contain_text("answered")


def approve(desk: Person, number: str) -> None:
    """The checklist comes first; the answers and the file stand on the page."""
    page = desk.go(f"/storefronts/review/{number}/")
    desk.check_page()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Until five in the afternoon.")
    expect(page.locator(".review-items").get_by_role("link", name="lease.pdf")).to_be_visible()
    for point in page.locator("#checklist .usa-checkbox__label").all():
        point.click()
    expect(page.locator("#checklist")).to_contain_text("8 of 8 made sure of")
    follow(desk, "Approve")
    press(desk, "Approve")
    expect(main.get_by_text("Approved", exact=True).first).to_be_visible()


def is_first_in_spanish(consumer: Person) -> None:
    """FL-04: the same place in Spanish, at an address of its own."""
    page = consumer.go(f"{FINDER}es/?place={ZIP}")
    consumer.check_page()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator(".finder-place").first).to_contain_text(NAME)


def is_pink_and_first(consumer: Person) -> None:
    """FL-02, FL-03: above everybody else in the list, and by colour, shape and words on the map."""
    page = consumer.go(FINDER)
    consumer.check_page()
    field(page, "ZIP code or city").fill(ZIP)
    press(consumer, "Find help")
    first = page.locator(".finder-place").first
    expect(first).to_contain_text(NAME)
    expect(first).to_contain_text("Storefront")
    expect(first.locator(".finder-place__number")).to_have_css("background-color", PINK)
    kinds = [row.get_attribute("data-kind") for row in page.locator(".finder-place").all()]
    assert len(set(kinds)) > 1, "Nobody else is near: nothing shows that storefronts come first."
    assert kinds == sorted(kinds, key=lambda kind: kind != "storefront")
    pin = page.get_by_role("button", name=re.compile(rf"^1, {NAME}, Storefront"))
    expect(pin.locator("svg")).to_have_css("fill", PINK)
    pin.press("Enter")
    expect(page.locator(".leaflet-popup").get_by_role("link", name=NAME)).to_be_focused()
    consumer.check_page()
    page.keyboard.press("Escape")
    expect(pin).to_be_focused()


def ask_for_help(consumer: Person) -> None:
    """The place's own page has its hours; a request without a way to answer is refused."""
    page = consumer.page
    page.locator(".finder-place").first.get_by_role("link", name=NAME, exact=True).click()
    consumer.check_page()
    main = page.get_by_role("main")
    expect(main).to_contain_text(STREET)
    expect(main.get_by_role("img", name=f"{NAME} from outside")).to_be_visible()
    main.get_by_role("link", name="Request help").click()
    consumer.check_page()
    field(page, "Your name").fill(CONSUMER)
    press(consumer, "Send")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(field(page, "Your name")).to_have_value(CONSUMER)
    field(page, "Phone number").fill("559 555 0177")
    press(consumer, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request was sent")


def read_the_request(manager: Person) -> None:
    """It waits among the pending delegations; how to reach them shows once it is accepted."""
    page = manager.go("/delegations/")
    manager.check_page()
    page.get_by_role("link", name=re.compile("from Find a Local Enroller")).click()
    manager.check_page()
    page.get_by_role("row", name=re.compile(NAME)).get_by_role("link").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(CONSUMER)
    expect(main).not_to_contain_text("555-0177")
    press(manager, "Accept")
    expect(main).to_contain_text("555-0177")


def tick(page: Page, label: str) -> None:
    """Tick a box by its whole label, as the eye sees it."""
    page.get_by_role("main").locator("label", has_text=re.compile(rf"^{label}$")).click()


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}
