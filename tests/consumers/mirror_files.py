"""Files of the mirror's feeds, made for tests: one invented household after the other."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from portal.consumers.feeds import FeedKind

#: Numbers of an area the Social Security Administration used, of nobody in particular.
SSN = "219-09-9999"


def person(number: int = 1, **changes: str) -> dict[str, str]:
    """A row of the feed of consumers; two people share a household."""
    return {
        "person_id": f"{170_000 + number}",
        "case_number": f"50{number // 2:08d}",
        "application_id": "",
        "full_name": f"Araceli Fuentes {number}",
        "date_of_birth": "1984-03-09",
        "ssn": "",
        "phone": "(559) 555-0142",
        "email": f"person{number}@mail.example",
        "language": "Spanish",
        "zip_code": "93702",
        "county": "Fresno",
        "is_primary_contact": "yes" if number % 2 == 0 else "no",
        "best_time": "after 5 pm",
    } | changes


def example(kind: FeedKind, **changes: str) -> dict[str, str]:
    """The feed's own example with changes."""
    assert kind.example is not None
    return {**kind.example, **changes}


def write_csv(folder: Path, rows: Iterable[Mapping[str, str]], name: str = "feed.csv") -> Path:
    path = folder / name
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json(folder: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    path = folder / "feed.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
