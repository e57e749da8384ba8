"""Renewal files for the tests, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import StringIO
from pathlib import Path

from portal.consumers.feeds import Applied, FeedRow
from portal.consumers.models import Consumer
from retention.feed import COLUMNS, RENEWALS
from tests.world import NOW, World

#: Features of somebody who keeps everything as it was.
STEADY = {
    "months_enrolled": "40",
    "premium_change": "0",
    "loses_subsidy": "no",
    "age": "40",
    "auto_pay": "yes",
    "renewed_actively": "yes",
    "contact_within_60_days": "yes",
    "language": "English",
}


def row(consumer: Consumer, **given: str) -> dict[str, str]:
    """A row that says the consumer has to renew for 2026, with a risk of 3."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        "case_number": consumer.case_number,
        "person_id": consumer.person_id,
        "plan_year": "2026",
        "situation": "up_for_renewal",
        "risk": "3",
        "deadline": "2026-01-31",
        **given,
    }


def feed(world: World, rows: Iterable[Mapping[str, str]], *, at: datetime = NOW) -> Applied:
    """Apply rows as the engine does, without a file."""
    understood = [
        FeedRow(line, *RENEWALS.parse_row(values)) for line, values in enumerate(rows, start=2)
    ]
    applied = RENEWALS.apply_batch(actor=world.system, rows=understood, at=at)
    assert isinstance(applied, Applied)
    return applied


def write_file(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A renewal file."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path
