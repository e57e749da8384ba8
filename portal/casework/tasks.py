"""Background work of the spine. A message carries nothing: the sweep finds what is due."""

import logging

from celery import shared_task
from django.utils import timezone

from portal.casework import sweep
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)


@shared_task(name="portal.casework.tasks.sweep_timers")
def sweep_timers() -> None:
    """Sweep every active exchange; one that fails does not keep the others waiting."""
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            counts = sweep.sweep_timers(exchange=exchange, now=timezone.now())
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("The sweep of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if any(counts.as_dict().values()):
                logger.info("Swept %s: %s", exchange.slug, counts.as_dict())
