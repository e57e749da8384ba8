"""Mail to a constituent who is asked to sign a release online.

Address and secret stay sealed with the request to sign: the mail row holds a masked address and a
gap in its words, and both are filled at the moment of sending. Once the mail has left, the seal is
emptied (ASVS 6.5).
"""

from datetime import datetime

from escalations.releases.digital import address_and_secret, forget_secret
from escalations.releases.models import DigitalRelease
from notifications.catalogue import MessageKind
from notifications.mail_rows import mask, write_mail
from notifications.models import MailMessage
from notifications.wording import Wording, fill, values_for, wording_of
from portal.casework.models import OutboxMessage

_LINK, _PASSCODE = "release.link", "release.passcode"
_KEYS = frozenset({_LINK, _PASSCODE})
#: Stands where the secret goes until the mail leaves; braces cannot come from a value.
GAP = "{{secret}}"


def is_one(key: str) -> bool:
    """Whether a message goes to a constituent."""
    return key in _KEYS


def write(*, message: OutboxMessage, kind: MessageKind, now: datetime) -> bool:
    """Write the mail down without address and secret; False when there is nothing to send.

    The exchange must be set.
    """
    digital = _sendable(message, now)
    if digital is None:
        return False
    values = values_for(kind, exchange=message.exchange, case=None, link=GAP, passcode=GAP)
    write_mail(
        exchange=message.exchange,
        key=kind.key,
        to=mask(digital.contact),
        wording=fill(kind, wording_of(kind, exchange_id=message.exchange_id), values),
        now=now,
        unique=message.dedupe_key,
        message=message,
    )
    return True


def open_seal(mail: MailMessage, *, now: datetime) -> tuple[str, Wording] | None:
    """The real address, and the words with link or passcode; None when it may not go any more."""
    digital = _sendable(mail.message, now) if mail.message else None
    if digital is None:
        return None
    content = address_and_secret(digital)
    secret = content.link if mail.key == _LINK else content.passcode
    return content.address, Wording(mail.subject, mail.body.replace(GAP, secret))


def empty_seal(mail: MailMessage) -> None:
    """Forget the secret: it has left, or never will."""
    digital = _request(mail.message) if mail.message else None
    if digital is not None:
        forget_secret(digital_release=digital, key=mail.key)


def _request(message: OutboxMessage) -> DigitalRelease | None:
    return DigitalRelease.objects.filter(pk=message.data.get("digital_release")).first()


def _sendable(message: OutboxMessage, now: datetime) -> DigitalRelease | None:
    digital = _request(message)
    if digital is None or not digital.is_open(now):
        return None
    content = address_and_secret(digital)
    secret = content.link if message.key == _LINK else content.passcode
    return digital if secret else None
