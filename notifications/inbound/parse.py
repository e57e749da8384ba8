"""From the bytes of a mail to what it says; never raises, whatever came in (advice 12).

Everything is read with the standard library's oldest, most patient rules; each header and each
part is decoded for itself, so one that is broken spoils no other. What cannot be read at all is
said in ``problems`` and becomes work for a person. Nothing here touches the database.

No text that leaves this module holds a Social Security number (EA-06): numbers are taken out of
the words as they came, before invisible characters are, since those can be what hides one.
"""

from __future__ import annotations

import base64
import codecs
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Final

from notifications.inbound.headers import (
    AS_IT_CAME,
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
    seems_automatic,
    sender_of,
)
from notifications.inbound.html_text import text_of_html
from portal.documents.ssn import REMOVED, contains_ssn

__all__ = ["Checked", "Identity", "MailFile", "ParsedMail", "Problem", "identify", "read_mail"]

#: Bytes of one mail that are taken in; more than any provider passes on.
MAX_BYTES: Final = 40 * 1024 * 1024
#: Structure beyond this is an attack or an accident; a person looks at its words.
MAX_PARTS: Final = 100
#: Characters of text that are kept of one mail.
MAX_TEXT: Final = 50_000
#: Characters beyond it that are looked through, longer than any way of writing one number.
_OVERLAP: Final = 200
#: Files of one mail that are looked at.
MAX_FILES: Final = 20
#: Pictures shown in the text and smaller than this are logos and lines, not papers.
_SMALL_PICTURE: Final = 10 * 1024

_CONTAINERS: Final = re.compile(rb"(?i)content-type:\s*(?:multipart|message)/")
_HEADER_END: Final = re.compile(rb"(?:\r\n|\n)[ \t]*(?:\r\n|\n)|\r[ \t]*\r(?!\n)")
#: The library takes a time that grows with the square of these headers.
_LONG_PARAMETERS: Final = re.compile(
    rb"(?i)(?:\A|[\r\n])content-(?:type|disposition)[ \t]*:(?:[^\r\n]|(?:\r\n|\n|\r)[ \t]){5000}"
)
#: Lines, and bytes of headers, beyond which no mail was written by a person.
_MAX_LINES: Final = 1_200_000
_MAX_HEADERS: Final = 2 * 1024 * 1024
#: What is read of a mail that the library must not be asked about.
_MAX_ROUGH: Final = 1024 * 1024
_MAX_ROUGH_HEAD: Final = 100_000
_MOST_PIECES: Final = 1_500
_MOST_HEADS: Final = 1_500
_BOUNDARY_LINES: Final = re.compile(rb"(?m)^--[^\r\n]*\r?$")
_LONG_LINES: Final = re.compile(rb"(?im)^content-[^\n]{4000,}(?:\n[ \t][^\n]*)*\n?")
#: Bytes of one text that are decoded; more than is kept of it in any charset.
_MAX_TEXT_BYTES: Final = 4 * 1024 * 1024
_ARMOR: Final = "-----BEGIN PGP MESSAGE-----"
_WINMAIL: Final = "winmail.dat"
#: Kinds of text that say in other ways what the plain text beside them says.
_TWINS: Final = frozenset({"text/html", "text/x-amp-html", "text/watch-html", "text/enriched"})
_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]*")
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_INVITATION: Final = re.compile(r"(?i)(?:summary|dtstart|dtend|location|description)[;:]")
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
    #: A machine may have written it; a person can tell.
    seems_automatic: bool = False
    is_bulk: bool = False
    problems: tuple[Problem, ...] = ()


def identify(content: bytes) -> Identity:
    """Which mail this is; never raises.

    A Message-ID counts together with the body, with who it says it is from, and with the mark of a
    machine: who sends other words, or the same under another name, under a known id has sent
    another mail, and nobody can have a mail ignored by sending a copy before it. Without one,
    sender, date and subject stand in for it, and where there are no headers either, every byte.
    Spaces and line ends do not count; servers on the way change them.
    """
    head, body = _split(content)
    head = head[:_MAX_HEADERS]
    found = _first_header(head, b"message-id").strip()
    if found:
        claimed = hashlib.sha256(b"id\0" + found).hexdigest()
        names = (b"from", b"auto-submitted", b"precedence")
        origin = b"\0".join([claimed.encode(), *(_first_header(head, name) for name in names)])
    else:
        claimed = ""
        names = (b"from", b"date", b"subject")
        said = [_first_header(head, name) for name in names]
        origin = b"\0".join(said)
        if not any(said):
            body = content
    words = hashlib.sha256(body.translate(None, b" \t\r\n\v\f"))
    return Identity(hashlib.sha256(origin + b"\0" + words.digest()).hexdigest(), claimed)


