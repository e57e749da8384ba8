"""Groups of messages people choose channels for.

A message belongs to the group that names its key, or else the first part of its key, or else to
the group of its circle: a message added to the catalogue is never without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from notifications.catalogue import Channel, Circle, MessageKind, all_kinds, get
from notifications.channels.choices import Way


@dataclass(frozen=True)
class Group:
    """What a person sees as one line of their preferences."""

    key: str
    label: str
    hint: str
    #: Neither a person nor an exchange can switch these channels off.
    required: frozenset[Way] = frozenset()
    #: Goes out in quiet hours too.
    is_urgent: bool = False
    #: Its messages never become entries of the secure mailbox: they are, or tell of, one.
    is_mailbox: bool = False


_BOTH: Final = frozenset({Way.BELL, Way.MAIL})
_BELL: Final = frozenset({Way.BELL})

GROUPS: Final = (
    Group(
        "security",
        "Sign-in and security",
        "Invitations, passwords, passcodes and links to sign.",
        required=_BOTH,
        is_urgent=True,
        is_mailbox=True,
    ),
    Group(
        "releases",
        "Release forms",
        "Whether a form is in force, deficient, revoked or ends soon.",
        required=_BOTH,
    ),
    Group(
        "urgent",
        "Urgent alerts and outages",
        "What cannot wait: passed deadlines, outages, messages that could not be handled.",
        required=_BOTH,
        is_urgent=True,
    ),
    Group(
        "answers",
        "Cases you brought",
        "What becomes of cases, tickets and help requests you or your office sent in.",
    ),
    Group("work", "Your work", "Cases, tickets and letters of yours and of your unit."),
    Group("notices", "Notices and hours", "What the portal tells everybody.", required=_BELL),
    Group("deadlines", "Deadlines that come near", "Before a deadline passes.", required=_BELL),
    Group("renewals", "Renewal cases", "Renewal cases that came to you, left you or changed."),
    Group("delegations", "Delegations", "Consumers who come to you or leave you.", required=_BELL),
    Group(
        "summaries", "Daily Summary", "That your Daily Summary is in your mailbox.", is_mailbox=True
    ),
    Group("mailbox", "Secure Mailbox", "That a message waits in your mailbox.", is_mailbox=True),
    Group(
        "briefings", "Alerts and briefings", "What Outreach and Sales sends out.", is_mailbox=True
    ),
)
_BY_KEY: Final = {group.key: group for group in GROUPS}

_OF_KEY: Final = {
    "invitation": "security",
    "release.received": "work",
    "release.declined": "work",
    "release.link": "security",
    "release.passcode": "security",
    "release.link_locked": "work",
    "release.override_asked": "work",
    "delegation.passcode": "security",
    "delegation.confirmed": "security",
    "sla.warning": "deadlines",
    "sla.breach": "urgent",
    "notice.outage": "urgent",
    "tiers.expedited": "urgent",
    "briefing.alert": "urgent",
    "mailbox.team_waiting": "work",
}
_OF_ROOM: Final = {
    "account": "security",
    "release": "releases",
    "retention": "renewals",
    "delegation": "delegations",
    "summary": "summaries",
    "mailbox": "mailbox",
    "briefing": "briefings",
    "error": "urgent",
    "outbox": "urgent",
    "webhook": "urgent",
    "notice": "notices",
    "calendar": "notices",
}
_INSIDE: Final = frozenset({Circle.STAFF})


def group_named(key: str) -> Group:
    """The group with this key.

    Raises:
        KeyError: there is none.
    """
    return _BY_KEY[key]


def group_of(kind: MessageKind) -> Group:
    """The group a message belongs to."""
    room = kind.key.partition(".")[0]
    fallback = "security" if kind.is_secret else "work" if kind.circle in _INSIDE else "answers"
    return _BY_KEY[_OF_KEY.get(kind.key) or _OF_ROOM.get(room) or fallback]


def group_of_key(key: str) -> Group:
    """The group of a message by its key; raises ``KeyError`` for no message of the catalogue."""
    return group_of(get(key))


@cache
def kinds_of(key: str) -> Sequence[MessageKind]:
    """Every message of a group."""
    return tuple(kind for kind in all_kinds() if group_of(kind).key == key)


def ways_of(group: Group, *, has_mailbox: bool) -> list[Way]:
    """The channels a group can be told by: those of its messages, and the mailbox where it is."""
    channels = frozenset[Channel]().union(*(kind.channels for kind in kinds_of(group.key)))
    offered = {Way.BELL: Channel.BELL in channels, Way.MAIL: Channel.MAIL in channels}
    offered[Way.MAILBOX] = has_mailbox and not group.is_mailbox and any(offered.values())
    return [way for way in Way if offered[way]]


def urgent_keys() -> list[str]:
    """Keys of the messages that do not wait for the end of quiet hours."""
    return [kind.key for kind in all_kinds() if group_of(kind).is_urgent]


def starts_on(way: Way) -> bool:
    """What holds where neither exchange nor person has said anything: as the catalogue says."""
    return way is not Way.MAILBOX
