"""A campaign's progress as a file: one line for each storefront it concerns."""

from typing import Final

from django.utils import timezone

from portal.clocks.reckoning import zone
from portal.ledger.services import record
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor
from storefronts.campaigns.rules import local_day
from storefronts.campaigns.selectors import progress_of
from storefronts.campaigns.services import RUN
from storefronts.models import Campaign

HEADER: Final = (
    "Organization",
    "Storefront",
    "City",
    "ZIP code",
    "New application",
    "Status",
    "Reminders sent",
    "Lapsed",
)


def export_progress(*, actor: Actor, campaign: Campaign, file_format: str) -> Export:
    """Write every storefront of a campaign to a file; the ledger says so.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        NotAllowed: the actor runs no campaigns.
        KeyError: there is no such format.
    """
    actor.require(RUN)
    write, content_type = FORMATS[file_format]
    here = zone(actor.exchange.time_zone)
    rows = progress_of(actor, campaign).rows
    table = [
        [
            row.organization,
            row.name,
            row.city,
            row.zip_code,
            row.application,
            row.status_label,
            row.reminders,
            row.lapsed_at.astimezone(here) if row.lapsed_at else None,
        ]
        for row in rows
    ]
    record(
        actor=actor,
        action="storefronts.campaign_exported",
        data={"campaign": campaign.pk, "format": file_format, "rows": len(rows)},
    )
    day = local_day(actor.exchange, timezone.now())
    return Export(
        write(HEADER, table, title="Storefronts"),
        content_type,
        f"campaign-{campaign.pk}-{day:%Y-%m-%d}.{file_format}",
    )
