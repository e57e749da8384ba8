"""Sending text messages: by the exchange's gateway, or kept here where none is configured.

The gateway is any service that takes ``POST`` of ``{"to": …, "body": …}`` over HTTPS with a bearer
token (``TEXT_GATEWAY_URL``, ``TEXT_GATEWAY_TOKEN``). What became of a text is told apart as for
mail: before the request left it was certainly not sent; after it, without an answer, nobody knows.
"""

import http.client
import json
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from notifications.smtp import Delivery, Outcome
from notifications.wording import Wording

KEPT_HERE = "Kept here: no text gateway is configured."
#: Answers after which the same text may be tried again.
_LATER = frozenset({408, 425, 429})


def deliver(*, to: str, body: str, unique: str, before_content: Callable[[], bool]) -> Delivery:
    """Send one text to a number of ten digits.

    Args:
        unique: makes it the same text however often it is sent; the gateway gets it as
            ``Idempotency-Key``.
        before_content: called once the gateway is reached; it keeps on record that from now on
            the outcome may be unknown, and when it says no, nothing is sent.
    """
    if not settings.TEXT_GATEWAY_URL:
        return Delivery(Outcome.ACCEPTED, KEPT_HERE)
    target = urlsplit(settings.TEXT_GATEWAY_URL)
    connection = _connection(target.hostname or "", target.port, secure=target.scheme == "https")
    try:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            return Delivery(Outcome.LATER, type(error).__name__)
        if not before_content():
            return Delivery(Outcome.LATER, "Taken over by another worker.")
        try:
            connection.request(
                "POST",
                target.path or "/",
                body=json.dumps({"to": f"+1{to}", "body": body}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {settings.TEXT_GATEWAY_TOKEN}",
                    "Idempotency-Key": unique,
                },
            )
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return Delivery(Outcome.UNKNOWN, type(error).__name__)
    finally:
        connection.close()
    return _outcome(status)


def mask_number(number: str) -> str:
    """A telephone number as much of it as a page may show: ``…42``."""
    return f"…{number[-2:]}"


def without_footer(wording: Wording) -> Wording:
    """A wording as a text has it: the line under every mail is about mail, and long."""
    return Wording(wording.subject, wording.body.partition("\n\n--\n")[0])


def _connection(host: str, port: int | None, *, secure: bool) -> http.client.HTTPConnection:
    if secure:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            host, port, timeout=settings.TEXT_TIMEOUT, context=context
        )
    return http.client.HTTPConnection(host, port, timeout=settings.TEXT_TIMEOUT)


def _outcome(status: int) -> Delivery:
    """What an answer means; its words are not kept, since they may repeat the number."""
    if 200 <= status < 300:
        return Delivery(Outcome.ACCEPTED)
    if status in _LATER or status >= 500:
        return Delivery(Outcome.LATER, f"HTTP {status}")
    return Delivery(Outcome.REFUSED, f"HTTP {status}")
