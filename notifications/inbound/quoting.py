"""What somebody wrote, apart from what their mail program quoted below it."""

from __future__ import annotations

import re
from typing import Final

#: One line that mail programs put above what they quote.
_INTRODUCTIONS: Final = re.compile(
    r"^(?:"
    r"-{2,}\s*(?:original|forwarded|ursprüngliche|reply|mensaje)\b.{0,40}-{2,}"
    r"|on\s.{5,200}\swrote\s?:"
    r"|el\s.{5,200}\sescribi[oó]\s?:"
    r"|le\s.{5,200}\sa\s[eé]crit\s?:"
    r"|.{3,120}<[^<>@\s]{1,64}@[^<>\s]{1,190}>\s?(?:wrote|escribi[oó]|a\s[eé]crit)\s?:"
    r"|_{20,}"
    r")$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^(?:>\s?)*\*?(?:from|de|von)\s?:\*?\s", re.IGNORECASE)
_OTHER_HEADER: Final = re.compile(
    r"^(?:>\s?)*\*?(?:sent|date|to|subject|cc|enviado|fecha|para|asunto)\s?:", re.IGNORECASE
)
_LONGEST_INTRODUCTION: Final = 3


def reply_of(text: str) -> str:
    """The new words of a reply, without the quoted mail below them.

    Answers written between quoted lines are kept together with the lines they answer. When
    nothing would be left (a forwarded mail, say) the text is returned whole: a word too many
    loses nothing.
    """
    lines = text.split("\n")
    end = _begins_quoting(lines)
    own = "\n".join(lines[:end]).strip() if end is not None else ""
    return own or text.strip()


def _begins_quoting(lines: list[str]) -> int | None:
    """The first line of the quotation at the end; None where there is none."""
    for number, line in enumerate(lines):
        stripped = line.strip()
        if _is_introduction(lines, number) or _is_header_block(lines, number):
            # Whoever answers below or between the lines has words after the last quoted one.
            return None if _has_own_words_below(lines, number) else number
        if stripped.startswith(">") and not _has_own_words_below(lines, number):
            return number
    return None


def _is_introduction(lines: list[str], number: int) -> bool:
    """Programs wrap long introductions, so up to three lines are read as one."""
    joined = ""
    for line in lines[number : number + _LONGEST_INTRODUCTION]:
        if not line.strip():
            return False
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) <= 300 and _INTRODUCTIONS.match(joined):
            return True
    return False


def _is_header_block(lines: list[str], number: int) -> bool:
    """``From:`` with ``Sent:``, ``To:`` or ``Subject:`` close below it."""
    if not _FROM.match(lines[number].strip()):
        return False
    below = [line.strip() for line in lines[number + 1 : number + 6]]
    return sum(bool(_OTHER_HEADER.match(line)) for line in below) >= 2


def _has_own_words_below(lines: list[str], number: int) -> bool:
    """Whether quoted lines follow, and unquoted ones after them."""
    below = [line.strip() for line in lines[number:]]
    quoted = [at for at, line in enumerate(below) if line.startswith(">")]
    if not quoted:
        return False
    return any(line and line != "--" for line in below[quoted[-1] + 1 :])
