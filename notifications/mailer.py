"""Sending what the drain wrote down: never lost, never twice on our account.

A mail is claimed with a lease and checked once more. Right before its content goes over the wire it
is marked ``SENDING``, in a commit of its own; after the server's answer it is ``SENT``, in another.
So a mail found waiting with a lapsed lease was certainly not sent and is tried again, and one found
``SENDING`` may or may not have arrived: it is parked and shown to an operator.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Greatest

from notifications import replies, sealed, texts
from notifications.bells import failures
from notifications.briefings import mails as briefings
from notifications.catalogue import get
from notifications.channels import rules
from notifications.channels.choices import Way
from notifications.channels.groups import urgent_keys
from notifications.claims import claim_next, moving_on, turns
from notifications.drain import ring_operators
from notifications.mail_rows import EMPTIED, PATIENCE
from notifications.models import MailMessage
from notifications.recipients import nobody, still_allowed, still_true
from notifications.smtp import Delivery, Outcome, SmtpSession
from notifications.wording import Wording
from portal.tenancy.models import Exchange, Membership
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

State = MailMessage.State

#: How long a claim holds: longer than one mail takes where each step uses up its time-out. Whoever
#: is slower still loses the mail to the operator, never to a second sender.
LEASE = timedelta(minutes=4)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
KEPT_HERE = "Kept here: no mail server is configured."


@dataclass
class MailCounts:
    """What one round of sending did for one exchange."""

    sent: int = 0
    #: Will be tried again.
    later: int = 0
    failed: int = 0
    #: May or may not have arrived; a person decides.
    uncertain: int = 0
    #: Not sent, since its reader may no longer be told.
    withheld: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def send_mails(
    *,
    exchange: Exchange,
    now: datetime,
    limit: int = 1_000,
    patience: timedelta | None = None,
    session: Callable[[], SmtpSession] = SmtpSession,
) -> MailCounts:
    """Send at most ``limit`` waiting mails of one exchange that are due at ``now`` (UTC).

    When ``patience`` is over it begins no other.
    """
    counts = MailCounts()
    counts.uncertain += _park_interrupted(exchange, now)
    clock = moving_on(now)
    with use_exchange(exchange):
        quiet = rules.quiet_hours(exchange)
    with session() as smtp:
        for _ in turns(limit, patience):
            moment = clock()
            ends = quiet.until(moment) if quiet else None
            with use_exchange(exchange):
                if ends is not None:
                    _wait_until(exchange, ends, now=moment)
                mail = _claim(exchange, due=now, lease_until=moment + LEASE)
                prepared = _prepare(mail, moment) if mail else None
            if mail is None:
                break
            if prepared is None:
                _settle(mail, moment, {"state": State.DROPPED})
                counts.withheld += 1
                continue
            address, wording = prepared
            delivery = _deliver(smtp, mail, address, wording, moment)
            _keep(mail, wording, delivery, moment, counts)
            if delivery.is_server_down:
                _put_off_all(exchange, moment)
                break
    return counts


def _claim(exchange: Exchange, *, due: datetime, lease_until: datetime) -> MailMessage | None:
    waiting = MailMessage.objects.filter(exchange=exchange, state=State.WAITING)
    key = claim_next(waiting, due=due, lease_until=lease_until)
    if key is None:
        return None
    return MailMessage.objects.select_related("exchange", "message", "person").get(pk=key)


def _prepare(mail: MailMessage, now: datetime) -> tuple[str, Wording] | None:
    """Where the mail goes and what it says, or None when its reader may no longer be told."""
    if seal := sealed.handler_of(mail.key):
        return seal.open_seal(mail, now=now)
    if mail.message is not None and not still_true(mail.message, now):
        return None
    if mail.person is not None and not _may_still_get(mail):
        return None
    return mail.to, Wording(mail.subject, mail.body)


def _may_still_get(mail: MailMessage) -> bool:
    """Whether the reader may be told, and wants to be, as of now."""
    person, message, kind = mail.person, mail.message, get(mail.key)
    assert person is not None
    if mail.to != person.email:
        return False
    if message is None:
        return Membership.objects.current().filter(person=person).exists()
    if not still_allowed(person, message):
        return False
    # A message about no case has nothing but its rule to say who may know.
    has_rule_alone = message.case_id is None and kind.recipients is not nobody
    if has_rule_alone and all(found.pk != person.pk for found in kind.recipients(message)):
        return False
    return rules.wants(person.pk, kind, Way.MAIL, exchange=mail.exchange)


def _deliver(
    smtp: SmtpSession, mail: MailMessage, address: str, wording: Wording, now: datetime
) -> Delivery:
    def mark_sending() -> bool:
        return bool(_change(mail, State.WAITING, {"state": State.SENDING}))

    if mail.medium == MailMessage.Medium.TEXT:
        return texts.deliver(
            to=address,
            body=wording.body,
            unique=mail.rfc_message_id,
            before_content=mark_sending,
        )
    if not settings.EMAIL_HOST:
        return Delivery(Outcome.ACCEPTED, KEPT_HERE)
    return smtp.deliver(
        sender=settings.DEFAULT_FROM_EMAIL,
        to=address,
        content=as_email(mail, address, wording, now),
        before_content=mark_sending,
    )


def as_email(mail: MailMessage, address: str, wording: Wording, now: datetime) -> bytes:
    """The mail as it goes over the wire; plain text, marked as sent by a machine (RFC 3834)."""
    email = EmailMessage(policy=SMTP)
    email["From"] = _sender(get(mail.key).sender_name)
    email["To"] = address
    email["Subject"] = wording.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = mail.rfc_message_id
    email["Auto-Submitted"] = "auto-generated"
    email["X-Auto-Response-Suppress"] = "All"
    if answers_go_to := replies.reply_to(mail, to=address, now=now):
        email["Reply-To"] = answers_go_to
    for name, value in briefings.headers_of(mail, wording).items():
        email[name] = value
    email.set_content(wording.body, cte="quoted-printable")
    return email.as_bytes()


def _sender(name: str) -> str:
    """The installation's address, under the name the message gives itself."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((name, address)) if name else str(settings.DEFAULT_FROM_EMAIL)


