"""Answering mail that came in: once a day for each sender and case, and hardly ever (drill 15).

An answer goes through the outbox like every message, under a key that holds sender, case and local
day, so no second one can be written. Only an address that was verified and is an office's is
answered at all, and at most :data:`MOST_A_DAY` times a day; a machine never is. The address is
asked once more as the mail leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final

from django.conf import settings

from notifications.catalogue import MessageKind
from notifications.inbound.models import RawMail
from notifications.inbound.papers import SSN
from notifications.inbound.senders import AmbiguousSender, find_sender
from notifications.mail_rows import write_mail
from notifications.models import MailMessage
from notifications.replies import takes_replies
from notifications.wording import (
    FOOTER,
    FOOTER_WITH_REPLIES,
    Wording,
    fill,
    values_for,
    wording_of,
)
from portal.casework.models import Case, OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.clocks.services import zone
from portal.documents.parsing import MAX_PAGES
from portal.documents.refusals import REASONS
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

RECEIVED, ADDED = "inbound.received", "inbound.added"
#: Answers one address gets in a day, whatever it sends: a forged flood must not reach its victim.
MOST_A_DAY: Final = 5
_NUMBER_REMOVED: Final = (
    "A Social Security number stood in your message. We have removed it and do not keep it. Please"
    " never send one: we do not need it here."
)
_NUMBER_IN_FILE: Final = (
    "There is a Social Security number in it. Remove it and send the file again."
)
_ORDINALS: Final = {1: "1st", 2: "2nd", 3: "3rd"}


def start_of_day(exchange: Exchange, now: datetime) -> datetime:
    """Midnight of the exchange's own day that ``now`` (UTC) falls in."""
    tz = zone(exchange.time_zone)
    return datetime.combine(now.astimezone(tz).date(), time.min, tz)


def queue_answer(*, mail: RawMail, case: Case, now: datetime) -> bool:
    """Queue the answer to a verified mail that was filed; False when none is due.

    A new case is always news to its sender; a mail on a known case only where something of it was
    not taken. The caller holds the lock on the sender.
    """
    is_new = mail.reason == RawMail.Reason.NEW_CASE
    if not is_new and not remarks_on(mail):
        return False
    midnight = start_of_day(mail.exchange, now)
    today = RawMail.objects.filter(
        exchange=mail.exchange, sender_index=mail.sender_index, answered_at__gte=midnight
    )
    if today.count() >= MOST_A_DAY or today.filter(case=case).exists():
        return False
    key = RECEIVED if is_new else ADDED
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange=mail.exchange,
                key=key,
                case=case,
                data={"inbound": mail.pk},
                dedupe_key=f"inbound:{midnight.date()}:{case.pk}:{mail.sender_index}",
                created_at=now,
                next_attempt_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    mail.answered_at = now
    wake_dispatcher()
    return True


def remarks_on(mail: RawMail) -> str:
    """What of a mail was not taken, in words that repeat nothing of it: files by their number."""
    sentences = [_NUMBER_REMOVED] if mail.had_number else []
    return "\n\n".join([*sentences, *refusal_sentences(mail.refusals)])


def refusal_sentences(refusals: Iterable[Sequence[object]]) -> list[str]:
    """One sentence for each file that was not taken, and what to do about it."""
    limit = settings.DOCUMENT_MAX_BYTES // 1024**2
    sentences = []
    for number, code in refusals:
        why = _NUMBER_IN_FILE if code == SSN else REASONS.get(str(code), REASONS["type"])
        ordinal = _ORDINALS.get(int(str(number)), f"{number}th")
        sentences.append(
            f"The {ordinal} file was not taken: {why.format(limit=limit, pages=MAX_PAGES)}"
        )
    return sentences


# --- What notifications.sealed asks of a module whose messages it does not address itself --------


def is_one(key: str) -> bool:
    """Whether a message is an answer to mail."""
    return key in (RECEIVED, ADDED)


def write(*, message: OutboxMessage, kind: MessageKind, now: datetime) -> bool:
    """Write the mail; False when its sender is an office's no more."""
    mail = _mail_of(message)
    case = message.case
    if mail is None or case is None or not _is_still_theirs(message, mail.sender):
        return False
    exchange = message.exchange
    is_read = takes_replies(exchange=exchange, key=message.key, case=case)
    wording = fill(
        kind,
        wording_of(kind, exchange_id=exchange.pk),
        values_for(kind, exchange=exchange, case=case, remarks=remarks_on(mail)),
        footer=FOOTER_WITH_REPLIES if is_read else FOOTER,
    )
    return write_mail(
        exchange=exchange,
        key=message.key,
        to=mail.sender,
        wording=wording,
        now=now,
        unique=message.dedupe_key,
        message=message,
    )


def open_seal(mail: MailMessage, *, now: datetime) -> tuple[str, Wording] | None:
    """Where it goes and what it says; None when the sender is an office's no more."""
    if mail.message is None:
        return None
    with use_exchange(mail.exchange_id):
        if not _is_still_theirs(mail.message, mail.to):
            return None
    return mail.to, Wording(mail.subject, mail.body)


def empty_seal(mail: MailMessage) -> None:
    """Nothing is sealed: number, status and link are all that such a mail says."""


def _mail_of(message: OutboxMessage) -> RawMail | None:
    rows = RawMail.objects.defer("sealed").select_related("exchange")
    return rows.filter(pk=message.data.get("inbound"), exchange_id=message.exchange_id).first()


def _is_still_theirs(message: OutboxMessage, address: str) -> bool:
    """Whether the address stands, as of now, for the office that brought the case."""
    try:
        sender = find_sender(exchange=message.exchange, address=address)
    except AmbiguousSender:
        return False
    case = message.case
    return bool(sender and case and sender.office.pk == case.organization_id)
