"""The main job through the browser, as ``docs/tutorial/first-case.md`` walks it.

Every page on the way is checked by :meth:`Person.check_page`. Nothing is looked up by anything
but what a person sees or hears: labels, roles, headings.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.papers import decision, notice, release_form
from tests.journeys.walking import (
    enter,
    field,
    find,
    follow,
    open_case,
    press,
    record_contact,
    resolve,
    until_shown,
)

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

#: A signature is dated in the exchange's zone, wherever the test runs.
ZONE = ZoneInfo("America/Los_Angeles")
OFFICE = "staff@assembly13.example"
ANALYST = "ea.analyst@covered.example"
SPECIALIST = "eru.specialist@covered.example"
PRIVACY = "privacy@covered.example"
ADMINISTRATOR = "admin@covered.example"

NAME = "Consolación Varga-Whitfield"
STORY = "Her coverage ended without a notice, and the pharmacy turned her away."
STEPS = "Reinstated the coverage from the first of the month and sent a new notice."
CALLED = "Explained what we will do, and by when."


def test_a_case_goes_from_the_office_to_resolved_and_only_a_release_opens_it(
    arrive: Arrive,
) -> None:
    """EA-02 to EA-25 in one story: submit, accept, work, resolve, tell, release, revoke."""
    office, analyst, specialist = arrive(OFFICE), arrive(ANALYST), arrive(SPECIALIST)

    number = submit_case(office)
    ticket = accept_case(analyst, number)
    work_ticket(specialist, ticket)
    tell_office_and_close(analyst, number)
    office_reads_the_status_only(office, number)
    office_gets_mail_with_the_number_only(office, number)

    send_release_form(office, number)
    check_release_form(analyst, number)
    office_reads_how_it_was_resolved(office, number)
    privacy_officer_finds_the_disclosure(arrive(PRIVACY), number)

    revoke_release(analyst, number)
    office_reads_the_status_only(office, number)


def test_the_offices_pages_and_a_case_fit_a_telephone(arrive: Arrive) -> None:
    """WCAG 2.2, 1.4.10: everything is there at 320 px, and nothing scrolls sideways."""
    office = arrive(OFFICE, width=320)
    office.check_page()
    number = submit_case(office)
    office.go(f"/cases/{number}/")
    office.check_page()
    office.go("/queue/")
    office.check_page()
    send_release_form(office, number)

    analyst = arrive(ANALYST, width=320)
    open_case(analyst, number)
    press(analyst, "Acknowledge receipt")
    analyst.go("/queue/")
    analyst.check_page()


def test_an_imported_decision_is_worked_to_resolved(arrive: Arrive) -> None:
    """SC-14, SC-15: the feed opens a ticket, the unit takes it, calls, and resolves it."""
    reference = f"EI26-{uuid.uuid4().int % 10**8:08d}"
    administrator = arrive(ADMINISTRATOR)
    page = administrator.go("/")
    enter(administrator, "Imports")
    field(page, "Kind of file").select_option(
        label="Access to care: decisions of Independent Medical Reviews"
    )
    field(page, "File").set_input_files(decision(reference))
    press(administrator, "Import")
    until_shown(page, page.get_by_text("Done", exact=True))
    administrator.check_page()

    specialist = arrive(SPECIALIST)
    find(specialist, reference)
    expect(specialist.page.get_by_role("heading", name="Cases 1")).to_be_visible()
    specialist.check_page()
    specialist.page.get_by_role("rowheader").get_by_role("link").click()
    expect(specialist.page.get_by_text("Urgent", exact=True).first).to_be_visible()
    press(specialist, "Take this case")
    press(specialist, "Triage: urgent")
    press(specialist, "Start work")
    record_contact(specialist, CALLED)
    resolve(specialist, STEPS)


# The office


def submit_case(office: Person) -> str:
    """Write, be refused a Social Security number, mend it, review and send; gives the number."""
    page = office.go("/constituent-cases/new/")
    office.check_page()
    page.get_by_label("Brief description").fill(f"{STORY} Her number is 219-09-9999.")
    page.get_by_label("Constituent's Name").fill(NAME)
    page.get_by_label("Case # or Application ID #").fill("5001234567")
    page.get_by_label("Constituent's Telephone Number").fill("916-555-0142")
    page.get_by_role("button", name="Review").click()

    expect(page.get_by_role("alert")).to_contain_text("Social Security")
    expect(page.get_by_label("Constituent's Name")).to_have_value(NAME)
    expect(page.get_by_label("Brief description")).not_to_have_value(re.compile("219-09-9999"))
    office.check_page()

    page.get_by_label("Brief description").fill(STORY)
    page.get_by_role("button", name="Files", exact=True).set_input_files(notice())
    expect(page.get_by_text("Kept with this draft")).to_be_visible()
    office.check_page()

    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Review before you send")).to_be_visible()
    expect(page.get_by_text("3 of 6")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("notice.pdf")
    office.check_page()

    page.get_by_role("button", name="Send the case").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"Case \S+ is received"))
    office.check_page()
    return heading.inner_text().split()[1]


def office_reads_the_status_only(office: Person, number: str) -> None:
    page = open_case(office, number)
    main = page.get_by_role("main")
    expect(main.get_by_text("Resolved", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", name="To see more")).to_be_visible()
    for secret in (STEPS, STORY, NAME):
        expect(main).not_to_contain_text(secret)


def office_gets_mail_with_the_number_only(office: Person, number: str) -> None:
    page = office.go("/messages/mail/")
    subject = page.get_by_role("link", name=f"Case {number} has been resolved")
    until_shown(page, subject)
    office.check_page()
    subject.click()
    expect(page.get_by_role("region", name="Message")).to_contain_text(number)
    for secret in (STEPS, STORY, NAME, "Varga"):
        expect(page.get_by_role("main")).not_to_contain_text(secret)
    office.check_page()


def send_release_form(office: Person, number: str) -> None:
    page = open_case(office, number)
    page.get_by_role("link", name="Send a release form").click()
    office.check_page()
    page.get_by_label("Signed Information Release Form").set_input_files(
        release_form(office="Assembly District 13")
    )
    press(office, "Send the form")
    expect(page.get_by_role("main")).not_to_contain_text("We have no release form")


def office_reads_how_it_was_resolved(office: Person, number: str) -> None:
    page = open_case(office, number)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Resolution")).to_be_visible()
    for detail in (STEPS, STORY, NAME):
        expect(main).to_contain_text(detail)


# External Affairs


def accept_case(analyst: Person, number: str) -> str:
    """Take it, acknowledge, accept for the Escalations Unit; gives the ticket's number."""
    page = open_case(analyst, number)
    press(analyst, "Take this case")
    press(analyst, "Acknowledge receipt")
    follow(analyst, "Accept and assign to a division")
    field(page, "Division").select_option(label="Escalations Unit")
    page.get_by_label("Instructions").fill("Please call her back today.")
    press(analyst, "Accept and assign to a division")
    row = page.get_by_role("row").filter(has_text="Escalations Unit")
    return row.get_by_role("link").inner_text()


