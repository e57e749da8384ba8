"""An enroller's day: help, a renewal, a delegation (HR-01 to HR-07, CRW-07 to CRW-16, DL-01 to
DL-06)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.journeys.walking import follow, open_case, press, until_shown

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

MANAGER, AGENT, COLLEAGUE = (
    "manager@sunrise.example",
    "agent2@sunrise.example",
    "agent2b@sunrise.example",
)
COLLEAGUES_NAME = "Mei-Ling"
TEAM = "scr@covered.example"
QUESTION = "The renewal shows the old household size; the new baby is missing."
ANSWER = "The baby was added to the household; the renewal shows three people now."


def test_a_help_request_goes_from_three_steps_to_its_answer(arrive: Arrive) -> None:
    agent, team = arrive(AGENT), arrive(TEAM)
    number = ask_for_help(agent)
    team_asks_back(team, number)
    reply(agent, number)
    team_resolves(team, number)
    read_answer(agent, number)


def ask_for_help(agent: Person) -> str:
    """HR-04 to HR-07: topic, details, review and submit; a number is shown."""
    page = agent.go("/help-requests/new/")
    agent.check_page()
    press(agent, "Continue")
    expect(page.get_by_role("alert").first).to_contain_text("Select the topic")
    page.get_by_role("radio", name="Help with an application").locator("+ label").click()
    press(agent, "Continue")
    page.get_by_label("Subject").fill("A new baby is missing")
    page.get_by_label("Description").fill(f"{QUESTION} SSN 219-09-9999")
    page.get_by_label("Consumer's name or case number").fill("Ngọc Lan")
    press(agent, "Search")
    expect(page.get_by_role("alert").first).to_contain_text("Social Security")
    expect(page.get_by_label("Description")).not_to_have_value(re.compile("219"))
    page.get_by_label("Description").fill(QUESTION)
    page.get_by_role("main").get_by_text("Ngọc Lan Phạm").first.click()
    press(agent, "Continue to review")
    expect(page.get_by_role("main")).to_contain_text("Nothing has been submitted yet.")
    press(agent, "Submit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your help request was submitted")
    found = re.search(r"HR-\d{4}-\d{6}", page.get_by_role("main").inner_text())
    assert found
    agent.go("/help-requests/")
    expect(page.get_by_role("link", name=found[0])).to_be_visible()
    agent.check_page()
    return found[0]


def team_asks_back(team: Person, number: str) -> None:
    page = open_case(team, number)
    expect(page.get_by_role("main")).to_contain_text(QUESTION)
    press(team, "Start work")
    follow(team, "Ask the enroller")
    page.get_by_label("What is needed").fill("When was the baby born?")
    press(team, "Ask the enroller")
    expect(page.get_by_role("main")).to_contain_text("Waiting on Enroller")


def reply(agent: Person, number: str) -> None:
    page = open_case(agent, number)
    expect(page.get_by_role("main")).to_contain_text("When was the baby born?")
    follow(agent, "Reply")
    page.get_by_label("Your message").fill("On October 2.")
    press(agent, "Reply")
    expect(page.get_by_role("main")).to_contain_text("In Progress")


def team_resolves(team: Person, number: str) -> None:
    page = open_case(team, number)
    expect(page.get_by_role("main")).to_contain_text("On October 2.")
    follow(team, "Resolve")
    page.get_by_label("Resolution").fill(ANSWER)
    press(team, "Resolve")


def read_answer(agent: Person, number: str) -> None:
    page = open_case(agent, number)
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    expect(page.get_by_role("link", name="Reopen", exact=True)).to_be_visible()


def test_a_renewal_is_worked_transferred_and_closed(arrive: Arrive) -> None:
    agent, manager, colleague = arrive(AGENT), arrive(MANAGER), arrive(COLLEAGUE)
    number = call_whoever_stands_first(agent)
    hand_on(manager, number)
    gone(agent, number)
    close(colleague, number)


def call_whoever_stands_first(agent: Person) -> str:
    """CRW-07, CRW-09, CRW-13: from the Quick Links to a logged call."""
    page = agent.go("/")
    agent.check_page()
    page.get_by_role("main").get_by_role("link", name="Consumer Retention Workspace").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CRW Cases")
    for widget in (
        "Average Resolution Time",
        "Open CRW Cases",
        "Open CRW Cases by Priority",
        "Aging CRW Cases",
        "All CRW Cases by Reason",
    ):
        expect(page.get_by_text(widget, exact=True).first).to_be_visible()
    agent.check_page()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("main").get_by_role("link", name="Worklist", exact=True).click()
    agent.check_page()
    row = page.locator("tr[data-crw-row]").first
    number = row.locator(".case-row__kind").first.inner_text()
    row.focus()
    page.keyboard.press("m")
    form = page.locator("form[data-crw-quick]")
    expect(form).to_be_visible()
    agent.check_page()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.goto(f"{agent.address}/crw/cases/{number}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    expect(page.get_by_role("main")).to_contain_text("Left a message")
    agent.check_page()
    return number


def hand_on(manager: Person, number: str) -> None:
    """CRW-16: an Agency Manager transfers to another Agent Level 2 of the agency."""
    page = manager.go(f"/crw/cases/{number}/")
    follow(manager, "Transfer to another Agent Level 2")
    receiver = page.get_by_label("Agent Level 2")
    wanted = receiver.locator("option", has_text=COLLEAGUES_NAME).first.inner_text()
    receiver.select_option(label=wanted)
    press(manager, "Transfer to another Agent Level 2")
    expect(page.get_by_role("main")).to_contain_text("Transferred")


def gone(agent: Person, number: str) -> None:
    """X-07: peers do not see one another's cases."""
    answer = agent.context.request.get(f"{agent.address}/crw/cases/{number}/")
    assert answer.status == 404


