"""A summary on its page and in a file, as its reader may see it (SM-02, SM-05, SM-06)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from notifications.mailbox.models import Item
from notifications.summaries import page
from notifications.summaries.models import Summary
from portal.consumers import book
from portal.ledger.models import LedgerEntry
from portal.toolkits.founding import EntrySpec, found_entries
from portal.toolkits.models import Kind
from portal.toolkits.services import Content
from tests.book import ground
from tests.notifications.summaries.ground import TODAY, given, make
from tests.world import World


def summary_of(world: World, key: str, kind: str = "own") -> Summary:
    found: Summary = Summary.objects.get(person=world.person(key), kind=kind)
    return found


def read(world: World, key: str, summary: Summary, tail: str = "") -> str:
    answer = ground.browser(world, key).get(f"/summaries/{summary.pk}/{tail}")
    world.enter()
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def test_sm_05_each_line_shows_exactly_number_topic_and_contact_grouped_by_topic(
    world: World,
) -> None:
    consumer = given(world, name="Ramona Ortega")
    ground.enroll(consumer, updates_pending=True)
    ground.enroll(consumer, status="pending", status_since=TODAY)
    make(world)
    html = read(world, "agent", summary_of(world, "agent"))
    assert re.findall(r'<th scope="col">([^<]+)</th>', html) == [
        "Consumer Case Number",
        "Notification Topic",
        "Consumer Contact Information",
    ]
    groups = re.findall(r'<th scope="rowgroup" colspan="3">([^<]+)</th>', html)
    assert groups == ["Binder Payment Pending", "Enrollment Updates Pending"]
    for text in (consumer.case_number, "Ramona Ortega", consumer.phone, consumer.email):
        assert html.count(text) >= 2
    assert f'href="/consumers/{consumer.pk}/"' in html
    assert "Ramona" not in re.search(r"<title>(.*?)</title>", html, re.S)[1]  # type: ignore[index]


def test_two_lines_of_one_consumer_and_topic_say_which_plan_or_notice(world: World) -> None:
    consumer = given(world, name="ليلى منصور")
    for plan in ("Silver 70", "Family Dental"):
        ground.enroll(consumer, plan_name=plan, updates_pending=True)
    ground.notice(consumer, code="NOD12", generated_on=TODAY)
    make(world)
    html = read(world, "agent", summary_of(world, "agent"))
    abouts = re.findall(r'<span class="summary-about">([^<]+)</span>', html)
    assert abouts == ["NOD12", f"Silver 70, {TODAY.year}", f"Family Dental, {TODAY.year}"]
    # Without its own direction the name would turn the phone number behind it round.
    assert html.count("<bdi>ليلى منصور</bdi>") == 3


def test_a_consumer_who_left_shows_that_and_nothing_else(world: World) -> None:
    consumer = given(world, name="Ramona Ortega")
    ground.enroll(consumer, updates_pending=True)
    make(world)
    book.end_delegation(actor=world.system, consumer=consumer, ended_by="consumer")
    html = read(world, "agent", summary_of(world, "agent"))
    assert "No longer in your book" in html
    for text in (consumer.case_number, "Ortega", consumer.phone, consumer.email):
        assert text not in html


def test_sm_02_the_manager_s_begins_with_totals_and_lists_by_enroller(world: World) -> None:
    world.person("agent2b")
    for key, count in (("agent", 1), ("agent2b", 2)):
        for _ in range(count):
            ground.enroll(given(world, key), updates_pending=True)
    ground.enroll(given(world, "agent", named=False), updates_pending=True)
    make(world)
    html = read(world, "agency.manager", summary_of(world, "agency.manager", "manager"))
    totals = re.findall(r'<th scope="row">([^<]+)</th><td class="ui-number">(\d+)</td>', html)
    assert totals == [
        ("Agent2B", "2"),
        ("Agent", "1"),
        ("Not yet given to an enroller", "1"),
        ("All", "4"),
    ]
    groups = re.findall(r'<th scope="rowgroup" colspan="3">([^<]+)</th>', html)
    assert groups == ["Agent", "Agent2B", "Not yet given to an enroller"]


def test_who_leads_no_more_does_not_open_the_manager_s(world: World) -> None:
    make(world)
    summary = summary_of(world, "agency.manager", "manager")
    role = world.memberships["agency.manager"].role
    role.actions = [action for action in role.actions if action != "summaries.read_team"]
    role.save()
    answer = ground.browser(world, "agency.manager").get(f"/summaries/{summary.pk}/")
    assert answer.status_code == 404


def test_a_long_summary_comes_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    for _ in range(3):
        ground.enroll(given(world), updates_pending=True)
    make(world)
    summary = summary_of(world, "agent")
    assert read(world, "agent", summary).count("data-row") == 2
    assert read(world, "agent", summary, "?page=2").count("data-row") == 1
    browser = ground.browser(world, "agent")
    for number in ("3", "0", "x", "9" * 40):
        assert browser.get(f"/summaries/{summary.pk}/?page={number}").status_code == 404


def test_sm_01_from_a_summary_one_goes_back_to_the_mailbox_that_lists_it(world: World) -> None:
    make(world)
    summary = summary_of(world, "agent")
    back = re.search(r'href="(/mailbox/folders/[^"]+)"', read(world, "agent", summary))
    assert back
    folder = ground.browser(world, "agent").get(back[1])
    assert f'href="/summaries/{summary.pk}/"' in folder.content.decode()


def test_opening_it_is_recorded_and_marks_it_as_read(world: World) -> None:
    consumer = given(world)
    ground.enroll(consumer, updates_pending=True)
    make(world)
    summary = summary_of(world, "agent")
    read(world, "agent", summary)
    entry = LedgerEntry.objects.get(action="summaries.opened")
    assert (entry.actor_id, entry.consumer_ids) == (world.person("agent").pk, [consumer.pk])
    assert Item.objects.get(kind="summary", source_id=summary.pk).read_at is not None
    others = Item.objects.filter(kind="summary").exclude(source_id=summary.pk)
    assert set(others.values_list("read_at", flat=True)) == {None}


def test_sm_06_it_links_to_the_guide_of_the_toolkits(world: World) -> None:
    make(world)
    summary = summary_of(world, "agent")
    assert page.GUIDE not in read(world, "agent", summary)
    guide = Content(
        kind=Kind.GUIDE,
        title=page.GUIDE,
        summary="What each topic means.",
        body="Each topic.",
        as_of=date(2025, 10, 10),
    )
    found_entries(actor=world.system, specs=[EntrySpec("daily-summary-guide", guide)])
    assert f">{page.GUIDE}</a>" in read(world, "agent", summary)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_has_the_same_columns_and_is_recorded(world: World, file_format: str) -> None:
    consumer = given(world, name="=Ramona")
    ground.enroll(consumer, updates_pending=True)
    make(world)
    summary = summary_of(world, "agent")
    url = f"/summaries/{summary.pk}/export/?format={file_format}"
    answer = ground.browser(world, "agent").get(url)
    world.enter()
    assert answer.status_code == 200
    if file_format == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "Consumer Case Number,Notification Topic,Consumer Contact Information"
        assert lines[1].startswith(f"{consumer.case_number},Enrollment Updates Pending,'=Ramona;")
    entry = LedgerEntry.objects.get(action="summaries.exported")
    assert entry.consumer_ids == [consumer.pk]
