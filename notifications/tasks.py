"""Background work of the wing. A broker message carries nothing: the drain finds what is due."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from notifications.work import work_off
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)


@shared_task(name="notifications.tasks.drain_outbox")
def drain_outbox() -> None:
    """Work off every active exchange; one that fails does not keep the others waiting."""
    cache.set(settings.WORKER_PULSE_KEY, time.time(), timeout=None)
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            counts = work_off(exchange=exchange, now=timezone.now())
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("The outbox of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if any(counts.values()):
                logger.info("Outbox of %s: %s", exchange.slug, counts)
