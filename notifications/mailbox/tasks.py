"""Background work of the room. A broker message carries nothing: what is due, the database says."""

import logging

from celery import shared_task
from django.utils import timezone

from notifications.mailbox import retention
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)


@shared_task(name="notifications.mailbox.tasks.forget_mailbox")
def forget_mailbox() -> None:
    """Delete what is too old; an exchange that fails does not keep the others waiting."""
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            counts = retention.forget_mailbox(exchange=exchange, now=timezone.now()).as_dict()
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("Mailboxes of %s failed: %s", exchange.slug, type(error).__name__)
        else:
            if any(counts.values()):
                logger.info("Mailboxes of %s: %s", exchange.slug, counts)
