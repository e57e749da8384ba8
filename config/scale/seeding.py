"""Filling one exchange with a large population, in chunks that commit one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from config.scale.cases import CaseSeeder
from config.scale.consumers import ConsumerSeeder, last_number
from config.scale.listings import add_listings
from config.scale.people import found_enrollers, found_offices, found_staff
from config.scale.renewals import RenewalSeeder
from config.scale.shape import Shape
from portal.casework.models import Case, Note
from portal.clocks.models import Timer
from portal.consumers.models import Consumer
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from retention.models import CrwCase
from storefronts.models import Listing

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
        enrollers = found_enrollers(exchange, shape)
        consumers, have = ConsumerSeeder(exchange, shape, enrollers, now), last_number(exchange)
    say(f"{len(offices)} offices, {shape.people} staff, {len(enrollers.people):,} enrollers")
    with use_exchange(exchange):
        listings = add_listings(
            exchange=exchange, enrollers=enrollers, count=shape.listings, seed=shape.seed, now=now
        )
    say(f"{listings:,} listings")
    for first, last in _spans(shape.consumers, _CONSUMERS_A_STATEMENT):
        with use_exchange(exchange):
            consumers.add(first=have + first, last=have + last)
        say(f"consumers {last:,} of {shape.consumers:,}")
    _add_renewals(exchange, shape, now, say)
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
            "crw_cases": CrwCase.objects.count(),
            "crw_open": CrwCase.objects.open().count(),
            "listings": Listing.objects.filter(exchange=exchange).count(),
        }


def _add_renewals(exchange: Exchange, shape: Shape, now: datetime, say: Say) -> None:
    """As many renewal cases as the shape wants, or as there are consumers with an enroller."""
    with use_exchange(exchange):
        seeder = RenewalSeeder(exchange, shape, now)
    done, after = 0, 0
    while done < shape.crw_cases:
        with use_exchange(exchange):
            limit = min(shape.chunk * 4, shape.crw_cases - done)
            added, after = seeder.add(after=after, limit=limit)
        if not added:
            return
        done += added
        say(f"renewal cases {done:,} of {shape.crw_cases:,}")


def _spans(total: int, size: int) -> Iterator[tuple[int, int]]:
    for first in range(1, total + 1, size):
        yield first, min(first + size - 1, total)