def tell_office_and_close(analyst: Person, number: str) -> None:
    page = analyst.go("/notifications/")
    prompt = page.get_by_role("main").get_by_text(f"Case {number} is resolved: tell the office")
    until_shown(page, prompt)
    analyst.check_page()
    open_case(analyst, number)
    follow(analyst, "Tell the office it is resolved")
    press(analyst, "Tell the office it is resolved")
    press(analyst, "Close")
    expect(page.get_by_role("main").get_by_text("Closed", exact=True).first).to_be_visible()


def check_release_form(analyst: Person, number: str) -> None:
    page = analyst.go("/releases/waiting/")
    analyst.check_page()
    page.get_by_role("link", name=number, exact=True).click()
    analyst.check_page()
    for box in (
        "It is signed by the constituent",
        "It is dated by the constituent",
        "It names the office or its staff",
        "It authorizes discussing specific details about the constituent’s issue",
    ):
        # The box itself is drawn by its label, which is what people click.
        page.get_by_text(box, exact=True).click()
        expect(page.get_by_label(box)).to_be_checked()
    page.get_by_label("Date of the signature").fill(datetime.now(ZONE).date().isoformat())
    press(analyst, "Accept: the office may see details")


def revoke_release(analyst: Person, number: str) -> None:
    page = open_case(analyst, number)
    follow(analyst, "Revoke")
    page.get_by_label("Reason").fill("She asked us to by letter.")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main").get_by_text("Revoked", exact=True).first).to_be_visible()


# The Escalations Unit


def work_ticket(specialist: Person, ticket: str) -> None:
    page = open_case(specialist, ticket)
    press(specialist, "Take this case")
    press(specialist, "Start work")
    follow(specialist, "Ask the consumer for something")
    page.get_by_label("What is missing").fill("The date on the letter she received.")
    press(specialist, "Ask the consumer for something")
    expect(page.get_by_text("Waiting for the consumer", exact=True).first).to_be_visible()
    follow(specialist, "Record the consumer's answer")
    page.get_by_label("What they answered").fill("She read it to us.")
    press(specialist, "Record the consumer's answer")
    record_contact(specialist, CALLED)
    resolve(specialist, STEPS)


# The Privacy Office


def privacy_officer_finds_the_disclosure(officer: Person, number: str) -> None:
    """EA-21: who was shown it, which fields, and under which release."""
    page = officer.go("/")
    enter(officer, "Disclosure ledger")
    page.get_by_label("Case number").fill(number)
    field(page, "What").select_option(label="Shown outside the exchange")
    page.get_by_role("button", name="Apply").click()
    shown = page.get_by_role("row").filter(has_text=number).first
    expect(shown).to_contain_text("Malik Johnson-Reyes")
    expect(shown).to_contain_text("elease")
    officer.check_page()
