"""The rule of a campaign, and that the database follows it (SF-09, FL-05, C.6 row 9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.tenancy.models import Exchange
from storefronts.campaigns.rules import KEEPING, REMIND_DAYS, is_lapsed, reminder_due
from storefronts.campaigns.sweep import sweep_campaigns
from storefronts.models import Campaign, Listing
from storefronts.table import REJECTED, WITHDRAWN
from tests.storefronts.campaigns.ground import ZONE, applied_anew, campaign_of, local
from tests.storefronts.listings.ground import listing_of
from tests.world import World

HERE = Exchange(time_zone="America/Los_Angeles")
SF_09 = Campaign(applied_before=date(2025, 5, 1), deadline=date(2025, 10, 31))
STATUSES = [*KEEPING, REJECTED, WITHDRAWN]
instants = st.datetimes(
    min_value=datetime(2025, 4, 25), max_value=datetime(2025, 11, 5), timezones=st.just(ZONE)
)


def lapsed(applied_on: date, now: datetime, *applications: tuple[datetime, str]) -> bool:
    return is_lapsed(
        applied_on=applied_on, applications=applications, campaign=SF_09, exchange=HERE, now=now
    )


def test_sf_09_applied_on_april_30_and_not_anew_is_gone_on_november_1() -> None:
    assert not lapsed(date(2025, 4, 30), local(2025, 10, 31, 23, 59, 59))
    assert lapsed(date(2025, 4, 30), local(2025, 11, 1, 0, 0, 0))


def test_sf_09_applied_on_may_1_stays() -> None:
    assert not lapsed(date(2025, 5, 1), local(2025, 11, 1, 12, 0))


@pytest.mark.parametrize("status", KEEPING)
def test_an_application_of_the_last_minute_keeps_the_listing_while_it_is_decided(
    status: str,
) -> None:
    now = local(2025, 11, 20, 9, 0)
    assert not lapsed(date(2025, 4, 30), now, (local(2025, 10, 31, 23, 59), status))
    assert lapsed(date(2025, 4, 30), now, (local(2025, 11, 1, 0, 0), status))


@pytest.mark.parametrize("status", [REJECTED, WITHDRAWN])
def test_an_application_rejected_or_withdrawn_keeps_nothing(status: str) -> None:
    now = local(2025, 11, 20, 9, 0)
    assert lapsed(date(2025, 4, 30), now, (local(2025, 9, 1, 9, 0), status))


@given(
    days=st.sets(st.integers(1, 90), min_size=1, max_size=6),
    swept=st.sets(st.integers(0, 120), min_size=1),
)
def test_sf_10_reminders_come_in_order_each_once_however_seldom_the_sweep(
    days: set[int], swept: set[int]
) -> None:
    deadline = date(2025, 10, 31)
    sent: list[int] = []
    for left in sorted(swept, reverse=True):
        due = reminder_due(days, deadline, deadline - timedelta(days=left))
        if due is not None and (not sent or due < sent[-1]):
            sent.append(due)
        if due is not None:
            assert left <= due, "never before its day"
    assert all(after < before for before, after in pairwise(sent))
    assert (min(swept) > max(days)) == (not sent)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2025, 8, 31), None),
        (date(2025, 9, 1), 60),
        (date(2025, 9, 30), 60),
        (date(2025, 10, 1), 30),
        (date(2025, 10, 23), 30),
        (date(2025, 10, 24), 7),
        (date(2025, 10, 30), 1),
        (date(2025, 10, 31), 1),
        (date(2025, 11, 1), None),
    ],
)
def test_c_6_9_owners_are_reminded_60_30_7_and_1_days_before(today: date, due: int | None) -> None:
    assert reminder_due(REMIND_DAYS, date(2025, 10, 31), today) == due


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    applied_on=st.dates(date(2025, 4, 25), date(2025, 5, 5)),
    applications=st.lists(st.tuples(instants, st.sampled_from(STATUSES)), max_size=2),
    now=instants,
)
def test_sf_09_the_sweep_lapses_what_the_rule_says_and_nothing_else(
    world: World,
    applied_on: date,
    applications: list[tuple[datetime, str]],
    now: datetime,
) -> None:
    Campaign.objects.update(is_active=False)
    campaign = campaign_of(world)
    number = Listing.objects.count()
    listing = listing_of(world, applied_on=applied_on, street=f"{number} Palm Street")
    for place, (at, status) in enumerate(applications):
        street = f"{number}-{place} Elm Street"
        made = applied_anew(world, listing, at, street=street)
        made.case.status = status
        made.case.save(update_fields=["status"])
    sweep_campaigns(exchange=world.exchange, now=now)
    listing.refresh_from_db()
    expected = is_lapsed(
        applied_on=applied_on,
        applications=applications,
        campaign=campaign,
        exchange=world.exchange,
        now=now,
    )
    assert (listing.state == "lapsed") == expected
