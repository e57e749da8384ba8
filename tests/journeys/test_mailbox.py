"""An enroller's morning in the secure mailbox (EP-03, SM-01, SM-05)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.walking import press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

AGENT, TEAM = "agent2@sunrise.example", "osd.staff@covered.example"
SUBJECT = "Twenty more guides in Spanish"
ANSWER = "They leave tomorrow."


def test_an_enroller_reads_the_summary_and_hears_from_a_team(arrive: Arrive) -> None:
    agent, team = arrive(AGENT), arrive(TEAM)
    read_the_summary(agent)
    write_to_the_team(agent)
    answer(team)
    read_the_answer(agent)


def read_the_summary(agent: Person) -> None:
    """From the Quick Links to what is unread, and on to the Daily Summary."""
    page = agent.go("/")
    page.get_by_role("main").get_by_role("link", name="Secure Mailbox").click()
    expect(page.get_by_role("heading", name="Unread")).to_be_visible()
    agent.check_page()
    page.get_by_role("navigation", name="Folders").get_by_role(
        "link", name="Daily summaries"
    ).click()
    page.get_by_role("main").get_by_role("row").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily Summary")
    agent.check_page()


def write_to_the_team(agent: Person) -> None:
    page = agent.go("/mailbox/")
    page.get_by_role("link", name="New message").click()
    agent.check_page()
    page.get_by_role("checkbox", name="Outreach and Sales").locator("+ label").click()
    page.get_by_label("Subject").fill(SUBJECT)
    page.get_by_role("textbox", name="Message").fill("We have run out of them.")
    press(agent, "Send")
    expect(page.get_by_role("main")).to_contain_text(SUBJECT)
    agent.check_page()


def answer(team: Person) -> None:
    page = team.go("/mailbox/folders/team/")
    team.check_page()
    page.get_by_role("main").get_by_role("link", name=SUBJECT).first.click()
    expect(page.get_by_role("main")).to_contain_text("Nobody has taken this conversation.")
    page.get_by_role("textbox", name="Message").fill(ANSWER)
    press(team, "Send")
    expect(page.get_by_role("main")).to_contain_text("You have taken this conversation.")
    team.check_page()


def read_the_answer(agent: Person) -> None:
    page = agent.go("/mailbox/")
    page.get_by_role("main").get_by_role("link", name=SUBJECT).first.click()
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    agent.check_page()
    agent.page.set_viewport_size({"width": 320, "height": 800})
    agent.check_page()
