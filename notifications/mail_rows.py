"""Writing a mail down, once; sending it is another step."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications.catalogue import get
from notifications.models import MailMessage
from notifications.wording import Wording
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Exchange, Person

#: Hours for which a mail that meets a closed door is tried again.
PATIENCE = 24
#: What is left of a mail whose link or passcode has done its work.
EMPTIED = "The link or passcode in this mail is not kept once the mail has left."


def write_mail(
    *,
    exchange: Exchange,
    key: str,
    to: str,
    wording: Wording,
    now: datetime,
    unique: str,
    person: Person | None = None,
    message: OutboxMessage | None = None,
    medium: str = MailMessage.Medium.MAIL,
) -> bool:
    """Write a mail or text to be sent, and say whether it is news.

    ``unique`` is what makes it one and the same mail however often it is written; the Message-ID
    is derived from it, so that a receiver too can tell a repetition.
    """
    fields = {
        "exchange": exchange,
        "key": key,
        "medium": medium,
        "to": to,
        "subject": wording.subject,
        "body": wording.body,
        "person": person,
        "message": message,
        "rfc_message_id": message_id(f"{exchange.pk}:{key}:{unique}:{to.lower()}"),
        "created_at": now,
        "next_attempt_at": now,
        "give_up_at": now + timedelta(hours=PATIENCE),
    }
    if MailMessage.objects.filter(rfc_message_id=fields["rfc_message_id"]).exists():
        return False
    MailMessage.objects.bulk_create([MailMessage(**fields)], ignore_conflicts=True)
    return True


def message_id(unique: str) -> str:
    """A Message-ID (RFC 5322) that is the same for the same mail, and tells nothing about it."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    return f"<{salted_hmac('notifications.message_id', unique).hexdigest()}@{domain}>"


def can_be_sent_again(mail: MailMessage) -> bool:
    """Parked or refused, and all there: a secret that was emptied cannot be sent again."""
    stuck = mail.state in (MailMessage.State.PARKED, MailMessage.State.FAILED)
    return stuck and not get(mail.key).is_secret


def mask(address: str) -> str:
    """An address as much of it as a page may show: ``r…@mail.example``."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
