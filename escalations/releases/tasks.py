"""Background work of the releases room. Messages carry nothing: the tasks find what is due."""

import logging

from celery import shared_task
from django.utils import timezone

from escalations.releases import lapse
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)


@shared_task(name="escalations.releases.tasks.withdraw_lapsed_grants")
def withdraw_lapsed_grants() -> None:
    """In every exchange, remove lapsed grants and warn of releases about to end.

    An exchange that fails does not keep the others waiting.
    """
    for exchange in Exchange.objects.filter(is_active=True):
        now = timezone.now()
        try:
            with use_exchange(exchange):
                removed = lapse.withdraw_lapsed_grants(exchange=exchange, at=now)
                warned = lapse.warn_of_expiring_releases(exchange=exchange, at=now)
        except Exception as error:
            # Not the message: it may quote a row.
            logger.error("Lapsed releases of %s: %s", exchange.slug, type(error).__name__)
        else:
            if removed or warned:
                logger.info("%s: %s grants lapsed, %s warned", exchange.slug, removed, warned)
