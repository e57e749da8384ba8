"""Background work of the wing. A broker message carries nothing: the drain finds what is due."""

import logging
import time
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from notifications.bells.closures import announce_closures
from notifications.work import work_off
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

#: What all exchanges together may take of one tick. The worker ends a task after four minutes
#: wherever it stands, and a mail that was just leaving would then be an operator's to decide.
TICK: Final = timedelta(seconds=150)


@shared_task(name="notifications.tasks.drain_outbox")
def drain_outbox() -> None:
    """Work off every active exchange; one that fails or is slow does not keep the others waiting.

    What is left when an exchange's share of the time is over, the next tick goes on with.
    """
    _show_life()
    exchanges = list(Exchange.objects.filter(is_active=True))
    for exchange in exchanges:
        try:
            share = TICK / len(exchanges)
            counts = work_off(exchange=exchange, now=timezone.now(), share=share)
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("The outbox of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if any(counts.values()):
                logger.info("Outbox of %s: %s", exchange.slug, counts)


def _show_life() -> None:
    """Tell the readiness page that the worker works; without a cache the work goes on unseen."""
    try:
        cache.set(settings.WORKER_PULSE_KEY, time.time(), timeout=None)
    except RedisError:
        logger.warning("The worker's pulse is not shown: the cache does not answer.")


@shared_task(name="notifications.tasks.announce_closed_days")
def announce_closed_days() -> None:
    """Announce the closed days that are near enough; one exchange's failure is its own."""
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            with use_exchange(exchange):
                count = announce_closures(exchange=exchange, now=timezone.now())
        except Exception as error:
            logger.error("Closed days of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if count:
                logger.info("Closed days of %s: %s announced", exchange.slug, count)