def close(colleague: Person, number: str) -> None:
    """CRW-14, CRW-15: three fields are required, and each one that is missing is named."""
    page = colleague.go(f"/crw/cases/{number}/")
    press(colleague, "Close the case")
    problems = page.get_by_role("alert").first
    for name in ("Status", "Resolution Reason", "Steps to Resolve"):
        expect(problems).to_contain_text(name)
    page.get_by_label("Status").select_option(label="Closed")
    page.get_by_label("Resolution Reason").select_option(label="Renewed – same plan")
    page.get_by_label("Steps to Resolve").fill("Went through the renewal together on the phone.")
    press(colleague, "Close the case")
    colleague.go(f"/crw/cases/{number}/")
    expect(page.get_by_role("main")).to_contain_text("Renewed – same plan")
    colleague.check_page()


def test_a_consumer_is_delegated_by_the_passcode_they_read_out(arrive: Arrive) -> None:
    agent = arrive(AGENT)
    page = search(agent, "Marisol Quintanilla Vega", "1984-06-12")
    expect(page.get_by_role("main")).to_contain_text(
        "The consumer has been located, and you are able to proceed with delegation."
    )
    agent.check_page()
    code = text_passcode(agent, "916-555-0147")
    page.get_by_label(re.compile("Delegation will be processed")).fill(code)
    press(agent, "Process the delegation")
    expect(page.get_by_role("main")).to_contain_text("The consumer is delegated to you")
    page = search(agent, "Marisol Quintanilla Vega", "1984-06-12")
    expect(page.get_by_role("main")).to_contain_text("This consumer is already delegated to you.")


def test_the_other_results_are_said_in_the_printed_words(arrive: Arrive) -> None:
    agent = arrive(AGENT, width=320)
    page = search(agent, "Nobody Whomsoever", "1950-01-01")
    expect(page.get_by_role("main")).to_contain_text(
        "We are unable to locate this consumer on an existing case."
    )
    agent.check_page()
    page = search(agent, "Terrence Holloway", "1971-01-30")
    expect(page.get_by_role("main")).to_contain_text(
        "This consumer has more than one case, Covered California must review to identify the"
        " accurate case."
    )


def test_five_wrong_passcodes_lock_the_consumer_for_a_day(arrive: Arrive) -> None:
    """Decision 20; a new search does not lift it."""
    colleague = arrive(AGENT)
    page = search(colleague, "Rosalba Zúñiga", "1966-11-08")
    right = text_passcode(colleague, "559-555-0152")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        page.get_by_label(re.compile("Delegation will be processed")).fill(wrong)
        page.get_by_role("button", name="Process the delegation").click()
    expect(page.get_by_role("main")).to_contain_text("Too many wrong passcodes")
    colleague.check_page()
    search(colleague, "Rosalba Zúñiga", "1966-11-08")
    expect(page.get_by_role("main")).to_contain_text("Too many wrong passcodes")


def search(agent: Person, name: str, born: str) -> Page:
    """DL-02, DL-03: who it is, then every disclaimer."""
    page = agent.go("/delegations/search/")
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Date of birth").fill(born)
    press(agent, "Search")
    for box in page.get_by_role("main").locator(".usa-checkbox__label").all():
        box.click()
    press(agent, "Accept and see the result")
    return page


def text_passcode(agent: Person, phone: str) -> str:
    """Send it, and read it where the demonstration keeps texts; back on the tool's page."""
    page = agent.page
    page.get_by_label(re.compile("Cell Phone Number")).fill(phone)
    press(agent, "Send the passcode by text")
    result = page.url
    messages = page.context.new_page()
    messages.goto(f"{agent.address}/messages/mail/")
    text = messages.get_by_role("row").filter(has_text=f"…{phone[-2:]}").first
    until_shown(messages, text)
    text.get_by_role("link", name="Your one-time passcode").click()
    found = re.search(r"passcode is (\d{6})\.", messages.get_by_role("main").inner_text())
    assert found
    messages.close()
    assert page.url == result
    return found[1]
