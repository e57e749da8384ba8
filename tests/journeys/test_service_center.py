"""A reinstatement that waits on a health plan, and is told so (ES-01 to ES-06, decision 10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.walking import (
    field,
    find,
    follow,
    open_case,
    press,
    record_contact,
    resolve,
)

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

REPRESENTATIVE, SPECIALIST = "scr@covered.example", "eru.specialist@covered.example"
LEAD, AGENT = "eru.lead@covered.example", "agent2@sunrise.example"
NAME = "Casimira Thornbury"
STORY = "The plan ended for want of payment although the autopay went through."


def test_a_reinstatement_waits_on_the_health_plan_and_the_agent_is_told_so(
    arrive: Arrive,
) -> None:
    representative, specialist, agent = arrive(REPRESENTATIVE), arrive(SPECIALIST), arrive(AGENT)
    number = open_ticket(representative)
    ask_health_plan(specialist, number)
    agent_reads_the_exception(agent, number)
    health_plan_answers(specialist, number)
    the_clock_is_accounted_for(specialist, number)
    record_contact(specialist, "The plan starts again; the card comes next week.")
    resolve(specialist, "The carrier reinstated the plan without a gap.")
    lead_finds_numbers_that_open_lists(arrive(LEAD))


def test_a_qle_date_the_day_after_coverage_ends_is_questioned(arrive: Arrive) -> None:
    """ES-06: coverage ends 8/31/25, so 8/31/25 is the date; 9/1/25 brings the explanation."""
    representative = arrive(REPRESENTATIVE)
    page = _choose_type(representative, "Termination Date Change / Effective Date Change")
    page.get_by_label("What it is about").fill("The new plan should start in September.")
    page.get_by_label("Coverage ends on").fill("2025-08-31")
    page.get_by_label("Qualified Life Event date").fill("2025-09-01")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("main")).to_contain_text("last day of coverage")
    representative.check_page()


def _choose_type(representative: Person, label: str):  # type: ignore[no-untyped-def]
    page = representative.go("/tickets/open/")
    representative.check_page()
    page.get_by_role("main").get_by_role("link", name=label).first.click()
    representative.check_page()
    return page


def open_ticket(representative: Person) -> str:
    """The best practices stand where the type is chosen (ES-06); gives the number."""
    page = _choose_type(representative, "Non-Payment Reinstatement")
    expect(page.get_by_role("heading", name="Best practices")).to_be_visible()
    page.get_by_label("What it is about").fill(STORY)
    page.get_by_label("Consumer's name").fill(NAME)
    page.get_by_label("Enroller who called").fill(AGENT)
    page.get_by_role("button", name="Open the ticket").click()
    representative.check_page()
    said = page.get_by_role("main").get_by_text("Ticket ES-").first.inner_text()
    return next(word for word in said.split() if word.startswith("ES-"))


def ask_health_plan(specialist: Person, number: str) -> None:
    page = open_case(specialist, number)
    press(specialist, "Take this case")
    press(specialist, "Start work")
    follow(specialist, "Coordinate with a health plan")
    field(page, "Health plan").select_option(index=1)
    field(page, "How").select_option(index=1)
    page.get_by_label("What you ask for").fill("Please reinstate without a gap.")
    press(specialist, "Coordinate with a health plan")
    expect(page.get_by_text("Waiting for the health plan", exact=True).first).to_be_visible()


def agent_reads_the_exception(agent: Person, number: str) -> None:
    """The promise is told differently while an exception runs; and nothing else is told."""
    page = open_case(agent, number)
    main = page.get_by_role("main")
    expect(main).to_contain_text("arrier coordination is required")
    for secret in (NAME, STORY, "without a gap"):
        expect(main).not_to_contain_text(secret)
    find(agent, NAME)
    expect(page.get_by_role("main")).not_to_contain_text(number)


def health_plan_answers(specialist: Person, number: str) -> None:
    page = open_case(specialist, number)
    follow(specialist, "Record a follow-up")
    page.get_by_role("main").get_by_role("textbox").first.fill("Called again; a clerk is on it.")
    press(specialist, "Record a follow-up")
    follow(specialist, "Record the health plan's answer")
    page.get_by_role("main").get_by_role("textbox").first.fill("Reinstated.")
    press(specialist, "Record the health plan's answer")
    expect(page.get_by_text("In progress", exact=True).first).to_be_visible()


def the_clock_is_accounted_for(specialist: Person, number: str) -> None:
    page = open_case(specialist, number)
    table = page.get_by_role("main")
    for party in ("The unit", "The health plan"):
        expect(table).to_contain_text(party)


def lead_finds_numbers_that_open_lists(lead: Person) -> None:
    page = lead.go("/leads/")
    lead.check_page()
    page.get_by_role("table").first.get_by_role("link").first.click()
    lead.check_page()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
