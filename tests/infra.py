"""Pytest plugin: a real PostgreSQL and a real Valkey for one test session, thrown away after it.

Loaded with ``-p tests.infra`` because pytest-django reads the settings before any ``conftest.py``
runs, and the settings must already find the servers. Under xdist the controller starts them and
the workers share them, each with a database of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import pytest
from xdist.scheduler import LoadFileScheduling

from config import embedded, services

_PREFIX = "liaison-tests-"
_SERVERS = pytest.StashKey[embedded.EmbeddedServers]()
_STATE = pytest.StashKey[Path]()
_JOURNEYS = "tests/journeys/"
_LOCK = pytest.StashKey[IO[str]]()

#: What the person's shell says about services must not reach the tests.
_FOREIGN = ("APP_DATABASE_URL", "DATABASE_URL", "REDIS_URL", "FIELD_KEYS", "DJANGO_SECRET_KEY")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Start the servers before pytest-django, which hooks in here too, loads the settings."""
    options = early_config.known_args_namespace
    if not (options.help or options.version or "PYTEST_XDIST_WORKER" in os.environ):
        _start(early_config)
    return (yield)


class _OneWorkerAFile(LoadFileScheduling):  # type: ignore[misc]
    """A file stays with one worker; so do all journeys, which share a portal slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _JOURNEYS if file.startswith(_JOURNEYS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Deal the tests out for ``--dist loadfile``."""
    return _OneWorkerAFile(config, log) if config.getvalue("dist") == "loadfile" else None


def servers_of(config: pytest.Config) -> embedded.EmbeddedServers | None:
    """The servers of this session, for drills that restart them; None in a worker of xdist."""
    return config.stash.get(_SERVERS, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove what they wrote."""
    if _SERVERS in config.stash:
        config.stash[_SERVERS].stop()
        config.stash[_LOCK].close()
        shutil.rmtree(config.stash[_STATE], ignore_errors=True)


def _start(config: pytest.Config) -> None:
    _remove_abandoned()
    for name in _FOREIGN:
        os.environ.pop(name, None)
    state = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = (state / "session.lock").open("w", encoding="ascii")
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.environ["LIAISON_STATE"] = str(state)
    os.environ["LIAISON_TESTING"] = "1"
    # The settings describe the owner, who makes the test database; tests/conftest.py then has
    # the tests log in as the application.
    os.environ["LIAISON_DB_ROLE"] = "owner"
    # Playwright's synchronous interface runs an event loop in the thread of the test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    servers = embedded.EmbeddedServers(throwaway=True)
    try:
        servers.start()
        embedded.prepare_app_role()
    except services.ServiceError as error:
        servers.stop()
        raise pytest.UsageError(str(error)) from error
    config.stash[_SERVERS] = servers
    config.stash[_STATE] = state
    config.stash[_LOCK] = lock


def _remove_abandoned() -> None:
    """Remove the folders of sessions that were killed; those of running ones are locked."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            with (folder / "session.lock").open("r+", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(services.runtime_dir(folder), ignore_errors=True)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # running, another account's, or being made just now
