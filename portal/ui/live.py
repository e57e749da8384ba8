"""Numbers the header keeps fresh without a page load, e.g. how much of the bell is unread.

A room registers its number in ``AppConfig.ready`` and says when somebody's may have changed
(:func:`touch`, :func:`touch_exchange`). What was reckoned is remembered in the cache under a mark
that each change replaces, so a browser that asks twice a minute costs no statement. The cache may
be lost at any time: then the number is reckoned again. What changes without anybody saying so,
e.g. a case that moved out of sight, is seen when the memory ends (:data:`REMEMBERED`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import blake2s
from secrets import token_hex
from time import monotonic
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from redis.exceptions import RedisError

from portal.ui.navigation import MayAct

#: Seconds after which a number is reckoned again although nobody said that it changed.
REMEMBERED: Final = 300
#: A mark outlives every number that was remembered under it.
_MARKED: Final = 2 * REMEMBERED
#: Seconds for which a cache that did not answer is told nothing: whoever tells thousands, one by
#: one, would else wait for its time-out each time.
_LEFT_ALONE: Final = 10.0


@dataclass(frozen=True)
class Waiting:
    """How much waits for somebody, and the key of the newest of it, which grows with each."""

    count: int
    newest: int = 0


@dataclass(frozen=True)
class LiveCount:
    """One number beside an icon of the header that leads to what it counts."""

    key: str
    #: What the icon is called, e.g. “Notifications”.
    label: str
    #: What one of them is called when it is announced, and several.
    one: str
    many: str
    url_name: str
    symbol: str
    #: Costs one statement.
    waiting: Callable[[Any], Waiting]
    #: The permission action the person must have.
    action: str
    order: int = 100
    #: What an exchange must work with to have the page; empty: nothing.
    module: str = ""
    #: Address of the newest few as a fragment for a menu; empty: a plain link.
    newest_url_name: str = ""


@dataclass(frozen=True)
class ShownCount:
    """A number made ready for one person; its figure comes by itself."""

    key: str
    label: str
    one: str
    many: str
    url: str
    symbol: str
    newest_url: str


@dataclass(frozen=True)
class Answer:
    """What a browser is told, and the entity tag by which it says that it knows it already."""

    body: str
    etag: str


_counts: dict[str, LiveCount] = {}
#: When a cache that did not answer is told something again, on this process's own clock.
_silent_until = 0.0


def register(count: LiveCount) -> None:
    """Put a number into the header; called from ``AppConfig.ready``.

    Raises:
        ValueError: another number has the key.
    """
    if _counts.setdefault(count.key, count) != count:
        raise ValueError(f"The live number {count.key} is registered twice")


def shown_to(actor: MayAct | None) -> list[ShownCount]:
    """The icons this person has; a page that is not there is left out. Costs no statement."""
    found = []
    for count in _offered(actor) if actor else ():
        with suppress(NoReverseMatch):
            found.append(
                ShownCount(
                    count.key,
                    count.label,
                    count.one,
                    count.many,
                    reverse(count.url_name),
                    count.symbol,
                    reverse(count.newest_url_name) if count.newest_url_name else "",
                )
            )
    return found


def remembered(*, person_id: int, exchange_id: int, membership_id: int) -> Answer | None:
    """What was reckoned for somebody and still stands; None: reckon again. No statement."""
    key = _key(membership_id)
    marks = _marks_of(person_id, exchange_id)
    found: dict[str, Any] = {}
    with suppress(RedisError):
        found = cache.get_many([key, *marks])
    kept = found.get(key)
    if kept is None or kept["marks"] != [found.get(mark) for mark in marks]:
        return None
    return _answer(kept["body"])


def reckon(actor: Any) -> Answer:
    """Reckon every number of an actor, one statement each, and remember them.

    The marks are read first: what changes meanwhile replaces them, and is not forgotten.
    """
    names = _marks_of(actor.person_id, actor.exchange_id)
    marks: dict[str, Any] | None = None
    with suppress(RedisError):
        marks = cache.get_many(names)
    waiting = {count.key: asdict(count.waiting(actor)) for count in _offered(actor)}
    body = json.dumps(waiting, separators=(",", ":"))
    if marks is not None:
        kept = {"body": body, "marks": [marks.get(name) for name in names]}
        with suppress(RedisError):
            cache.set(_key(actor.membership.pk), kept, REMEMBERED)
    return _answer(body)


def touch(people: Iterable[int]) -> None:
    """After the commit, forget the numbers of these people (ids)."""
    _touch([f"live:p{person_id}" for person_id in people])


def touch_exchange(exchange_id: int) -> None:
    """After the commit, forget everybody's numbers in an exchange: after a message to all."""
    _touch([f"live:x{exchange_id}"])


def _touch(names: list[str]) -> None:
    def forget() -> None:
        global _silent_until
        if monotonic() < _silent_until:
            return
        try:
            cache.set_many(dict.fromkeys(names, token_hex(8)), _MARKED)
        except RedisError:
            _silent_until = monotonic() + _LEFT_ALONE

    if names:
        transaction.on_commit(forget, robust=True)


def _offered(actor: MayAct) -> list[LiveCount]:
    ordered = sorted(_counts.values(), key=lambda count: (count.order, count.key))
    return [
        count
        for count in ordered
        if actor.may(count.action) and (not count.module or actor.has_module(count.module))
    ]


def _key(membership_id: int) -> str:
    return f"live:m{membership_id}"


def _marks_of(person_id: int, exchange_id: int) -> list[str]:
    return [f"live:p{person_id}", f"live:x{exchange_id}"]


def _answer(body: str) -> Answer:
    return Answer(body, f'"{blake2s(body.encode(), digest_size=8).hexdigest()}"')
