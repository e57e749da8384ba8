"""Background work of the documents room."""

import logging

from celery import shared_task

from portal.documents.services import delete_unreferenced_files as delete_files
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)


@shared_task(name="portal.documents.tasks.delete_unreferenced_files")
def delete_unreferenced_files() -> int:
    """Delete stored files that no row names, exchange by exchange; returns how many.

    A storage that fails for one exchange does not hold up the others.
    """
    deleted = 0
    for exchange in Exchange.objects.all():
        try:
            with use_exchange(exchange):
                deleted += delete_files(exchange=exchange)
        except OSError as error:
            logger.error("Files of %s were not looked at: %s", exchange.slug, type(error).__name__)
    return deleted
