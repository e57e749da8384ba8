"""Every message the portal sends, as data: who is told, how, and in which words.

Outward words hold a case number, a coarse status, a link and the exchange's contact, and nothing
else (EA-19, X-02, C.0): a variable that is not in a message's list cannot be put into it, so no
wording, the exchange's own included, can give away what a case is about.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from notifications import recipients as to
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Person


class Channel(StrEnum):
    BELL = "bell"
    MAIL = "mail"


class Circle(StrEnum):
    """Whom a message leaves the exchange for."""

    OFFICE = "Government office"
    STAFF = "The exchange's own staff"
    CONSTITUENT = "The constituent"
    ACCOUNT = "The holder of an account"


#: Given a message as it stands now, the people it is for; asked at the moment of sending.
RecipientRule = Callable[[OutboxMessage], Iterable[Person]]

BOTH = frozenset({Channel.BELL, Channel.MAIL})
BELL = frozenset({Channel.BELL})
MAIL = frozenset({Channel.MAIL})

#: What every message may name.
COMMON = frozenset({"exchange", "contact", "link"})
CASE = COMMON | {"number", "status"}
#: The contact EA-17 promises the office: an organization's, never a person's.
REFERRAL = frozenset({"referral_name", "referral_phone", "referral_url", "referral_address"})


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
    source: str = ""

    @property
    def subject_variables(self) -> frozenset[str]:
        """What the subject, which is also the line in the bell, may name; no status, it ages."""
        return self.variables & {"number", "exchange"}


@dataclass
class Catalogue:
    """Keys to messages; a key that is missing is a bug found by a test, not by a reader."""

    kinds: dict[str, MessageKind] = field(default_factory=dict)

    def add(self, *kinds: MessageKind) -> None:
        """Add messages.

        Raises:
            ValueError: two share a key.
        """
        for kind in kinds:
            if self.kinds.setdefault(kind.key, kind) is not kind:
                raise ValueError(f"The message {kind.key} is declared twice")


_catalogue = Catalogue()


def get(key: str) -> MessageKind:
    """The message with this key.

    Raises:
        KeyError: there is none.
    """
    return _catalogue.kinds[key]


def all_kinds() -> Sequence[MessageKind]:
    """Every message, in the order of the catalogue."""
    return list(_catalogue.kinds.values())


_SEE_CASE = "You can see where the case stands here:\n{link}"
_QUESTIONS = "If you have questions about this case, write to {contact} and quote {number}."


def _to_office(
    key: str, label: str, subject: str, body: str, *, source: str, **more: object
) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.OFFICE,
        channels=BOTH,
        subject=subject,
        body=f"{body}\n\n{_SEE_CASE}\n\n{_QUESTIONS}",
        recipients=to.office,
        to_office_address=True,
        source=source,
        **more,  # type: ignore[arg-type]
    )


def _to_staff(
    key: str,
    label: str,
    subject: str,
    body: str,
    recipients: RecipientRule,
    *,
    channels: frozenset[Channel] = BELL,
    source: str,
) -> MessageKind:
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


_catalogue.add(
    _to_office(
        "constituent.acknowledged",
        "Receipt acknowledged",
        "We have received your case {number}",
        "{exchange} External Affairs has received the case your office sent. Its number is"
        " {number}.\n\nWe will first determine whether the matter falls under our jurisdiction,"
        " and we will tell you what we find.",
        source="EA-08, N-16",
    ),
    _to_office(
        "constituent.accepted",
        "Accepted and sent to a division",
        "We are working on case {number}",
        "Case {number} falls under our jurisdiction. We have sent it to the division that will"
        " work directly with the consumer to resolve it as quickly as possible. We will provide"
        " updates as needed and tell you when it has been resolved.",
        source="EA-10, EA-11, N-16",
    ),
    _to_office(
        "constituent.referred",
        "Referred, with the right contact",
        "Case {number}: contact information for the appropriate entity",
        "Case {number} is outside our jurisdiction. The following entity may be able to help"
        " resolve it:\n\n{referral_name}\n{referral_phone}\n{referral_url}\n{referral_address}",
        variables=CASE | REFERRAL,
        required=frozenset({"number", "referral_name"}),
        source="EA-17, EA-18, N-16",
    ),
    _to_office(
        "constituent.information_requested",
        "Information needed from the office",
        "Case {number}: we need information from your office",
        "To go on with case {number} we need information from your office. Sign in to see which"
        " items are missing and to send them. Please do not send them by email, and never include"
        " a Social Security number.",
        source="EA-04, EA-06",
    ),
    _to_office(
        "constituent.reminder",
        "Reminder of what the office was asked for",
        "Case {number}: we still need information from your office",
        "We asked your office for information on case {number} and have not received it yet. Sign"
        " in to see which items are missing and to send them, or to tell us that you cannot.",
        source="C.1 7",
    ),
    _to_office(
        "constituent.updated",
        "An update was posted",
        "Case {number}: an update for your office",
        "There is an update on case {number}. Its status is: {status}.\n\nWe can show details only"
        " where the constituent has signed a release form that is in force.",
        source="EA-14, EA-20, N-16",
    ),
    _to_office(
        "constituent.resolved",
        "Resolved",
        "Case {number} has been resolved",
        "Case {number} has been resolved.\n\nWe can tell you how it was resolved only where the"
        " constituent has signed a release form that is in force.",
        source="EA-15, EA-19, N-16",
    ),
    _to_office(
        "constituent.reopened",
        "Taken up again",
        "Case {number} has been taken up again",
        "We are working on case {number} again. Its number stays the same.",
        source="C.1 10",
    ),
    _to_office(
        "constituent.ended",
        "Ended as a duplicate or withdrawn",
        "Case {number} has been closed",
        "Case {number} has been closed because it repeats another case of your office, or because"
        " it was withdrawn.",
        source="C.1 11",
    ),
    _to_office(
        "release.valid",
        "Release form accepted",
        "Case {number}: the release form is in force",
        "The release form for case {number} has been accepted. Those it names can now sign in and"
        " see the details of the case, until the release ends.",
        source="EA-19, EA-22",
    ),
    _to_office(
        "release.deficient",
        "Release form deficient",
        "Case {number}: the release form needs correction",
        "The release form for case {number} cannot be accepted as it is. Sign in to see what is"
        " missing and to send a corrected form.",
        source="EA-22, EA-23",
    ),
    _to_office(
        "release.revoked",
        "Release form revoked",
        "Case {number}: the release form is no longer in force",
        "The release form for case {number} has been revoked. From now on we can tell you only"
        " whether the case is received, in progress, referred or resolved.",
        source="EA-19",
    ),
    _to_office(
        "release.expiring",
        "Release form ends soon",
        "Case {number}: the release form ends in three days",
        "The release form for case {number} ends in three days. To go on seeing the details of the"
        " case, send in a new form signed by the constituent.",
        source="EA-22",
    ),
    _to_staff(
        "constituent.received",
        "A new case",
        "New case {number}",
        "An office sent a new case, {number}. Receipt has to be acknowledged.",
        to.workers_of_queue,
        source="C.1 1",
    ),
    _to_staff(
        "constituent.office_replied",
        "The office answered",
        "Case {number}: the office sent information",
        "The office sent information for case {number}.",
        to.owner_or_queue,
        source="C.1 7",
    ),
    _to_staff(
        "constituent.tell_office_now",
        "Resolved by the division: tell the office",
        "Case {number} is resolved: tell the office",
        "The division has resolved case {number}. The office has to be told.",
        to.owner_or_queue,
        channels=BOTH,
        source="EA-15, C.1 8",
    ),
    _to_staff(
        "constituent.returned_by_unit",
        "Returned by the division",
        "Case {number} came back from the division",
        "The division returned its work on case {number}. Jurisdiction has to be reviewed again.",
        to.owner_or_queue,
        channels=BOTH,
        source="C.2a 11",
    ),
    _to_staff(
        "ticket.opened",
        "A new ticket in the queue",
        "New ticket {number} in your queue",
        "Ticket {number} has been routed to your unit's queue.",
        to.leads_of_queue,
        source="C.1 5",
    ),
    _to_staff(
        "case.assigned",
        "A case was assigned to you",
        "{number} has been assigned to you",
        "{number} has been assigned to you.",
        to.the_one_named,
        channels=BOTH,
        source="EA-13",
    ),
    _to_staff(
        "case.transferred",
        "A case came to the unit",
        "{number} has been transferred to your unit",
        "{number} has been transferred to your unit's queue. Its deadlines have not changed.",
        to.leads_of_queue,
        source="C.0",
    ),
    _to_staff(
        "case.mentioned",
        "Named in a note",
        "You were named in a note on {number}",
        "A colleague named you in an internal note on {number}.",
        to.those_mentioned,
        source="C.0",
    ),
    _to_staff(
        "case.changed",
        "A watched case changed",
        "{number}, which you watch, has moved on",
        "The status of {number} has changed.",
        to.watchers,
        source="C.0",
    ),
    _to_staff(
        "release.received",
        "A release form to check",
        "Case {number}: a release form to check",
        "A release form came in for case {number} and has to be checked.",
        to.owner_or_queue,
        source="EA-21, EA-22",
    ),
    _to_staff(
        "release.declined",
        "The constituent declined to sign",
        "Case {number}: the constituent declined the release form",
        "The constituent of case {number} read the release form online and declined to sign it.",
        to.owner_or_queue,
        source="EA-19",
    ),
    _to_staff(
        "release.link_locked",
        "A link to sign was locked",
        "Case {number}: the link to sign the release form was locked",
        "The passcode for case {number} was entered wrongly five times. The link no longer works;"
        " send a new one if the constituent still wants to sign.",
        to.owner_or_queue,
        source="ASVS 6.6.3",
    ),
    _to_staff(
        "release.override_asked",
        "A release waits for a second person",
        "Case {number}: a release form waits for a second person",
        "A colleague asks that the release form for case {number} count although its check is"
        " incomplete. Somebody else has to confirm this.",
        to.second_persons,
        channels=BOTH,
        source="EA-22",
    ),
    _to_staff(
        "sla.warning",
        "A deadline is near",
        "{number}: a deadline is near",
        "A deadline of {number} is near.",
        to.owner_or_queue,
        source="N-21",
    ),
    _to_staff(
        "sla.breach",
        "A deadline has passed",
        "{number}: a deadline has passed",
        "A deadline of {number} has passed.",
        to.owner_and_leads,
        channels=BOTH,
        source="N-21",
    ),
    MessageKind(
        key="outbox.parked",
        label="A message could not be handled",
        circle=Circle.STAFF,
        channels=BELL,
        subject="A message was parked and needs a person",
        body="A message could not be handled, or a mail may not have arrived. Open the outbox,"
        " see why, and send it again if need be:\n{link}",
        recipients=to.operators,
        variables=COMMON,
        required=frozenset(),
        source="E 11",
    ),
    MessageKind(
        key="release.link",
        label="Link to sign a release online",
        circle=Circle.CONSTITUENT,
        channels=MAIL,
        subject="{exchange}: a form for you to read and sign",
        body="An office you turned to for help has asked {exchange} about your matter. We may"
        " share information with that office only if you agree.\n\nRead the form, and sign it or"
        " decline, here:\n{link}\n\nThe page asks for a passcode, which comes in a message of its"
        " own. If you did not expect this, do nothing: nothing is shared unless you sign."
        "\n\nQuestions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="EA-19",
    ),
    MessageKind(
        key="release.passcode",
        label="Passcode to sign a release online",
        circle=Circle.CONSTITUENT,
        channels=MAIL,
        subject="{exchange}: your passcode",
        body="Your passcode is {passcode}. It works once, for ten minutes.\n\nNobody from"
        " {exchange} will ever ask you for it. If you did not ask for a passcode, ignore this"
        " message.\n\nQuestions: {contact}",
        variables=frozenset({"exchange", "contact", "passcode"}),
        required=frozenset({"passcode"}),
        is_secret=True,
        source="ASVS 6.6.2",
    ),
    MessageKind(
        key="invitation",
        label="Invitation to work in the portal",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: you are invited to the case portal",
        body="You are invited to work in the case portal of {exchange}.\n\nAccept the invitation"
        " here; the link works once, for seven days:\n{link}\n\nIf you did not expect this,"
        " ignore this message. Questions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="AC-2",
    ),
    MessageKind(
        key="account.password_reset",
        label="Link to choose a new password",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: choose a new password",
        body="Somebody, probably you, asked to choose a new password for the case portal."
        "\n\nChoose one here:\n{link}\n\nIf it was not you, ignore this message; your password"
        " stays as it is. Questions: {contact}",
        variables=COMMON,
        required=frozenset({"link"}),
        is_secret=True,
        source="ASVS 6.4.3",
    ),
    MessageKind(
        key="account.changed",
        label="Sign-in or password changed",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="{exchange}: your sign-in has changed",
        body="The password or the second factor of your account in the case portal has been"
        " changed.\n\nIf it was you, there is nothing to do. If it was not, sign out everywhere"
        " and choose a new password at once:\n{link}\n\nThen tell {contact}.",
        variables=COMMON,
        required=frozenset(),
        source="ASVS 6.3.7",
    ),
)
