"""A clock the demonstration moves, so that its cases have a past.

Services take the instant of an act from ``django.utils.timezone.now``, as they should: nobody at a
counter chooses it. Here weeks of work happen in seconds, so for the time of the seeding that one
function, and the column defaults that hold it, are replaced. One process, one thread, no request
runs beside it. The database's own clock goes on: ``recorded_at`` in the ledger, and the history
of configuration, tell when the rows were really written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db.models import Field
from django.utils import timezone


class MovableClock:
    """Tells the instant it was last moved to (UTC)."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def move(self, instant: datetime) -> None:
        """Let it be ``instant`` from here on, until it is moved again."""
        self._now = instant


@contextmanager
def movable_clock(start: datetime) -> Iterator[MovableClock]:
    """Put a movable clock in the place of the real one, and the real one back."""
    real, clock = timezone.now, MovableClock(start)
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.default is real
    ]
    timezone.now = clock
    _set_default(fields, clock)
    try:
        yield clock
    finally:
        timezone.now = real
        _set_default(fields, real)


def _set_default(fields: list[Field], default: object) -> None:
    for field in fields:
        field.default = default
        field.__dict__.pop("_get_default", None)  # Django remembers what the default was
