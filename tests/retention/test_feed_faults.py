"""A renewal feed killed at random rows goes on, and ends with exactly its rows (issue 4)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

from portal.casework.models import Case, CaseText, TimelineEvent
from portal.consumers.models import FeedRun
from portal.ledger.models import LedgerEntry
from portal.tenancy.scope import use_exchange
from retention.models import CrwCase
from retention.reasons import found_reasons
from tests.consumers.test_import_faults import ROOT, environment, rows_read
from tests.retention.consumers import add_consumer
from tests.retention.feeding import row, write_file
from tests.world import World, build_world

ROWS = 400
_COMMAND = """
import django, sys
django.setup()
from django.core.management import call_command
call_command("import_feed", sys.argv[1], kind="renewals", exchange=sys.argv[2], batch_rows=10)
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ground() -> World:
    with transaction.atomic():
        world = build_world()
        found_reasons(exchange=world.exchange)
    return world


def _start(path: Path, world: World) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND, str(path), world.exchange.slug],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _kill_after(path: Path, world: World, rows: int) -> None:
    """Kill an import once it has read so many more rows, wherever it is then."""
    process = _start(path, world)
    before = rows_read(world.exchange)
    deadline = time.monotonic() + 120
    while rows_read(world.exchange) - before < rows and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_feed_killed_at_random_rows_ends_with_each_case_once_and_whole(
    ground: World, tmp_path: Path
) -> None:
    chance = Random(4)
    with use_exchange(ground.exchange):
        consumers = [add_consumer(ground, number) for number in range(ROWS)]
    path = write_file(tmp_path / "renewals.csv", [row(consumer) for consumer in consumers])

    for _ in range(3):
        _kill_after(path, ground, chance.randint(1, ROWS // 5))
        with use_exchange(ground.exchange):
            whole = {model.objects.count() for model in (Case, CrwCase, TimelineEvent, CaseText)}
            assert whole == {rows_read(ground.exchange)}
    process = _start(path, ground)
    assert process.wait(120) == 0, process.stderr.read() if process.stderr else ""

    with use_exchange(ground.exchange):
        for model in (Case, CrwCase, TimelineEvent, CaseText):
            assert model.objects.count() == ROWS, model
        assert CrwCase.objects.values("consumer").distinct().count() == ROWS
        assert Case.objects.values("number").distinct().count() == ROWS
        opened = LedgerEntry.objects.filter(action="crw.opened").values_list("case_ids", flat=True)
        named = [pk for ids in opened for pk in ids]
        assert sorted(named) == sorted(Case.objects.values_list("pk", flat=True))
        run = FeedRun.objects.get()
        assert (run.state, run.rows_new, run.rows_read) == (FeedRun.State.DONE, ROWS, ROWS)