def _split(content: bytes) -> tuple[bytes, bytes]:
    """Headers and body."""
    end = _HEADER_END.search(content)
    return (content[: end.start()], content[end.end() :]) if end else (content, b"")


def _first_header(head: bytes, name: bytes) -> bytes:
    found = re.search(
        rb"(?i)(?:\A|[\r\n])"
        + re.escape(name)
        + rb"[ \t]*:([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)",
        head,
    )
    return b" ".join(found.group(1).split()) if found else b""


def read_mail(content: bytes) -> ParsedMail:
    """What ``content`` (RFC 5322, more or less) says; never raises.

    What is wrong with it stands in ``problems``; the rest is as good as it can be read.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    problem = Problem.UNREADABLE
    if _is_too_complex(content):
        problem = Problem.TOO_COMPLEX
    elif len(content) <= MAX_BYTES:
        walk = _Walk()
        try:
            message = email.message_from_bytes(content, policy=AS_IT_CAME)
            walk.take(message)
            return _told(message, walk)
        except RecursionError:
            problem = Problem.TOO_COMPLEX
        except Exception:
            # Which kinds the library raises for hostile mail changes with its version; all of
            # them mean the same: a person reads it.
            problem = Problem.UNREADABLE
    try:
        return _read_roughly(content, problem)
    except Exception:
        return ParsedMail(problems=(problem,))


def _is_too_complex(content: bytes) -> bool:
    """Whether the library would take minutes, or a depth of calls that Python refuses."""
    return (
        len(_CONTAINERS.findall(content)) > MAX_PARTS
        or content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n") > _MAX_LINES
        or len(_split(content)[0]) > _MAX_HEADERS
        or _LONG_PARAMETERS.search(content) is not None
    )


def _told(message: Message, walk: _Walk) -> ParsedMail:
    said = "\n\n".join(walk.texts)
    cut = said[: MAX_TEXT + _OVERLAP]
    text = clean_text(cut)
    had_number = walk.had_number or text.count(REMOVED) > cut.count(REMOVED)
    if len(said) > MAX_TEXT:
        # The end of what was read may hold a part of a number, which nobody can tell as one.
        text = text[: min(MAX_TEXT, max(0, len(text) - _OVERLAP))].strip()
        text = f"{text}\n[This mail was longer; the rest was left out.]"
    sender = sender_of(message)
    subject = header(message, "Subject")
    names = (subject, sender.name, *(file.name for file in walk.files))
    problems = list(dict.fromkeys([*sender.problems, *walk.problems]))
    if _ARMOR in text:
        problems.append(Problem.ENCRYPTED)
    if not text.strip() and all(file.name == _WINMAIL for file in walk.files):
        problems.append(Problem.EMPTY)
    return ParsedMail(
        subject=subject,
        from_address=sender.address,
        from_name=sender.name,
        recipients=recipients_of(message),
        answers=answers_of(message),
        date=date_of(message),
        text=text,
        had_number=had_number or any(REMOVED in name for name in names),
        files=tuple(walk.files),
        left_out=tuple(dict.fromkeys(walk.left_out)),
        checked=checked_of(message),
        automatic=automatic_of(message),
        seems_automatic=seems_automatic(message),
        is_bulk=is_bulk(message),
        problems=tuple(problems),
    )


# --- Where the library must not be asked ----------------------------------------------------


def _read_roughly(content: bytes, problem: Problem) -> ParsedMail:
    """The headers, and the words between lines that look like boundaries; no files.

    A person decides on such a mail, and is to see what it says.
    """
    walk = _Walk(problems=[problem])
    head, body = _split(content)
    head = _LONG_LINES.sub(b"", head[:_MAX_ROUGH_HEAD])
    content = head + b"\r\n\r\n" + body[:_MAX_ROUGH]
    for piece in _BOUNDARY_LINES.split(content)[:_MOST_PIECES]:
        walk.take_piece(piece)
    return _told(email.message_from_bytes(head, policy=AS_IT_CAME), walk)


# --- Parts ---------------------------------------------------------------------------------


@dataclass
class _Walk:
    """What is found on the way through the parts."""

    texts: list[str] = field(default_factory=list)
    files: list[MailFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    parts: int = 0
    #: A number stood in words that are not shown, since others say the same.
    had_number: bool = False

    def take(self, message: Message) -> None:
        """Go through the parts in order, nested mails included."""
        for part, has_plain_twin in _leaves(message):
            self.parts += 1
            if self.parts > MAX_PARTS:
                self.problems.append(Problem.TOO_COMPLEX)
                return
            if has_plain_twin and part.get_content_type() in _TWINS:
                self._take_twin(part)
            else:
                self._take_part(part)

    def take_piece(self, piece: bytes) -> None:
        """Take what stands between two boundaries: heads within heads, then perhaps words."""
        kind, head, body = "", b"", piece.removeprefix(b"\r").removeprefix(b"\n")
        for _ in range(_MOST_HEADS):
            head, body = _split(body)
            kind = _first_header(head, b"content-type").lower().decode("latin-1")
            if not kind.startswith("message/"):
                break
        if not body.strip() or kind.startswith("multipart/"):
            return
        if kind and not kind.startswith("text/"):
            self.left_out.append("a file that could not be taken out")
            return
        head = _LONG_LINES.sub(b"", head)
        self._take_text(email.message_from_bytes(head + b"\r\n\r\n" + body, policy=AS_IT_CAME))

    def _take_part(self, part: Message) -> None:
        kind = part.get_content_type()
        name = _file_name(part)
        if kind in _LOCKED:
            self.problems.append(Problem.ENCRYPTED)
        elif kind in _SIGNATURES:
            return
        elif kind == "message/rfc822":
            self._take_inner_heading(part)
        elif _is_words(part, kind, name):
            self._take_text(part)
        else:
            self._take_file(part, kind, name)

    def _take_text(self, part: Message) -> None:
        if part.get_content_type() == "text/calendar":
            self._take_invitation(_text_of(part))
        elif text := _text_of(part):
            self.texts.append(text)

    def _take_twin(self, part: Message) -> None:
        """What the plain text beside it says too; kept where it says far more."""
        text = _text_of(part)
        plain = self.texts[-1] if self.texts else ""
        if len(text) > 3 * len(plain) + 300:
            self.texts.append(text)
        else:
            self.had_number = self.had_number or contains_ssn(text[:MAX_TEXT])

    def _take_invitation(self, calendar: str) -> None:
        """The words of an invitation (RFC 5545); when it is, no program here reckons with."""
        lines = _FOLD.sub("", calendar).splitlines()
        said = [line for line in lines if _INVITATION.match(line)][:20]
        words = "\n".join(said).replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
        self.left_out.append("an invitation to a meeting")
        if words:
            self.texts.append(f"[An invitation to a meeting:]\n{words}")

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
            self._take_invitation(_text_of(part))
        elif len(self.files) >= MAX_FILES:
            self.left_out.append(f"files beyond the first {MAX_FILES}")
        else:
            if kind in _TNEF or name.lower() == _WINMAIL:
                name = _WINMAIL
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


def _text_of(part: Message) -> str:
    """The words of a part, whatever is wrong with its encodings."""
    content = _payload(part)
    try:
        charset = part.get_content_charset()
    except Exception:
        charset = None
    text = in_charset(content[:_MAX_TEXT_BYTES], charset)
    if part.get_content_type() in ("text/html", "text/x-amp-html"):
        text = text_of_html(text)
    return text.strip()


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
        if _is_base64(part):
            content = _mixed_base64(part, content)
    except Exception:
        # Broken transfer encodings raise more kinds than the documentation names.
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _is_base64(part: Message) -> bool:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"


def _mixed_base64(part: Message, content: object) -> object:
    """A text that says it is base64 and is not, or not to its end: lists add their own lines."""
    raw = part.get_payload()
    if part.get_content_maintype() != "text" or not isinstance(raw, str):
        return content
    lines = raw[:_MAX_TEXT_BYTES].splitlines()
    count = len(lines)
    plain_from = next((n for n, line in enumerate(lines) if not _BASE64.fullmatch(line)), count)
    if plain_from == count and content != raw.encode("ascii", "replace"):
        return content
    encoded = "".join("".join(lines[:plain_from]).split())
    # One character alone is no byte; what was cut off is.
    words = base64.b64decode(encoded[: len(encoded) - (len(encoded) % 4 == 1)] + "==")
    plain = "\n".join(lines[plain_from:]).encode("utf-8", "surrogateescape")
    return words + b"\n" + plain


def _is_words(part: Message, kind: str, name: str) -> bool:
    """Whether a part is words of the letter; programs name those too, but do not attach them."""
    if not kind.startswith("text/") or _is_attached(part):
        return False
    return not name or kind in ("text/plain", "text/html")


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except Exception:
        # RFC 2231 in the wild: unknown charsets, missing sections, numbers that are none.
        return "file" if _is_attached(part) else ""
    return decoded(name)[:200] if name else ""
