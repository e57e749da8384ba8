"""A whole portal in a folder of its own, to be measured and thrown away."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config import services

Say = Callable[[str], None]
#: The demonstration is played first; beside other work that takes its time.
_START_SECONDS = 900


class StackError(RuntimeError):
    """The portal to be measured did not start."""


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], *, port: int, log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that answers on a port inside the block, and has ended after it.

    Raises:
        StackError: it ends, or does not answer in time.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - a program of the portal's own
            command, stdout=output, stderr=output, env=environment, cwd=services.BASE_DIR
        )
    try:
        _await_answer(process, port, log)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health/live", headers={"Host": "localhost"})
            connection.getresponse()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise StackError(f"nothing answers on port {port}; see {log}")


def portal_command(port: int) -> list[str]:
    """Servers, web and worker, as ``make run`` has them."""
    return [sys.executable, "manage.py", "run_portal", "--port", str(port)]


def bare_command(port: int) -> list[str]:
    """The bare pages under the portal's own web server and its options."""
    options = ["--worker-class=gthread", "--workers=2", "--threads=4", "--preload"]
    bind = f"--bind=127.0.0.1:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", bind, *options, "--no-control-socket"),
        "django.core.wsgi:get_wsgi_application()",
    ]


def memory_of(root: int) -> dict[int, float]:
    """Process id → proportional set size in MiB, of a process and all its descendants.

    Empty where the system keeps no such account (it is Linux's).
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    found = {}
    for pid in family:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    found[pid] = int(line.split()[1]) / 1024
    return found


def name_of(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


def environment_for(state: Path, port: int) -> dict[str, str]:
    """The person's environment, with services of the folder's own."""
    foreign = {"DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL", "LIAISON_DB_ROLE"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"LIAISON_STATE": str(state), "PORT": str(port), "API_RATE": "1000000/min"}
