"""A brake for the public form. Losing the counters loses the brake, nothing else."""

import hashlib
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

from portal.proxies import client_address
from storefronts.models import Listing

_SECONDS: Final = 3_600
#: Requests within an hour by one address, and for one place.
PER_ADDRESS: Final = 10
PER_PLACE: Final = 60


def is_over_limit(request: HttpRequest, listing: Listing) -> bool:
    """Count a request for help; True when its sender, or the place, has had too many.

    What is refused to a sender does not count for the place, or one sender could close it to all.
    """
    if _count(f"address:{client_address(request)}") > PER_ADDRESS:
        return True
    return _count(f"place:{listing.public_id}") > PER_PLACE


def _count(value: str) -> int:
    key = f"finder-help:{hashlib.sha256(value.encode()).hexdigest()}"
    cache.add(key, 0, _SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it lapsed between the two
        return 1
