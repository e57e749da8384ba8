"""An alert on its way: Outreach writes it, a colleague approves it, an enroller finds it by a word
(AL-01…AL-03)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.walking import press, until_shown

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]
WRITER, COLLEAGUE = "osd.staff@covered.example", "osd.staff2@covered.example"
ENROLLER = "agent2@sunrise.example"


def test_a_briefing_goes_from_its_writer_to_an_enroller_who_finds_it_by_a_word(
    arrive: Arrive,
) -> None:
    writer, colleague, enroller = arrive(WRITER), arrive(COLLEAGUE), arrive(ENROLLER, width=320)
    title = f"Dental plans {time.time_ns()}"
    path = write(writer, title)
    page = colleague.go(path)
    colleague.check_page()
    press(colleague, "Approve")
    expect(page.get_by_text("It is approved.")).to_be_visible()
    page = writer.go(f"{path}send/")
    writer.check_page()
    press(writer, "Send")
    until_shown(page, page.get_by_role("heading", name="How far it got"))
    writer.check_page()
    read(enroller, title)


def write(writer: Person, title: str) -> str:
    """Write the draft; returns the address of its page."""
    page = writer.go("/briefings/desk/new/")
    writer.check_page()
    press(writer, "Save the draft and look at it")
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("About").select_option(label="Important date")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("Families can add a dental plan until Friday.")
    page.get_by_label("Text").first.fill("# Until Friday\n\nOpen the *orthodontics* table first.")
    press(writer, "Save the draft and look at it")
    expect(page.get_by_text("It waits for a colleague")).to_be_visible()
    return "/" + page.url.split("/", 3)[3]


def read(enroller: Person, title: str) -> None:
    """Find it in the archive by a word of its text, open it, and find it read in the mailbox."""
    page = enroller.go("/briefings/")
    enroller.check_page()
    page.get_by_role("main").get_by_label("Search alerts and briefings").last.fill("orthodontic")
    press(enroller, "Search")
    expect(page.locator("mark", has_text="orthodontics").first).to_be_visible()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    enroller.check_page()
