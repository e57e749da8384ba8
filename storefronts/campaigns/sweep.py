"""What campaigns do by themselves: gather their listings, remind owners, and let listings lapse.

Set-based, because a campaign may concern every storefront there is. Each step is a transaction of
its own and finds what is left to do from the rows alone, so it may run twice, at the same time, or
be killed half-way: the unique key of a reminder lets each be sent once, and a listing that has
lapsed is no longer one that may.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.dateformat import format as format_date

from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.insert_select import insert, literal
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from storefronts import generation
from storefronts.campaigns.rules import KEEPING, Window, local_day, reminder_due
from storefronts.listings.services import LAPSED
from storefronts.models import Campaign, CampaignListing, CampaignReminder, ListingChange
from storefronts.table import KIND

REMINDER: Final = "storefronts.campaign_reminder"
#: Listings that lapse in one transaction.
BATCH: Final = 500

#: Storefronts that stand on applications older than the campaign allows.
_CONCERNED: Final = """
l.exchange_id = %(exchange)s AND l.kind = 'storefront' AND l.state IN ('active', 'suspended')
AND l.applied_on < %(applied_before)s
"""

_HAS_APPLIED: Final = """
EXISTS (SELECT 1 FROM storefronts_storefrontapplication a
          JOIN casework_case c ON c.id = a.case_id
         WHERE a.listing_id = l.id AND c.status = ANY(%(keeping)s)
           AND a.applied_at >= %(starts)s AND a.applied_at < %(ends)s)
"""

_WAITING: Final = """
FROM storefronts_campaignlisting k JOIN storefronts_listing l ON l.id = k.listing_id
WHERE k.campaign_id = %(campaign)s AND k.lapsed_at IS NULL
  AND {concerned} AND NOT {has_applied}
"""

_LAPSE = """
WITH due AS (
    SELECT l.id {waiting} ORDER BY l.id LIMIT %(batch)s FOR UPDATE OF l SKIP LOCKED
), lapsed AS (
    UPDATE storefronts_listing l
       SET state = 'lapsed', state_reason = %(reason)s, state_since = %(now)s,
           updated_at = %(now)s, version = l.version + 1
      FROM due WHERE l.id = due.id RETURNING l.id, l.organization_id
), marked AS (
    UPDATE storefronts_campaignlisting k SET lapsed_at = %(now)s
      FROM lapsed WHERE k.listing_id = lapsed.id AND k.campaign_id = %(campaign)s
), history AS ({history}), told AS ({told})
SELECT count(*) FROM lapsed
"""


@dataclass
class CampaignCounts:
    """What one sweep of one exchange's campaigns did."""

    #: Listings that came onto a campaign's list.
    enlisted: int = 0
    reminded: int = 0
    lapsed: int = 0


