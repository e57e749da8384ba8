"""From a mail that is kept to a case, a message on a case, or a person's desk; by itself.

Each mail is claimed with a lease in a commit of its own, so that one that ends its worker is not
tried for ever. What becomes of it is then written in one transaction: case, papers, answer, ledger
row and the mail's own row, or nothing at all.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet

from escalations.constituent.models import ConstituentDetail
from escalations.constituent.services import reply_for_office, submit_case
from notifications.claims import claim_next, moving_on
from notifications.inbound.answers import queue_answer, start_of_day
from notifications.inbound.items import read_items
from notifications.inbound.judging import Reason, State, Verdict, judge
from notifications.inbound.models import RawMail
from notifications.inbound.papers import SSN, Papers, Stored, screen_files, store_papers
from notifications.inbound.parse import ParsedMail, read_mail
from notifications.inbound.quoting import reply_of
from notifications.inbound.senders import CHANNEL, Sender
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.clocks.services import zone
from portal.fields import decrypt_bytes
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

#: Tries after which a mail that fails, or ends its worker, is held for a person.
MAX_ATTEMPTS: Final = 3
#: How long a claim holds; longer than screening twenty files takes.
LEASE: Final = timedelta(minutes=20)
PAUSE: Final = timedelta(minutes=1)
#: Mails of one sender that are filed in a day without a person looking.
MOST_A_DAY: Final = 50
#: The bell of those who decide on mail.
HELD: Final = "inbound.held"


@dataclass
class FileCounts:
    """What one round did for one exchange."""

    filed: int = 0
    held: int = 0
    ignored: int = 0
    #: Will be tried again.
    retried: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def file_waiting(*, exchange: Exchange, now: datetime, limit: int = 1_000) -> FileCounts:
    """Look at the mails of one exchange that are due at ``now`` (UTC), at most ``limit``.

    Safe to repeat, to run twice at once, and to be killed anywhere.
    """
    counts = FileCounts()
    clock = moving_on(now)
    for _ in range(limit):
        with use_exchange(exchange):
            waiting = RawMail.objects.filter(exchange=exchange).to_be_filed()
            key = claim_next(waiting, due=now, lease_until=clock() + LEASE)
            mail = _rows().get(pk=key) if key else None
        if mail is None:
            break
        try:
            if mail.attempts > MAX_ATTEMPTS:
                _hold_failed(exchange, mail, now)
            else:
                _look_at(exchange, mail, now)
        except Exception as error:
            # The kind of error only: its message may quote the mail.
            logger.error("Mail %s failed: %s", mail.pk, type(error).__name__)
            _put_off(exchange, mail, now)
        with use_exchange(exchange):
            state = RawMail.objects.values_list("state", flat=True).get(pk=mail.pk)
        counts.filed += state == State.FILED
        counts.held += state == State.HELD
        counts.ignored += state == State.IGNORED
        counts.retried += state == State.RECEIVED
    return counts


def _rows() -> QuerySet[RawMail]:
    return RawMail.objects.select_related("exchange", "mailbox")


def _look_at(exchange: Exchange, mail: RawMail, now: datetime) -> None:
    parsed = open_mail(mail)
    with use_exchange(exchange):
        if not _lock(mail):
            return
        verdict = judge(mail, parsed, now=now)
        if not verdict.is_to_be_filed:
            settle(mail, verdict, actor=_system(exchange), now=now)
            return
        if not parsed.files:
            _file(mail, parsed, verdict, Papers(), now)
            return
    # Screening takes seconds, so nothing waits for it; then everything is asked anew.
    papers = screen_files(parsed.files)
    with use_exchange(exchange):
        if not _lock(mail):
            return
        verdict = judge(mail, parsed, now=now)
        if verdict.is_to_be_filed:
            _file(mail, parsed, verdict, papers, now)
        else:
            settle(mail, verdict, actor=_system(exchange), now=now)


def open_mail(mail: RawMail) -> ParsedMail:
    """What a kept mail says, read anew from its sealed bytes; nothing once they are forgotten."""
    return read_mail(decrypt_bytes(bytes(mail.sealed))) if mail.sealed else ParsedMail()


def _lock(mail: RawMail) -> bool:
    """Whether the mail is still ours to look at; locks it until the transaction ends."""
    ours = RawMail.objects.select_for_update().filter(
        pk=mail.pk, state=State.RECEIVED, attempts=mail.attempts
    )
    return ours.values_list("pk").first() is not None


def _system(exchange: Exchange) -> Actor:
    return Actor.system(exchange, channel=CHANNEL)


# --- Writing it down -------------------------------------------------------------------------


def _file(
    mail: RawMail, parsed: ParsedMail, verdict: Verdict, papers: Papers, now: datetime
) -> None:
    """File one mail in the caller's transaction; hold it where the case or the role refuses."""
    sender = verdict.sender
    if sender is None:
        raise ValueError("A mail is filed for somebody.")
    _lock_sender(mail)
    if _has_sent_too_many(mail, now):
        verdict = Verdict(State.HELD, Reason.TOO_MANY, sender, suggested=verdict.case)
        settle(mail, verdict, actor=_system(mail.exchange), now=now)
        return
    try:
        with transaction.atomic():
            stored = store_papers(actor=sender.actor, papers=papers)
            if verdict.case is None:
                case = _open_case(mail, parsed, sender, stored, now)
            else:
                case = _add_message(verdict.case, parsed, sender, stored)
            close(mail, verdict.reason, case, stored, actor=sender.actor, now=now)
            if queue_answer(mail=mail, case=case, now=now):
                mail.save(update_fields=["answered_at"])
    except (Refused, Case.DoesNotExist):
        verdict = Verdict(State.HELD, Reason.CASE_CLOSED, sender, suggested=verdict.case)
    except NotAllowed:
        verdict = Verdict(State.HELD, Reason.NOT_ALLOWED, sender, suggested=verdict.case)
    except ValidationError:
        verdict = Verdict(State.HELD, Reason.FAILED, sender, suggested=verdict.case)
    else:
        return
    settle(mail, verdict, actor=_system(mail.exchange), now=now)


