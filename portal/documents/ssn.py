"""The Social Security number firewall: finds numbers in text. Pure; no Django, no I/O.

Requirement EA-06: "Please do NOT include the constituent's social security number". Every door
(form, API, mail, feed, file) asks this module before anything is stored, because a number that
was stored once is in backups for years.

The text is first folded to plain characters with a map back to the original, so that a number
cannot hide behind full-width digits, non-breaking hyphens, zero-width characters or HTML
entities. Then four shapes are looked for:

==========================  =====================================  ==========================
shape                       example                                confidence
==========================  =====================================  ==========================
three-two-four, separated   ``123-45-6789``, one group a line      certain
nine digits in a row        ``123456789``                          certain beside a label such
                                                                   as "SSN", else possible
nine digits, split oddly    ``123 456 789``                        certain beside a label, else
                                                                   not reported
nine number words           "one two three four five ..."          certain
==========================  =====================================  ==========================

Numbers the Social Security Administration never issues (area 000 or 666, group 00, serial 0000;
POMS RM 10201.035) are let through. Individual taxpayer numbers (area 9xx) are refused like the
others: they identify a person just as well.

Nothing here logs, and no exception carries text: a firewall that repeats the number leaks it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

__all__ = ["REMOVED", "Span", "contains_ssn", "find", "redact"]

Confidence = Literal["certain", "possible"]

#: What stands in a redacted text where a number stood.
REMOVED: Final = "[number removed]"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a number stands: ``text[start:end]`` of the text given to :func:`find`.

    ``confidence`` is ``"certain"`` (refuse or redact) or ``"possible"`` (nine digits without a
    label: warn, ask the writer, do not refuse).
    """

    start: int
    end: int
    confidence: Confidence


# --- Folding -------------------------------------------------------------------------------

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_DOTS: Final = frozenset("·‧∙•⋅・。")
_DASHES: Final = frozenset("−⁃˗ー﹘─━¬¯")
_SLASHES: Final = frozenset("⁄∕⧸╱\\¦")
_LINE_BREAKS: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class _Folded:
    """``text`` in plain characters; character *i* came from ``original[starts[i]:ends[i]]``."""

    text: str
    starts: list[int] | range
    ends: list[int] | range
    #: Whether something invisible was left out, which can stand between digits.
    has_gaps: bool = False


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """Plain form of one character; empty when it is invisible or only an accent."""
    if character in _LINE_BREAKS:
        return "\n"
    if character.isspace():
        return " "
    folded = []
    for part in unicodedata.normalize("NFKD", character):
        category = unicodedata.category(part)
        digit = unicodedata.digit(part, None)
        if digit is not None:
            folded.append(str(digit))
        elif part == "\u00ad":
            # A soft hyphen shows as a hyphen at a line's end, so it separates.
            folded.append("-")
        elif category in {"Cc", "Cf", "Mn", "Me"}:
            continue
        elif category == "Pd" or part in _DASHES:
            folded.append("-")
        elif category == "Pc":
            folded.append("_")
        elif part in _DOTS:
            folded.append(".")
        elif part in _SLASHES:
            folded.append("/")
        elif part.isspace():
            folded.append(" ")
        else:
            folded.append(part.lower())
    return "".join(folded)


_PLAIN_ASCII: Final = re.compile(r"[\t\n\r -%'-~]*\Z")
#: An entity, or one character that is not plain.
_SPECIAL: Final = re.compile(rf"{_ENTITY.pattern}|[^\t\n\r -%'-~]")
_ASCII_FOLD: Final = str.maketrans({"\t": " ", "\r": "\n", "\\": "/"})


def _fold(text: str) -> _Folded:
    # Nearly all text is plain ASCII without entities; it maps one to one and needs no walk.
    if _PLAIN_ASCII.match(text):
        size = len(text)
        return _Folded(text.translate(_ASCII_FOLD).lower(), range(size), range(1, size + 1))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position, has_gaps = 0, False
    for special in _SPECIAL.finditer(text):
        start, end = special.span()
        _keep_plain(text, position, start, characters, starts, ends)
        source = special.group()
        for character in html.unescape(source) if len(source) > 1 else source:
            folded = _fold_character(character)
            has_gaps = has_gaps or not folded
            for plain in folded:
                characters.append(plain)
                starts.append(start)
                ends.append(end)
        position = end
    _keep_plain(text, position, len(text), characters, starts, ends)
    return _Folded("".join(characters), starts, ends, has_gaps)


