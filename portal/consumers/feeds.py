"""Feeds: kinds of file that fill the portal, read by one engine and understood by the wings.

A wing registers a :class:`FeedKind` in its ``AppConfig.ready``. The engine
(:mod:`portal.consumers.imports`) reads the file as a stream (:mod:`portal.consumers.files`), checks
its header whole before it reads a row, and applies the rows in batches, each in a transaction of
its own together with the run's counts and its place in the file. A row is known by its key:
applying it twice changes nothing. So a run that was killed goes on behind its last whole batch,
and two runs of one file at the same time end with each row in once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from portal.tenancy.actor import Actor

#: Rows of a batch, where a kind of file does not say otherwise.
BATCH_ROWS = 500


class FeedRefused(Exception):
    """The file as a whole cannot be taken; the message says why and what to do."""


class RowRefused(Exception):
    """One row cannot be taken. The message names the rule and never repeats the row's content."""


class FeedRow(NamedTuple):
    """A row that was understood."""

    #: Line of the file on which it begins, counted from 1.
    line: int
    #: What the source calls it; unique within the feed.
    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Applied:
    """What became of a batch; the rows that are in none of these were known and stay as they are.

    ``refused`` names lines that contradict what the portal knows, each with the reason.
    """

    new: int = 0
    changed: int = 0
    refused: Sequence[tuple[int, str]] = ()


class ParseRow(Protocol):
    """Understands one row: ``parse_row(values)`` gives its key and data.

    Called in a thread of the engine's, so it asks no database.

    ``values`` has every column of the kind, without spaces around it. What a column declared
    ``secret`` holds must not be in the data as it came.

    Raises:
        RowRefused: the row breaks a rule of the feed.
    """

    def __call__(self, values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]: ...


class ApplyBatch(Protocol):
    """Writes a batch's rows; returns what became of them, or only how many were new.

    Called inside a transaction that works for the exchange, and never by two runs of the same
    feed at once. All rows of a batch have different keys. Applying rows again changes nothing.

    Raises:
        FeedRefused: the exchange lacks what the feed needs; nothing more is read.
    """

    def __call__(self, *, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied | int: ...


@dataclass(frozen=True)
class FeedKind:
    """One kind of file."""

    key: str
    label: str
    #: Names in the header, or the keys of each JSON object; all must be there, and no others.
    columns: tuple[str, ...]
    parse_row: ParseRow
    apply_batch: ApplyBatch
    #: The permission action of people who may import it.
    action: str
    delimiter: str = ","
    #: Slug of the exchange it is made for, when none is named.
    exchange: str = ""
    batch_rows: int = BATCH_ROWS
    #: Whether a later row of a known key may change what an earlier one brought.
    updates: bool = False
    #: Columns that may hold a Social Security number; ``parse_row`` alone ever sees them.
    secret: frozenset[str] = frozenset()
    #: One invented row by column, for the example that is offered beside the upload.
    example: Mapping[str, str] | None = None


_kinds: dict[str, FeedKind] = {}


def register(kind: FeedKind) -> FeedKind:
    """Make a kind of feed known.

    Raises:
        ValueError: another kind has the key, or the example has other columns than the kind.
    """
    if kind.example is not None and tuple(kind.example) != kind.columns:
        raise ValueError(f"The example of the feed {kind.key} has other columns than the feed")
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
