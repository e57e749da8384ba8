"""The secret in the link by which a reader stops the mail of briefings.

Signed, and made of the numbers of an exchange and a mail: it names nobody, and is worth nothing
for another mail. It does not run out; a mail can be read years later (RFC 8058 asks for no end).
"""

from typing import Final

from django.core import signing

from notifications.models import MailMessage

_SALT: Final = "notifications.briefings.stop"


def make_token(mail: MailMessage) -> str:
    """The token of a mail."""
    return signing.dumps([mail.exchange_id, mail.pk], salt=_SALT)


def read_token(token: str) -> tuple[int, int] | None:
    """Keys of exchange and mail; None: it is none of ours."""
    try:
        exchange_id, mail_id = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(exchange_id), int(mail_id)
