"""Reply addresses: which case a mail answers is what we signed, never what a subject says.

A case mail to an office carries ``Reply-To: mailbox+<token>@domain``. The token names the case and
a last day, and is signed together with the address it was sent to: used by anybody else, it is
worth nothing. It lets nobody see anything; it only says where an answer belongs.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.utils.crypto import salted_hmac

from notifications.inbound.models import Mailbox

#: A reply to a mail older than this goes to a person.
LIFETIME: Final = timedelta(days=180)
_SALT: Final = "notifications.inbound.reply"
_EPOCH: Final = date(2025, 1, 1)
#: 120 bits: a local part has 64 characters at most, and mail servers may fold its case.
_SIGNATURE_BYTES: Final = 15
_TOKEN: Final = re.compile(r"c([0-9a-z]{1,13})-([0-9a-z]{1,5})-([a-z2-7]{24})")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Standing(StrEnum):
    """What a reply address proves."""

    NONE = "none"
    GOOD = "good"
    FOREIGN = "foreign"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Thread:
    """What the addresses a mail went to say about its case."""

    standing: Standing
    case_id: int | None = None


def reply_address(*, mailbox: Mailbox, case_id: int, recipient: str, today: date) -> str:
    """Where the one who has ``recipient`` as their address answers a mail about a case."""
    last = (today + LIFETIME - _EPOCH).days
    local, _, domain = mailbox.address.partition("@")
    body = f"{_in_36(case_id)}-{_in_36(last)}"
    return f"{local}+c{body}-{_sign(mailbox, body, recipient)}@{domain}"


def read_thread(*, mailbox: Mailbox, recipients: Iterable[str], sender: str, today: date) -> Thread:
    """Which case a verified ``sender`` answers, by the addresses (lower case) the mail went to."""
    local, _, domain = mailbox.address.lower().partition("@")
    for address in recipients:
        own, _, other = address.partition("@")
        base, plus, token = own.partition("+")
        if not plus or (base, other) != (local, domain) or not token.startswith("c"):
            continue
        found = _TOKEN.fullmatch(token)
        body = f"{found[1]}-{found[2]}" if found else ""
        if found is None or not hmac.compare_digest(_sign(mailbox, body, sender), found[3]):
            return Thread(Standing.FOREIGN)
        case_id, last = int(found[1], 36), int(found[2], 36)
        if (today - _EPOCH).days > last:
            return Thread(Standing.EXPIRED, case_id)
        return Thread(Standing.GOOD, case_id)
    return Thread(Standing.NONE)


def _sign(mailbox: Mailbox, body: str, recipient: str) -> str:
    message = f"{mailbox.public_id}:{body}:{recipient.strip().lower()}"
    digest = salted_hmac(_SALT, message, algorithm="sha256").digest()[:_SIGNATURE_BYTES]
    return base64.b32encode(digest).decode("ascii").lower()


def _in_36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