def _keep(
    mail: MailMessage, wording: Wording, delivery: Delivery, now: datetime, counts: MailCounts
) -> None:
    """Keep what became of an attempt."""
    match delivery.outcome:
        case Outcome.ACCEPTED:
            values: dict[str, Any] = {"state": State.SENT, "sent_at": now}
            if mail.exchange.is_demo:
                values["body"] = wording.body  # invented cases only: the demo's page shows it all
            counts.sent += 1
        case Outcome.UNKNOWN:
            values = {"state": State.PARKED}
            counts.uncertain += 1
        case Outcome.REFUSED:
            values = {"state": State.FAILED}
            counts.failed += 1
        case Outcome.LATER:
            pause = min(FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10), LONGEST_PAUSE)
            if now + pause <= mail.give_up_at:
                values = {"state": State.WAITING, "next_attempt_at": now + pause}
                counts.later += 1
            else:
                values = {"state": State.FAILED}
                counts.failed += 1
    _settle(mail, now, values | {"last_error": delivery.detail[:200]})


def _settle(mail: MailMessage, now: datetime, values: dict[str, Any]) -> None:
    state = values["state"]
    is_over = state != State.WAITING
    if is_over and get(mail.key).is_secret and not mail.exchange.is_demo:
        values = values | {"body": EMPTIED}
    with use_exchange(mail.exchange_id):
        _update(mail, [State.WAITING, State.SENDING], values | {"lease_until": None})
        if is_over and (seal := sealed.handler_of(mail.key)):
            seal.empty_seal(mail)
        if state == State.FAILED:
            failures.tell_sender(mail)
        if state in (State.PARKED, State.FAILED):
            ring_operators(
                exchange=mail.exchange, source=f"mail:{mail.pk}:{now.isoformat()}", now=now
            )


def _change(mail: MailMessage, state: str, values: dict[str, Any]) -> int:
    with use_exchange(mail.exchange_id):
        return _update(mail, [state], values)


def _update(mail: MailMessage, states: list[str], values: dict[str, Any]) -> int:
    """Change the row only while the claim is ours."""
    return MailMessage.objects.filter(
        Q(pk=mail.pk, state__in=states, attempts=mail.attempts)
    ).update(**values)


def _park_interrupted(exchange: Exchange, now: datetime) -> int:
    """Park mails whose sender died between the content and the answer."""
    with use_exchange(exchange):
        found = list(
            MailMessage.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("exchange", "message")
            .filter(exchange=exchange, state=State.SENDING, lease_until__lte=now)
        )
        for mail in found:
            detail = "The sender was interrupted before the server's answer was kept."
            _settle(mail, now, {"state": State.PARKED, "last_error": detail})
    return len(found)


def _wait_until(exchange: Exchange, ends: datetime, *, now: datetime) -> None:
    """Let all but urgent mails and texts wait for the end of quiet hours, as no attempt.

    Asked before each mail, so that quiet hours which begin in the middle of a round are kept. The
    time in which a mail is tried begins anew: it has not been tried. The exchange must be set.
    """
    # What another worker holds is on its way: without its lease nobody would find it again.
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    MailMessage.objects.filter(
        is_free, exchange=exchange, state=State.WAITING, next_attempt_at__lt=ends
    ).exclude(key__in=urgent_keys()).update(
        next_attempt_at=ends,
        lease_until=None,
        give_up_at=Greatest("give_up_at", Value(ends + timedelta(hours=PATIENCE))),
    )


def _put_off_all(exchange: Exchange, now: datetime) -> None:
    """The server is out of reach: ask it again in a minute, not once for each mail."""
    with use_exchange(exchange):
        MailMessage.objects.filter(
            exchange=exchange, state=State.WAITING, next_attempt_at__lt=now + FIRST_PAUSE
        ).update(next_attempt_at=now + FIRST_PAUSE)
