"""Making, changing, starting and ending re-application campaigns (SF-09, SF-10).

Each write is one transaction with a ledger row; what a campaign said before is in its history,
which the database keeps. What it does by itself is in :mod:`storefronts.campaigns.sweep`.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from storefronts.campaigns.rules import local_day
from storefronts.campaigns.sweep import enlist
from storefronts.models import Campaign

RUN: Final = "storefronts.run_campaigns"
MOST_MESSAGE: Final = 8_000
#: The earliest reminder, in days before the deadline.
MOST_DAYS: Final = 365
MOST_REMINDERS: Final = 10


@dataclass(frozen=True)
class Plan:
    """What a campaign says."""

    title: str
    applied_before: date
    deadline: date
    remind_days: Collection[int]
    #: Markdown; shown to owners in the portal, never mailed.
    message: str


@transaction.atomic
def create_campaign(*, actor: Actor, plan: Plan) -> Campaign:
    """Write a campaign; nothing happens before it is started.

    Raises:
        NotAllowed: the actor runs no campaigns.
        ValidationError: by field: what is wrong with the plan.
        SsnRefused: the message holds a Social Security number.
    """
    actor.require(RUN)
    campaign = Campaign.objects.create(exchange_id=actor.exchange_id, **_checked(actor, plan))
    record(actor=actor, action="storefronts.campaign_made", data={"campaign": campaign.pk})
    return campaign


@transaction.atomic
def edit_campaign(*, actor: Actor, campaign: Campaign, plan: Plan, seen: int) -> Campaign:
    """Change a campaign. Once it runs, whom it concerns stays; before its end, all else may change.

    Args:
        seen: the edition (:func:`edition_of`) the actor was looking at.

    Raises:
        NotAllowed: the actor runs no campaigns.
        Campaign.DoesNotExist: there is none that the actor may know of.
        Refused: its listings have lapsed.
        Conflict: somebody changed it since ``seen``.
        ValidationError: by field: what is wrong with the plan.
        SsnRefused: the message holds a Social Security number.
    """
    actor.require(RUN)
    campaign = _lock(actor, campaign)
    if campaign.lapsed_at is not None:
        raise Refused("The deadline has passed and listings have lapsed; write a new campaign.")
    edition = edition_of(campaign)
    if edition != seen:
        raise Conflict(
            "Somebody else changed this campaign while you had it open. Nothing of yours was saved"
            " yet: compare, then save again.",
            current_version=edition,
        )
    values = _checked(actor, plan)
    if campaign.is_active and plan.applied_before != campaign.applied_before:
        raise ValidationError(
            {"applied_before": "Owners have been told by this day. Write a new campaign instead."}
        )
    changed = [name for name, value in values.items() if getattr(campaign, name) != value]
    for name in changed:
        setattr(campaign, name, values[name])
    if changed:
        campaign.save(update_fields=changed)
        record(
            actor=actor,
            action="storefronts.campaign_edited",
            fields=changed,
            data={"campaign": campaign.pk},
        )
    return campaign


@transaction.atomic
def start_campaign(*, actor: Actor, campaign: Campaign, seen: int | None = None) -> int:
    """Start a campaign: its list is drawn up, reminders and the lapse follow by themselves.

    Args:
        seen: the edition (:func:`edition_of`) whose count was confirmed; None: as it stands.

    Returns:
        How many storefronts it concerns.

    Raises:
        NotAllowed: the actor runs no campaigns.
        Campaign.DoesNotExist: there is none that the actor may know of.
        Refused: it runs already, or its last day has passed.
        Conflict: somebody changed it since ``seen``: it may concern many more.
    """
    actor.require(RUN)
    campaign = _lock(actor, campaign)
    if campaign.is_active:
        raise Refused("This campaign is running already.")
    edition = edition_of(campaign)
    if seen is not None and seen != edition:
        raise Conflict(
            "Somebody else changed this campaign while you were asked. Read again whom it concerns,"
            " then start it.",
            current_version=edition,
        )
    if campaign.deadline < local_day(actor.exchange, timezone.now()):
        raise Refused("Its last day has passed: its listings would lapse at once.")
    campaign.is_active = True
    campaign.save(update_fields=["is_active"])
    concerned = enlist(campaign, exchange=actor.exchange)
    record(
        actor=actor,
        action="storefronts.campaign_started",
        data={"campaign": campaign.pk, "listings": concerned},
    )
    return concerned


@transaction.atomic
def end_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """End a campaign: nobody is reminded any more and nothing lapses; what lapsed stays so.

    Raises:
        NotAllowed: the actor runs no campaigns.
        Campaign.DoesNotExist: there is none that the actor may know of.
        Refused: it is not running.
    """
    actor.require(RUN)
    campaign = _lock(actor, campaign)
    if not campaign.is_active:
        raise Refused("This campaign is not running.")
    campaign.is_active = False
    campaign.save(update_fields=["is_active"])
    record(actor=actor, action="storefronts.campaign_ended", data={"campaign": campaign.pk})
    return campaign


def edition_of(campaign: Campaign) -> int:
    """Which edition of a campaign this is: how often it has been written."""
    return int(campaign.events.count())  # type: ignore[attr-defined]


def _lock(actor: Actor, campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",))
    return rows.get(pk=campaign.pk, exchange_id=actor.exchange_id)


def _checked(actor: Actor, plan: Plan) -> dict[str, Any]:
    values = asdict(plan) | {
        "title": plan.title.strip(),
        "message": plan.message.strip(),
        "remind_days": sorted(set(plan.remind_days), reverse=True),
    }
    errors = {}
    if not values["title"]:
        errors["title"] = "Enter a title."
    if not values["message"]:
        errors["message"] = "Enter the instructions for owners."
    if len(values["message"]) > MOST_MESSAGE:
        errors["message"] = f"Use at most {MOST_MESSAGE:,} characters."
    if plan.deadline <= plan.applied_before:
        errors["deadline"] = "The last day to apply comes after the day before which they applied."
    elif plan.deadline < local_day(actor.exchange, timezone.now()):
        errors["deadline"] = "Choose a day that has not passed."
    if any(not 1 <= days <= MOST_DAYS for days in values["remind_days"]):
        errors["remind_days"] = f"Remind between 1 and {MOST_DAYS} days before."
    elif len(values["remind_days"]) > MOST_REMINDERS:
        errors["remind_days"] = f"At most {MOST_REMINDERS} reminders."
    if errors:
        raise ValidationError(errors)
    if contains_ssn(f"{values['title']}\n{values['message']}"):
        raise SsnRefused("the campaign")
    return values
