"""What everybody does at a browser, looked up by what a person sees or hears."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Person

#: Seconds until a worker has carried out what a page set going.
PATIENCE = 60


def open_case(person: Person, number: str) -> Page:
    """Search for a number; its page opens at once."""
    find(person, number)
    expect(person.page.get_by_role("heading", level=1)).to_have_text(number)
    person.check_page()
    return person.page


def find(person: Person, words: str) -> None:
    page = person.go("/")
    page.get_by_label("Search the portal").fill(words)
    page.get_by_role("button", name="Search").click()


def field(page: Page, label: str) -> Locator:
    """A field by its whole label, with or without the mark of a required one."""
    return page.get_by_label(re.compile(rf"^{label}(\s*\*)?$"))


def enter(person: Person, room: str) -> None:
    """Go to a room by the navigation, folded away or not."""
    navigation = person.page.get_by_role("navigation", name="Primary")
    link = navigation.get_by_role("link", name=room, exact=True)
    if not link.is_visible():
        navigation.get_by_text("Manage").click()
    link.click()
    person.check_page()


def follow(person: Person, name: str) -> None:
    """Open an act's page from the case, from the menu where the act stands there."""
    _unfolded(person.page, person.page.get_by_role("link", name=name, exact=True)).click()
    person.check_page()


def press(person: Person, name: str) -> None:
    """Press a button of the page (not of the header) and check the page it leads to."""
    main = person.page.get_by_role("main")
    _unfolded(person.page, main.get_by_role("button", name=name, exact=True)).click()
    person.check_page()


def _unfolded(page: Page, wanted: Locator) -> Locator:
    if not wanted.is_visible():
        page.get_by_role("main").get_by_text("More actions").click()
    return wanted


def until_shown(page: Page, wanted: Locator) -> None:
    """Load the page anew until a worker has done its part."""
    deadline = time.monotonic() + PATIENCE
    while not wanted.first.is_visible() and time.monotonic() < deadline:
        page.reload()
    expect(wanted.first).to_be_visible()


def record_contact(person: Person, said: str) -> None:
    """Put a telephone call with the consumer on record."""
    page = person.page
    follow(person, "Record a contact with the consumer")
    field(page, "How").select_option(label="Phone")
    page.get_by_label("Outcome").select_option(label="Spoke with the consumer")
    page.get_by_label("What was said").fill(said)
    press(person, "Record a contact with the consumer")


def resolve(person: Person, steps: str) -> None:
    """Resolve the ticket that is open, with the first resolution code."""
    page = person.page
    follow(person, "Resolve")
    page.get_by_label("Resolution code").select_option(index=1)
    page.get_by_label("Steps taken").fill(steps)
    press(person, "Resolve")
    expect(page.get_by_role("main").get_by_text("Resolved", exact=True).first).to_be_visible()
