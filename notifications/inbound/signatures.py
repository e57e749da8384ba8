"""Proving that a mail provider handed a mail over: a signature over time and body.

The header ``Liaison-Timestamp`` holds seconds since 1970, ``Liaison-Signature`` the HMAC-SHA-256,
in hex, of ``<timestamp>.<body>`` under the mailbox's secret.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

#: Seconds a signature counts before and after its time; an older one is a replay.
TOLERANCE: Final = 300
TIMESTAMP, SIGNATURE = "Liaison-Timestamp", "Liaison-Signature"


def sign(*, secret: str, timestamp: int, body: bytes) -> str:
    """The signature a provider sends."""
    message = str(timestamp).encode() + b"." + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(*, secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether a body was signed with the secret, at about ``now`` (seconds since 1970).

    Takes as long for a wrong signature as for a right one, and for no secret as for one.
    """
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12
    at = int(timestamp) if is_number else 0
    expected = sign(secret=secret or "none", timestamp=at, body=body)
    matches = hmac.compare_digest(expected.encode(), signature.encode())
    return bool(secret) and is_number and matches and abs(now - at) <= TOLERANCE
