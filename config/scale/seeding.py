"""Filling one exchange with a large population, in chunks that commit one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from config.scale.cases import CaseSeeder
from config.scale.people import add_consumers, found_offices, found_staff
from config.scale.shape import Shape
from portal.casework.models import Case, Note
from portal.clocks.models import Timer
from portal.consumers.models import Consumer
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

Say = Callable[[str], None]
_CONSUMERS_A_STATEMENT = 100_000


def seed(*, exchange: Exchange, shape: Shape, now: datetime, say: Say) -> dict[str, int]:
    """Add a population to an exchange that has its units, policies and ticket types.

    Repeating it adds another population beside the first, with new numbers; offices and staff
    are only brought up to the shape's numbers.

    Args:
        now: the population's present (UTC): deadlines lie around it.
        say: told of every chunk.

    Returns:
        How many rows of each the exchange has afterwards.
    """
    with use_exchange(exchange):
        offices = found_offices(exchange, shape)
        found_staff(exchange, shape)
    say(f"{len(offices)} offices, {shape.people} staff")
    for first, last in _spans(shape.consumers, _CONSUMERS_A_STATEMENT):
        with use_exchange(exchange):
            add_consumers(exchange, first=first, last=last, seed=shape.seed, now=now)
        say(f"consumers {last:,} of {shape.consumers:,}")
    with use_exchange(exchange):
        seeder = CaseSeeder(exchange, shape, now)
    for first, last in _spans(shape.cases, shape.chunk):
        with use_exchange(exchange):
            seeder.add(first=first, last=last)
        say(f"cases {last:,} of {shape.cases:,}")
    with use_exchange(exchange):
        return {
            "cases": Case.objects.count(),
            "open_cases": Case.objects.open().count(),
            "notes": Note.objects.count(),
            "timers": Timer.objects.count(),
            "consumers": Consumer.objects.count(),
        }


def _spans(total: int, size: int) -> Iterator[tuple[int, int]]:
    for first in range(1, total + 1, size):
        yield first, min(first + size - 1, total)
