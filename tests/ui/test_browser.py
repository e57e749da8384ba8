"""The pages in a real browser: accessibility, small screens, and the scripts' promises."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

MINUTE = 60_000
STORY = "I was in the middle of this"


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about, breaches of the content policy among it."""
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def violations(page: Page) -> list[tuple[str, Any]]:
    """Return axe's findings as (rule, first target)."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["target"]) for rule in found]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", ["/?q=a&status=open", "/form/", "/confirm/", "/sign-in/"])
def test_pages_pass_axe_fit_the_screen_and_keep_the_content_policy(
    page: Page, ui_url: str, complaints: list[str], path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(ui_url + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_a_form_with_errors_passes_axe_and_focuses_its_summary(page: Page, ui_url: str) -> None:
    page.goto(f"{ui_url}/form/")
    page.get_by_role("button", name="Open the case").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name="Title").click()
    expect(page.locator("#id_title")).to_be_focused()


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page, ui_url: str) -> None:
    page.goto(ui_url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_ac_11_a_warning_comes_a_minute_before_the_end_and_one_key_stays(
    page: Page, ui_url: str
) -> None:
    page.clock.install()
    page.goto(f"{ui_url}/form/")
    dialog = page.get_by_role("dialog", name="Are you still there?")
    page.clock.run_for(13 * MINUTE)
    expect(dialog).to_be_hidden()
    page.clock.run_for(MINUTE + 2_000)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("You will be signed out in")
    assert violations(page) == []
    with page.expect_request("**/keep-alive/"):
        page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_ac_11_typing_counts_as_activity(page: Page, ui_url: str) -> None:
    page.clock.install()
    page.goto(f"{ui_url}/form/")
    page.clock.run_for(13 * MINUTE)
    with page.expect_response("**/keep-alive/"):
        page.locator("#id_story").fill(STORY)
    page.clock.run_for(10 * MINUTE)
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_hidden()


def let_the_session_end(page: Page, ui_url: str) -> None:
    """Type something, then walk away for a quarter of an hour."""
    page.clock.install()
    page.goto(f"{ui_url}/form/")
    page.locator("#id_story").fill(STORY)
    page.clock.run_for(16 * MINUTE)
    page.wait_for_url("**/sign-in/?next=%2Fform%2F")


def test_typed_text_survives_the_end_of_the_session(page: Page, ui_url: str) -> None:
    let_the_session_end(page, ui_url)
    page.goto(f"{ui_url}/form/")
    expect(page.locator("#id_story")).to_have_value(STORY)
    expect(page.get_by_text("We put back what you had typed here")).to_be_visible()
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#id_story")).to_have_value("")
    page.goto(f"{ui_url}/form/")
    expect(page.locator("#id_story")).to_have_value("")


def test_typed_text_is_never_offered_to_the_next_person(page: Page, ui_url: str) -> None:
    let_the_session_end(page, ui_url)
    page.context.add_cookies([{"name": "person", "value": "2", "url": ui_url}])
    page.goto(f"{ui_url}/form/")
    expect(page.locator("#id_story")).to_have_value("")
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert STORY not in kept


def test_submitted_text_is_not_kept(page: Page, ui_url: str) -> None:
    page.goto(f"{ui_url}/form/")
    page.locator("#id_story").fill(STORY)
    page.get_by_role("button", name="Open the case").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert STORY not in page.evaluate("Object.values(sessionStorage).join()")


def test_a_character_counter_counts_down(page: Page, ui_url: str) -> None:
    page.goto(f"{ui_url}/form/")
    page.locator("#id_story").fill("x" * 390)
    expect(page.locator("#id_story_count")).to_have_text("10 characters left")


def test_chosen_files_are_listed_and_removed_one_by_one(page: Page, ui_url: str) -> None:
    page.goto(f"{ui_url}/form/")
    one = {"name": "one.pdf", "mimeType": "application/pdf", "buffer": b"1" * 2048}
    two = {"name": "two.pdf", "mimeType": "application/pdf", "buffer": b"2"}
    page.locator("#id_files").set_input_files([one, two])
    expect(page.locator(".ui-file__list")).to_contain_text("one.pdf (2 kB)")
    page.get_by_role("button", name="Remove one.pdf").click()
    expect(page.locator(".ui-file__list li")).to_have_count(1)
    names = "Array.from(document.querySelector('#id_files').files, file => file.name)"
    assert page.evaluate(names) == ["two.pdf"]


def test_select_all_takes_every_row_and_follows_single_rows(page: Page, ui_url: str) -> None:
    page.goto(ui_url)
    page.locator("label[for=select-all-case]").click()
    expect(page.locator("[data-selection-count]")).to_have_text("2 selected")
    page.locator("tbody .usa-checkbox__label").first.click()
    expect(page.locator("[data-selection-count]")).to_have_text("1 selected")
    assert page.locator("#select-all-case").evaluate("box => box.indeterminate")


def test_a_dialog_opens_in_place_and_a_browser_without_scripts_gets_the_page(
    page: Page, ui_url: str
) -> None:
    page.goto(ui_url)
    page.get_by_role("link", name="Withdraw").click()
    expect(page.get_by_role("dialog", name="Withdraw?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog", name="Withdraw?")).to_be_hidden()
    browser = page.context.browser
    assert browser
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(ui_url)
    plain.get_by_role("link", name="Withdraw").click()
    plain.wait_for_url("**/confirm/")
    plain.close()


def test_the_account_menu_closes_on_escape_and_returns_the_focus(page: Page, ui_url: str) -> None:
    page.goto(ui_url)
    summary = page.locator(".ui-menu__summary")
    summary.click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".ui-menu__summary + .ui-menu__panel")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_page_weighs_at_most_200_kb_compressed(page: Page, ui_url: str) -> None:
    sizes: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if not response.url.startswith("data:"):
            sizes[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    page.goto(ui_url, wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes.values()) <= 200_000, sizes
