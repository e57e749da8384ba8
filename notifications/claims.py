"""Claiming work, one row at a time: what the outbox drain and the mailer have in common.

A round is asked for at one instant, and that instant alone decides what is due: what a step writes
down in a round is due in the next step of the same round, however long each took. Only what must
last from the moment of the act, a lease or a pause, is counted on a clock that moves on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import F, QuerySet


def moving_on(now: datetime) -> Callable[[], datetime]:
    """A clock that starts at ``now``: in a long round a lease must not begin in the past."""
    started = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - started)


def turns(limit: int, patience: timedelta | None) -> Iterator[int]:
    """Count up to ``limit`` turns, and begin none when ``patience`` is over. None: no hurry."""
    if patience is None:
        yield from range(limit)
        return
    ends = monotonic() + patience.total_seconds()
    for turn in range(limit):
        if monotonic() >= ends:
            return
        yield turn


def claim_next(waiting: QuerySet[Any], *, due: datetime, lease_until: datetime) -> int | None:
    """Take the row that has been due longest at ``due`` (UTC), and return its key.

    Until ``lease_until`` (UTC) nobody else gets it, and the attempt counts even if it ends its
    process, once the caller's transaction has committed. A row that somebody else is just taking
    is passed over. None: nothing is due.
    """
    key = (
        waiting.filter(next_attempt_at__lte=due)
        .select_for_update(skip_locked=True)
        .order_by("next_attempt_at", "pk")
        .values_list("pk", flat=True)
        .first()
    )
    if key is not None:
        waiting.model._default_manager.filter(pk=key).update(
            attempts=F("attempts") + 1, lease_until=lease_until, next_attempt_at=lease_until
        )
    return key