def _open_case(
    mail: RawMail, parsed: ParsedMail, sender: Sender, stored: Stored, now: datetime
) -> Case:
    today = now.astimezone(zone(mail.exchange.time_zone)).date()
    return submit_case(
        actor=sender.actor,
        office=sender.office,
        channel=ConstituentDetail.Channel.MAIL,
        description=description_of(parsed),
        office_contact="" if sender.is_person else parsed.from_address[:160],
        documents=stored.documents,
        release_form=stored.release_form,
        at=mail.received_at,
        **read_items(parsed.text, today=today),
    )


def _add_message(case: Case, parsed: ParsedMail, sender: Sender, stored: Stored) -> Case:
    return reply_for_office(
        case=case,
        actor=sender.actor,
        message=reply_of(parsed.text),
        documents=stored.documents,
        release_form=stored.release_form,
        act_key="reply" if sender.is_person else "take_mail",
    )


def description_of(parsed: ParsedMail) -> str:
    """What a case made of a mail is about: its subject and all its words."""
    return "\n\n".join(filter(None, [parsed.subject, parsed.text])) or "A mail without words."


def close(
    mail: RawMail,
    reason: str,
    case: Case,
    stored: Stored,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down that a mail was filed, in the transaction that filed it.

    Where a Social Security number stood in it the original is forgotten at once.
    """
    mail.state, mail.reason = State.FILED, reason
    mail.case, mail.event = case, case.events.order_by("-pk").first()
    mail.decided_at, mail.decided_by = now, actor.person
    mail.suggested_case, mail.lease_until = None, None
    mail.refusals = [list(refusal) for refusal in stored.refusals]
    if mail.had_number or any(code == SSN for _, code in stored.refusals):
        mail.sealed = None
    mail.save()
    record(actor=actor, action="inbound.filed", cases=[case.pk], data={"mail": mail.pk})


def settle(mail: RawMail, verdict: Verdict, *, actor: Actor, now: datetime) -> None:
    """Write down that a mail was held or ignored, and why."""
    mail.state, mail.reason = verdict.state, verdict.reason
    mail.suggested_case, mail.lease_until = verdict.suggested, None
    mail.decided_at = now if verdict.state == State.IGNORED else None
    mail.save()
    is_held = verdict.state == State.HELD
    if is_held:
        ring_desk(mail.exchange, now)
    action = "inbound.held" if is_held else "inbound.ignored"
    record(actor=actor, action=action, data={"mail": mail.pk, "reason": str(verdict.reason)})


def ring_desk(exchange: Exchange, now: datetime) -> None:
    """Tell those who decide on mail that some waits; once an hour, however much comes."""
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange=exchange,
                key=HELD,
                dedupe_key=f"{HELD}:{exchange.pk}:{now:%Y-%m-%dT%H}",
                created_at=now,
                next_attempt_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()


def _lock_sender(mail: RawMail) -> None:
    """One mail of a sender at a time, so that what is counted a day is counted right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"inbound:{mail.exchange_id}:{mail.sender_index}"],
        )


def _has_sent_too_many(mail: RawMail, now: datetime) -> bool:
    midnight = start_of_day(mail.exchange, now)
    filed = RawMail.objects.filter(
        exchange=mail.exchange,
        sender_index=mail.sender_index,
        state=State.FILED,
        decided_at__gte=midnight,
    )
    return filed.count() >= MOST_A_DAY


def _hold_failed(exchange: Exchange, mail: RawMail, now: datetime) -> None:
    with use_exchange(exchange):
        if _lock(mail):
            verdict = Verdict(State.HELD, Reason.FAILED)
            settle(mail, verdict, actor=_system(exchange), now=now)


def _put_off(exchange: Exchange, mail: RawMail, now: datetime) -> None:
    """Try again after a pause, or hold the mail; nothing of the failed try was kept."""
    with use_exchange(exchange):
        ours = RawMail.objects.filter(pk=mail.pk, state=State.RECEIVED, attempts=mail.attempts)
        if mail.attempts >= MAX_ATTEMPTS:
            ring_desk(exchange, now)
            ours.update(state=State.HELD, reason=Reason.FAILED, lease_until=None)
        else:
            pause = PAUSE * 2 ** (mail.attempts - 1)
            ours.update(next_attempt_at=now + pause, lease_until=None)
