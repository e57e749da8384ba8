"""The history a model learns from: a file of past consumers, and an invented one to try it with."""

import csv
import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from retention.risk import features
from retention.risk.scoring import logistic

#: The feeds' features, the day of the decision, and what the consumer did.
COLUMNS: Final = ("decided_on", *features.KEYS, "renewed")
#: Fewer consumers, or fewer of either kind, teach nothing.
LEAST_ROWS: Final = 500
LEAST_OF_EACH: Final = 50


class HistoryRefused(Exception):
    """The file cannot be learnt from; the message says why, with the line, and what to do."""


@dataclass(frozen=True)
class PastConsumer:
    """One consumer of an earlier year, and whether coverage lapsed."""

    values: features.Values
    lapsed: bool


def read(path: Path, *, until: date) -> tuple[list[PastConsumer], str]:
    """The consumers whose decision was made by the day ``until``, and the file's SHA-256.

    A later decision is left out: at that day it was not known yet.

    Raises:
        HistoryRefused: the columns are others, a row breaks the format, or there are too few.
    """
    consumers = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise HistoryRefused(f"The columns must be: {','.join(COLUMNS)}.")
        for row in reader:
            consumer = _understand(row, reader.line_num, until)
            if consumer is not None:
                consumers.append(consumer)
    lapsed = sum(consumer.lapsed for consumer in consumers)
    if len(consumers) < LEAST_ROWS or not LEAST_OF_EACH <= lapsed <= len(consumers) - LEAST_OF_EACH:
        raise HistoryRefused(
            f"A model needs {LEAST_ROWS} consumers, {LEAST_OF_EACH} of whom renewed and"
            f" {LEAST_OF_EACH} of whom did not. The file has {len(consumers)} decided by"
            f" {until.isoformat()}, {lapsed} of whom did not renew."
        )
    return consumers, hashlib.sha256(path.read_bytes()).hexdigest()


def _understand(row: Mapping[str, str], line: int, until: date) -> PastConsumer | None:
    try:
        if None in row or None in row.values():
            raise features.BadFeature("it has too many or too few values.")
        if date.fromisoformat(row["decided_on"]) > until:
            return None
        renewed = features.YES_NO[row["renewed"].lower()]
        return PastConsumer(features.parse(row), lapsed=not renewed)
    except features.BadFeature as problem:
        raise HistoryRefused(f"Line {line}: {problem}") from None
    except (ValueError, KeyError):
        raise HistoryRefused(
            f"Line {line}: decided_on must be a day such as 2026-01-31, renewed yes or no."
        ) from None


#: How the invented consumers decide: about one in nine lapses, and more than one in five of those
#: who lose the federal subsidy, as published for 2026.
_INTERCEPT: Final = -1.35
_PULLS: Final = {
    "months_enrolled": -0.012,
    "premium_change": 0.008,
    "loses_subsidy": 0.55,
    "auto_pay": -0.7,
    "renewed_actively": -0.5,
    "contact_within_60_days": -0.35,
    "language": -0.1,
}
_YOUNG: Final = 0.45


def invent(*, rows: int, seed: int, year: int) -> Iterator[dict[str, str]]:
    """Rows of an invented history: what they teach is known, so that a training can be judged."""
    chance = random.Random(seed)  # noqa: S311 - nobody's secret
    for _ in range(rows):
        loses = chance.random() < 0.3
        row = {
            "months_enrolled": str(int(chance.expovariate(1 / 34))),
            "premium_change": f"{chance.gauss(38 if loses else 8, 12):.1f}",
            "loses_subsidy": _word(loses),
            "age": str(chance.randint(18, 64)),
            "auto_pay": _word(chance.random() < 0.55),
            "renewed_actively": _word(chance.random() < 0.23),
            "contact_within_60_days": _word(chance.random() < 0.4),
            "language": chance.choice(("English",) * 7 + ("Spanish", "Vietnamese", "Mandarin")),
        }
        values = features.parse(row)
        log_odds = _INTERCEPT + sum(pull * values[key] for key, pull in _PULLS.items())
        log_odds += _YOUNG if values["age"] <= 34 else 0
        lapsed = chance.random() < logistic(log_odds)
        day = date(year, 1, chance.randint(1, 31)).isoformat()
        yield {"decided_on": day, **row, "renewed": _word(not lapsed)}


def write_invented(path: Path, *, rows: int, seed: int, year: int) -> None:
    """Write an invented history file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(invent(rows=rows, seed=seed, year=year))


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"
