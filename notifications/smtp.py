"""One SMTP session that knows at which step it failed.

Whether a mail may be sent again depends on nothing else: before the final dot it has certainly not
been accepted; after the final dot, without an answer, nobody can know (RFC 1047).
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from django.conf import settings

_GO_AHEAD = 354
_CLOSING = 421
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    #: Not accepted now; the mail may be sent again.
    LATER = "later"
    #: Not accepted, for good.
    REFUSED = "refused"
    #: The link broke between the final dot and the answer.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """What became of one attempt. ``detail`` is ours or an SMTP code: no server's free text,
    which may repeat an address."""

    outcome: Outcome
    detail: str = ""
    #: The server as a whole is out of reach; other mails need not try now.
    is_server_down: bool = False


class SmtpSession:
    """Connects when the first mail is sent; use as a context manager."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "SmtpSession":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._hang_up()

    def deliver(
        self, *, sender: str, to: str, content: bytes, before_content: Callable[[], bool]
    ) -> Delivery:
        """Send one mail.

        ``before_content`` is called when the server waits for the content, and keeps on record
        that from now on the outcome may be unknown; when it says no, nothing is sent.
        """
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Delivery(Outcome.LATER, _name(error), is_server_down=True)
        try:
            for answer in (smtp.mail(sender), smtp.rcpt(to)):
                if answer[0] // 100 != 2:
                    return self._refused(answer[0])
            if not before_content():
                smtp.rset()
                return Delivery(Outcome.LATER, "Taken over by another worker.")
            code, _ = smtp.docmd("DATA")
            if code != _GO_AHEAD:
                return self._refused(code)
            smtp.send(_dotted(content))
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Delivery(Outcome.LATER, _name(error))
        return self._finish(smtp)

    def _finish(self, smtp: smtplib.SMTP) -> Delivery:
        """Send the final dot: from here on only the server's answer tells what happened."""
        try:
            smtp.send(b".\r\n")
            code, _ = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Delivery(Outcome.UNKNOWN, _name(error))
        if code // 100 == 2:
            return Delivery(Outcome.ACCEPTED)
        if code // 100 not in (4, 5):
            # No answer of SMTP's: whether it has the mail cannot be read from it.
            self._hang_up()
            return Delivery(Outcome.UNKNOWN, f"SMTP {code}")
        return self._refused(code)

    def _refused(self, code: int) -> Delivery:
        if code == _CLOSING or code < 0:
            self._hang_up()
            return Delivery(Outcome.LATER, f"SMTP {code}", is_server_down=code == _CLOSING)
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._hang_up()
        outcome = Outcome.REFUSED if code // 100 == 5 else Outcome.LATER
        return Delivery(outcome, f"SMTP {code}")

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            smtp = smtplib.SMTP(
                settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT
            )
            self._smtp = smtp
            smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return self._smtp

    def _hang_up(self) -> None:
        """Without a farewell: a server that is stuck would keep us waiting for its answer."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _dotted(content: bytes) -> bytes:
    """Lines ended as SMTP wants them, leading dots doubled (RFC 5321, 4.5.2)."""
    lines = _LINE_BREAK.sub(b"\r\n", content)
    lines = _LEADING_DOT.sub(b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _name(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"SMTP {code}" if code else type(error).__name__