def sweep_campaigns(*, exchange: Exchange, now: datetime) -> CampaignCounts:
    """Let every active campaign of an exchange do what is due at ``now`` (UTC).

    Days are the exchange's: a deadline of October 31 has passed at midnight there.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("A sweep needs an instant with a time zone.")
    counts = CampaignCounts()
    if KIND not in exchange.modules:
        return counts
    with use_exchange(exchange):
        campaigns = list(Campaign.objects.filter(exchange=exchange, is_active=True))
    for campaign in campaigns:
        with use_exchange(exchange):
            counts.enlisted += enlist(campaign, exchange=exchange)
        if Window.of(campaign, exchange).is_over(now):
            while lapsed := _lapse(campaign, exchange, now):
                counts.lapsed += lapsed
        else:
            with use_exchange(exchange):
                counts.reminded += _remind(campaign, exchange, now)
    return counts


def sweep_round(*, exchange: Exchange, now: datetime) -> int:
    """The campaigns' part in the portal's sweep: how many reminders and lapses."""
    counts = sweep_campaigns(exchange=exchange, now=now)
    return counts.reminded + counts.lapsed


def enlist(campaign: Campaign, *, exchange: Exchange) -> int:
    """Put every storefront the campaign concerns on its list.

    The exchange's scope must be set. Returns how many were new on the list.
    """
    rows = insert(
        CampaignListing,
        {"exchange": "l.exchange_id", "campaign": "%(campaign)s", "listing": "l.id"},
        f"""FROM storefronts_listing l WHERE {_CONCERNED} AND NOT EXISTS (
                SELECT 1 FROM storefronts_campaignlisting k
                 WHERE k.campaign_id = %(campaign)s AND k.listing_id = l.id)
            ON CONFLICT DO NOTHING""",
    )
    with connection.cursor() as cursor:
        cursor.execute(rows, _params(campaign, exchange))
        return cursor.rowcount


def _remind(campaign: Campaign, exchange: Exchange, now: datetime) -> int:
    """Send the reminder that is due to the owners who have not applied anew yet."""
    days = reminder_due(campaign.remind_days, campaign.deadline, local_day(exchange, now))
    if days is None:
        return 0
    params = _params(campaign, exchange) | {"days": days, "now": now}
    waiting = _WAITING.format(concerned=_CONCERNED, has_applied=_HAS_APPLIED)
    sent = insert(
        CampaignReminder,
        {
            "exchange": "l.exchange_id",
            "campaign": "k.campaign_id",
            "listing": "l.id",
            "days_before": "%(days)s",
            "sent_at": "%(now)s",
        },
        # Only later ones: after the 7-day reminder the list of days may get a 30 again.
        f"""{waiting} AND NOT EXISTS (
                SELECT 1 FROM storefronts_campaignreminder r
                 WHERE r.campaign_id = k.campaign_id AND r.listing_id = l.id
                   AND r.days_before <= %(days)s)
            ON CONFLICT DO NOTHING RETURNING listing_id""",
    )
    told = _tell(
        REMINDER,
        "FROM sent JOIN storefronts_listing l ON l.id = sent.listing_id",
        once_for="%(campaign)s || ':' || %(days)s",
    )
    with connection.cursor() as cursor:
        statement = f"WITH sent AS ({sent}), told AS ({told}) SELECT count(*) FROM sent"
        cursor.execute(statement, params)
        [reminded] = cursor.fetchone()
    if reminded:
        wake_dispatcher()
    return int(reminded)


def _lapse(campaign: Campaign, exchange: Exchange, now: datetime) -> int:
    """Let one batch of listings lapse; returns how many, 0 when nothing is left."""
    params = _params(campaign, exchange) | {
        "now": now,
        "batch": BATCH,
        "day": local_day(exchange, now).isoformat(),
        "reason": f"No new application by {format_date(campaign.deadline, 'F j, Y')}.",
    }
    history = insert(
        ListingChange,
        {
            "exchange": "%(exchange)s",
            "listing": "lapsed.id",
            "at": "%(now)s",
            "verb": literal(ListingChange.Verb.LAPSED.value),
            "reason": "%(reason)s",
        },
        "FROM lapsed",
    )
    statement = _LAPSE.format(
        waiting=_WAITING.format(concerned=_CONCERNED, has_applied=_HAS_APPLIED),
        history=history,
        told=_tell(LAPSED, "FROM lapsed l", once_for="%(campaign)s || ':' || %(day)s"),
    )
    with use_exchange(exchange):
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            [lapsed] = cursor.fetchone()
        if lapsed:
            record(
                actor=Actor.system(exchange, channel="timer"),
                action="storefronts.listings_lapsed",
                data={"campaign": campaign.pk, "listings": lapsed},
            )
            Campaign.objects.filter(pk=campaign.pk, lapsed_at=None).update(lapsed_at=now)
            wake_dispatcher()
            generation.changed(exchange)
    return int(lapsed)


def _tell(key: str, source: str, *, once_for: str) -> str:
    """SQL of one message to each organization of the listings ``l``, however many it has."""
    return insert(
        OutboxMessage,
        {
            "exchange": "%(exchange)s",
            "key": literal(key),
            "data": "jsonb_build_object('campaign', %(campaign)s::bigint,"
            " 'organization', o.organization_id)",
            "dedupe_key": f"{literal(key + ':')} || {once_for} || ':' || o.organization_id",
            "created_at": "%(now)s",
            "next_attempt_at": "%(now)s",
        },
        f"FROM (SELECT DISTINCT l.organization_id {source}) o ON CONFLICT DO NOTHING",
    )


def _params(campaign: Campaign, exchange: Exchange) -> dict[str, Any]:
    window = Window.of(campaign, exchange)
    return {
        "exchange": exchange.pk,
        "campaign": campaign.pk,
        "applied_before": campaign.applied_before,
        "starts": window.starts,
        "ends": window.ends,
        "keeping": list(KEEPING),
    }
