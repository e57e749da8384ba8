"""From the bytes of a mail to what it says; never raises, whatever came in (advice 12).

Everything is read with the standard library's oldest, most patient rules; each header and each
part is decoded for itself, so one that is broken spoils no other. What cannot be read at all is
said in ``problems`` and becomes work for a person. Nothing here touches the database.

No text that leaves this module holds a Social Security number (EA-06): numbers are taken out of
the words as they came, before invisible characters are, since those can be what hides one.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Final

from notifications.inbound.headers import (
    Checked,
    Problem,
    answers_of,
    automatic_of,
    checked_of,
    clean_text,
    date_of,
    decoded,
    header,
    in_charset,
    is_bulk,
    recipients_of,
    sender_of,
)
from notifications.inbound.html_text import text_of_html
from portal.documents.ssn import REMOVED

__all__ = ["Checked", "Identity", "MailFile", "ParsedMail", "Problem", "identify", "read_mail"]

#: Bytes of one mail that are taken in; more than any provider passes on.
MAX_BYTES: Final = 40 * 1024 * 1024
#: Structure beyond this is an attack or an accident; a person looks at its words.
MAX_PARTS: Final = 100
#: Characters of text that are kept of one mail.
MAX_TEXT: Final = 50_000
#: Files of one mail that are looked at.
MAX_FILES: Final = 20
#: Pictures shown in the text and smaller than this are logos and lines, not papers.
_SMALL_PICTURE: Final = 10 * 1024

_CONTAINERS: Final = re.compile(rb"(?i)content-type:\s*(?:multipart|message)/")
_HEADER_END: Final = re.compile(rb"\r?\n[ \t]*\r?\n")
_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_LOCKED: Final = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came along, untouched and not to be trusted."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a mail from another.

    ``key`` is the same for every copy of one mail, by whichever way it came; ``message_id`` (a
    hash, empty without the header) is the same for mails that claim to be one.
    """

    key: str
    message_id: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What a mail says. Texts are Unicode without control characters and without numbers of
    Social Security."""

    subject: str = ""
    #: Lower case; empty when there is none or more than one.
    from_address: str = ""
    from_name: str = ""
    #: Every address it may have been delivered to, lower case.
    recipients: tuple[str, ...] = ()
    #: Message-IDs it says it answers, nearest first.
    answers: tuple[str, ...] = ()
    #: UTC; None where the header is missing or absurd.
    date: datetime | None = None
    text: str = ""
    #: A Social Security number stood in a text and was taken out.
    had_number: bool = False
    files: tuple[MailFile, ...] = ()
    #: Kinds of parts that were left out, in words for a person.
    left_out: tuple[str, ...] = ()
    checked: tuple[Checked, ...] = ()
    #: The header that says a machine wrote it; empty: none does.
    automatic: str = ""
    is_bulk: bool = False
    problems: tuple[Problem, ...] = ()


def identify(content: bytes) -> Identity:
    """Which mail this is; never raises.

    A Message-ID counts together with the body: who sends other words under a known id has sent
    another mail. Without one, sender, date and subject stand in for it.
    """
    head, _, body = _split(content)
    words = hashlib.sha256(b"\n".join(line.rstrip() for line in body.splitlines()).rstrip())
    found = _first_header(head, b"message-id").strip()
    if found:
        claimed = hashlib.sha256(b"id\0" + found).hexdigest()
        origin = claimed.encode()
    else:
        claimed = ""
        names = (b"from", b"date", b"subject")
        origin = b"\0".join(_first_header(head, name) for name in names)
    return Identity(hashlib.sha256(origin + b"\0" + words.digest()).hexdigest(), claimed)


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    end = _HEADER_END.search(content)
    if end is None:
        return content, b"", b""
    return content[: end.start()], end.group(), content[end.end() :]


def _first_header(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"(?im)^" + re.escape(name) + rb"[ \t]*:(.*(?:\r?\n[ \t].*)*)", head)
    return b" ".join(found.group(1).split()) if found else b""


def read_mail(content: bytes) -> ParsedMail:
    """What ``content`` (RFC 5322, more or less) says; never raises.

    What is wrong with it stands in ``problems``; the rest is as good as it can be read.
    """
    problem = Problem.UNREADABLE
    if len(_CONTAINERS.findall(content)) > MAX_PARTS:
        problem = Problem.TOO_COMPLEX
    elif len(content) <= MAX_BYTES:
        try:
            return _read(email.message_from_bytes(content))
        except RecursionError:
            problem = Problem.TOO_COMPLEX
        except Exception:
            # Which kinds the library raises for hostile mail changes with its version; all of
            # them mean the same: a person reads it.
            problem = Problem.UNREADABLE
    try:
        head = email.message_from_bytes(_split(content)[0][:100_000])
        return _headers_alone(head, problem)
    except Exception:
        return ParsedMail(problems=(problem,))


def _read(message: Message) -> ParsedMail:
    walk = _Walk()
    walk.take(message)
    said = "\n\n".join(walk.texts)
    text = clean_text(said[:MAX_TEXT])
    if len(said) > MAX_TEXT:
        text = f"{text}\n[This mail was longer; the rest was left out.]"
    sender = sender_of(message)
    subject = header(message, "Subject")
    shown = (text, subject, sender.name, *(file.name for file in walk.files))
    problems = list(dict.fromkeys([*sender.problems, *walk.problems]))
    if not text.strip() and not walk.files:
        problems.append(Problem.EMPTY)
    return ParsedMail(
        subject=subject,
        from_address=sender.address,
        from_name=sender.name,
        recipients=recipients_of(message),
        answers=answers_of(message),
        date=date_of(message),
        text=text,
        had_number=any(REMOVED in words for words in shown),
        files=tuple(walk.files),
        left_out=tuple(dict.fromkeys(walk.left_out)),
        checked=checked_of(message),
        automatic=automatic_of(message),
        is_bulk=is_bulk(message),
        problems=tuple(problems),
    )


def _headers_alone(message: Message, problem: Problem) -> ParsedMail:
    sender = sender_of(message)
    return ParsedMail(
        subject=header(message, "Subject"),
        from_address=sender.address,
        from_name=sender.name,
        recipients=recipients_of(message),
        date=date_of(message),
        checked=checked_of(message),
        automatic=automatic_of(message),
        is_bulk=is_bulk(message),
        problems=(problem, *sender.problems),
    )


# --- Parts ---------------------------------------------------------------------------------


@dataclass
class _Walk:
    """What is found on the way through the parts."""

    texts: list[str] = field(default_factory=list)
    files: list[MailFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    parts: int = 0

    def take(self, message: Message) -> None:
        """Go through the parts in order, nested mails included."""
        for part, has_plain_twin in _leaves(message):
            self.parts += 1
            if self.parts > MAX_PARTS:
                self.problems.append(Problem.TOO_COMPLEX)
                return
            if not (has_plain_twin and part.get_content_type() == "text/html"):
                self._take_part(part)

    def _take_part(self, part: Message) -> None:
        kind = part.get_content_type()
        name = _file_name(part)
        if kind in _LOCKED:
            self.problems.append(Problem.ENCRYPTED)
        elif kind in _SIGNATURES:
            return
        elif kind == "message/rfc822":
            self._take_inner_heading(part)
        elif kind.startswith("text/") and not name and not _is_attached(part):
            self._take_text(part, kind)
        else:
            self._take_file(part, kind, name)

    def _take_text(self, part: Message, kind: str) -> None:
        if kind == "text/calendar":
            self.left_out.append("an invitation to a meeting")
            return
        text = in_charset(_payload(part), part.get_content_charset())
        if kind == "text/html":
            text = text_of_html(text)
        if text.strip():
            self.texts.append(text.strip())

    def _take_inner_heading(self, part: Message) -> None:
        inner = part.get_payload(0) if isinstance(part.get_payload(), list) else None
        if isinstance(inner, Message):
            heading = [f"{name}: {header(inner, name)}" for name in ("From", "Date", "Subject")]
            self.texts.append("[A mail was attached:]\n" + "\n".join(heading))

    def _take_file(self, part: Message, kind: str, name: str) -> None:
        content = _payload(part)
        is_shown = part.get("Content-ID") is not None and not _is_attached(part)
        if kind.startswith("image/") and is_shown and len(content) < _SMALL_PICTURE:
            self.left_out.append("a small picture of the letterhead")
        elif kind == "text/calendar":
            self.left_out.append("an invitation to a meeting")
        elif len(self.files) >= MAX_FILES:
            self.left_out.append(f"files beyond the first {MAX_FILES}")
        else:
            if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
                name = "winmail.dat"
            self.files.append(MailFile(name or "file", kind, content))


def _leaves(message: Message) -> Iterator[tuple[Message, bool]]:
    """Every part that holds something itself, without recursion; a nested mail comes before its
    own parts. The second value tells that plain text says the same as the part."""
    waiting = [(message, False)]
    while waiting:
        part, has_twin = waiting.pop()
        payload = part.get_payload()
        kind = part.get_content_type()
        if not part.is_multipart() or not isinstance(payload, list) or kind in _LOCKED:
            yield part, has_twin
            continue
        if kind == "message/rfc822":
            yield part, has_twin
        inner = [child for child in payload if isinstance(child, Message)]
        if kind == "multipart/alternative":
            has_twin = has_twin or any(_is_plain_text(child) for child in inner)
        waiting.extend((child, has_twin) for child in reversed(inner))


def _is_plain_text(part: Message) -> bool:
    return part.get_content_type() == "text/plain" and bool(_payload(part).strip())


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:
        # Broken transfer encodings raise more kinds than the documentation names.
        content = str(part.get_payload()).encode("utf-8", "replace")
    return content if isinstance(content, bytes) else b""


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except Exception:
        # RFC 2231 in the wild: unknown charsets, missing sections, numbers that are none.
        return "file" if _is_attached(part) else ""
    return decoded(name)[:200] if name else ""
