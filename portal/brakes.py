"""Counting what comes in through public doors, in the cache.

Losing the counters, or the cache as a whole, loses the brake and nothing else: the door stays open.
"""

import hashlib

from django.core.cache import cache
from redis.exceptions import RedisError


def count(kind: str, value: str, *, seconds: int) -> int:
    """How many there have been of ``value`` within ``seconds`` of the first, this one included.

    1 where nothing can be counted. The cache holds a digest of ``value``, e.g. of an address.
    """
    key = f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
    try:
        cache.add(key, 0, seconds)
        return cache.incr(key)
    except (ValueError, RedisError):  # it lapsed between the two, or the cache is away
        return 1
