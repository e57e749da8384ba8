"""What a message of the catalogue is, and the two shapes most of them have.

Outward words hold a case number, a coarse status, a link and the exchange's contact, and nothing
else (EA-19, X-02, C.0): a variable that is not in a message's list cannot be put into it, so no
wording, the exchange's own included, can give away what a case is about.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifications import recipients as to
from portal.casework.models import OutboxMessage
from portal.tenancy.models import MembershipQuerySet, Person


class Channel(StrEnum):
    BELL = "bell"
    MAIL = "mail"
    #: A text message to a telephone; for people who have no account.
    TEXT = "text"


class Circle(StrEnum):
    """Whom a message leaves the exchange for."""

    OFFICE = "Government office"
    #: The address an office's mail came from, whether or not anybody signs in with it.
    SENDER = "Whoever of an office wrote by email"
    ENROLLER = "Enroller"
    EMPLOYER = "Employer"
    STAFF = "The exchange's own staff"
    CONSTITUENT = "The constituent"
    CONSUMER = "The consumer"
    ACCOUNT = "The holder of an account"
    EVERYBODY = "Everybody, or an audience"


#: Given a message as it stands now, the people it is for; asked at the moment of sending.
RecipientRule = Callable[[OutboxMessage], Iterable[Person]]

BOTH = frozenset({Channel.BELL, Channel.MAIL})
BELL = frozenset({Channel.BELL})
MAIL = frozenset({Channel.MAIL})
TEXT = frozenset({Channel.TEXT})

#: What every message may name.
COMMON = frozenset({"exchange", "contact", "link"})
CASE = COMMON | {"number", "status"}
#: The contact EA-17 promises the office: an organization's, never a person's.
REFERRAL = frozenset({"referral_name", "referral_phone", "referral_url", "referral_address"})


@dataclass(frozen=True)
class Said:
    """A line of the bell in words of its own, without personal data."""

    text: str
    #: From this instant (UTC) it is not shown; None: it stays.
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Crowd:
    """A message to very many, whose bells are rung in one statement."""

    #: The memberships whose people are told, asked at the moment of sending.
    members: Callable[[OutboxMessage], MembershipQuerySet]
    #: What the line says; None: it need not be said any more.
    says: Callable[[OutboxMessage], Said | None]


@dataclass(frozen=True)
class MessageKind:
    """One message of the catalogue."""

    key: str
    label: str
    circle: Circle
    channels: frozenset[Channel]
    subject: str
    body: str
    recipients: RecipientRule = to.nobody
    variables: frozenset[str] = CASE
    #: Variables an exchange's own wording may not leave out.
    required: frozenset[str] = frozenset({"number"})
    #: The mail carries a link or passcode that opens something by itself.
    is_secret: bool = False
    #: Also goes to the office's own address when nobody of the office signs in here (EA-02).
    to_office_address: bool = False
    #: Further variables the subject may name; of messages that go by mail alone.
    in_subject: frozenset[str] = frozenset()
    #: What the mail gives as its sender's name; empty: the installation's.
    sender_name: str = ""
    #: URL name of the page a message about no case leads to; empty: the home page.
    page: str = ""
    #: Name of the datum of the message that the page's address takes; empty: it takes none.
    page_takes: str = ""
    #: Told to everybody a condition names, in one statement; instead of ``recipients``.
    crowd: Crowd | None = None
    source: str = ""

    @property
    def subject_variables(self) -> frozenset[str]:
        """What the subject, which is also the line in the bell, may name; no status, it ages."""
        return self.variables & ({"number", "exchange"} | self.in_subject)


_SEE_CASE = "You can see where the case stands here:\n{link}"
_QUESTIONS = "If you have questions about this case, write to {contact} and quote {number}."


def _outward(key: str, label: str, subject: str, body: str, **more: object) -> MessageKind:
    """A message to whoever brought a case, by bell and mail: number, status, link, contact."""
    return MessageKind(
        key=key,
        label=label,
        channels=BOTH,
        subject=subject,
        body=f"{body}\n\n{_SEE_CASE}\n\n{_QUESTIONS}",
        **more,  # type: ignore[arg-type]
    )


def to_office(
    key: str, label: str, subject: str, body: str, *, source: str, **more: object
) -> MessageKind:
    """A message to the office that brought a case, by bell and mail."""
    return _outward(
        key,
        label,
        subject,
        body,
        circle=Circle.OFFICE,
        recipients=to.office,
        to_office_address=True,
        source=source,
        **more,
    )


def to_staff(
    key: str,
    label: str,
    subject: str,
    body: str,
    recipients: RecipientRule,
    *,
    channels: frozenset[Channel] = BELL,
    source: str,
) -> MessageKind:
    """A message to the exchange's own staff about one case."""
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.STAFF,
        channels=channels,
        subject=subject,
        body=f"{body}\n\nOpen it here:\n{{link}}",
        recipients=recipients,
        source=source,
    )


def to_enroller(
    key: str, label: str, subject: str, body: str, *, source: str, **more: object
) -> MessageKind:
    """A message to the enroller who brought a case, by bell and mail: number, status, link."""
    return _outward(
        key,
        label,
        subject,
        body,
        circle=Circle.ENROLLER,
        recipients=to.opener_outside,
        source=source,
        **more,
    )


def to_employer(
    key: str, label: str, subject: str, body: str, *, source: str, **more: object
) -> MessageKind:
    """A message to the employer who brought a case, by bell and mail: number, status, link."""
    return _outward(
        key,
        label,
        subject,
        body,
        circle=Circle.EMPLOYER,
        recipients=to.employer,
        source=source,
        **more,
    )
