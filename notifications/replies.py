"""Whether a mail can be answered, and where to; the room that takes mail in makes itself known.

Nothing is registered, or the exchange has no mailbox: a mail says that replies are not read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from notifications.models import MailMessage
from portal.casework.models import Case
from portal.tenancy.models import Exchange


class ReplyRoom(Protocol):
    """What a room that reads replies can tell."""

    def takes_replies(self, *, exchange: Exchange, key: str, case: Case | None) -> bool:
        """Whether an answer to this message would be read; the exchange must be set."""

    def reply_to(self, mail: MailMessage, *, to: str, now: datetime) -> str:
        """The address an answer goes to; empty: none."""


_rooms: list[ReplyRoom] = []


def register(room: object) -> None:
    """Make a room known; a module is one."""
    if room not in _rooms:
        _rooms.append(room)  # type: ignore[arg-type]


def takes_replies(*, exchange: Exchange, key: str, case: Case | None) -> bool:
    """Whether an answer to a message would be read; the exchange must be set."""
    return any(room.takes_replies(exchange=exchange, key=key, case=case) for room in _rooms)


def reply_to(mail: MailMessage, *, to: str, now: datetime) -> str:
    """The address an answer to a mail goes to; empty: answers are not read."""
    return next((found for room in _rooms if (found := room.reply_to(mail, to=to, now=now))), "")
