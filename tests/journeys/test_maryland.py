"""A producer's commission escalation, as the guide tells it (MD-13, MD-18 to MD-24)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.walking import follow, open_case, press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

PRODUCER = "producer@chesapeake.example"
OPERATIONS = "pot@mhc.example"
#: Seconds; a portal that has just begun sends the demonstration's own mail first.
MAIL_PATIENCE = 150
STORY = "No commission came for three months."


def test_a_commission_escalation_goes_from_search_to_resolved(arrive: Arrive) -> None:
    producer, operations = arrive(PRODUCER), arrive(OPERATIONS)
    choose_consumers(producer)
    number = describe_and_submit(producer)
    read_automatic_mail(producer, number)
    resolve(operations, number)
    read_outcome(producer, number)


def test_the_producers_path_fits_a_telephone(arrive: Arrive) -> None:
    """WCAG 2.2, 1.4.10: nothing scrolls sideways at 320 px."""
    producer = arrive(PRODUCER, width=320)
    choose_consumers(producer)
    producer.go("/producer/help/")
    producer.check_page()


def choose_consumers(producer: Person) -> None:
    """Nobody chosen is refused in words; the button counts who is chosen (MD-22)."""
    page = producer.go("/producer/")
    producer.check_page()
    page.get_by_role("link", name="Commission escalation").or_(
        page.get_by_role("button", name="Commission escalation")
    ).first.click()
    producer.check_page()
    page.get_by_label("Carrier").select_option(index=1)
    page.get_by_role("button", name="Search", exact=True).last.click()
    producer.check_page()
    page.get_by_role("button", name=re.compile("Escalate")).click()
    expect(page.get_by_role("alert").first).to_contain_text("hoose")
    producer.check_page()
    boxes = page.get_by_role("main").locator(".usa-checkbox__label")
    boxes.nth(0).click()
    expect(page.get_by_role("button", name="Proceed to Escalate (1)")).to_be_visible()
    boxes.nth(1).click()
    page.get_by_role("button", name="Proceed to Escalate (2)").click()
    expect(page.get_by_role("group", name="Verify the consumers")).to_be_visible()
    producer.check_page()


def describe_and_submit(producer: Person) -> str:
    """A Social Security number is refused beside the field; then the number is shown (MD-19)."""
    page = producer.page
    page.get_by_text("I have checked that these are the correct consumers.").click()
    page.get_by_label("Description").fill(f"{STORY} SSN 219-09-9999")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("Social Security")
    producer.check_page()
    page.get_by_label("Description").fill(STORY)
    box = page.get_by_label("I have checked that these are the correct consumers.")
    if not box.is_checked():
        page.get_by_text("I have checked that these are the correct consumers.").click()
    page.get_by_role("button", name="Submit", exact=True).click()
    shown = page.get_by_role("main").get_by_text(re.compile(r"\d{6}-\d{7}")).first
    expect(shown).to_be_visible()
    producer.check_page()
    found = re.search(r"\d{6}-\d{7}", page.get_by_role("main").inner_text())
    assert found
    return found[0]


def read_automatic_mail(producer: Person, number: str) -> None:
    """MD-20, MD-23: the incident number and the promise; no Person ID for commission."""
    page = producer.page
    message = page.get_by_role("region", name="Message")
    newest = page.get_by_role("link", name=re.compile("Escalated Case: Commission")).first
    deadline = time.monotonic() + MAIL_PATIENCE
    while time.monotonic() < deadline:
        # Every mail of the kind has the same subject: the newest is read until it is this one.
        producer.go("/messages/mail/")
        if newest.is_visible():
            newest.click()
            if number in message.inner_text():
                break
    expect(message).to_contain_text(number)
    expect(message).to_contain_text("You can expect a reply within 2 business days.")
    expect(message).not_to_contain_text("PID")
    producer.check_page()


def resolve(operations: Person, number: str) -> None:
    """MD-24: commission belongs to Producer Operations."""
    page = open_case(operations, number)
    press(operations, "Take this case")
    press(operations, "Start work")
    follow(operations, "Resolve")
    page.get_by_label("Resolution code").select_option(index=1)
    page.get_by_label("Resolution or next steps").fill("Paid with the next statement.")
    press(operations, "Resolve")
    expect(page.get_by_role("main").get_by_text("Resolved", exact=True).first).to_be_visible()


def read_outcome(producer: Person, number: str) -> None:
    page = open_case(producer, number)
    expect(page.get_by_role("main")).to_contain_text("Paid with the next statement.")
