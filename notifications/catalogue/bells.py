"""The bell's other kinds (BN-02, N-12), under the names the enroller portal prints.

What is told to many bears its own words: those of its writer, or of the calendar's day. So their
modules are asked when a message is sent, not when the catalogue is read: they stand above it.
"""

from importlib import import_module

from notifications import recipients as to
from notifications.catalogue.base import BELL, COMMON, Circle, Crowd, MessageKind, Said
from portal.casework.models import OutboxMessage
from portal.tenancy.models import MembershipQuerySet

_SOURCE = "BN-02, N-12"


def _crowd(module: str) -> Crowd:
    """The crowd a module of the wing knows: its ``members`` and what it ``says``."""

    def members(message: OutboxMessage) -> MembershipQuerySet:
        found: MembershipQuerySet = import_module(module).members(message)
        return found

    def says(message: OutboxMessage) -> Said | None:
        said: Said | None = import_module(module).says(message)
        return said

    return Crowd(members, says)


_NOTICES = _crowd("notifications.bells.ringing")
_CLOSURES = _crowd("notifications.bells.closures")


def _to_many(
    key: str, label: str, subject: str, crowd: Crowd, *, page: str, takes: str = ""
) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.EVERYBODY,
        channels=BELL,
        subject=subject,
        body=f"{subject}:\n{{link}}",
        variables=COMMON,
        required=frozenset(),
        page=page,
        page_takes=takes,
        crowd=crowd,
        source=_SOURCE,
    )


def _failure(key: str, subject: str, body: str, *, page: str = "", takes: str = "") -> MessageKind:
    """Something of one's own that failed; about a case where it has one."""
    return MessageKind(
        key=key,
        label="Error Messaging",
        circle=Circle.ACCOUNT,
        channels=BELL,
        subject=subject,
        body=f"{body}\n{{link}}",
        recipients=to.the_one_named,
        variables=COMMON,
        required=frozenset(),
        page=page,
        page_takes=takes,
        source=_SOURCE,
    )


MESSAGES = (
    _to_many(
        "notice.outage",
        "System Outage",
        "The portal will be down",
        _NOTICES,
        page="notifications:notice",
        takes="notice",
    ),
    _to_many(
        "notice.custom",
        "Custom Messaging",
        "A message for you",
        _NOTICES,
        page="notifications:notice",
        takes="notice",
    ),
    _to_many(
        "calendar.closed",
        "Holiday Closures",
        "A closed day is coming",
        _CLOSURES,
        page="clocks:calendar",
    ),
    _to_many(
        "calendar.changed",
        "Holiday Closures",
        "A closed day has changed",
        _CLOSURES,
        page="clocks:calendar",
    ),
    _to_many(
        "calendar.hours",
        "Holiday Closures",
        "The hours have changed",
        _CLOSURES,
        page="clocks:calendar",
    ),
    _failure(
        "error.feed",
        "A file you uploaded was refused",
        "A file you uploaded was refused. See why:",
        page="consumers:feed-run",
        takes="feed_run",
    ),
    _failure(
        "error.mail",
        "A mail about your step could not be delivered",
        "The reader's mail server did not take a mail that your step sent. Reach them another way:",
    ),
    _failure(
        "error.text",
        "A text to a consumer could not be delivered",
        "The consumer did not get the text. Check the number with them, and try again:",
        page="delegations:result",
        takes="search",
    ),
)
