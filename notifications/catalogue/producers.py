"""Messages on producers' escalations (N-14, N-15; MD-11, MD-12, MD-18…MD-24).

The automatic mail is worded and addressed as the guide prints it. The others name the incident
number and ask to sign in: what was resolved or is needed stands in the portal only (MD-12).
"""

from collections.abc import Iterable

from escalations.producers.models import ProducerEscalation
from notifications import recipients as to
from notifications.catalogue.base import BOTH, CASE, COMMON, MAIL, Circle, MessageKind, to_staff
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Person

#: What the guide's sample has as the sender's name (MD-18).
AUTO_REPLY = "Case Auto Reply"


def producer_of(message: OutboxMessage) -> Iterable[Person]:
    """The producer whose escalation it is; nobody, where they do not sign in here."""
    rows = ProducerEscalation.objects.filter(case=message.case_id, producer__isnull=False)
    return [row.producer for row in rows.select_related("producer") if row.producer]


_RECEIVED = (
    "Hi {producer},\n\n"
    "We have received your inquiry. The assigned incident number is {number}. {promise}\n\n"
    "Thanks\n"
    "MHBE Escalated caseworkers Team\n\n"
    "{thread}"
)
_AUTOMATIC = COMMON | {"number", "producer", "type_short", "promise", "thread"}
_SIGN_IN = "Sign in to read it:\n{link}"
_REPLYING = (
    "If you reply, do so there, and do not include any personal information. Quote {number} when"
    " you follow up: it is the number of your original escalation."
)


def _received(key: str, label: str, subject: str, variables: frozenset[str]) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=MAIL,
        subject=subject,
        body=_RECEIVED,
        recipients=producer_of,
        variables=variables,
        in_subject=variables & {"type_short", "person_id"},
        sender_name=AUTO_REPLY,
        source="N-14, MD-11, MD-18…MD-20, MD-23",
    )


def _to_producer(
    key: str, label: str, subject: str, body: str, *, more: frozenset[str] = frozenset()
) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=BOTH,
        subject=subject,
        body=f"{body}\n\n{_SIGN_IN}\n\n{_REPLYING}",
        recipients=producer_of,
        variables=CASE | more,
        source="N-15, MD-12, MD-21, MD-24",
    )


MESSAGES = (
    _received(
        "producer_escalation.received",
        "Automatic reply, with the Person ID",
        "Escalated Case: {type_short}.PID #:{person_id}",
        _AUTOMATIC | {"person_id"},
    ),
    _received(
        "producer_escalation.received_without_id",
        "Automatic reply, without a Person ID",
        "Escalated Case: {type_short}",
        _AUTOMATIC,
    ),
    _to_producer(
        "producer_escalation.information_needed",
        "Additional information needed",
        "{number}: additional information is needed",
        "We need additional information to work on {number}. The instructions wait for you in the"
        " portal.",
    ),
    _to_producer(
        "producer_escalation.reminder",
        "Additional information still needed",
        "{number}: additional information is still needed",
        "We asked you for additional information on {number} and have not had an answer yet.",
    ),
    _to_producer(
        "producer_escalation.answered",
        "A reply to the producer",
        "{number}: a reply for you",
        "The team has replied on {number}. The reply or the next steps wait for you in the portal.",
    ),
    _to_producer(
        "producer_escalation.resolved",
        "Resolved, for the producer",
        "{number} has been resolved",
        "{number} has been resolved. The resolution or the next steps wait for you in the portal.",
    ),
    _to_producer(
        "producer_escalation.duplicate",
        "A duplicate: the number of the original",
        "{number} duplicates an earlier escalation",
        "{number} is about the same issue as {original}, which is worked on. Use {original} to"
        " follow up.",
        more=frozenset({"original"}),
    ),
    to_staff(
        "producer_escalation.producer_replied",
        "A producer wrote",
        "{number}: the producer wrote",
        "The producer wrote on {number}.",
        to.owner_or_queue,
        source="C.2b 6",
    ),
    to_staff(
        "producer_escalation.reply_held",
        "A reply is held",
        "{number}: a reply waits to be checked",
        "A reply on {number} seems to contain personal information. Release or redact it.",
        to.owner_or_queue,
        source="C.2b 6, MD-12",
    ),
)
