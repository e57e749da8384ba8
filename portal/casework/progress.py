"""How far a long act on many cases is, told to the page that waits for it.

The act itself is one transaction, so nothing of it can be read from the database before it is
done. Its progress is kept in the cache alone for a minute, under a key the page drew and the
person it belongs to: a courtesy, not a record.
"""

import logging
import re
from collections.abc import Callable
from typing import Final

from django.core.cache import cache

from portal.tenancy.actor import Actor

logger = logging.getLogger(__name__)

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_SECONDS: Final = 60


def progress_of(actor: Actor, key: str) -> Callable[[int, int], None] | None:
    """What to call after each case: ``(done, of how many)``; None when the page asked for none."""
    if not _KEY.fullmatch(key):
        return None

    def tell(done: int, total: int) -> None:
        try:
            cache.set(_name(actor, key), (done, total), _SECONDS)
        except Exception:  # whatever the cache suffers from, the act goes on
            logger.warning("Progress cannot be told: the cache does not answer.")

    return tell


def read_progress(actor: Actor, key: str) -> tuple[int, int]:
    """How many are done, of how many; zeros when nothing is known."""
    if not _KEY.fullmatch(key):
        return 0, 0
    done, total = cache.get(_name(actor, key)) or (0, 0)
    return done, total


def _name(actor: Actor, key: str) -> str:
    return f"progress:{actor.exchange_id}:{actor.person_id}:{key}"
