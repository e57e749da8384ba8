"""``manage.py``: which commands get servers, and as whom they log in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded, services

_WHO = (
    "from django.db import connection\n"
    "with connection.cursor() as cursor:\n"
    "    cursor.execute('SELECT current_user')\n"
    "    print(cursor.fetchone()[0])\n"
)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder beside that of the test session."""
    monkeypatch.setenv("LIAISON_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def servers(state: Path) -> Iterator[embedded.EmbeddedServers]:
    """Servers that this process holds and others may borrow."""
    held = embedded.EmbeddedServers(throwaway=True)
    held.start()
    embedded.prepare_app_role()
    yield held
    held.stop()


def _manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != "LIAISON_DB_ROLE"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=services.BASE_DIR,
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_that_reads_no_row_starts_no_server(state: Path) -> None:
    answer = _manage("version")
    assert answer.returncode == 0, answer.stderr
    assert not (state / "run").exists()


def test_a_command_borrows_running_servers_and_logs_in_as_the_application(
    servers: embedded.EmbeddedServers,
) -> None:
    answer = _manage("shell", "--no-imports", "-c", _WHO)
    assert answer.stdout.split() == ["portal_app"], answer.stderr
    assert services.running_services()


def test_a_second_portal_on_the_same_state_folder_is_refused_in_one_sentence(
    servers: embedded.EmbeddedServers,
) -> None:
    answer = _manage("run_portal")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Another run (process {os.getpid()}) already uses")
    assert "Traceback" not in answer.stderr
    assert services.running_services()


def test_a_database_that_cannot_be_reached_is_one_sentence(state: Path) -> None:
    nowhere = f"postgres://portal@/{state}/portal"
    answer = _manage("migrate", DATABASE_URL=nowhere, REDIS_URL="redis://127.0.0.1:1/0")
    assert answer.returncode == 1
    assert answer.stderr.startswith("The database cannot be reached:")
    assert "Traceback" not in answer.stderr


def test_migrating_by_hand_passes_the_checks_as_the_owner_of_the_tables(
    servers: embedded.EmbeddedServers,
) -> None:
    answer = _manage("migrate", "--plan")
    assert answer.returncode == 0, answer.stderr
    assert "tenancy.0001_initial" in answer.stdout
