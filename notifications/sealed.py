"""Messages whose address or secret stays sealed with what they are about until they leave.

Each such message has a module that writes the row without them, opens the seal at the moment of
sending, and empties it afterwards (ASVS 6.5).
"""

from datetime import datetime
from typing import Protocol, cast

from notifications import delegation_texts, digital_mail
from notifications.briefings import mails as briefings
from notifications.catalogue import MessageKind
from notifications.inbound import answers
from notifications.models import MailMessage
from notifications.wording import Wording
from portal.casework.models import OutboxMessage


class Seal(Protocol):
    """What a module of sealed messages can do."""

    def is_one(self, key: str) -> bool:
        """Whether a message is one of the module's."""

    def write(self, *, message: OutboxMessage, kind: MessageKind, now: datetime) -> bool:
        """Write the row; False when there is nothing to send."""

    def open_seal(self, mail: MailMessage, *, now: datetime) -> tuple[str, Wording] | None:
        """Where it really goes and what it says; None when it may not go any more."""

    def empty_seal(self, mail: MailMessage) -> None:
        """Forget what was sealed: it has left, or never will."""


_SEALS = (
    cast(Seal, digital_mail),
    cast(Seal, delegation_texts),
    cast(Seal, answers),
    cast(Seal, briefings),
)


def handler_of(key: str) -> Seal | None:
    """The module that handles a message, if it is a sealed one."""
    return next((seal for seal in _SEALS if seal.is_one(key)), None)
