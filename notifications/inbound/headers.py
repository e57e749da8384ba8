"""The headers of a mail, each read for itself; none of them can be trusted, whatever it says."""

from __future__ import annotations

import email.header
import email.utils
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum
from typing import Any, Final

from portal.documents.ssn import redact

_MAX_HEADER: Final = 2_000
_REPORTS: Final = frozenset({"multipart/report", "message/delivery-status"})


class Problem(StrEnum):
    """Why a person has to look, whoever the sender is."""

    UNREADABLE = "unreadable"
    TOO_COMPLEX = "too_complex"
    ENCRYPTED = "encrypted"
    EMPTY = "empty"
    SEVERAL_SENDERS = "several_senders"
    NO_SENDER = "no_sender"


@dataclass(frozen=True, slots=True)
class Checked:
    """One Authentication-Results header, and how many servers' marks stand above it."""

    value: str
    received_above: int


def clean_text(text: str) -> str:
    """``text`` without numbers of Social Security, and without what a database refuses or a reader
    cannot see: control characters, lone surrogates, marks that turn the reading direction."""
    text = redact(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isascii() or _CONTROL.search(text):
        text = "".join(
            character
            for character in text
            if character in _KEPT or unicodedata.category(character) not in _UNSEEN
        )
        text = redact(text)
    return text.strip()


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN: Final = frozenset({"Cc", "Cs", "Cf"})
#: Line ends, tabs, and the two joiners that Persian and many Indian words are spelled with.
_KEPT: Final = "\n\t\u200c\u200d"


def header(message: Message, name: str) -> str:
    """The first header of a name, decoded and on one line; empty when there is none."""
    values = message.get_all(name, [])
    return " ".join(decoded(values[0]).split())[:_MAX_HEADER] if values else ""


def decoded(value: object) -> str:
    """A header's words, encoded ones (RFC 2047) read; as they stand where that fails."""
    raw = str(value)[: _MAX_HEADER * 4]
    try:
        parts = email.header.decode_header(raw)
    except Exception:
        return clean_text(raw)
    words = []
    for part, charset in parts:
        words.append(part if isinstance(part, str) else in_charset(part, charset))
    return clean_text("".join(words))


def in_charset(content: bytes, charset: str | None) -> str:
    """In the charset it names, else in UTF-8, else in the one that knows every byte."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name or "ascii")
        except (LookupError, ValueError):
            # An unknown name, one with a NUL in it, or bytes that are not of it.
            continue
    return content.decode("cp1252", "replace")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail says it is from."""

    address: str = ""
    name: str = ""
    problems: tuple[Problem, ...] = ()


def sender_of(message: Message) -> Sender:
    """The one address it says it is from; a problem where there is none, or more than one."""
    values = message.get_all("From", [])
    found = [(name, address) for name, address in _addresses(values) if address]
    if len(values) > 1 or len(found) > 1:
        return Sender(problems=(Problem.SEVERAL_SENDERS,))
    if not found:
        return Sender(problems=(Problem.NO_SENDER,))
    name, address = found[0]
    return Sender(address.lower(), decoded(name)[:160])


def _addresses(values: list[Any]) -> list[tuple[str, str]]:
    # A name that is encoded is decoded after it is split: an encoded comma or @ splits nothing.
    found = email.utils.getaddresses([str(value)[: _MAX_HEADER * 4] for value in values])
    return [(name, address.strip()) for name, address in found if _is_address(address)]


def _is_address(address: str) -> bool:
    """Plain ASCII only: a letter that looks like another is no member of any office."""
    return bool(re.fullmatch(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,190}", address.strip()))


def recipients_of(message: Message) -> tuple[str, ...]:
    """Every address it may have been delivered to, lower case; the envelope's first."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
    values = [value for name in names for value in message.get_all(name, [])[:50]]
    return tuple(dict.fromkeys(address.lower() for _, address in _addresses(values)))[:200]


def answers_of(message: Message) -> tuple[str, ...]:
    """The Message-IDs it says it answers, nearest first."""
    said = [header(message, "In-Reply-To"), *reversed(header(message, "References").split())]
    ids = [found for text in said for found in re.findall(r"<[^<>\s]{3,250}>", text)]
    return tuple(dict.fromkeys(ids))[:20]


def date_of(message: Message) -> datetime | None:
    """When it says it was written (UTC); None where that is missing or absurd."""
    try:
        date = email.utils.parsedate_to_datetime(header(message, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return date if 1990 <= date.year <= 2100 else None


def checked_of(message: Message) -> tuple[Checked, ...]:
    """Every Authentication-Results header, with the number of Received headers above it."""
    found, above = [], 0
    for name, value in message.items():
        match name.lower():
            case "received":
                above += 1
            case "authentication-results":
                found.append(Checked(" ".join(decoded(value).split()), above))
    return tuple(found)


def automatic_of(message: Message) -> str:
    """The header by which a machine says that it wrote this (RFC 3834), or a bounce."""
    submitted = header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return "Auto-Submitted"
    for name in ("X-Autoreply", "X-Autorespond", "X-Loop", "X-Failed-Recipients"):
        if message.get(name) is not None:
            return name
    if message.get("Return-Path") is not None and header(message, "Return-Path") in ("<>", ""):
        return "Return-Path"
    if message.get_content_type() in _REPORTS:
        return "Content-Type"
    if header(message, "Precedence").lower() == "auto_reply":
        return "Precedence"
    addresses = _addresses(message.get_all("From", []))
    local = addresses[0][1].partition("@")[0].lower() if addresses else ""
    return "From" if local in ("mailer-daemon", "postmaster") else ""


def is_bulk(message: Message) -> bool:
    """Whether it came by a mailing list, or as one of many."""
    names = ("List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID")
    if any(message.get(name) is not None for name in names):
        return True
    return header(message, "Precedence").lower() in ("bulk", "list", "junk")