def _keep_plain(
    text: str, start: int, end: int, characters: list[str], starts: list[int], ends: list[int]
) -> None:
    """Fold ``text[start:end]``, which is plain ASCII, one to one."""
    characters.append(text[start:end].translate(_ASCII_FOLD).lower())
    starts.extend(range(start, end))
    ends.extend(range(start + 1, end + 1))


def _fold_label(label: str) -> str:
    return "".join(map(_fold_character, label))


# --- Labels --------------------------------------------------------------------------------

_FOREIGN_LABELS: Final = (
    "社会安全号",
    "社会安全號",
    "社會安全號",
    "社安号",
    "社安號",
    "사회보장번호",
    "사회 보장 번호",
    "an sinh xã hội",
    "социального страхования",
    "социального обеспечения",
    "رقم الضمان الاجتماعي",
    "تامین اجتماعی",
    "սոցիալական ապահովության",
)

#: Words that say the number beside them is a Social Security or taxpayer number.
_LABEL: Final = re.compile(
    r"(?<![a-z])(?:"
    r"s[. ]?s[. ]?n(?![a-rt-z])"
    r"|ss[ ]?(?:\#|no\b|num|id)"
    r"|ss(?=[ :=#_\-]{0,3}\d)"
    r"|soc(?:ial)?[.]?[\s_\-]{0,3}sec"
    r"|social(?=\s{0,2}(?:\#|no\b|num|is\b|[:=]|\d))"
    r"|segur(?:o|idad)\s{1,3}social|securite\s{1,3}sociale|n[.]?s[.]?s(?![a-z])"
    r"|i[.]?t[.]?i[.]?n(?![a-z])|tin(?=\s{0,2}(?:\#|no\b|num|is\b|[:=]|\d))"
    r"|tax(?:payer)?[\s_\-]{0,3}(?:id|num|no\b|\#)|hicn(?![a-z])"
    r")|" + "|".join(re.escape(_fold_label(label)) for label in _FOREIGN_LABELS)
)

#: Letters without which no text has a match of :data:`_LABEL`; much quicker to look for.
_MAY_LABEL: Final = re.compile(
    "|".join(
        [r"s[. ]?s", "soc", r"t[.]?i[.]?n", "tax", "hicn"]
        + [re.escape(_fold_label(label)) for label in _FOREIGN_LABELS]
    )
)

#: Words that, standing directly before a number, say that it is some other number.
_OTHER_NUMBER: Final = re.compile(
    r"(?<![a-z])(?:f?ein|employer\s(?:id|identification)|npn|npi|cin|case|ticket|incident|"
    r"ref|reference|phone|tel|telephone|fax|cell|mobile|zip|zip\scode|postal|routing|aba|"
    r"account|acct|a-?number|alien|uscis|passport|policy|invoice|receipt|confirmation|tracking|"
    r"order|license|application|member|person|pid|subscriber|agency|carrier|date|dob)"
    r"(?:\s{0,2}(?:number|num|no\b[.]?|id|code|\#|registration))*"
    r"(?:(?<=[rod#m])\s(?:is|was))?"
    r"[\s:=#.\-]{0,4}[a-z(]?$"
)

_BEFORE: Final = 80
_AFTER: Final = 30


def _labelled(text: str, start: int, end: int, *, reach: int = _BEFORE) -> bool:
    """Whether a Social Security label stands near ``text[start:end]``, and no other nearer."""
    before = text[max(0, start - reach) : start]
    if _OTHER_NUMBER.search(before):
        return False
    if _LABEL.search(text, max(0, start - reach), start + 1):
        return True
    sentence = re.split(r"[\n;]|[.!?]\s", text[end : end + _AFTER], maxsplit=1)[0]
    label = _LABEL.search(sentence)
    # "123456789, SSN 987..." labels the number that follows the label, not the one before it.
    return label is not None and not re.search(r"\d", sentence[label.end() :])


# --- Shapes --------------------------------------------------------------------------------

_MARK: Final = r"[-_./|~:*+=>#()\[\]{}]"
_GAP: Final = rf"(?:[ \n]{{1,6}}|[ \n]{{0,4}}(?:{_MARK}{{1,3}}[ \n]{{0,4}}){{1,2}})"

