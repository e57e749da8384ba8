"""The supervisor's patience, and what it says when it loses it."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from config.services import ServiceError
from config.supervisor import Child, Deaths, Supervisor, in_own_process


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_STATE", str(tmp_path))


def test_the_pause_before_a_new_start_grows_with_each_death() -> None:
    deaths = Deaths("worker")
    assert [deaths.count(now) for now in (0, 5, 10, 15)] == [1, 2, 4, 8]


def test_the_fifth_death_within_a_minute_is_one_too_many() -> None:
    deaths = Deaths("worker")
    for now in (0, 10, 20, 30):
        deaths.count(now)
    with pytest.raises(ServiceError, match="The worker ended 5 times within a minute"):
        deaths.count(59)


def test_deaths_of_more_than_a_minute_ago_are_forgiven() -> None:
    deaths = Deaths("worker")
    for now in (0, 10, 20, 30, 61, 71, 81, 91):
        deaths.count(now)
    assert len(deaths.times) == 4


def test_a_child_that_died_starts_again_after_its_pause() -> None:
    child = Child("worker", [sys.executable, "-c", "pass"])
    child.start()
    assert child.process is not None
    child.process.wait(10)
    first, now = child.process.pid, time.monotonic()
    child.watch(now)
    child.watch(now + 0.5)
    assert child.process.pid == first
    child.watch(now + 1)
    assert child.process.pid != first
    child.stop()


def test_a_child_that_keeps_dying_shows_its_last_lines() -> None:
    child = Child("worker", [sys.executable, "-c", "raise SystemExit('the reason')"])
    now = time.monotonic()

    def die_five_times() -> None:
        for _ in range(5):
            child.start()
            assert child.process is not None
            child.process.wait(10)
            child.watch(now)

    with pytest.raises(ServiceError, match="the reason"):
        die_five_times()


def test_a_childs_own_children_end_with_it() -> None:
    script = (
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('inner', inner.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    child = Child("worker", [sys.executable, "-c", script])
    child.start()
    from config.embedded.process import wait_until

    assert wait_until(lambda: "inner" in child.log.read_text(), seconds=10)
    inner = child.log.read_text().split()[1]
    child.stop()
    status = Path(f"/proc/{inner}/stat")
    assert wait_until(
        lambda: not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z",
        seconds=5,
    )


def test_a_busy_port_is_reported_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.supervisor.wait_until", lambda ready, **_: ready())
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Port {port} .* set PORT to another"):
            Supervisor(host="127.0.0.1", port=port)._need_port()


def test_work_in_a_process_of_its_own_leaves_nothing_in_the_supervisor(tmp_path: Path) -> None:
    loaded: list[str] = []

    def work() -> None:
        loaded.append("much")
        (tmp_path / "done").touch()

    in_own_process(work)
    assert (tmp_path / "done").exists()
    assert loaded == []


@pytest.mark.parametrize("error", [ServiceError("no room"), ValueError("a mistake")])
def test_failing_work_in_a_process_of_its_own_stops_the_start(error: Exception) -> None:
    def work() -> None:
        raise error

    with pytest.raises(ServiceError, match="could not be brought up to date"):
        in_own_process(work)
