"""Published vectors, the JSON-lines codec and the ``business_time`` command."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.clocks.vectors import answer, answer_line, answer_lines

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOMAIN_VECTORS = HERE / "vectors.jsonl"
SHARED_VECTORS = ROOT.parent / "shared" / "data" / "business-time-examples.jsonl"

CALENDAR = {"zone": "America/Los_Angeles", "week": {"mon": [["08:00", "18:00"]]}}
QUESTION: dict[str, Any] = {
    "id": "q",
    "op": "add",
    "calendar": CALENDAR,
    "start": "2025-11-10T10:20:00",
    "seconds": 60,
}


def vectors(path: Path) -> Iterator[Any]:
    """Yield the vectors of a file as test parameters; none when it is not there."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            vector = json.loads(line)
            yield pytest.param(vector, id=vector["id"])


@pytest.mark.parametrize("vector", list(vectors(DOMAIN_VECTORS)))
def test_domain_vectors_agree_to_the_second(vector: dict[str, Any]) -> None:
    assert answer(vector) == vector["expect"]


@pytest.mark.parametrize("vector", list(vectors(SHARED_VECTORS)))
def test_vectors_published_by_other_systems_agree_to_the_second(vector: dict[str, Any]) -> None:
    assert answer(vector) == vector["expect"]


def test_the_whole_business_day_table_is_among_the_domain_vectors() -> None:
    lines = DOMAIN_VECTORS.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if json.loads(line)["id"].startswith("X-03")]
    assert len(table) == 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"op": "subtract"}, "op is one of"),
        ({"op": None}, "op is missing"),
        ({"calendar": None}, "calendar is missing"),
        ({"calendar": {**CALENDAR, "zone": "Pacific/Nowhere"}}, "not a known time zone"),
        ({"start": "noon"}, "start is not an instant"),
        ({"start": "9999-12-31T23:59:59"}, "start is not an instant|outside the years"),
        ({"seconds": True}, "seconds is missing"),
        ({"seconds": float("nan")}, "finite"),
        ({"seconds": -1}, "negative"),
        ({"seconds": 10**12}, "2200"),
        ({"pauses": ["2025-11-10T10:20:00"]}, "list of pairs"),
        ({"pauses": [["2025-11-10T10:20:00", None]]}, "pause without an end"),
        ({"pauses": [["2025-11-11T00:00:00", "2025-11-10T00:00:00"]]}, "end before it starts"),
        ({"op": "add_days", "days": 1.5}, "days is missing"),
        ({"calendar": {"zone": "UTC", "week": {}}}, "no open time"),
    ],
)
def test_a_bad_question_is_answered_with_its_id_and_a_reason(
    change: dict[str, Any], reason: str
) -> None:
    reply = answer_line(json.dumps({**QUESTION, **change}))
    assert reply["id"] == "q"
    assert set(reply) == {"id", "error"}
    with pytest.raises(ValueError, match=reason):
        raise ValueError(reply["error"])


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b"[" * 100_000, b'"text"'])
def test_a_line_that_is_no_question_is_answered_without_an_id(line: bytes) -> None:
    reply = answer_line(line)
    assert reply["id"] is None
    assert "error" in reply


def test_answers_come_in_order_and_a_bad_line_spoils_only_itself() -> None:
    good = json.dumps(QUESTION).encode()
    replies = list(answer_lines([good, b"\n", b"nonsense", good]))
    assert ["due" in reply for reply in replies] == [True, False, True]


def test_a_naive_instant_is_a_wall_time_of_the_calendar_and_an_aware_one_is_kept() -> None:
    naive = answer(QUESTION)
    aware = answer({**QUESTION, "start": "2025-11-10T18:20:00+00:00"})
    assert naive == aware == {"due": "2025-11-10T10:21:00-08:00"}


def run_command(lines: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, but without settings: no database, no server."""
    script = (
        "from django.conf import settings; settings.configure();"
        "from portal.clocks.management.commands.business_time import Command;"
        "Command().run_from_argv(['manage.py', 'business_time'])"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def test_the_command_needs_no_database_and_writes_one_line_for_each_vector() -> None:
    questions = DOMAIN_VECTORS.read_text(encoding="utf-8")
    result = run_command(questions)
    replies = [json.loads(line) for line in io.StringIO(result.stdout)]
    expected = [json.loads(line) for line in io.StringIO(questions)]
    assert replies == [{"id": vector["id"], **vector["expect"]} for vector in expected]
    counts = json.loads(result.stderr)
    assert counts == {"command": "business_time", "answered": len(expected), "failed": 0}
    assert result.returncode == 0


def test_the_command_answers_the_rest_and_exits_with_one_after_a_bad_line() -> None:
    result = run_command("nonsense\n" + json.dumps(QUESTION) + "\n")
    first, second = (json.loads(line) for line in io.StringIO(result.stdout))
    assert first["id"] is None
    assert "error" in first
    assert second["due"] == "2025-11-10T10:21:00-08:00"
    assert json.loads(result.stderr)["failed"] == 1
    assert result.returncode == 1