_GROUPED: Final = re.compile(
    rf"(?<!\d)(?P<area>\d(?: ?\d){{2}})(?P<first>{_GAP})(?P<group>\d ?\d)(?P<second>{_GAP})"
    r"(?P<serial>\d(?: ?\d){3})(?!\d)"
)
_COMMAS: Final = re.compile(
    r"(?<!\d)(?<!\d,)(?P<area>\d{3}) ?, ?(?P<group>\d{2}) ?, ?(?P<serial>\d{4})(?!\d)(?!,\d)"
)
_BARE: Final = re.compile(r"(?<!\d)(?<!\d[.,])(?P<number>\d{9})(?!\d)(?![.,]\d)")
_SPLIT: Final = re.compile(
    r"(?<!\d)(?<!\d[-/_., ])(?P<number>\d(?:[-_./ \n]{0,2}\d){8})(?!\d)(?![-/_.,]?\d)(?! \d)"
)
_DATE: Final = re.compile(r"(?<!\d)(?:\d{1,2}([-/.])\d{1,2}\1\d{4}|\d{4}([-/.])\d{1,2}\2\d{1,2})")
_STATE_CODE: Final = re.compile(r"(?<![a-z])(?!is|no|id)[a-z]{2}[ ,]{1,2}\Z")
_FOREIGN_PHONE: Final = re.compile(r"\+(?!1\b)\d{1,3}(?:[ .\-]\(?\d{1,4}\)?){0,2}[ .\-]?$")

_NETWORK_ADDRESS: Final = re.compile(r"(?<!\d)\d{1,3}\.\d{1,3}\.\Z")

_NUMBER_WORDS: Final = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
)
_SPELLED: Final = re.compile(
    # The first letters alone rule out most places, at half the price.
    rf"(?=[cdefnostuz])(?<![a-z])(?:{_NUMBER_WORDS})"
    rf"(?:[\s,.\-]{{1,3}}(?:{_NUMBER_WORDS})){{8}}(?![a-z])"
    rf"(?![\s,.\-]{{1,3}}(?:{_NUMBER_WORDS})(?![a-z]))"
)

# Groups the Internal Revenue Service gives to taxpayer numbers; 93 is for adoptions.
_TAXPAYER_GROUPS: Final = frozenset([*range(50, 66), *range(70, 89), *range(90, 100)])


