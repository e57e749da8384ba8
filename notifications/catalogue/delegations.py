"""Messages on delegations (DL-04, DL-06, BN-02, C.7).

The bell's two kinds bear the names the enroller portal prints, and say nothing of the consumer.
The consumer, who has no account, gets two texts: a passcode, and that it was used.
"""

from collections.abc import Iterable

from notifications import recipients as to
from notifications.catalogue.base import BELL, COMMON, TEXT, Circle, MessageKind
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Person

_STANDING = "delegations:standing"


def those_concerned(message: OutboxMessage) -> Iterable[Person]:
    """The enroller the delegation is about; without one, the leads of the organization."""
    return to.enroller_or_leads(
        message,
        organization_id=message.data.get("organization"),
        enroller_id=message.data.get("enroller"),
        but=message.data.get("by"),
    )


def _bell(key: str, label: str, subject: str, body: str) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=BELL,
        subject=subject,
        body=f"{body}\n\nSee your delegations:\n{{link}}",
        recipients=those_concerned,
        variables=COMMON,
        required=frozenset(),
        page=_STANDING,
        source="DL-06, BN-02, C.7",
    )


def _text(key: str, label: str, body: str, **more: object) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.CONSUMER,
        channels=TEXT,
        subject=label,
        body=body,
        source="DL-04, C.7a",
        **more,  # type: ignore[arg-type]
    )


MESSAGES = (
    _bell(
        "delegation.pending",
        "Pending Delegations",
        "A delegation waits for you to accept or decline it",
        "A consumer has asked to be delegated to you or your organization.",
    ),
    _bell(
        "delegation.received",
        "Delegation Transfer Status",
        "A consumer was delegated to you",
        "A consumer was delegated to you and is now among your active consumers.",
    ),
    _bell(
        "delegation.left",
        "Delegation Transfer Status",
        "A consumer of yours is no longer delegated to you",
        "A consumer of yours is no longer delegated to you.",
    ),
    _text(
        "delegation.passcode",
        "Your one-time passcode",
        "{exchange}: your one-time passcode is {passcode}. It works for 10 minutes. Tell it only"
        " to the enroller who is helping you now; we will never ask you for it.",
        variables=frozenset({"exchange", "contact", "passcode"}),
        required=frozenset({"passcode"}),
        is_secret=True,
    ),
    _text(
        "delegation.confirmed",
        "You have an enroller",
        "{exchange}: the enroller you gave your passcode to now helps with your application. You"
        " can change this at any time. Was it not you? Write to {contact}.",
        variables=frozenset({"exchange", "contact"}),
        required=frozenset({"contact"}),
    ),
)
