"""Verifying the ledger: reckon every seal anew, and compare with what was written down outside.

Found are: a changed entry, a removed or exchanged one, one slipped in, a gap, a cut tail, a head
that says something else, and a chain rewritten as a whole (by its anchors).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from portal.ledger.anchor import AnchorDamaged, read_anchors
from portal.ledger.sealing import CANONICAL, GENESIS, seal_hash
from portal.tenancy.models import Exchange

_BATCH = 5_000
#: How many finds of one sort are listed; the rest are counted.
_LISTED = 20

_SEALS = f"""
    SELECT s.seq, s.entry_id, s.prev_hash, s.hash, e.id, {", ".join(CANONICAL)}
    FROM ledger_seal s
    LEFT JOIN ledger_entry e ON e.exchange_id = s.exchange_id AND e.id = s.entry_id
    WHERE s.exchange_id = %s AND s.seq > %s AND s.seq <= %s
    ORDER BY s.seq
    LIMIT {_BATCH}
"""

#: One statement, so that head and last seal are of the same instant.
_ENDS = """
    SELECT coalesce(max(s.seq), 0),
           (SELECT h.seq FROM ledger_head h WHERE h.exchange_id = %(exchange)s),
           (SELECT h.hash FROM ledger_head h WHERE h.exchange_id = %(exchange)s)
    FROM ledger_seal s WHERE s.exchange_id = %(exchange)s
"""

_UNSEALED = """
    SELECT e.id FROM ledger_entry e
    WHERE e.exchange_id = %s
      AND NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id)
    ORDER BY e.id
"""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where in the chain, which entry, and what."""

    what: str
    seq: int | None = None
    entry_id: int | None = None

    def __str__(self) -> str:
        place = f"#{self.seq}" if self.seq is not None else "The ledger"
        entry = f" (entry {self.entry_id})" if self.entry_id is not None else ""
        return f"{place}{entry}: {self.what}"


@dataclass
class Report:
    """What verifying one exchange's chain found."""

    exchange: str
    seals: int = 0
    anchors: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.problems

    @property
    def first_bad(self) -> Problem | None:
        """The problem earliest in the chain; one without a place comes last."""
        return min(
            self.problems,
            key=lambda p: (p.seq is None, p.seq or 0, p.entry_id or 0),
            default=None,
        )

    def counts(self) -> dict[str, object]:
        """The report as JSON for a command's last line."""
        first = self.first_bad
        return {
            "exchange": self.exchange,
            "seals": self.seals,
            "anchors": self.anchors,
            "problems": len(self.problems),
            "first_bad": (
                {"seq": first.seq, "entry": first.entry_id, "what": first.what} if first else None
            ),
        }


def verify_ledger(*, exchange: Exchange) -> Report:
    """Verify one exchange's chain from its first entry; the exchange must be set.

    Nothing is written. Entries of the current transaction are not sealed yet, so a caller records
    what it does after this call, not before.
    """
    report = Report(exchange.slug)
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, {"exchange": exchange.pk})
        last_seq, head_seq, head_hash = cursor.fetchone()
    anchors = _anchored(exchange, report)
    hash_of = _walk(exchange, max(last_seq, head_seq or 0), set(anchors), report)
    _check_head(last_seq, head_seq, head_hash, hash_of, report)
    _check_anchors(anchors, hash_of, last_seq, report)
    _check_unsealed(exchange, report)
    return report


def _walk(exchange: Exchange, until: int, wanted: set[int], report: Report) -> dict[int, str]:
    """Check seal after seal; returns the hashes at ``wanted`` places and at the last one."""
    hash_of = {0: GENESIS}
    previous_seq, previous_hash = 0, GENESIS
    for seq, entry_id, prev_hash, stored, found_id, *canonical in _seals(exchange, until):
        report.seals += 1
        if seq != previous_seq + 1:
            gap = f"the chain lacks #{previous_seq + 1} to #{seq - 1} before it"
            report.problems.append(Problem(gap, seq, entry_id))
        elif prev_hash != previous_hash:
            report.problems.append(
                Problem("it does not follow from the seal before it", seq, entry_id)
            )
        if found_id is None:
            report.problems.append(Problem("the entry it seals is gone", seq, entry_id))
        elif seal_hash(seq=seq, prev_hash=prev_hash, canonical=canonical) != stored:
            report.problems.append(
                Problem("the entry is not the one that was sealed here", seq, entry_id)
            )
        previous_seq, previous_hash = seq, stored
        if seq in wanted:
            hash_of[seq] = stored
    hash_of[previous_seq] = previous_hash
    return hash_of


def _seals(exchange: Exchange, until: int) -> Iterator[tuple]:
    after = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_SEALS, [exchange.pk, after, until])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1][0]


def _check_head(
    last_seq: int,
    head_seq: int | None,
    head_hash: str | None,
    hash_of: dict[int, str],
    report: Report,
) -> None:
    if head_seq is None and last_seq:
        report.problems.append(Problem("the head of the chain is gone", last_seq + 1))
    elif head_seq is not None and head_seq > last_seq:
        cut = f"the chain ends at #{last_seq}, but its head says #{head_seq}: the tail is cut off"
        report.problems.append(Problem(cut, last_seq + 1))
    elif head_seq is not None and head_seq < last_seq:
        report.problems.append(
            Problem(f"the chain goes on, but its head says #{head_seq}", head_seq + 1)
        )
    elif head_seq and hash_of[head_seq] != head_hash:
        report.problems.append(Problem("the head says another hash", head_seq))


def _anchored(exchange: Exchange, report: Report) -> dict[int, str]:
    anchors: dict[int, str] = {}
    try:
        for anchor in read_anchors(exchange):
            report.anchors += 1
            anchors[anchor.seq] = anchor.hash
    except AnchorDamaged as damage:
        report.problems.append(Problem(str(damage)))
    return anchors


def _check_anchors(
    anchors: dict[int, str], hash_of: dict[int, str], last_seq: int, report: Report
) -> None:
    """Name the earliest stretch that differs from what was written down outside."""
    agreed = 0
    for seq in sorted(anchors):
        if seq > last_seq:
            what = f"the chain ends at #{last_seq}, but #{seq} was anchored: the tail is cut off"
            report.problems.append(Problem(what, last_seq + 1))
            return
        if hash_of.get(seq) != anchors[seq]:
            what = (
                f"the chain was rewritten: it agrees with its anchor at #{agreed},"
                f" not with the one at #{seq}"
            )
            report.problems.append(Problem(what, agreed + 1))
            return
        agreed = seq


def _check_unsealed(exchange: Exchange, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [exchange.pk])
        unsealed = [row[0] for row in cursor.fetchall()]
    for entry_id in unsealed[:_LISTED]:
        report.problems.append(Problem("the entry was never sealed", entry_id=entry_id))
    if len(unsealed) > _LISTED:
        report.problems.append(
            Problem(f"{len(unsealed) - _LISTED:,} more entries were never sealed")
        )
