"""Rules the components keep wherever they are used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.site import DUE, FilterForm


def render(source: str, query: str = "", **context: object) -> str:
    """Render component source as a request for ``/?query`` would."""
    request = RequestFactory().get(f"/?{query}")
    return Template("{% load ui %}" + source).render(Context(context | {"request": request}))


@given(st.one_of(st.none(), st.integers(-400, 400)))
def test_a_due_badge_says_in_words_on_which_side_of_the_deadline_we_are(days: int | None) -> None:
    html = render("{% due_badge due days %}", due=DUE, days=days)
    assert ("Overdue by" in html) == (days is not None and days < 0)
    assert ("Due today" in html) == (days == 0)
    assert ("Due in" in html) == (days is not None and days > 0)
    if days:
        assert f"{abs(days)} business day{'' if abs(days) == 1 else 's'}<" in html


def test_a_paused_clock_shows_no_countdown() -> None:
    html = render("{% due_badge due -3 True %}", due=DUE)
    assert "Paused" in html
    assert "Overdue" not in html


def test_no_deadline_shows_nothing() -> None:
    assert render("{% due_badge None None %}").strip() == ""


def test_a_status_is_words_and_an_icon_whatever_its_tone() -> None:
    for tone in ("neutral", "info", "success", "warning", "danger", "never heard of"):
        html = render("{% status_tag 'Waiting on agency' tone %}", tone=tone)
        assert "Waiting on agency" in html
        assert "<use href=" in html
    assert "ui-tag--neutral" in html


def test_internal_and_shared_differ_in_class_icon_and_words() -> None:
    internal = render("{% visibility_mark 'internal' %}")
    shared = render("{% visibility_mark 'shared' %}")
    assert "Internal only" in internal
    assert "#lock" in internal
    assert "Office can see this" in shared
    assert "#eye" in shared


def test_an_unknown_audience_is_refused_rather_than_guessed() -> None:
    with pytest.raises(ValueError, match="visibility"):
        render("{% visibility_mark 'everyone' %}")


def test_a_sorted_column_says_so_and_sorts_the_other_way_next() -> None:
    html = render("{% sort_header 'Due' 'due' %}", "sort=due&status=open&after=abc")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-due&amp;status=open"' in html, "the place in the list is dropped"
    assert 'aria-sort="descending"' in render("{% sort_header 'Due' 'due' %}", "sort=-due")
    assert "aria-sort" not in render("{% sort_header 'Due' 'due' %}", "sort=number")


def test_the_default_order_is_shown_when_the_address_names_none() -> None:
    assert 'aria-sort="ascending"' in render("{% sort_header 'Due' 'due' default='due' %}")


def test_each_active_filter_has_a_chip_that_removes_it_alone() -> None:
    query = "q=rent&status=open&mine=on&sort=due&after=abc"
    form = FilterForm(RequestFactory().get(f"/?{query}").GET)
    html = render("{% filter_bar form %}", query, form=form)
    chips = re.findall(r'class="ui-chip" href="([^"]+)"', html)
    assert chips == [
        "?status=open&amp;mine=on&amp;sort=due",
        "?q=rent&amp;mine=on&amp;sort=due",
        "?q=rent&amp;status=open&amp;sort=due",
    ]
    assert "Words: rent" in html
    assert "Status: Open" in html
    assert "Assigned to me<" in html
    assert 'href="?sort=due">Clear all filters' in html


def test_empty_filters_have_no_chips() -> None:
    form = FilterForm(RequestFactory().get("/?q=&status=").GET)
    assert "ui-chip" not in render("{% filter_bar form %}", "q=&status=", form=form)


def test_a_pager_shows_counts_as_they_are_known() -> None:
    assert "25 of 1,000+ cases" in render("{% pager 25 '1,000+' noun='cases' %}")
    assert "25 of 1,234 cases" in render("{% pager 25 1234 noun='cases' %}")
    assert "All 25 cases" in render("{% pager 25 25 noun='cases' %}")
    assert "1 in all" in render("{% pager 1 1 noun='cases' %}")
    assert "3 cases" in render("{% pager 3 noun='cases' %}")


def test_every_icon_a_component_draws_is_in_the_sprite(ui_client: Client) -> None:
    sprite = Path(str(finders.find("ui/icons.svg"))).read_text(encoding="utf-8")
    symbols = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for path in ("/", "/?q=a&sort=-due", "/form/", "/confirm/"):
        used |= set(re.findall(r'icons\.svg#([\w-]+)"', ui_client.get(path).content.decode()))
    used |= set(
        re.findall(
            r'icons\.svg#([\w-]+)"', ui_client.post("/form/", {"title": ""}).content.decode()
        )
    )
    assert used
    assert used <= symbols


@pytest.mark.parametrize("path", ["/", "/form/", "/confirm/", "/missing/", "/forbidden/"])
def test_no_page_needs_inline_script_or_style(ui_client: Client, path: str) -> None:
    html = ui_client.get(path).content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_the_page_title_never_carries_the_person(ui_client: Client) -> None:
    html = ui_client.get("/").content.decode()
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert title
    assert "Okafor" not in title[1]
    assert "Okafor" in html


def test_pages_are_not_stored_by_caches(ui_client: Client) -> None:
    assert ui_client.get("/")["Cache-Control"] == "no-store, private"
