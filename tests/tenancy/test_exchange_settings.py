"""T-08: what differs between exchanges is configuration, and an administrator's to change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.casework import kinds
from portal.casework.models import Case
from portal.casework.opening import take_numbers
from portal.ledger.models import LedgerEntry
from portal.tenancy import administration, numbering
from portal.tenancy.actor import NotAllowed
from tests.casework.cases import office_case
from tests.world import NOW, World


def change(world: World, **changes: Any) -> None:
    administration.update_exchange(actor=world.actor("admin"), **changes)
    world.exchange.refresh_from_db()


def number_now(world: World) -> str:
    [number] = take_numbers(actor=world.system, kind=kinds.get("constituent"), at=NOW)
    return number


def test_t08_a_new_time_zone_moves_no_deadline(world: World) -> None:
    case = office_case(world)
    before = case.due_at
    assert before is not None
    change(world, time_zone="America/New_York")
    case.refresh_from_db()
    assert (world.exchange.time_zone, case.due_at) == ("America/New_York", before)


@pytest.mark.parametrize("name", ["", "Pacific", "America/Los Angeles", "../etc/localtime"])
def test_t08_a_time_zone_nobody_keeps_is_refused(world: World, name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        change(world, time_zone=name)
    assert "time_zone" in refusal.value.message_dict


def test_t08_a_kind_of_case_taken_off_is_hidden_and_comes_back(world: World) -> None:
    case = office_case(world)
    change(world, modules=["ticket"])
    assert not Case.objects.visible_to(world.actor("ea.analyst")).exists()
    change(world, modules=["constituent", "ticket"])
    assert Case.objects.visible_to(world.actor("ea.analyst")).get() == case
    with pytest.raises(ValidationError) as refusal:
        change(world, modules=["constituent", "astrology"])
    assert refusal.value.message_dict == {"modules": ["Unknown kinds of case: astrology."]}


def test_t08_a_number_format_is_the_exchanges_own_and_old_numbers_stay(world: World) -> None:
    case = office_case(world)
    change(world, number_formats={"constituent": "GOV.{day}-{sequence:04d}"})
    assert number_now(world).startswith("GOV.251105-")
    number = case.number
    case.refresh_from_db()
    assert case.number == number


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("EA-{year}", "must contain {sequence}"),
        ("EA-{sequence", "braces"),
        ("EA-{number}-{sequence}", "only"),
        ("{sequence.__class__}", "only"),
        ("{sequence!r}", "only"),
        ("{sequence:>30}", "only"),
        ("{0}{sequence}", "only"),
        ("EA {sequence}", "letters, digits"),
        ("EA/{sequence}", "letters, digits"),
        ("{{}}{sequence}", "letters, digits"),
        ("A-very-long-prefix-indeed-{sequence}", "longer than 32"),
        (7, "braces"),
    ],
)
def test_t08_a_format_that_could_not_be_quoted_or_would_repeat_itself_is_refused(
    world: World, pattern: Any, problem: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        change(world, number_formats={"constituent": pattern})
    [message] = refusal.value.message_dict["number_formats"]
    assert message.startswith("constituent: ")
    assert problem in message


def test_t08_formats_are_one_for_each_kind_of_case(world: World) -> None:
    with pytest.raises(ValidationError, match="one format for each"):
        change(world, number_formats=["EA-{sequence}"])
    with pytest.raises(ValidationError, match="Unknown kind of case: astrology"):
        change(world, number_formats={"astrology": "{sequence}"})


@given(pattern=st.text(max_size=40), sequence=st.integers(1, 999_999_999))
def test_whatever_format_passes_gives_numbers_that_fit_and_differ(
    pattern: str, sequence: int
) -> None:
    if numbering.problem_with(pattern):
        return
    local = datetime(2026, 1, 31, tzinfo=UTC)
    number = numbering.format_number(pattern, sequence=sequence, local=local)
    assert 0 < len(number) <= numbering.LONGEST
    assert number != numbering.format_number(pattern, sequence=sequence + 1, local=local)


def test_t08_a_change_is_recorded_by_the_names_of_its_fields(world: World) -> None:
    change(world, time_zone="America/Denver", contact_phone="(916) 555-0177")
    entry = LedgerEntry.objects.get(action="tenancy.exchange_changed")
    assert entry.fields == ["contact_phone", "time_zone"]
    assert "Denver" not in str(entry.data)


def test_t08_only_an_administrator_changes_settings(world: World) -> None:
    with pytest.raises(NotAllowed):
        administration.update_exchange(actor=world.actor("ea.lead"), time_zone="UTC")


def test_a_web_site_of_the_exchange_is_an_origin_a_browser_would_send(world: World) -> None:
    sites = ["https://www.exchange.example", "https://exchange.example:8443", "http://localhost:80"]
    change(world, website_origins=sites)
    assert world.exchange.website_origins == sites


@pytest.mark.parametrize(
    "site",
    [
        "*",
        "https://*.exchange.example",
        "http://www.exchange.example",
        "https://www.exchange.example/",
        "https://www.exchange.example; script-src *",
        "https://www.exchange.example https://other.example",
        "https://user@exchange.example",
        "https://WWW.exchange.example",
        "https://exchange",
        "https://exchange.example:0",
        "https://exchange.example\n",
        "javascript:alert(1)",
        "null",
        "'self'",
    ],
)
def test_nothing_else_may_frame_a_page_or_end_the_rule_it_is_put_into(
    world: World, site: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        change(world, website_origins=[site])
    assert list(refusal.value.message_dict) == ["website_origins"]
