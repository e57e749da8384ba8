"""Every message the portal sends, as data: who is told, how, and in which words.

One module a room, so that one person can read all that leaves a room. A key that is missing is a
bug found by a test (tests/notifications/test_catalogue.py), not by a reader.
"""

from collections.abc import Iterable, Sequence

from notifications.catalogue import (
    accounts,
    appeals,
    bells,
    briefings,
    channels,
    constituent,
    delegations,
    finder,
    help_requests,
    inbound,
    letters,
    mailbox,
    producers,
    releases,
    retention,
    spine,
    storefronts,
    summaries,
    tickets,
    tiers,
)
from notifications.catalogue.base import (
    BELL,
    BOTH,
    CASE,
    COMMON,
    MAIL,
    REFERRAL,
    TEXT,
    Channel,
    Circle,
    MessageKind,
    RecipientRule,
)

__all__ = [
    "BELL",
    "BOTH",
    "CASE",
    "COMMON",
    "MAIL",
    "REFERRAL",
    "TEXT",
    "Channel",
    "Circle",
    "MessageKind",
    "RecipientRule",
    "all_kinds",
    "get",
]

_ROOMS = (
    constituent,
    inbound,
    mailbox,
    releases,
    letters,
    tickets,
    producers,
    tiers,
    appeals,
    help_requests,
    retention,
    delegations,
    storefronts,
    finder,
    spine,
    bells,
    summaries,
    briefings,
    channels,
    accounts,
)


def _by_key(kinds: Iterable[MessageKind]) -> dict[str, MessageKind]:
    found: dict[str, MessageKind] = {}
    for kind in kinds:
        if found.setdefault(kind.key, kind) is not kind:
            raise ValueError(f"The message {kind.key} is declared twice")
    return found


_kinds = _by_key(kind for room in _ROOMS for kind in room.MESSAGES)


def get(key: str) -> MessageKind:
    """The message with this key.

    Raises:
        KeyError: there is none.
    """
    return _kinds[key]


def all_kinds() -> Sequence[MessageKind]:
    """Every message, in the order of the catalogue."""
    return list(_kinds.values())
