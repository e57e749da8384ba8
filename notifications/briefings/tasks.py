"""Background work of the room. The schedule only ticks; what is due is asked of the database."""

import logging

from celery import shared_task
from django.utils import timezone

from notifications.briefings.names import MODULE
from notifications.briefings.sending import send_briefings as send
from notifications.briefings.waking import TASK
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)


@shared_task(name=TASK)
def send_briefings() -> None:
    """Send what is due in every exchange; one that fails does not keep the others waiting."""
    for exchange in Exchange.objects.filter(is_active=True, modules__contains=[MODULE]):
        try:
            counts = send(exchange=exchange, now=timezone.now())
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("Briefings of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if counts.briefings:
                logger.info("Briefings of %s: %s", exchange.slug, counts.as_dict())
