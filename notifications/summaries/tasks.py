"""Background work of the room. The schedule only ticks; what is due is asked of the database."""

import logging

from celery import shared_task
from django.utils import timezone

from notifications.summaries.making import make_summaries
from notifications.summaries.models import MODULE
from notifications.summaries.rules import forget_old_summaries
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)


@shared_task(name="notifications.summaries.tasks.make_daily_summaries")
def make_daily_summaries() -> None:
    """Make what is due in every exchange; one that fails does not keep the others waiting."""
    for exchange in Exchange.objects.filter(is_active=True, modules__contains=[MODULE]):
        try:
            counts = make_summaries(exchange=exchange, now=timezone.now())
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("Summaries of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if counts.days:
                logger.info("Summaries of %s: %s", exchange.slug, counts.as_dict())


@shared_task(name="notifications.summaries.tasks.forget_daily_summaries")
def forget_daily_summaries() -> int:
    """Delete what exchanges no longer keep; returns how many summaries."""
    return sum(
        forget_old_summaries(exchange=exchange, now=timezone.now())
        for exchange in Exchange.objects.filter(is_active=True)
    )
