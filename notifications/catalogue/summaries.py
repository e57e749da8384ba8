"""Messages on daily summaries: that one is there, and nothing of what it says (SM-01, X-02)."""

from collections.abc import Iterable

from notifications.catalogue.base import COMMON, MAIL, Circle, MessageKind
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Membership, Person

#: Message → what a role must have at the moment of sending; the room registers both.
_NEEDED = {"summary.own": "summaries.read", "summary.manager": "summaries.read_team"}


def reader(message: OutboxMessage) -> Iterable[Person]:
    """The person the summary is for, while their role still gets one."""
    theirs = Membership.objects.current().filter(
        exchange_id=message.exchange_id, role__actions__contains=[_NEEDED[message.key]]
    )
    return Person.objects.filter(pk=message.recipient_id or 0, pk__in=theirs.values("person_id"))


def _is_there(key: str, label: str) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=MAIL,
        subject=f"Your {label} is in your Secure Mailbox",
        body=f"Your {label} for today is in your Secure Mailbox. Sign in to read it:\n{{link}}",
        recipients=reader,
        variables=COMMON,
        required=frozenset({"link"}),
        page="mailbox:index",
        source="SM-01, SM-02",
    )


#: No “No Alerts” in a mail: how many alerts there are is part of what the mailbox keeps secure.
MESSAGES = (
    _is_there("summary.own", "Daily Summary"),
    _is_there("summary.manager", "Daily Manager Summary"),
)
