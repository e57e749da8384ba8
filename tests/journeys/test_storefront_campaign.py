"""A campaign lapse through the browser: started, read, not answered, gone (SF-09, SF-10, FL-05)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.walking import field, press

pytestmark = pytest.mark.journey

Arrive = Callable[..., Person]

DESK, OWNER = "osd.staff@covered.example", "manager@sunrise.example"
#: Listed for an application of May 1, 2025: the demonstration's campaign has left it alone.
PLACE, ZIP = "Sunrise on Palm Walk", "95814"
ZONE = ZoneInfo("America/Los_Angeles")


def test_a_storefront_without_a_new_application_leaves_the_finder_the_night_of_the_deadline(
    arrive: Arrive, visitor: Arrive, manage: Callable[..., None]
) -> None:
    desk, owner = arrive(DESK), arrive(OWNER, width=320)
    assert_found(visitor(), found=True)
    write_and_start(desk)
    read_the_instructions(owner)
    manage("sweep_timers", "--now", _after_midnight())
    # A browser of its own: one that searched before may keep what it found for half a minute.
    assert_found(visitor(), found=False)
    see_that_it_lapsed(owner)
    see_the_progress(desk)


def write_and_start(desk: Person) -> None:
    """Write the campaign, be told of a wrong day, see whom it concerns, and start it."""
    page = desk.go("/storefronts/campaigns/new/")
    desk.check_page()
    field(page, "Title").fill("Apply anew for the summer")
    field(page, "Applied before").fill("2025-06-01")
    field(page, "Last day to apply anew").fill("2025-05-01")
    field(page, "Instructions").fill("Take **two photos** and apply anew.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("comes after")
    field(page, "Last day to apply anew").fill(f"{_today():%Y-%m-%d}")
    press(desk, "Save")
    expect(page.get_by_role("main")).to_contain_text("It would concern 1 storefront")
    page.get_by_role("main").get_by_role("link", name="Start", exact=True).click()
    desk.check_page()
    expect(page.get_by_role("main")).to_contain_text("It concerns 1 storefront now.")
    press(desk, "Start")
    expect(page.get_by_role("main")).to_contain_text("Running")


def read_the_instructions(owner: Person) -> None:
    """The home page leads to the listing, where the instructions stand; nothing is answered."""
    page = owner.go("/")
    owner.check_page()
    page.get_by_role("main").get_by_role("link", name="1 storefront", exact=True).click()
    owner.check_page()
    page.get_by_role("link", name=PLACE).click()
    owner.check_page()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Take two photos and apply anew.")
    expect(main.get_by_role("button", name="Apply anew for this place")).to_be_visible()


def assert_found(consumer: Person, *, found: bool) -> None:
    """Whether consumers find the place."""
    page = consumer.go(f"/find/covered-california/?place={ZIP}")
    place = page.get_by_role("main").get_by_text(PLACE, exact=True).first
    if found:
        expect(place).to_be_visible()
    else:
        expect(page.get_by_role("main")).not_to_contain_text(PLACE)
    consumer.check_page()


def see_that_it_lapsed(owner: Person) -> None:
    """Why, since when, and that a new application brings it back, with the place filled in."""
    page = owner.go("/storefronts/listings/")
    page.get_by_role("link", name=PLACE).click()
    owner.check_page()
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile(r"Lapsed: No new application by \w+ \d+, \d{4}\."))
    expect(main).to_contain_text("By the end of a campaign")
    press(owner, "Apply with this place")
    expect(field(page, "Street address")).to_have_value("77 Palm Walk")


def see_the_progress(desk: Person) -> None:
    """The campaign's page counts it, and the file has it."""
    page = desk.page
    page.reload()
    desk.check_page()
    figures = page.get_by_role("list", name="Progress")
    expect(figures).to_contain_text(
        re.compile(r"1\s*concerned.*0\s*applied anew.*1\s*lapsed", re.S)
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert PLACE in download.value.path().read_text("utf-8-sig")


def _today() -> datetime:
    return datetime.now(ZONE)


def _after_midnight() -> str:
    midnight = datetime.combine(_today().date() + timedelta(days=1), time(0, 1), ZONE)
    return midnight.isoformat()
