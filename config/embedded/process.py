"""Child processes that never outlive the program that started them."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from config.services import ServiceError

_PR_SET_PDEATHSIG: Final = 1
_LOG_LIMIT: Final = 10 * 1024 * 1024  # bytes; beyond it the log is set aside at the next start


def dies_with_parent(signal_number: int) -> Callable[[], None]:
    """Return a ``preexec_fn`` that has the kernel send ``signal_number`` when the parent ends.

    It holds even for ``kill -9`` of the parent. The kernel means the *thread* that forked, so
    children must be started from the main thread. Outside Linux it does nothing.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None, use_errno=True)  # looked up before the fork, where loading is safe
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it ended between the fork and the request
            os._exit(1)

    return ask_kernel


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    death_signal: int = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: tuple[int, int] | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, its output appended to ``log``.

    A session of its own keeps the terminal's Ctrl-C from every child at once: the parent stops
    them in order. ``account`` is the (user id, group id) to run as, for a parent that is root.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - callers are ours, and no shell is involved
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            # Only system calls happen between fork and exec, so threads cannot deadlock it.
            preexec_fn=dies_with_parent(death_signal),
            user=account[0] if account else None,
            group=account[1] if account else None,
            extra_groups=[] if account else None,
        )


def stop(process: subprocess.Popen[bytes], *signals: tuple[int, float]) -> None:
    """Send each (signal, seconds to wait) until the process ends, and at last SIGKILL."""
    for number, seconds in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_until(ready: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Return whether ``ready`` came true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def last_lines(log: Path, count: int = 15) -> str:
    """Return the last lines of a log, indented for a terminal; empty if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])


def private_folder(path: Path, *, mode: int = 0o700, owner: int | None = None) -> Path:
    """Create a folder for one account alone, refusing one that somebody else put there.

    The system's temporary folder is everybody's: without the check another account could make
    the folder first and wait for the portal's sockets to appear in it.

    Raises:
        ServiceError: the path is a link, not a folder, or another account's.
    """
    own = os.geteuid()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {own, owner}:
            raise ServiceError(
                f"{path} belongs to another account; remove it, or set TMPDIR to a folder of "
                "your own."
            ) from None
    if owner is not None:
        os.chown(path, owner, -1)
    path.chmod(mode)
    return path


def need_space(folder: Path, *, megabytes: int) -> None:
    """Raise ``ServiceError`` unless the file system under ``folder`` has room."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise ServiceError(
            f"Only {free} MB are free under {folder}, and {megabytes} MB are needed; free some "
            "space or set LIAISON_STATE to another disk."
        )
