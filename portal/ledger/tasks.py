"""Background work of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from portal.ledger.anchor import AnchorDamaged, write_anchor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)


@shared_task(name="portal.ledger.tasks.anchor_ledger")
def anchor_ledger() -> None:
    """Write down the head of every exchange's chain; one that fails does not hold up the others."""
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            with use_exchange(exchange):
                write_anchor(exchange=exchange, at=timezone.now())
        except (AnchorDamaged, OSError) as error:
            logger.critical("The ledger of %s was not anchored: %s", exchange.slug, error)
