"""An appeal through the browser, from the request to its implementation (AP-01 to AP-09, C.8)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.journeys.walking import PATIENCE, field, follow, open_case, press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

#: Unit → who works its appeals; the unit with room gets the next one (decision 4).
WORKERS = {
    "Appeals": "appeals.specialist@covered.example",
    "Program Assistance Unit": "pau.specialist@covered.example",
}
REPRESENTATIVE = "scr@covered.example"
ZONE = ZoneInfo("America/Los_Angeles")
JUDGE = "Robin Ashdown"
#: Time enough for the steps before a hearing that is set to begin right away.
AHEAD = timedelta(seconds=45)
REQUIRED_PAPERS = 4


def test_an_appeal_is_heard_only_with_a_delivered_statement_and_closed_only_when_done(
    arrive: Arrive,
) -> None:
    number, unit = open_appeal(arrive(REPRESENTATIVE))
    worker = arrive(WORKERS[unit])
    open_case(worker, number)
    press(worker, "Take this case")
    find_valid(worker)
    begin_statement(worker)
    hearing_is_refused_without_deliveries(worker)
    deliver_to_both(worker)
    hold_hearing(worker)
    decide(worker)
    implement(worker)


def open_appeal(worker: Person) -> tuple[str, str]:
    """Ask for it without the notice's date, be told, mend it; nothing typed is lost.

    Gives the number, and the unit it was routed to.
    """
    page = worker.go("/appeals/")
    worker.check_page()
    page.get_by_role("link", name="Open an appeal").click()
    worker.check_page()
    page.get_by_label("Notice that is appealed").fill("Notice of determination (NOD01)")
    field(page, "What is appealed").select_option(label="Premium tax credit: whether, or how much")
    page.get_by_label("What the appellant says").fill("The job ended in spring.")
    field(page, "Asked by").select_option(index=1)
    page.get_by_label("Appellant's name").fill("Ysolde Marchbanks")
    page.get_by_role("button", name="Open the appeal").click()
    expect(page.get_by_role("alert")).to_contain_text("Date of the notice")
    expect(page.get_by_label("Appellant's name")).to_have_value("Ysolde Marchbanks")
    worker.check_page()

    field(page, "Date of the notice").fill(_day(-20))
    press(worker, "Open the appeal")
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile(r"AP-\d{4}-\d+"))
    number = re.search(r"AP-\d{4}-\d+", main.inner_text())
    assert number
    words = main.inner_text()
    return number[0], next(unit for unit in reversed(WORKERS) if unit in words)


def find_valid(worker: Person) -> None:
    for step in ("Acknowledge the request", "Hand the request over to CDSS"):
        follow(worker, step)
        press(worker, step)
    follow(worker, "CDSS found the request valid")
    press(worker, "CDSS found the request valid")
    press(worker, "Begin informal resolution")


def begin_statement(worker: Person) -> None:
    """The day of the hearing is set, then the statement of position is begun."""
    page = worker.page
    follow(worker, "Record the hearing CDSS set")
    begins = (datetime.now(ZONE) + AHEAD).strftime("%Y-%m-%dT%H:%M:%S")
    page.get_by_label("Date and time").fill(begins)
    press(worker, "Record the hearing CDSS set")
    expect(page.get_by_text("Short notice")).to_be_visible()
    press(worker, "Begin the statement of position")


def hearing_is_refused_without_deliveries(worker: Person) -> None:
    """AP-09: not heard before the statement of position is delivered to both, by no door."""
    page = worker.page
    number = page.get_by_role("heading", level=1).inner_text()
    expect(page.get_by_role("main")).to_contain_text("Statement of position not delivered to")
    expect(page.get_by_role("link", name="Record the hearing as held")).to_have_count(0)
    worker.go(f"/cases/{number}/act/hold_hearing/")
    expect(page.get_by_role("main")).to_contain_text("“Record the hearing as held” is not possible")
    worker.go(f"/cases/{number}/")
    worker.check_page()


def deliver_to_both(worker: Person) -> None:
    """AP-02: every paper of the packet, then the delivery to the consumer and to CDSS."""
    page = worker.page
    for _ in range(REQUIRED_PAPERS):
        page.get_by_role("link", name="Record a paper", exact=True).first.click()
        field(page, "Paper").select_option(index=1)
        page.get_by_label("Remark").fill("Checked.")
        submit(page)
    expect(page.get_by_text("Every required paper is at hand.")).to_be_visible()
    worker.check_page()
    for place in (1, 2):
        page.get_by_role("link", name="Record a delivery", exact=True).first.click()
        worker.check_page()
        field(page, "Delivered to").select_option(index=place - 1)
        delivered = (datetime.now(ZONE) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
        page.get_by_label("Delivered at").fill(delivered)
        page.get_by_label("Evidence").fill(f"Tracking 0555-010{place}")
        submit(page)
    expect(page.get_by_text("The statement of position was delivered to both.")).to_be_visible()
    expect(page.get_by_text("Hearing scheduled", exact=True).first).to_be_visible()
    worker.check_page()


def hold_hearing(worker: Person) -> None:
    """Refused while the hearing lies ahead; then on record, with the judge's name."""
    page = worker.page
    number = page.get_by_role("heading", level=1).inner_text()
    deadline = time.monotonic() + AHEAD.total_seconds() + PATIENCE
    while time.monotonic() < deadline:
        worker.go(f"/cases/{number}/act/hold_hearing/")
        page.get_by_label("Administrative Law Judge").fill(JUDGE)
        with page.expect_navigation():
            page.get_by_role("main").get_by_role(
                "button", name="Record the hearing as held"
            ).click()
        if "/act/" not in page.url:
            break
    expect(page.get_by_text("Heard", exact=True).first).to_be_visible()
    worker.check_page()


def decide(worker: Person) -> None:
    page = worker.page
    follow(worker, "Record the decision")
    field(page, "Outcome").select_option(label="Granted")
    field(page, "Decision").fill("Income counts from the month the job ended.")
    page.get_by_label("Decided on").fill(_day(0))
    page.get_by_label("Effective on").fill(_day(0))
    press(worker, "Record the decision")


def implement(worker: Person) -> None:
    """AP-04: closing is refused until every task is done with evidence."""
    page = worker.page
    number = page.get_by_role("heading", level=1).inner_text()
    follow(worker, "Begin the implementation")
    page.get_by_label("What has to be done").fill("Correct the income\nSend a new notice")
    press(worker, "Begin the implementation")
    follow(worker, "Close")
    submit(page)
    expect(page.get_by_role("main")).to_contain_text("Correct the income")
    worker.check_page()
    worker.go(f"/cases/{number}/")
    for _ in range(2):
        page.get_by_role("link", name="Record a task as done", exact=True).first.click()
        worker.check_page()
        field(page, "Task").select_option(index=1)
        page.get_by_label("Evidence").fill("Seen on the case summary.")
        submit(page)
    expect(page.get_by_text("Everything is done.")).to_be_visible()
    follow(worker, "Close")
    submit(page)
    expect(page.get_by_role("main").get_by_text("Closed", exact=True).first).to_be_visible()
    worker.check_page()


def submit(page: Page) -> None:
    """Press the button of the act's page, which is called like the act."""
    act = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("main").get_by_role("button", name=act, exact=True).click()


def _day(days: int) -> str:
    return (datetime.now(ZONE).date() + timedelta(days=days)).isoformat()
