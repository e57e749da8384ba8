"""Feeds: files that fill the portal, read by one engine and understood by the wings.

A wing registers a :class:`FeedKind` in its ``AppConfig.ready``. The engine reads the file as a
stream, checks its header whole before it reads a row, and applies the rows in batches, each in a
transaction of its own together with the run's counts. A row is known by its key: applying it
twice changes nothing. So a run that was killed is simply started again, and two runs of one file
at the same time end with each row in once.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from portal.tenancy.actor import Actor

#: The largest file that is read, in bytes (300 MB).
MAX_BYTES = 300 * 1024 * 1024
BATCH_ROWS = 500
_CHUNK = 1024 * 1024


class FeedRefused(Exception):
    """The file as a whole cannot be taken; the message says why and what to do."""


class RowRefused(Exception):
    """One row cannot be taken. The message names the rule and never repeats the row's content."""


@dataclass(frozen=True)
class FeedRow:
    """A row that was understood."""

    #: Line of the file on which it begins, counted from 1.
    line: int
    #: What the source calls it; unique within the feed.
    key: str
    data: Mapping[str, Any]


class ParseRow(Protocol):
    """Understands one row: ``parse_row(values)`` gives its key and data.

    Raises:
        RowRefused: the row breaks a rule of the feed.
    """

    def __call__(self, values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]: ...


class ApplyBatch(Protocol):
    """Writes rows nobody wrote before; returns how many were new.

    Called inside a transaction that works for the exchange, and never by two runs of the same
    feed at once. All rows of a batch have different keys.

    Raises:
        FeedRefused: the exchange lacks what the feed needs; nothing more is read.
    """

    def __call__(self, *, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> int: ...


@dataclass(frozen=True)
class FeedKind:
    """One kind of file."""

    key: str
    label: str
    #: Names in the header; all must be there, in any order, and no others.
    columns: tuple[str, ...]
    parse_row: ParseRow
    apply_batch: ApplyBatch
    #: The permission action of people who may import it.
    action: str
    delimiter: str = ","
    #: Slug of the exchange it is made for, when none is named.
    exchange: str = ""


_kinds: dict[str, FeedKind] = {}


def register(kind: FeedKind) -> FeedKind:
    """Make a kind of feed known.

    Raises:
        ValueError: another kind has the key.
    """
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"The feed {kind.key} is registered twice")
    return kind


def get(key: str) -> FeedKind:
    """The kind with this key.

    Raises:
        KeyError: nobody registered it.
    """
    return _kinds[key]


def all_kinds() -> list[FeedKind]:
    """Every registered kind, by label."""
    return sorted(_kinds.values(), key=lambda kind: kind.label)


@dataclass(frozen=True)
class FileFacts:
    """What one pass over the file tells before any of it is read as rows."""

    size: int
    sha256: str
    encoding: str


def examine(path: Path) -> FileFacts:
    """Size, hash and encoding of a file.

    UTF-8, with or without a mark at its start, or else Windows-1252, which older exports use.

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
    encoding = "utf-8-sig"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise FeedRefused("This is no text file. Export it as CSV, in UTF-8.")
            digest.update(chunk)
            if encoding == "utf-8-sig":
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    encoding = "cp1252"
    return FileFacts(size, digest.hexdigest(), encoding)


@dataclass(frozen=True)
class RawRow:
    """One row as the file has it: values by column, or why it cannot be read."""

    line: int
    values: Mapping[str, str]
    problem: str = ""
    #: Bytes of the file read so far, roughly: the reader is a buffer ahead.
    position: int = 0


def read_rows(path: Path, kind: FeedKind, encoding: str) -> Iterator[RawRow]:
    """The rows of a file, as a stream; blank lines are skipped.

    Raises:
        FeedRefused: the header is not the feed's; raised before any row is read.
    """
    with path.open("rb") as binary:
        text = io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline="")
        reader = csv.reader(text, delimiter=kind.delimiter, strict=True)
        header = _read_header(reader, kind)
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield RawRow(line, {}, _quote_problem(line, reader.line_num), binary.tell())
                continue
            if not any(value.strip() for value in values):
                continue
            problem = ""
            if len(values) != len(header):
                problem = f"It has {len(values)} values; the header has {len(header)} columns."
            cells = dict(zip(header, (value.strip() for value in values), strict=False))
            yield RawRow(line, cells, problem, binary.tell())


def _quote_problem(first: int, last: int) -> str:
    if last > first:
        return f"A quotation mark is not closed, up to line {last}."
    return "A quotation mark is misplaced, or a value is too long."


def _read_header(reader: Iterator[list[str]], kind: FeedKind) -> list[str]:
    try:
        header = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error):
        raise FeedRefused("The file has no header line.") from None
    missing = [name for name in kind.columns if name not in header]
    unknown = [name for name in header if name not in kind.columns]
    if len(header) == 1 and missing:
        raise FeedRefused(
            f"The columns are not separated by “{kind.delimiter}”. Expected:"
            f" {kind.delimiter.join(kind.columns)}."
        )
    if missing or unknown or len(set(header)) != len(header):
        parts = []
        if missing:
            parts.append(f"Missing columns: {', '.join(missing)}.")
        if unknown:
            shown = ", ".join(name[:40] or "(no name)" for name in unknown[:10])
            parts.append(f"Unknown columns: {shown}.")
        if not parts:
            parts.append("A column is there twice.")
        raise FeedRefused(" ".join([*parts, "Nothing was read."]))
    return header
