"""Texts to a consumer who is delegated by passcode (DL-04, C.7a).

Number and passcode stay sealed with the search: the row holds a masked number and a gap in its
words, and both are filled at the moment of sending. Once the text has left, the seal is emptied
(ASVS 6.5).
"""

from datetime import datetime

from notifications.catalogue import MessageKind
from notifications.mail_rows import write_mail
from notifications.models import MailMessage
from notifications.texts import mask_number, without_footer
from notifications.wording import Wording, fill, values_for, wording_of
from portal.casework.models import OutboxMessage
from portal.delegations import tool
from portal.delegations.messages import CONFIRMED, PASSCODE
from portal.delegations.models import ToolSearch

_KEYS = frozenset({PASSCODE, CONFIRMED})
#: Stands where the passcode goes until the text leaves; braces cannot come from a value.
GAP = "{{secret}}"


def is_one(key: str) -> bool:
    """Whether a message goes to a consumer by text."""
    return key in _KEYS


def write(*, message: OutboxMessage, kind: MessageKind, now: datetime) -> bool:
    """Write the text down without number and passcode; False when there is nothing to send.

    The exchange must be set.
    """
    search = _sendable(message, now)
    if search is None:
        return False
    values = values_for(kind, exchange=message.exchange, case=None, passcode=GAP)
    write_mail(
        exchange=message.exchange,
        key=kind.key,
        to=mask_number(tool.secret_of(search).number),
        wording=without_footer(
            fill(kind, wording_of(kind, exchange_id=message.exchange_id), values)
        ),
        now=now,
        unique=message.dedupe_key,
        message=message,
        medium=MailMessage.Medium.TEXT,
    )
    return True


def open_seal(mail: MailMessage, *, now: datetime) -> tuple[str, Wording] | None:
    """The real number, and the words with the passcode; None when it may not go any more."""
    search = _sendable(mail.message, now) if mail.message else None
    if search is None:
        return None
    secret = tool.secret_of(search)
    return secret.number, Wording(mail.subject, mail.body.replace(GAP, secret.passcode))


def empty_seal(mail: MailMessage) -> None:
    """Forget the passcode, or the number after the last text: it has left, or never will."""
    search = _search(mail.message) if mail.message else None
    if search is None:
        return
    if mail.key == PASSCODE:
        tool.forget_passcode(search=search)
    else:
        tool.forget_number(search=search)


def _search(message: OutboxMessage) -> ToolSearch | None:
    return ToolSearch.objects.filter(pk=message.data.get("tool_search")).first()


def _sendable(message: OutboxMessage, now: datetime) -> ToolSearch | None:
    """The search whose consumer is written to; None where another number was typed, the passcode
    is void, or it has left already."""
    search = _search(message)
    if search is None:
        return None
    secret = tool.secret_of(search)
    if message.key == CONFIRMED:
        return search if secret.number else None
    expires_at = search.passcode_expires_at
    is_valid = expires_at is not None and now < expires_at
    return search if secret.number and secret.passcode and is_valid else None
