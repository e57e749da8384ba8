"""The pages of campaigns: written, started after a count, followed, exported (SF-09, SF-10)."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from storefronts.campaigns import selectors, services
from storefronts.campaigns.services import Plan, edition_of
from storefronts.campaigns.sweep import sweep_campaigns
from storefronts.models import Campaign, CampaignListing, Listing
from tests.storefronts.campaigns.ground import applied_anew, campaign_of, local
from tests.storefronts.campaigns.test_sweep import OLD
from tests.storefronts.listings.ground import listing_of
from tests.world import World

LIST = "/storefronts/campaigns/"
FIELDS = {
    "title": "Apply anew in 2026",
    "applied_before": "2025-05-01",
    "deadline": "2026-02-28",
    "remind_days": "60, 30, 7, 1",
    "message": "Read the **Storefront Toolkit**.",
    "seen": "0",
}
PLAN = Plan("Apply anew", date(2025, 5, 1), date(2026, 2, 28), (60, 7), "Read the toolkit.")


@pytest.fixture
def desk(client: Client, world: World) -> Client:
    """The signed-in browser of Outreach and Sales."""
    client.force_login(world.person("osd.staff"))
    return client


def plan(**values: Any) -> Plan:
    return Plan(**{**vars(PLAN), **values})


def test_a_campaign_is_written_counted_and_started_with_a_confirmation(
    world: World, desk: Client
) -> None:
    old, _young = listing_of(world, **OLD), listing_of(world, applied_on=date(2025, 5, 1))
    page = desk.post(f"{LIST}new/", FIELDS, follow=True).content.decode()
    campaign = Campaign.objects.get()
    assert "It would concern <strong>1</strong> storefront" in page
    assert not campaign.is_active
    assert not CampaignListing.objects.exists()
    start = reverse("storefronts:campaign-start", args=[campaign.pk])
    asked = desk.get(start).content.decode()
    assert "It concerns 1 storefront now." in asked
    assert not Campaign.objects.get().is_active, "looking starts nothing"
    page = desk.post(start, {"seen": edition_of(campaign)}, follow=True).content.decode()
    assert "The campaign runs and concerns 1 storefront." in page
    assert CampaignListing.objects.get().listing == old


def test_what_cannot_be_is_refused_beside_its_field(world: World, desk: Client) -> None:
    wrong = FIELDS | {"deadline": "2025-04-01", "remind_days": "60, soon"}
    answer = desk.post(f"{LIST}new/", wrong)
    assert answer.status_code == 422
    assert "Enter whole numbers of days" in answer.content.decode()
    for values, sentence in (
        ({"deadline": date(2025, 4, 1)}, "comes after"),
        ({"deadline": date(2025, 11, 4)}, "has not passed"),
        ({"remind_days": (0,)}, "between 1 and"),
        ({"remind_days": tuple(range(1, 12))}, "At most"),
        ({"message": " "}, "instructions"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            services.create_campaign(actor=world.actor("osd.staff"), plan=plan(**values))
    with pytest.raises(SsnRefused):
        services.create_campaign(
            actor=world.actor("osd.staff"), plan=plan(message="Mine is SSN 123-45-6789.")
        )


def test_the_second_of_two_editors_is_told_and_shown_what_stands_now(
    world: World, desk: Client
) -> None:
    actor = world.actor("osd.staff")
    campaign = services.create_campaign(actor=actor, plan=PLAN)
    seen = services.edition_of(campaign)
    services.edit_campaign(
        actor=actor, campaign=campaign, plan=plan(title="Another title"), seen=seen
    )
    with pytest.raises(Conflict):
        services.edit_campaign(actor=actor, campaign=campaign, plan=PLAN, seen=seen)
    answer = desk.post(
        reverse("storefronts:campaign-edit", args=[campaign.pk]), FIELDS | {"seen": str(seen)}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Another title" in page
    assert 'value="Apply anew in 2026"' in page


def test_whom_a_running_campaign_concerns_is_not_changed(world: World) -> None:
    campaign, actor = campaign_of(world, deadline=date(2026, 2, 28)), world.actor("osd.staff")
    with pytest.raises(ValidationError, match="Owners have been told"):
        services.edit_campaign(
            actor=actor,
            campaign=campaign,
            plan=plan(applied_before=date(2025, 6, 1)),
            seen=services.edition_of(campaign),
        )


def test_a_campaign_whose_last_day_has_passed_is_not_started(world: World) -> None:
    campaign = campaign_of(world, is_active=False)
    with pytest.raises(Refused, match="last day has passed"):
        services.start_campaign(actor=world.actor("osd.staff"), campaign=campaign)


def test_an_ended_campaign_reminds_nobody_and_lapses_nothing(world: World, desk: Client) -> None:
    campaign = campaign_of(world, deadline=date(2025, 11, 30))
    listing_of(world, **OLD)
    desk.post(reverse("storefronts:campaign-end", args=[campaign.pk]))
    sweep_campaigns(exchange=world.exchange, now=local(2025, 12, 1, 9, 0))
    assert Listing.objects.get().state == "active"


@pytest.mark.parametrize("who", ["agency.manager", "agent", "eru.lead", "scr"])
def test_only_outreach_and_sales_and_administrators_run_campaigns(world: World, who: str) -> None:
    campaign_of(world)
    assert not selectors.campaigns_of(world.actor(who)).exists()
    with pytest.raises(NotAllowed):
        services.create_campaign(actor=world.actor(who), plan=PLAN)


def test_progress_tells_concerned_applied_decided_reminded_and_lapsed_by_organization(
    world: World, desk: Client
) -> None:
    campaign = campaign_of(world)
    waiting = listing_of(world, name="Palm Corner", **OLD)
    listing_of(world, name="Elm Corner", street="2 Palm Street", **OLD)
    listing_of(world, "harbor", name="Bay Corner", **OLD)
    sweep_campaigns(exchange=world.exchange, now=local(2025, 10, 1, 9, 0))
    made = applied_anew(world, waiting, local(2025, 10, 20, 9, 0))
    sweep_campaigns(exchange=world.exchange, now=local(2025, 11, 1, 0, 0))
    progress = selectors.progress_of(world.actor("osd.staff"), campaign)
    assert vars(progress.total) == {
        "concerned": 3,
        "applied": 1,
        "decided": 0,
        "approved": 0,
        "reminders": 3,
        "lapsed": 2,
    }
    assert progress.by_organization["Harbor Benefits Group"].lapsed == 1
    assert progress.reminders == {30: 3}
    page = desk.get(reverse("storefronts:campaign", args=[campaign.pk])).content.decode()
    assert "Palm Corner" in page
    assert made.case.number in page


def test_progress_asks_the_same_of_the_database_for_more_storefronts(
    world: World, desk: Client
) -> None:
    campaign = campaign_of(world, deadline=date(2025, 11, 30))
    page = reverse("storefronts:campaign", args=[campaign.pk])

    def statements() -> int:
        sweep_campaigns(exchange=world.exchange, now=local(2025, 11, 5, 9, 0))
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(page).status_code == 200
        return len(seen)

    listing_of(world, **OLD)
    statements()  # what is read once a process is not the page's
    few = statements()
    for number in range(10):
        listing_of(world, street=f"{number} Palm Street", **OLD)
    assert statements() == few


def test_the_progress_is_exported_without_formulas_and_recorded(world: World, desk: Client) -> None:
    campaign = campaign_of(world)
    listing_of(world, name="=HYPERLINK(1)", **OLD)
    sweep_campaigns(exchange=world.exchange, now=local(2025, 11, 1, 0, 0))
    address = reverse("storefronts:campaign-export", args=[campaign.pk, "csv"])
    [line] = csv.DictReader(io.StringIO(desk.get(address).content.decode("utf-8-sig")))
    assert line["Storefront"] == "'=HYPERLINK(1)"
    assert (line["Status"], line["Lapsed"]) == ("Not applied", "2025-11-01 00:00")
    assert LedgerEntry.objects.get(action="storefronts.campaign_exported").data["rows"] == 1
    assert desk.get(address.replace("csv", "xlsx")).content.startswith(b"PK")
    assert desk.get(address.replace("csv", "exe")).status_code == 404


def test_owners_are_called_until_they_have_applied(world: World) -> None:
    campaign = campaign_of(world, deadline=date(2025, 11, 30))
    listing = listing_of(world, **OLD)
    sweep_campaigns(exchange=world.exchange, now=local(2025, 11, 5, 9, 0))
    owner = world.actor("agency.manager")
    assert selectors.calls_for(owner) == {listing.pk: campaign}
    assert selectors.owner_card(owner) == {"count": 1, "deadline": campaign.deadline}
    assert selectors.calls_for(world.actor("harbor.manager")) == {}
    applied_anew(world, listing, local(2025, 11, 5, 9, 0))
    assert selectors.calls_for(world.actor("agency.manager")) == {}
    assert selectors.owner_card(world.actor("agency.manager")) is None


def test_another_exchanges_campaign_is_not_there(
    world: World, other_world: World, desk: Client
) -> None:
    other_world.enter()
    theirs = campaign_of(other_world)
    world.enter()
    assert desk.get(reverse("storefronts:campaign", args=[theirs.pk])).status_code == 404
