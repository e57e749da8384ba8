"""Anchors: the head of each exchange's chain, written down outside the database (AU-9).

Whoever owns the database can rewrite a whole chain so that it agrees with itself. They cannot
make it agree with what was written down before, unless they also hold the anchor's key and file.
One file for each exchange, one JSON line for each anchor, appended and synced, never rewritten.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from portal.ledger.models import LedgerHead
from portal.tenancy.models import Exchange


class AnchorDamaged(Exception):
    """A line of an anchor file is not one we wrote there; ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"Line {line} of the anchor file was changed, moved or not written by us.")


@dataclass(frozen=True)
class Anchor:
    """The head of a chain as it stood at the instant ``at`` (UTC)."""

    exchange: str
    seq: int
    hash: str
    at: datetime

    def mac(self, previous: str) -> str:
        """The keyed hash (hex) of this anchor in its place, after the line with ``previous``."""
        text = "\x1f".join([previous, self.exchange, str(self.seq), self.hash, self.at.isoformat()])
        key: str = settings.LEDGER_ANCHOR_KEY
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def anchor_path(exchange: Exchange) -> Path:
    """Where an exchange's anchors are."""
    return Path(settings.LEDGER_ANCHOR_DIR) / f"{exchange.slug}.jsonl"


def read_anchors(exchange: Exchange) -> Iterator[Anchor]:
    """The exchange's anchors, oldest first.

    Raises:
        AnchorDamaged: a line was changed, or lines before it were taken out.
    """
    for anchor, _ in _read_lines(exchange):
        yield anchor


def write_anchor(*, exchange: Exchange, at: datetime) -> Anchor | None:
    """Append the head of the exchange's chain as it stands; the exchange must be set.

    Returns None when there is nothing new to write down.

    Raises:
        AnchorDamaged: the file was tampered with; nothing is added to it.
    """
    head = LedgerHead.objects.filter(exchange=exchange).first()
    last: Anchor | None = None
    previous = ""
    for last, previous in _read_lines(exchange):  # noqa: B007  (the last line is what counts)
        pass
    if head is None or (last and (last.seq, last.hash) == (head.seq, head.hash)):
        return None
    anchor = Anchor(exchange.slug, head.seq, head.hash, at.astimezone(UTC))
    _append(
        anchor_path(exchange),
        {
            "exchange": anchor.exchange,
            "seq": anchor.seq,
            "hash": anchor.hash,
            "at": anchor.at.isoformat(),
            "mac": anchor.mac(previous),
        },
    )
    return anchor


def _read_lines(exchange: Exchange) -> Iterator[tuple[Anchor, str]]:
    path = anchor_path(exchange)
    if not path.exists():
        return
    previous = ""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                anchor = Anchor(
                    row["exchange"], row["seq"], row["hash"], datetime.fromisoformat(row["at"])
                )
                mac = str(row["mac"])
            except (ValueError, KeyError, TypeError):
                raise AnchorDamaged(number) from None
            if anchor.exchange != exchange.slug or not hmac.compare_digest(
                anchor.mac(previous), mac
            ):
                raise AnchorDamaged(number)
            previous = mac
            yield anchor, mac


def _append(path: Path, row: dict[str, object]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # One write of one line: two processes cannot mix theirs.
        os.write(handle, (json.dumps(row) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
