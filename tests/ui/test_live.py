"""The header's numbers in a browser (BN-01): fresh, read out once, and never in the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.ui.test_browser import violations

MINUTE = 60_000


@dataclass
class Answers:
    """What the server says about the bell, and how it was asked."""

    count: int = 1
    newest: int = 10
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f'"{self.count}-{self.newest}"'

    def answer(self, route: Route) -> None:
        headers = route.request.headers
        self.asked.append(headers)
        if self.status != 200:
            route.fulfill(status=self.status)
        elif headers.get("if-none-match") == self.etag:
            route.fulfill(status=304)
        else:
            bell = {"count": self.count, "newest": self.newest}
            route.fulfill(
                headers={"ETag": self.etag, "Content-Type": "application/json"},
                body=json.dumps({"bell": bell}),
            )


@pytest.fixture
def answers(page: Page, ui_url: str) -> Answers:
    """A page whose header has been filled once."""
    found = Answers()
    page.route("**/session/live/", found.answer)
    page.clock.install()
    page.goto(ui_url)
    expect(_badge(page)).to_have_text("1 unread")
    return found


def _badge(page: Page) -> Any:
    return page.locator("[data-live=bell]")


def _voice(page: Page) -> Any:
    return page.locator("[data-live-announce]")


def _wait(page: Page, minutes: float = 1) -> None:
    page.clock.run_for(int(minutes * MINUTE))


def test_bn_01_a_new_line_shows_and_is_read_out_once_without_a_page_load(
    page: Page, answers: Answers, ui_url: str
) -> None:
    expect(_voice(page)).to_be_empty()
    place = page.locator("main")
    place.focus()
    title = page.title()
    answers.count, answers.newest = 2, 11
    _wait(page)
    expect(_badge(page)).to_have_text("2 unread")
    expect(_voice(page)).to_have_text("New notifications, 2 unread.")
    expect(place).to_be_focused()
    assert page.title() == title
    page.goto(ui_url)
    expect(_badge(page)).to_have_text("2 unread")
    _wait(page)
    expect(_voice(page)).to_be_empty()


def test_asking_marks_itself_as_no_activity_and_names_what_is_known(
    page: Page, answers: Answers
) -> None:
    with page.expect_response("**/session/live/"):
        _wait(page)
    assert len(answers.asked) >= 2
    assert all(headers["x-unattended"] == "1" for headers in answers.asked)
    assert answers.asked[-1]["if-none-match"] == answers.etag


def test_a_badge_counts_no_further_than_ninety_nine(page: Page, answers: Answers) -> None:
    answers.count, answers.newest = 100, 120
    _wait(page)
    expect(_badge(page)).to_have_text("99+ unread")


def test_nothing_unread_leaves_no_badge(page: Page, answers: Answers) -> None:
    answers.count, answers.newest = 0, 0
    _wait(page)
    expect(_badge(page)).to_be_hidden()


def test_a_server_that_does_not_answer_is_asked_less_and_less(page: Page, answers: Answers) -> None:
    answers.status = 503
    before = len(answers.asked)
    for _ in range(40):
        _wait(page, 0.25)
    assert 1 <= len(answers.asked) - before <= 6
    expect(_badge(page)).to_have_text("1 unread")


def test_a_session_that_ended_is_not_asked_about_again(page: Page, answers: Answers) -> None:
    answers.status = 401
    _wait(page)
    asked = len(answers.asked)
    _wait(page, 3)
    assert len(answers.asked) == asked


@pytest.mark.parametrize("width", [1280, 320])
def test_the_menu_opens_with_the_newest_and_passes_axe(
    page: Page, answers: Answers, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("summary", has_text="Notifications").click()
    expect(page.get_by_role("heading", name="Newest notifications")).to_be_visible()
    expect(page.get_by_role("link", name="All notifications")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Newest notifications")).to_be_hidden()
