"""Messages on daily summaries: that one is there, and nothing of what it says (SM-01, X-02)."""

from collections.abc import Iterable

from notifications.catalogue.base import COMMON, MAIL, Circle, MessageKind
from notifications.summaries.models import READ, READ_TEAM, Summary
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Membership, Person


def reader(message: OutboxMessage) -> Iterable[Person]:
    """The person the summary is for, while their role still gets one."""
    summary = Summary.objects.filter(
        pk=message.data.get("summary") or 0, person_id=message.recipient_id or 0
    ).first()
    if summary is None:
        return []
    needed = READ_TEAM if summary.kind == Summary.Kind.MANAGER else READ
    theirs = Membership.objects.current().filter(
        exchange_id=message.exchange_id, role__actions__contains=[needed]
    )
    return Person.objects.filter(pk=summary.person_id, memberships__in=theirs).distinct()


def _is_there(kind: Summary.Kind, label: str) -> MessageKind:
    return MessageKind(
        key=f"summary.{kind.value}",
        label=label,
        circle=Circle.ENROLLER,
        channels=MAIL,
        subject=f"Your {label} is in your Secure Mailbox",
        body=f"Your {label} for today is in your Secure Mailbox. Sign in to read it:\n{{link}}",
        recipients=reader,
        variables=COMMON,
        required=frozenset({"link"}),
        source="SM-01, SM-02",
    )


#: No “No Alerts” in a mail: how many alerts there are is part of what the mailbox keeps secure.
MESSAGES = (
    _is_there(Summary.Kind.OWN, "Daily Summary"),
    _is_there(Summary.Kind.MANAGER, "Daily Manager Summary"),
)
