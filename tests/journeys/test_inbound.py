"""An office's mail becomes a case, as ``docs/how-to/take-in-mail.md`` tells it (EA-02)."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, localtime

import pytest
from playwright.sync_api import expect

from notifications.inbound.signatures import SIGNATURE, TIMESTAMP, sign
from tests.journeys.conftest import Person

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

ADMINISTRATOR = "admin@covered.example"
ANALYST = "ea.analyst@covered.example"
OFFICE = "staff@assembly13.example"
#: Seconds a worker may take to look at a mail.
LIMIT = 90


def test_EA_02_an_offices_mail_becomes_a_case_and_a_strangers_waits(arrive: Arrive) -> None:
    administrator, analyst = arrive(ADMINISTRATOR), arrive(ANALYST)
    stamp = str(time.time_ns())
    address, secret = make_secret(administrator)
    hand_over(address, secret, sender=OFFICE, subject=f"Card {stamp}")
    stranger = "someone@inbox.example"
    hand_over(address, secret, sender=stranger, subject=f"Stranger {stamp}", result="fail")
    page = wait_for(analyst, "/inbound/?state=filed", f"Card {stamp}")
    analyst.check_page()
    page.get_by_role("link", name=f"Card {stamp}").click()
    expect(page.get_by_role("region", name="Text of the mail")).to_contain_text("No card arrived")
    page.get_by_role("link", name=re.compile(r"^EA-")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EA-")

    page = wait_for(analyst, "/inbound/", f"Stranger {stamp}")
    analyst.check_page()
    page.get_by_role("link", name=f"Stranger {stamp}").click()
    expect(page.get_by_text("Make sure who wrote it")).to_be_visible()
    analyst.check_page()
    page.get_by_label("Government office").select_option(label="Assembly District 13")
    page.get_by_role("button", name="File as a new case").click()
    expect(page.get_by_text(re.compile(r"The mail became case EA-"))).to_be_visible()


def make_secret(administrator: Person) -> tuple[str, str]:
    """Where a provider hands mail over, and the secret it signs with."""
    page = administrator.go("/inbound/mailbox/")
    administrator.check_page()
    page.locator(".usa-button", has_text="Make a new secret").click()
    if page.get_by_role("heading", name="Make a new secret?").count():  # one was made before
        administrator.check_page()
        page.get_by_role("button", name="Make a new secret").click()
    shown = page.locator("code")
    expect(shown).to_have_count(2)
    administrator.check_page()
    path = re.sub(r"^https?://[^/]+", "", shown.nth(0).inner_text())
    return f"{administrator.address}{path}", shown.nth(1).inner_text()


def hand_over(
    address: str, secret: str, *, sender: str, subject: str, result: str = "pass"
) -> None:
    """Post a mail as a provider does, checked by the demonstration's mail server."""
    mail = EmailMessage()
    domain = sender.rpartition("@")[2]
    mail["Authentication-Results"] = f"mx.covered.example; dmarc={result} header.from={domain}"
    mail["From"], mail["To"], mail["Subject"] = sender, "externalaffairs@covered.example", subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{time.time_ns()}@{domain}>"
    mail.set_content("No card arrived.")
    body, at = mail.as_bytes(), int(time.time())
    headers = {
        "Content-Type": "message/rfc822",
        TIMESTAMP: str(at),
        SIGNATURE: sign(secret=secret, timestamp=at, body=body),
    }
    request = urllib.request.Request(address, body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202


def wait_for(person: Person, path: str, subject: str):
    """The list, once the worker has looked at the mail."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        page = person.go(path)
        if page.get_by_role("link", name=subject).count():
            return page
        page.wait_for_timeout(1_000)
    pytest.fail(f"{subject} did not come to {path} in {LIMIT} s")
