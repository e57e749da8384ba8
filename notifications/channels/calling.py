"""One signed request to one address, and what became of it.

The request goes to a number that was just found public, under the name it was registered with:
the certificate must be the name's. Redirects are not followed: they are a way around the check.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from notifications.channels import addresses
from notifications.channels.hooks import ANSWER_LENGTH

#: Seconds for connecting, and for each step of the answer.
TIMEOUT: Final = 10.0
#: Seconds a receiver may take altogether; one that drips its answer holds no worker.
PATIENCE: Final = 20.0

#: Name, port and a checked number → a connection to it that is not yet open.
Connector = Callable[[str, int, str], http.client.HTTPConnection]


@dataclass(frozen=True)
class Answer:
    """What came back. ``error`` is ours, without anything of the other side's."""

    is_accepted: bool
    status: int | None
    milliseconds: int
    error: str = ""
    #: At most the first 1,000 characters.
    text: str = ""


class _PinnedConnection(http.client.HTTPSConnection):
    """HTTPS to one number, with the certificate of the name."""

    def __init__(self, host: str, port: int, number: str) -> None:
        self._context_of_ours = ssl.create_default_context()
        self._number = number
        super().__init__(host, port, timeout=TIMEOUT, context=self._context_of_ours)

    def connect(self) -> None:
        plain = socket.create_connection((self._number, self.port), timeout=TIMEOUT)
        try:
            # Known before hands are shaken, so that who drips that too can be cut.
            self.sock = self._context_of_ours.wrap_socket(
                plain, server_hostname=self.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError):
            plain.close()
            raise
        self.sock.do_handshake()


def connect(host: str, port: int, number: str) -> http.client.HTTPConnection:
    """A connection to a number under a name."""
    return _PinnedConnection(host, port, number)


def signature(secret: str, *, at: int, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256 of ``<seconds since 1970>.<body>`` in hexadecimal digits."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def headers_for(
    secrets: Sequence[str], *, unique: str, key: str, now: datetime, body: bytes
) -> dict[str, str]:
    """What a receiver needs to know the sender, the moment and a repetition."""
    at = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "Liaison-Webhook/1",
        "Liaison-Event": key,
        "Liaison-Delivery": unique,
        "Liaison-Timestamp": str(at),
        "Liaison-Signature": ",".join(signature(secret, at=at, body=body) for secret in secrets),
    }


def call(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    connector: Connector | None = None,
    resolver: addresses.Resolver | None = None,
) -> Answer:
    """Post a body to an address; never raises for what the other side does.

    Only an answer of 2xx counts as accepted; a redirect does not.
    """
    started = monotonic()

    def took() -> int:
        return round((monotonic() - started) * 1_000)

    try:
        host, port, target = addresses.check_url(url)
        numbers = addresses.public_numbers(host, port, resolver=resolver or addresses.lookup)
    except (addresses.ForbiddenAddress, addresses.ValidationError):
        return Answer(False, None, took(), "The address is not a public one.")
    except (OSError, UnicodeError):
        return Answer(False, None, took(), "The name of the server is not known.")
    connection = (connector or connect)(host, port, numbers[0])
    # A time-out counts each step alone: whoever drips a byte at a time would hold a worker.
    watch = threading.Timer(PATIENCE, _cut, [connection])
    watch.start()
    try:
        connection.request("POST", target, body=body, headers=dict(headers))
        response = connection.getresponse()
        text = _beginning(response)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(False, None, took(), type(error).__name__)
    finally:
        watch.cancel()
        connection.close()
    accepted = 200 <= response.status < 300
    return Answer(
        accepted, response.status, took(), "" if accepted else _why(response.status), text
    )


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _beginning(response: http.client.HTTPResponse) -> str:
    read = b""
    while len(read) < ANSWER_LENGTH:
        piece = response.read1(ANSWER_LENGTH - len(read))
        if not piece:
            break
        read += piece
    # PostgreSQL takes no NUL in a text.
    return read.decode("utf-8", errors="replace").replace("\0", "")[:ANSWER_LENGTH]


def _why(status: int) -> str:
    return f"HTTP {status}: redirects are not followed" if 300 <= status < 400 else f"HTTP {status}"
