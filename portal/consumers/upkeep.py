"""Forgetting uploaded feed files nobody came back to: they hold personal data, and no record."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from portal.consumers import inbox
from portal.consumers.models import FeedRun
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: How long the file of a run that did not reach its end waits to be continued.
KEEP_STOPPED: Final = timedelta(days=7)


def forget_feed_files(*, now: datetime) -> int:
    """Delete the files of runs that stopped or fell silent seven days before ``now`` (UTC).

    A run keeps its counts and its refused rows; it can no longer be continued. Files of that age
    that no run names are deleted too. Returns how many files.
    """
    before = now - KEEP_STOPPED
    deleted, waiting = 0, set[str]()
    for exchange in Exchange.objects.all():
        with use_exchange(exchange):
            deleted += _forget_of(exchange, before)
            rows = FeedRun.objects.filter(exchange=exchange).exclude(stored_as="")
            waiting.update(rows.values_list("stored_as", flat=True))
    return deleted + inbox.forget_older(before, but=waiting)


def _forget_of(exchange: Exchange, before: datetime) -> int:
    rows = FeedRun.objects.filter(exchange=exchange, seen_at__lt=before).exclude(stored_as="")
    # A locked run is being continued at this moment.
    runs = list(rows.select_for_update(of=("self",), skip_locked=True))
    for run in runs:
        inbox.forget(run.stored_as)
        run.stored_as = ""
        if not run.is_over:
            run.state, run.finished_at = FeedRun.State.STOPPED, timezone.now()
        run.save(update_fields=["stored_as", "state", "finished_at"])
        record(
            actor=Actor.system(exchange),
            action="consumers.feed_file_forgotten",
            data={"run": run.pk},
        )
    return len(runs)
