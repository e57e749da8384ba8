"""What is to become of a mail: filed, held for a person, or ignored; decides and writes nothing.

Whatever is not certain is held: a mail that waits for a person is late, one on the wrong case is a
disclosure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.parse import ParsedMail
from notifications.inbound.senders import AmbiguousSender, Sender, find_sender, is_verified
from notifications.inbound.tokens import Standing, read_thread
from notifications.models import MailMessage
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.fields import blind_index
from portal.tenancy.models import Exchange

State, Reason = RawMail.State, RawMail.Reason

SENDER_PURPOSE: Final = "inbound.sender"
#: How numbers of cases look.
_NUMBERS: Final = re.compile(r"\b[A-Z]{2,5}-\d{4}-\d{4,}\b")


@dataclass
class Verdict:
    """What is to become of a mail, and why."""

    state: str
    reason: str
    sender: Sender | None = None
    #: The case it belongs to; None with ``FILED``: a new one.
    case: Case | None = None
    #: A case it may belong to, for the person who decides.
    suggested: Case | None = None

    @property
    def is_to_be_filed(self) -> bool:
        return self.state == State.FILED


def judge(mail: RawMail, parsed: ParsedMail, *, now: datetime) -> Verdict:
    """Decide on a mail, and note on its row, unsaved, who it says it is from.

    The exchange must be set.
    """
    mail.sender = parsed.from_address
    mail.sender_index = sender_index(parsed.from_address)
    mail.subject = parsed.subject[:250]
    mail.had_number = parsed.had_number
    mail.is_verified = is_verified(parsed, mail.mailbox)
    if mail.reason == Reason.SAME_ID:
        return Verdict(State.HELD, Reason.SAME_ID)
    if parsed.automatic:
        return Verdict(State.IGNORED, Reason.AUTOMATIC)
    if _is_our_own(mail.exchange, parsed.from_address):
        return Verdict(State.IGNORED, Reason.OUR_OWN)
    if parsed.problems:
        return Verdict(State.HELD, Reason(parsed.problems[0].value))
    if parsed.seems_automatic:
        return Verdict(State.HELD, Reason.AUTOMATIC)
    if parsed.is_bulk:
        return Verdict(State.HELD, Reason.BULK)
    if not mail.is_verified:
        return Verdict(State.HELD, Reason.NOT_VERIFIED)
    try:
        sender = find_sender(exchange=mail.exchange, address=parsed.from_address)
    except AmbiguousSender:
        return Verdict(State.HELD, Reason.AMBIGUOUS)
    if sender is None:
        return Verdict(State.HELD, Reason.UNKNOWN_SENDER)
    mail.office = sender.office
    return _judge_thread(mail, parsed, sender, now)


def _judge_thread(mail: RawMail, parsed: ParsedMail, sender: Sender, now: datetime) -> Verdict:
    today = now.astimezone(zone(mail.exchange.time_zone)).date()
    thread = read_thread(
        mailbox=mail.mailbox,
        recipients=parsed.recipients,
        sender=parsed.from_address,
        today=today,
    )
    own = Case.objects.filter(
        exchange=mail.exchange, kind="constituent", organization=sender.office
    )
    case = own.filter(pk=thread.case_id or 0).first()
    match thread.standing:
        case Standing.FOREIGN:
            return Verdict(State.HELD, Reason.FOREIGN_TOKEN, sender)
        case Standing.EXPIRED:
            return Verdict(State.HELD, Reason.EXPIRED_TOKEN, sender, suggested=case)
        case Standing.GOOD if case is None:
            # The person has moved to another office, or the case has.
            return Verdict(State.HELD, Reason.FOREIGN_TOKEN, sender)
        case Standing.GOOD:
            return Verdict(State.FILED, Reason.ON_CASE, sender, case)
    if spoken_of := _case_spoken_of(own, parsed):
        return Verdict(State.HELD, Reason.NAMES_CASE, sender, suggested=spoken_of)
    return Verdict(State.FILED, Reason.NEW_CASE, sender)


def _case_spoken_of(own: QuerySet[Case], parsed: ParsedMail) -> Case | None:
    """A case of the office that subject or headers name: a hint for a person, never a proof."""
    if numbers := _NUMBERS.findall(parsed.subject.upper())[:3]:
        found = own.filter(number__in=numbers).first()
        if found:
            return found
    sent = MailMessage.objects.filter(rfc_message_id__in=parsed.answers)
    return own.filter(pk__in=sent.values("message__case_id")).first() if parsed.answers else None


def sender_index(address: str) -> str:
    """The hash by which mails of one sender are counted; empty without an address."""
    return blind_index(address, SENDER_PURPOSE) if address else ""


def _is_our_own(exchange: Exchange, address: str) -> bool:
    local, _, domain = address.partition("@")
    ours = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    for mailbox in Mailbox.objects.filter(exchange=exchange).only("address"):
        ours.add(mailbox.address.lower())
    return f"{local.partition('+')[0]}@{domain}" in ours
