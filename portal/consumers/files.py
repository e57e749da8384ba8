"""Reading a feed's file: CSV, or JSON lines with the same columns as keys.

The file is read line by line, so memory stays flat, and every row knows where in the file it
ends: that is where a later process goes on.
"""

import codecs
import csv
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from portal.consumers.feeds import FeedKind, FeedRefused
from portal.documents.ssn import redact

#: The largest file that is read, in bytes (300 MB).
MAX_BYTES: Final = 300 * 1024 * 1024
#: The longest line, in bytes: a file without line breaks must not be held in memory.
MAX_LINE: Final = 1024 * 1024
_CHUNK: Final = 1024 * 1024
#: What PostgreSQL cannot store; JSON can write both as escapes.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class FileFacts:
    """What one pass over the file tells before any of it is read as rows."""

    size: int
    sha256: str
    encoding: str
    is_json: bool


class Mark(NamedTuple):
    """A place between two lines: bytes and lines before it."""

    position: int = 0
    line: int = 0


START: Final = Mark()


class RawRow(NamedTuple):
    """One row as the file has it: values by column, or why it cannot be read."""

    #: Line on which it begins, counted from 1.
    line: int
    values: Mapping[str, str]
    problem: str
    #: Where reading goes on behind it.
    after: Mark


def examine(path: Path) -> FileFacts:
    """Size, hash, encoding and form of a file.

    UTF-8, with or without a mark at its start, or else Windows-1252, which older exports use.
    A file whose first character is a brace is JSON lines, whatever its name.

    Raises:
        FeedRefused: the file is empty, too large, or no text.
    """
    size = path.stat().st_size
    if size == 0:
        raise FeedRefused("The file is empty.")
    if size > MAX_BYTES:
        raise FeedRefused(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it.")
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, start = "utf-8", b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise FeedRefused("This is no text file. Export it as CSV, in UTF-8.")
            digest.update(chunk)
            start = start or chunk
            if encoding == "utf-8":
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    encoding = "cp1252"
    is_json = start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")
    return FileFacts(size, digest.hexdigest(), encoding, is_json)


def read_rows(
    path: Path, kind: FeedKind, facts: FileFacts, *, after: Mark = START
) -> Iterator[RawRow]:
    """The rows of a file behind a mark, as a stream; blank lines are skipped.

    Raises:
        FeedRefused: the columns are not the feed's, which is seen before any row is read; or a
            line is too long to be one.
    """
    with path.open("rb") as file:
        lines = _Lines(file, facts.encoding)
        if facts.is_json:
            yield from _read_json(lines, kind, after)
        else:
            yield from _read_csv(lines, kind, after)


class _Lines:
    """The decoded lines of a file, one at a time, and where the next one begins."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file, self._encoding = file, encoding
        self.position = self.line = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MAX_LINE + 1)
        if not raw:
            raise StopIteration
        self.line += 1
        if len(raw) > MAX_LINE:
            raise FeedRefused(
                f"Line {self.line} is longer than 1 MB. Export the file again, one row a line."
            )
        self.position += len(raw)
        text = raw.decode(self._encoding, "replace")
        return text.removeprefix("\ufeff") if self.line == 1 else text

    def go_to(self, mark: Mark) -> None:
        self._file.seek(mark.position)
        self.position, self.line = mark

    def mark(self) -> Mark:
        return Mark(self.position, self.line)


# --- CSV -----------------------------------------------------------------------------------


def _read_csv(lines: _Lines, kind: FeedKind, after: Mark) -> Iterator[RawRow]:
    reader = csv.reader(lines, delimiter=kind.delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error):
        raise FeedRefused("The file has no header line.") from None
    if len(header) == 1 and header[0] not in kind.columns:
        raise FeedRefused(
            f"The columns are not separated by “{kind.delimiter}”. Expected:"
            f" {kind.delimiter.join(kind.columns)}."
        )
    _check_columns(header, kind)
    if after.position:
        lines.go_to(after)
    width = len(header)
    while True:
        line = lines.line + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RawRow(line, {}, _quote_problem(line, lines.line), lines.mark())
            continue
        cells = [value.strip() for value in values]
        if not any(cells):
            continue
        problem = ""
        if len(cells) != width:
            problem = f"It has {len(cells)} values; the header has {width} columns."
        yield RawRow(line, dict(zip(header, cells, strict=False)), problem, lines.mark())


def _quote_problem(first: int, last: int) -> str:
    if last > first:
        return f"A quotation mark is not closed, up to line {last}."
    return "A quotation mark is misplaced, or a value is too long."


# --- JSON lines ----------------------------------------------------------------------------


class _NoRow(ValueError):
    """The line is no flat JSON object; the message is the problem."""


def _read_json(lines: _Lines, kind: FeedKind, after: Mark) -> Iterator[RawRow]:
    first = next((text for text in lines if text.strip()), "")
    try:
        _check_columns(list(_object(first)), kind)
    except _NoRow:
        raise FeedRefused("The first line is no JSON object. Nothing was read.") from None
    lines.go_to(after)
    names = frozenset(kind.columns)
    for text in lines:
        if not text.strip("\ufeff \t\r\n"):
            continue
        try:
            yield RawRow(lines.line, _values(_object(text), names), "", lines.mark())
        except _NoRow as problem:
            yield RawRow(lines.line, {}, str(problem), lines.mark())


def _object(text: str) -> dict[str, Any]:
    try:
        found = _DECODER.decode(text)
    except _NoRow:
        raise
    except (ValueError, RecursionError):
        raise _NoRow("It is no JSON object.") from None
    if not isinstance(found, dict):
        raise _NoRow("It is no JSON object.")
    return found


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NoRow("A key is there twice.")
    return found


def _no_number(text: str) -> str:
    raise _NoRow("A value is no number.")


# Numbers keep the digits they are written with.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=_no_number
)


def _values(found: Mapping[str, Any], names: Collection[str]) -> dict[str, str]:
    if found.keys() != names:
        missing = sorted(set(names) - found.keys())
        raise _NoRow(
            f"Missing keys: {', '.join(missing)}." if missing else "It has keys of no column."
        )
    values = {
        name: value.strip() if isinstance(value, str) else _text(value)
        for name, value in found.items()
    }
    if _UNSTORABLE.search("".join(values.values())):
        raise _NoRow("A value holds a character that is no text.")
    return values


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    raise _NoRow("A value is neither text nor number, yes, no or nothing.")


# --- Columns -------------------------------------------------------------------------------


def _check_columns(names: Sequence[str], kind: FeedKind) -> None:
    """Refuse a file whose columns are not the kind's.

    Names of unknown columns are shown only where the line can be seen to be a header: a file
    without one would otherwise show its first person.
    """
    missing = [name for name in kind.columns if name not in names]
    unknown = [name for name in names if name not in kind.columns]
    parts = []
    if missing:
        parts.append(f"Missing columns: {', '.join(missing)}.")
    if unknown and 2 * len(missing) <= len(kind.columns):
        shown = ", ".join(redact(name[:40]) or "(no name)" for name in unknown[:10])
        parts.append(f"Unknown columns: {shown}.")
    elif unknown:
        parts.append(f"{len(unknown)} columns are unknown.")
    if not parts and len(set(names)) != len(names):
        parts.append("A column is there twice.")
    if parts:
        raise FeedRefused(" ".join([*parts, "Nothing was read."]))
