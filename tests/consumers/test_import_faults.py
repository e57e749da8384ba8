"""Feeds when things go wrong: killed processes, and two imports at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from escalations.tickets.models import TicketDetail
from portal.casework.models import Case, CaseText, TimelineEvent
from portal.clocks.models import Timer
from portal.consumers.models import Consumer, FeedRun
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from tests.consumers.imr_file import row, write
from tests.consumers.mirror_files import person, write_csv, write_json
from tests.world import build_world

ROOT = Path(__file__).parents[2]
ROWS = 600
#: Small batches, so that there is a half-way to be killed at.
PROGRAM = """
import django, sys
django.setup()
from django.core.management import call_command
call_command("import_feed", sys.argv[1], kind="access-to-care", batch_rows=20)
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def exchange() -> Exchange:
    with transaction.atomic():
        return build_world().exchange


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path, [row(number) for number in range(ROWS)])


def environment() -> dict[str, str]:
    """That of a process of its own on the test database, logged in as the application."""
    db = connection.settings_dict
    login = f"{db['USER']}:{quote(db['PASSWORD'], safe='')}"
    url = f"postgres://{login}@{quote(db['HOST'], safe='')}/{db['NAME']}"
    own = {key: value for key, value in os.environ.items() if key != "LIAISON_DB_ROLE"}
    return own | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "APP_DATABASE_URL": url,
    }


def start_import(file: Path) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(file)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def rows_read(exchange: Exchange) -> int:
    with use_exchange(exchange):
        return sum(FeedRun.objects.values_list("rows_read", flat=True))


def assert_each_row_is_in_once(exchange: Exchange) -> None:
    with use_exchange(exchange):
        keys = list(TicketDetail.objects.values_list("source_key", flat=True))
        assert len(keys) == len(set(keys)) == ROWS
        for model in (Case, TimelineEvent, Timer, CaseText):
            assert model.objects.count() == ROWS


def test_a_killed_import_is_started_again_and_ends_with_each_row_once(
    exchange: Exchange, file: Path
) -> None:
    for stop_after in (1, 200):
        process = start_import(file)
        before = rows_read(exchange)
        deadline = time.monotonic() + 60
        while rows_read(exchange) - before < stop_after and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with use_exchange(exchange):
            run = FeedRun.objects.latest("pk")
            assert run.state == FeedRun.State.RUNNING
            assert 0 < run.rows_read < ROWS
            assert run.rows_new + run.rows_known == run.rows_read
    process = start_import(file)
    assert process.wait(60) == 0, process.stderr.read() if process.stderr else ""
    assert_each_row_is_in_once(exchange)
    with use_exchange(exchange):
        assert sum(FeedRun.objects.values_list("rows_new", flat=True)) == ROWS


def test_two_imports_of_one_file_at_once_end_with_each_row_once(
    exchange: Exchange, file: Path
) -> None:
    processes = [start_import(file) for _ in range(2)]
    for process in processes:
        assert process.wait(120) == 0, process.stderr.read() if process.stderr else ""
    assert_each_row_is_in_once(exchange)
    with use_exchange(exchange):
        assert set(FeedRun.objects.values_list("state", flat=True)) == {FeedRun.State.DONE}
        assert sum(FeedRun.objects.values_list("rows_new", flat=True)) == ROWS


# --- The mirror ----------------------------------------------------------------------------

PEOPLE = 900
MIRROR_PROGRAM = """
import django, sys
django.setup()
from django.core.management import call_command
call_command(
    "import_feed", sys.argv[1], kind="consumers", exchange="covered-california", batch_rows=9
)
"""


def start_mirror(file: Path) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        [sys.executable, "-c", MIRROR_PROGRAM, str(file)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_feed_killed_at_random_rows_goes_on_and_ends_with_exactly_its_rows(
    exchange: Exchange, tmp_path: Path, write: Any
) -> None:
    """Every hundredth row is bad: it is listed once, whatever was killed."""
    random = Random(2026)
    rows = [person(n, email="bad" if n % 100 == 50 else "") for n in range(PEOPLE)]
    file = write(tmp_path, rows)
    read_before = 0
    for _ in range(3):
        process = start_mirror(file)
        stop_after = read_before + random.randrange(1, PEOPLE // 4)
        deadline = time.monotonic() + 120
        while rows_read(exchange) < stop_after and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with use_exchange(exchange):
            run = FeedRun.objects.get()
            assert run.state == FeedRun.State.RUNNING
            assert run.rows_read >= read_before
            assert Consumer.objects.count() == run.rows_new
            assert run.refused.count() == run.rows_refused
        read_before = run.rows_read
    assert 0 < read_before < PEOPLE
    process = start_mirror(file)
    assert process.wait(120) == 0, process.stderr.read() if process.stderr else ""
    with use_exchange(exchange):
        run = FeedRun.objects.get()
        assert (run.state, run.rows_read) == (FeedRun.State.DONE, PEOPLE)
        assert (run.rows_new, run.rows_known, run.rows_refused) == (PEOPLE - 9, 0, 9)
        lines = [1 + n + (write is write_csv) for n in range(50, PEOPLE, 100)]
        assert list(run.refused.values_list("line", flat=True)) == lines
        people = dict(Consumer.objects.values_list("person_id", "full_name"))
        good = [row for row in rows if row["email"] != "bad"]
        assert people == {row["person_id"]: row["full_name"] for row in good}
        in_households = Consumer.objects.exclude(household=None).count()
        assert in_households == Consumer.objects.count() == PEOPLE - 9


def test_two_imports_of_the_mirrors_file_at_once_end_with_exactly_its_rows(
    exchange: Exchange, tmp_path: Path
) -> None:
    file = write_csv(tmp_path, [person(n) for n in range(PEOPLE)])
    processes = [start_mirror(file) for _ in range(2)]
    for process in processes:
        assert process.wait(180) == 0, process.stderr.read() if process.stderr else ""
    with use_exchange(exchange):
        assert Consumer.objects.count() == PEOPLE
        assert set(FeedRun.objects.values_list("state", flat=True)) == {FeedRun.State.DONE}
        assert sum(FeedRun.objects.values_list("rows_new", flat=True)) == PEOPLE
