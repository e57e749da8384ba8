"""Background work of the consumers room. A message carries ids and nothing else."""

import logging

from celery import shared_task
from django.utils import timezone

from portal.consumers import feeds, inbox, upkeep
from portal.consumers.imports import import_file, stop_run
from portal.consumers.models import FeedRun
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

#: A file of 300 MB takes hours at worst; a worker that dies is found by its silence.
_LIMIT_SECONDS = 6 * 3600


# Acknowledged early: a second worker that got the message again would only find rows that are
# in. Whoever watches the run sees it fall silent, and lets it continue.
@shared_task(
    name="portal.consumers.tasks.run_feed",
    acks_late=False,
    soft_time_limit=_LIMIT_SECONDS,
    time_limit=_LIMIT_SECONDS + 60,
)
def run_feed(*, exchange_id: int, run_id: int) -> None:
    """Read an uploaded file into its exchange, then delete it."""
    exchange = Exchange.objects.get(pk=exchange_id)
    with use_exchange(exchange):
        run = FeedRun.objects.get(pk=run_id)
    if run.is_over or not run.stored_as:
        return
    name = run.stored_as
    try:
        import_file(kind=feeds.get(run.kind), exchange=exchange, path=inbox.path_of(name), run=run)
    except Exception as error:
        # Not the message: it may quote a row.
        logger.error("Feed run %s stopped: %s", run_id, type(error).__name__)
        stop_run(run=run, exchange=exchange)
    else:
        inbox.forget(name)


@shared_task(name="portal.consumers.tasks.forget_feed_files")
def forget_feed_files() -> int:
    """Delete uploaded files whose runs stopped a week ago; returns how many."""
    return upkeep.forget_feed_files(now=timezone.now())