def _issued(digits: str, *, labelled: bool) -> bool:
    """Whether nine digits can be a Social Security or taxpayer number.

    Beside a label every group of the 9xx area counts; without one only the groups in use do.
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in {"000", "666"} or group == "00" or serial == "0000":
        return False
    return labelled or area[0] != "9" or int(group) in _TAXPAYER_GROUPS


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _column_of_numbers(text: str, match: re.Match[str]) -> bool:
    """Whether the groups are three cells of a longer row of numbers, parted only by spaces."""
    if match["first"].strip() or match["second"].strip():
        return False
    before = re.search(r"\d\s{1,6}\Z", text[max(0, match.start() - 7) : match.start()])
    return bool(before and re.match(r"\s{1,6}\d", text[match.end() : match.end() + 7]))


def _grouped(text: str) -> Iterator[tuple[int, int, Confidence]]:
    for match in _GROUPED.finditer(text):
        start, end = match.span()
        labelled = _labelled(text, start, end)
        if not _issued(_digits(match.group()), labelled=labelled):
            continue
        before = text[max(0, start - 14) : start]
        if not labelled and (_FOREIGN_PHONE.search(before) or _NETWORK_ADDRESS.search(before)):
            continue
        # ISBN-13 begins with 978 or 979 and goes on after the fourth group.
        if not labelled and match["area"][0] == "9" and re.match(r"[- ]\d", text[end : end + 2]):
            continue
        unsure = not labelled and _column_of_numbers(text, match)
        yield start, end, "possible" if unsure else "certain"


def _commas(text: str) -> Iterator[tuple[int, int, Confidence]]:
    for match in _COMMAS.finditer(text):
        if _labelled(text, *match.span()) and _issued(_digits(match.group()), labelled=True):
            yield *match.span(), "certain"


def _bare(folded: _Folded) -> Iterator[tuple[int, int, Confidence]]:
    text = folded.text
    for match in _BARE.finditer(text):
        start, end = match.span()
        labelled = _labelled(text, start, end)
        if not _issued(match["number"], labelled=labelled):
            continue
        # More characters in the original than digits: something invisible was put between them.
        hidden = all(folded.starts[at + 1] > folded.ends[at] for at in (start + 2, start + 4))
        if labelled or hidden:
            yield start, end, "certain"
        elif (
            not re.match(r"[a-z0-9$]", text[max(0, start - 1) : start])
            and not re.match(r"[a-z]", text[end : end + 1])
            and not _OTHER_NUMBER.search(text[max(0, start - _BEFORE) : start])
        ):
            yield start, end, "possible"


def _split(text: str) -> Iterator[tuple[int, int, Confidence]]:
    for match in _SPLIT.finditer(text):
        start, end = match.span()
        shape = tuple(map(len, re.findall(r"\d+", match.group())))
        # ZIP+4 (five-four) and employer numbers (two-seven) need the label close beside them.
        reach = 44 if shape in {(5, 4), (2, 7)} else 64
        if shape == (9,) or _DATE.search(match.group()):
            continue
        if shape == (5, 4) and _STATE_CODE.search(text[max(0, start - 5) : start]):
            continue
        # A label after the number is not enough for an odd shape; and a taxpayer number written
        # two-seven is an employer's, which is public.
        before = text[max(0, start - reach) : start + 1]
        if not _LABEL.search(before) or (shape == (2, 7) and re.search(r"\b(?:tin|tax)", before)):
            continue
        if _labelled(text, start, end, reach=reach) and _issued(
            _digits(match.group()), labelled=True
        ):
            yield start, end, "certain"


def _spelled(text: str) -> Iterator[tuple[int, int, Confidence]]:
    for match in _SPELLED.finditer(text):
        yield *match.span(), "certain"


def find(text: str) -> list[Span]:
    """Every Social Security or taxpayer number in ``text``, in order, without overlaps.

    Runs in time proportional to the text; every repetition in the patterns is bounded.
    """
    folded = _fold(text)
    found = [*_spelled(folded.text)]
    if _has_nine_digits(folded.text):
        found += [*_grouped(folded.text), *_commas(folded.text)]
        found += [*_bare(folded), *_split(folded.text)]
    kept: list[tuple[int, int, Confidence]] = []
    for hit in sorted(found):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
        elif kept[-1][2] == "possible" and hit[2] == "certain":
            kept[-1] = hit
    return [Span(folded.starts[start], folded.ends[end - 1], sure) for start, end, sure in kept]


def contains_ssn(text: str) -> bool:
    """Whether ``text`` holds a number that must be refused (a *certain* one).

    The same answer as that of :func:`find`, in a third of the time: every row of every feed asks.
    Shapes that are certain only beside a label are not looked for in a text without labels.
    """
    folded = _fold(text)
    if _has_certain(_spelled(folded.text)):
        return True
    if not _has_nine_digits(folded.text):
        return False
    if _has_certain(_grouped(folded.text)):
        return True
    if _MAY_LABEL.search(folded.text) is None:
        return folded.has_gaps and _has_certain(_bare(folded))
    return (
        _has_certain(_bare(folded))
        or _has_certain(_split(folded.text))
        or _has_certain(_commas(folded.text))
    )


def _has_nine_digits(text: str) -> bool:
    return sum(map(text.count, "0123456789")) >= 9


def _has_certain(hits: Iterable[tuple[int, int, Confidence]]) -> bool:
    return any(confidence == "certain" for _, _, confidence in hits)


def redact(text: str) -> str:
    """``text`` with every certain number replaced by :data:`REMOVED`.

    Everything else stays as it was, character for character. The result never holds a certain
    number: taking one out can bring a label nearer to the next, or end a row of digits that was
    too long before, so the search is repeated; at first only around what was taken out, or a long
    row of digits would be searched once for each nine of them.
    """
    while certain := _certain(text):
        while certain:
            text, places = _without(text, certain)
            certain = [span for start, end in places for span in _certain(text, start, end)]
    return text


#: Characters beside a number that can decide about it, and as many again.
_REACH: Final = 2 * (_BEFORE + _AFTER)


def _certain(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Where certain numbers stand; of a part of the text, those whose surroundings are in it."""
    end = len(text) if end is None else end
    first = start + _REACH if start else 0
    last = end - _REACH if end < len(text) else end
    found = find(text[start:end])
    spans = [(start + one.start, start + one.end) for one in found if one.confidence == "certain"]
    return [span for span in spans if first <= span[0] and span[1] <= last]


def _without(text: str, spans: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """``text`` with the spans replaced, and the places around them, those that touch as one."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    size = done = 0
    for start, end in spans:
        pieces += [text[done:start], REMOVED]
        size += start - done + len(REMOVED)
        done = end
        place = (max(0, size - len(REMOVED) - 2 * _REACH), size + 2 * _REACH)
        if places and place[0] <= places[-1][1]:
            place = (places.pop()[0], place[1])
        places.append(place)
    text = "".join([*pieces, text[done:]])
    return text, [(start, min(end, len(text))) for start, end in places]
