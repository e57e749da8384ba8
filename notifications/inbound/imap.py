"""Fetching mail from an IMAP server (RFC 9051): look, keep, and only then mark.

A mail is marked as read, or moved, after the commit that keeps its bytes; whatever happens in
between, it is fetched again and known again. What is new is asked for in two ways, since a person
may have read a mail in the same mailbox: unread, or above the highest number seen so far.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.parse import MAX_BYTES
from notifications.inbound.services import receive_mail
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

logger = logging.getLogger(__name__)

#: Seconds a server may take for one answer.
TIMEOUT: Final = 20
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
#: Bytes of a mail that is too large which are fetched, for its headers.
_HEAD: Final = 64 * 1024

# A line of a mail server may be long; the library's limit stops at a mail with many recipients.
imaplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]


class ImapError(Exception):
    """The server did not do what was asked; holds a code, never its words."""


@dataclass
class FetchCounts:
    """What one visit to the mail servers brought."""

    mailboxes: int = 0
    fetched: int = 0
    #: Mails that were kept already.
    known: int = 0
    #: Mailboxes whose server failed; the next visit goes on where this one stopped.
    failed: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def fetch_exchange(*, exchange: Exchange, now: datetime, limit: int = 500) -> FetchCounts:
    """Fetch what is new in every mailbox of an exchange, at most ``limit`` mails from each.

    Safe to repeat, to run twice at once, and to be cut anywhere.
    """
    counts = FetchCounts()
    with use_exchange(exchange):
        boxes = Mailbox.objects.filter(exchange=exchange, is_active=True).exclude(host="")
        mailboxes = list(boxes)
    for mailbox in mailboxes:
        counts.mailboxes += 1
        error = ""
        try:
            for is_new in _fetch(mailbox, now, limit):
                counts.fetched += is_new
                counts.known += not is_new
        except (imaplib.IMAP4.error, ImapError, OSError, ssl.SSLError) as failure:
            error = type(failure).__name__ if not isinstance(failure, ImapError) else str(failure)
            counts.failed += 1
            logger.warning("Mailbox %s could not be read: %s", mailbox.pk, error)
        with use_exchange(exchange):
            Mailbox.objects.filter(pk=mailbox.pk).update(checked_at=now, last_error=error[:80])
    return counts


def _fetch(mailbox: Mailbox, now: datetime, limit: int) -> Iterator[bool]:
    with _connected(mailbox) as server:
        validity, uids = _new_uids(server, mailbox)
        for uid in uids[:limit]:
            content, size = _content(server, uid)
            if content is None:
                continue  # somebody has deleted it meanwhile
            with use_exchange(mailbox.exchange_id):
                taken = receive_mail(
                    mailbox=mailbox,
                    content=content,
                    door=RawMail.Door.IMAP,
                    now=now,
                    size=size,
                )
            _put_away(server, mailbox, uid)
            _remember(mailbox, validity, uid)
            yield taken.is_new


@contextmanager
def _connected(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    if mailbox.use_tls:
        context = ssl.create_default_context()
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, ssl_context=context, timeout=TIMEOUT
        )
    else:
        server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT)
    try:
        server.login(mailbox.username, mailbox.password)
        _ok(server.select(_quoted(mailbox.folder)), "SELECT")
        yield server
    finally:
        # Without a farewell where the line is dead: it would keep us waiting for an answer.
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            server.shutdown()


def _new_uids(server: imaplib.IMAP4, mailbox: Mailbox) -> tuple[int, list[int]]:
    told = server.response("UIDVALIDITY")[1]
    validity = int(told[0]) if told and told[0] else 0
    last = mailbox.last_uid if validity == mailbox.uid_validity else 0
    found = set(_search(server, "UNSEEN"))
    if last:
        # "n:*" names the last mail even where n is higher.
        found |= {uid for uid in _search(server, "UID", f"{last + 1}:*") if uid > last}
    return validity, sorted(found)


def _search(server: imaplib.IMAP4, *criteria: str) -> list[int]:
    answer = _ok(server.uid("SEARCH", *criteria), "SEARCH")
    return [int(uid) for line in answer if line for uid in line.split()]


def _content(server: imaplib.IMAP4, uid: int) -> tuple[bytes | None, int]:
    """The bytes and their number; of a mail too large for us its beginning only."""
    answer = _ok(server.uid("FETCH", str(uid), "(RFC822.SIZE)"), "FETCH")
    said = next((m for line in answer if (m := _SIZE.search(_flat(line)))), None)
    size = int(said[1]) if said else 0
    part = f"BODY.PEEK[]<0.{_HEAD}>" if size > MAX_BYTES else "BODY.PEEK[]"
    answer = _ok(server.uid("FETCH", str(uid), f"({part})"), "FETCH")
    content = next((line[1] for line in answer if isinstance(line, tuple)), None)
    return content, max(size, len(content or b""))


def _put_away(server: imaplib.IMAP4, mailbox: Mailbox, uid: int) -> None:
    """Mark it as read, or move it; where that fails it is fetched again, and known."""
    if not mailbox.done_folder:
        _ok(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"), "STORE")
    elif "MOVE" in server.capabilities:
        _ok(server.uid("MOVE", str(uid), _quoted(mailbox.done_folder)), "MOVE")
    else:
        _ok(server.uid("COPY", str(uid), _quoted(mailbox.done_folder)), "COPY")
        _ok(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen \Deleted)"), "STORE")


def _remember(mailbox: Mailbox, validity: int, uid: int) -> None:
    with use_exchange(mailbox.exchange_id):
        rows = Mailbox.objects.filter(pk=mailbox.pk)
        if mailbox.uid_validity == validity:
            rows = rows.filter(last_uid__lt=uid)
        rows.update(uid_validity=validity, last_uid=uid)
    mailbox.uid_validity, mailbox.last_uid = validity, max(mailbox.last_uid, uid)


def _ok(answer: tuple[str, list[Any]], command: str) -> list[Any]:
    if answer[0] != "OK":
        raise ImapError(f"{command} {answer[0]}")
    return answer[1]


def _flat(line: Any) -> bytes:
    return line[0] if isinstance(line, tuple) else (line or b"")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
