"""An enroller's morning: home, bell, Daily Summary, a consumer it names (BN-01, SM-01, PN-02)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

ENROLLER = "agent2@sunrise.example"


def test_an_enroller_s_morning_goes_from_home_to_a_consumer_who_needs_them(arrive: Arrive) -> None:
    enroller = arrive(ENROLLER)
    start_at_home(enroller)
    hear_the_bell(enroller)
    number = read_the_summary(enroller)
    open_the_consumer(enroller, number)


def start_at_home(enroller: Person) -> None:
    """What is urgent stands on top, and the tab beside it tells the rest (PN-02)."""
    page = enroller.go("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    enroller.check_page()
    page.get_by_role("link", name=re.compile("Enroller Portal Notifications")).first.click()
    expect(page.get_by_role("main").get_by_role("article").first).to_be_visible()
    enroller.check_page()


def hear_the_bell(enroller: Person) -> None:
    """The menu of the header shows the newest; one of them leads to what it tells of."""
    page = enroller.go("/")
    menu = page.locator("details[data-live-menu]")
    menu.locator("summary").click()
    expect(menu.get_by_role("heading", name="Newest notifications")).to_be_visible()
    enroller.check_page()
    unread = _unread(page)
    menu.get_by_role("button", name=re.compile("^Mark as read")).first.click()
    expect(menu.get_by_role("heading", name="Newest notifications")).to_be_focused()
    expect(page.locator("[data-live=bell]")).not_to_have_text(unread)
    menu.get_by_role("link", name="All notifications").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")
    enroller.check_page()
    page.get_by_role("main").get_by_role("row").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Notifications")
    enroller.check_page()


def read_the_summary(enroller: Person) -> str:
    """From the Quick Link to the last Daily Summary; returns a Consumer Case Number it names."""
    page = enroller.go("/")
    page.get_by_role("main").get_by_role("link", name="Secure Mailbox").click()
    folders = page.get_by_role("navigation", name="Folders")
    folders.get_by_role("link", name="Daily summaries").click()
    enroller.check_page()
    page.get_by_role("main").get_by_role("row").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily Summary")
    enroller.check_page()
    consumer = page.get_by_role("main").get_by_role("row").get_by_role("link").first
    number = consumer.inner_text()
    consumer.click()
    return number


def open_the_consumer(enroller: Person, number: str) -> None:
    """The consumer's page, on a telephone too."""
    page = enroller.page
    expect(page.get_by_role("main")).to_contain_text(f"Case {number}")
    expect(page.get_by_role("heading", name="Notices").first).to_be_visible()
    enroller.check_page()
    page.set_viewport_size({"width": 320, "height": 800})
    enroller.check_page()


def _unread(page: Page) -> str:
    return page.locator("[data-live=bell]").inner_text()
