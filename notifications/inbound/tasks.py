"""Background work of the room. A broker message carries nothing: what is due, the database says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from notifications.inbound.filing import file_waiting
from notifications.inbound.imap import fetch_exchange
from notifications.inbound.retention import forget_originals
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

#: Mails of one round; the next round is seconds away, and a task has a time limit.
_ROUND = 100


def _for_each(what: str, work: Callable[[Exchange, datetime], Mapping[str, int]]) -> None:
    """Do it for every active exchange; one that fails does not keep the others waiting."""
    for exchange in Exchange.objects.filter(is_active=True):
        try:
            counts = work(exchange, timezone.now())
        except Exception as error:
            # Not the message: it may quote a mail.
            logger.error("%s of %s failed: %s", what, exchange.slug, type(error).__name__)
        else:
            if any(counts.values()):
                logger.info("%s of %s: %s", what, exchange.slug, dict(counts))


@shared_task(name="notifications.inbound.tasks.fetch_mail")
def fetch_mail() -> None:
    """Ask every mail server what is new."""
    _for_each(
        "Fetching mail",
        lambda exchange, now: fetch_exchange(exchange=exchange, now=now, limit=_ROUND).as_dict(),
    )


@shared_task(name="notifications.inbound.tasks.file_mail")
def file_mail() -> None:
    """Look at the mails that are kept."""
    _for_each(
        "Filing mail",
        lambda exchange, now: file_waiting(exchange=exchange, now=now, limit=_ROUND).as_dict(),
    )


@shared_task(name="notifications.inbound.tasks.forget_mail")
def forget_mail() -> None:
    """Forget originals that nobody needs any more."""

    def forget(exchange: Exchange, now: datetime) -> Mapping[str, int]:
        with use_exchange(exchange):
            return {"forgotten": forget_originals(exchange=exchange, now=now)}

    _for_each("Forgetting mail", forget)
