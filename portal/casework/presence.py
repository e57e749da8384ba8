"""Who else has a case open right now, so that two people do not work past each other.

Kept in Valkey alone and gone within a minute: a courtesy, not a record. Without Valkey nobody
is shown and nothing fails. Only ids are kept there.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings
from django.utils import timezone

from portal.casework.models import Case
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person

logger = logging.getLogger(__name__)

#: Somebody who has not been heard of for this many seconds has left.
GONE_AFTER: Final = 45
#: How often an open page says that it is still there, in seconds.
HEARTBEAT: Final = 20


@dataclass(frozen=True)
class Reader:
    """A colleague who has the case open."""

    name: str
    since: datetime


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=0.3)


def arrive(*, actor: Actor, case: Case) -> list[Reader]:
    """Note that the actor has the case open, and name the colleagues who have it open too.

    Nobody outside the exchange is noted or told.
    """
    if actor.is_outside or actor.person_id is None:
        return []
    now = timezone.now()
    key = f"presence:{case.exchange_id}:{case.pk}"
    mine = str(actor.person_id)
    try:
        client = _client(str(settings.CACHES["default"]["LOCATION"]))
        entries = {
            person: json.loads(entry) for person, entry in _decoded(client.hgetall(key)).items()
        }
        here = {
            person: entry
            for person, entry in entries.items()
            if now.timestamp() - entry["seen"] < GONE_AFTER
        }
        since = here.get(mine, {}).get("since", now.timestamp())
        with client.pipeline(transaction=False) as pipe:
            if gone := entries.keys() - here.keys() - {mine}:
                pipe.hdel(key, *gone)
            pipe.hset(key, mine, json.dumps({"since": since, "seen": now.timestamp()}))
            pipe.expire(key, GONE_AFTER)
            pipe.execute()
    except (redis.RedisError, OSError):
        logger.warning("Presence is not available: the cache does not answer.")
        return []
    here.pop(mine, None)
    return _named(here)


def _decoded(raw: Any) -> dict[str, bytes]:
    return {person.decode(): entry for person, entry in raw.items()}


def _named(here: dict[str, dict[str, float]]) -> list[Reader]:
    if not here:
        return []
    names = Person.objects.filter(pk__in=map(int, here)).values_list("pk", "full_name")
    readers = [
        Reader(name, datetime.fromtimestamp(here[str(pk)]["since"], UTC)) for pk, name in names
    ]
    return sorted(readers, key=lambda reader: reader.since)
