"""What our own mails say about answering them: case mails to offices, where there is a mailbox."""

from __future__ import annotations

from datetime import datetime

from notifications.catalogue import Circle, get
from notifications.inbound.models import Mailbox
from notifications.inbound.tokens import reply_address
from notifications.models import MailMessage
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

_CIRCLES = (Circle.OFFICE, Circle.SENDER)


def mailbox_of(exchange: Exchange) -> Mailbox | None:
    """The mailbox the exchange takes mail in by; the exchange must be set."""
    return Mailbox.objects.filter(exchange=exchange, is_active=True).order_by("pk").first()


def takes_replies(*, exchange: Exchange, key: str, case: Case | None) -> bool:
    """Whether an office's answer to this message would be read; the exchange must be set."""
    if case is None or case.kind != "constituent" or get(key).circle not in _CIRCLES:
        return False
    return mailbox_of(exchange) is not None


def reply_to(mail: MailMessage, *, to: str, now: datetime) -> str:
    """The signed address of the mail's case, for this reader alone; empty: none."""
    case_id = mail.message.case_id if mail.message else None
    if get(mail.key).circle not in _CIRCLES or case_id is None:
        return ""
    with use_exchange(mail.exchange_id):
        mailbox = mailbox_of(mail.exchange)
    if mailbox is None:
        return ""
    today = now.astimezone(zone(mail.exchange.time_zone)).date()
    return reply_address(mailbox=mailbox, case_id=case_id, recipient=to, today=today)
