"""A brake for pages that anybody may open. Losing the counters loses the brake, nothing else."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from portal.proxies import client_address

_SECONDS = 600
#: Requests in ten minutes by one address, and for one link.
_PER_ADDRESS = 300
_PER_LINK = 60


def is_over_limit(request: HttpRequest, token: str) -> bool:
    """Count a request for a link; True when its sender, or the link, has had too many."""
    address = client_address(request)
    counts = [_count("address", address) > _PER_ADDRESS, _count("link", token) > _PER_LINK]
    return any(counts)


def _count(kind: str, value: str) -> int:
    key = f"releases:{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
    try:
        cache.add(key, 0, _SECONDS)
        return cache.incr(key)
    except (ValueError, RedisError):  # it lapsed between the two, or the cache is away
        return 1
