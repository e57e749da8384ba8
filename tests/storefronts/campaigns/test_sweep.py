"""What campaigns do by themselves: reminders once each, and the lapse (SF-09, SF-10, FL-05)."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from notifications import catalogue
from portal.casework.models import OutboxMessage
from portal.casework.sweep import sweep_timers
from portal.ledger.models import LedgerEntry
from storefronts import generation
from storefronts.campaigns import sweep
from storefronts.campaigns.sweep import CampaignCounts, sweep_campaigns
from storefronts.listings import services
from storefronts.models import CampaignListing, CampaignReminder, Listing, ListingChange
from storefronts.review.services import reject
from tests.storefronts.campaigns.ground import applied_anew, campaign_of, local
from tests.storefronts.listings.ground import listing_of
from tests.world import World

OLD = {"applied_on": date(2025, 4, 30)}
AFTER = local(2025, 11, 1, 0, 0)


def run(world: World, now: datetime) -> CampaignCounts:
    return sweep_campaigns(exchange=world.exchange, now=now)


def messages(key: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(key=key).order_by("pk"))


def test_sf_09_on_november_1_local_time_the_storefront_of_april_30_has_left(world: World) -> None:
    campaign = campaign_of(world)
    old, young = listing_of(world, **OLD), listing_of(world, applied_on=date(2025, 5, 1))
    run(world, local(2025, 10, 31, 23, 59))
    assert Listing.objects.filter(state="active").count() == 2
    before = generation.current(world.exchange)
    assert run(world, AFTER).lapsed == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.state_reason) == ("lapsed", "No new application by October 31, 2025.")
    assert (old.state_since, old.version) == (AFTER, 2)
    assert young.state == "active"
    assert generation.current(world.exchange) == before + 1
    change = old.changes.get()
    assert (change.verb, change.person, change.at) == ("lapsed", None, AFTER)
    campaign.refresh_from_db()
    assert campaign.lapsed_at == AFTER
    assert CampaignListing.objects.get(listing=old).lapsed_at == AFTER
    assert LedgerEntry.objects.get(action="storefronts.listings_lapsed").data["listings"] == 1


def test_sweeping_again_lapses_reminds_and_tells_nobody_twice(world: World) -> None:
    campaign_of(world)
    listing_of(world, **OLD)
    assert run(world, local(2025, 10, 1, 0, 1)).reminded == 1
    assert run(world, local(2025, 10, 1, 0, 2)).reminded == 0
    assert run(world, AFTER).lapsed == 1
    assert run(world, AFTER) == CampaignCounts()
    assert ListingChange.objects.count() == 1
    assert len(messages("storefronts.campaign_reminder")) == 1
    assert len(messages("storefronts.listing_lapsed")) == 1


def test_a_sweep_killed_half_way_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_of(world)
    for number in range(3):
        listing_of(world, street=f"{number} Palm Street", **OLD)
    monkeypatch.setattr(sweep, "BATCH", 1)
    lapse, done = sweep._lapse, []

    def stop_after_two(*arguments: Any) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(lapse(*arguments))
        return done[-1]

    monkeypatch.setattr(sweep, "_lapse", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        run(world, AFTER)
    assert Listing.objects.filter(state="lapsed").count() == 2
    monkeypatch.setattr(sweep, "_lapse", lapse)
    assert run(world, AFTER).lapsed == 1
    assert ListingChange.objects.count() == 3
    assert len(messages("storefronts.listing_lapsed")) == 1, "one owner, one mail"


@pytest.mark.parametrize("state", ["closed", "lapsed"])
def test_what_is_gone_already_is_not_concerned(world: World, state: str) -> None:
    campaign_of(world)
    listing_of(world, state=state, **OLD)
    assert run(world, AFTER) == CampaignCounts()


def test_agents_and_counselors_without_an_application_are_not_concerned(world: World) -> None:
    campaign_of(world)
    listing_of(world, kind="agent", applied_on=None)
    listing_of(world, kind="counselor", **OLD)
    assert run(world, AFTER) == CampaignCounts()


def test_a_campaign_that_is_not_running_does_nothing(world: World) -> None:
    campaign_of(world, is_active=False)
    listing_of(world, **OLD)
    assert run(world, AFTER) == CampaignCounts()


def test_sf_10_a_late_sweep_sends_one_reminder_and_not_those_it_missed(world: World) -> None:
    campaign_of(world)
    listing = listing_of(world, **OLD)
    assert run(world, local(2025, 8, 31, 12, 0)).reminded == 0
    assert run(world, local(2025, 10, 5, 12, 0)).reminded == 1  # missed 60 and came late to 30
    assert run(world, local(2025, 10, 6, 12, 0)).reminded == 0
    assert run(world, local(2025, 10, 24, 0, 0)).reminded == 1
    sent = CampaignReminder.objects.filter(listing=listing).order_by("sent_at")
    assert [row.days_before for row in sent] == [30, 7]


def test_a_day_put_back_into_the_list_does_not_remind_those_who_had_a_later_one(
    world: World,
) -> None:
    campaign = campaign_of(world, remind_days=[7])
    listing_of(world, **OLD)
    run(world, local(2025, 10, 24, 12, 0))
    campaign.remind_days, campaign.deadline = [30, 7], date(2025, 11, 20)
    campaign.save()
    assert run(world, local(2025, 10, 25, 12, 0)).reminded == 0


def test_an_owner_of_many_storefronts_gets_one_mail_for_each_reminder(world: World) -> None:
    campaign_of(world)
    for street in ("1 Palm Street", "2 Palm Street"):
        listing_of(world, street=street, **OLD)
    listing_of(world, "harbor", **OLD)
    assert run(world, local(2025, 10, 1, 9, 0)).reminded == 3
    told = messages("storefronts.campaign_reminder")
    assert {row.data["organization"] for row in told} == {
        world.organization("sunrise").pk,
        world.organization("harbor").pk,
    }
    assert len(told) == 2


def test_owners_with_a_pending_application_are_not_reminded_and_do_not_lapse(
    world: World,
) -> None:
    campaign_of(world)
    listing = listing_of(world, **OLD)
    applied_anew(world, listing, local(2025, 9, 20, 9, 0))
    assert run(world, local(2025, 10, 1, 9, 0)).reminded == 0
    assert run(world, AFTER).lapsed == 0


def test_a_rejection_after_the_deadline_lapses_the_listing_then(world: World) -> None:
    campaign_of(world)
    listing = listing_of(world, **OLD)
    made = applied_anew(world, listing, local(2025, 10, 31, 23, 59))
    assert run(world, AFTER).lapsed == 0
    reject(case=made.case, actor=world.actor("osd.staff"), reason="The sign is missing.")
    assert run(world, local(2025, 11, 6, 9, 0)).lapsed == 1


def test_a_listing_approved_anew_after_its_lapse_stays(world: World) -> None:
    campaign_of(world)
    listing = listing_of(world, **OLD)
    run(world, AFTER)
    late = applied_anew(world, listing, local(2025, 11, 3, 9, 0))
    services.publish(late, actor=world.actor("osd.staff"))
    assert run(world, local(2025, 11, 6, 9, 0)).lapsed == 0
    listing.refresh_from_db()
    assert listing.state == "active"


def test_a_listing_shown_again_after_the_deadline_comes_onto_the_list_and_lapses(
    world: World,
) -> None:
    campaign_of(world)
    listing = listing_of(world, state="closed", **OLD)
    run(world, AFTER)
    services.reactivate(actor=world.actor("osd.staff"), listing=listing, reason="A mistake.")
    assert run(world, local(2025, 11, 6, 9, 0)) == CampaignCounts(enlisted=1, lapsed=1)


def test_another_exchanges_listings_are_left_alone(world: World, other_world: World) -> None:
    campaign_of(world)
    other_world.enter()
    theirs = listing_of(other_world, **OLD)
    assert run(world, AFTER) == CampaignCounts()
    other_world.enter()
    theirs.refresh_from_db()
    assert theirs.state == "active"


def test_the_portals_sweep_goes_the_campaigns_rounds(world: World) -> None:
    campaign_of(world)
    listing_of(world, **OLD)
    assert sweep_timers(exchange=world.exchange, now=AFTER).acts == 1
    out = io.StringIO()
    call_command("sweep_timers", now=AFTER, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["acts"] == 0


def test_one_rooms_failing_round_keeps_no_clock_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> int:
        raise RuntimeError("a row")

    monkeypatch.setattr("portal.casework.rounds._rounds", {"failing": fail})
    assert sweep_timers(exchange=world.exchange, now=AFTER).failed_acts == 1


@pytest.mark.parametrize("key", ["storefronts.campaign_reminder", "storefronts.listing_lapsed"])
def test_sf_10_the_mail_says_that_something_waits_and_to_whom_it_goes(
    world: World, key: str
) -> None:
    world.person("harbor.manager")
    campaign_of(world, message="Bring the lease of Palm Street.")
    listing_of(world, **OLD)
    run(world, local(2025, 10, 1, 9, 0))
    run(world, AFTER)
    [message] = messages(key)
    kind = catalogue.get(key)
    assert list(kind.recipients(message)) == [world.person("agency.manager")]
    assert "Palm" not in kind.subject + kind.body + str(message.data)


def test_a_sweep_asks_for_an_instant_with_a_zone(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        run(world, datetime(2025, 11, 1))


def test_fl_05_a_sweep_reads_the_clock_of_the_exchange_and_not_of_the_server(
    world: World,
) -> None:
    campaign_of(world)
    listing_of(world, **OLD)
    with time_machine.travel("2025-11-01T06:59:00Z", tick=False):
        assert run(world, datetime.fromisoformat("2025-11-01T06:59:00Z")).lapsed == 0
    assert run(world, datetime.fromisoformat("2025-11-01T07:00:00Z")).lapsed == 1
