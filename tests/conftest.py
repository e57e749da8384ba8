"""The ground all tests stand on: real roles in the database, no network, an installed browser."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.test.utils import setup_databases
from psycopg2.extensions import connection as Connection

from config import services
from portal import prepared
from portal.casework import due, filters
from portal.ui.templatetags import ui
from tests import database
from tests.kept_world import lay_world
from tests.world import NOW, World

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

#: The first database of the broker's server that the portal in use has no need of.
_OWN_CACHES = 4


def pytest_configure(config: pytest.Config) -> None:
    """Give every worker of xdist a cache of its own.

    Tests empty the cache between them; in a shared one that would take sessions and counted
    attempts away from the test that the other worker is just running.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    settings.CACHES["default"]["LOCATION"] = services.redis_url(_OWN_CACHES + int(worker))


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> None:
    """Migrate a database as its owner, then log in as the application for all tests.

    So every test runs under the same grants and row-level security as the portal in use. The
    database goes with its cluster at the end of the session.
    """
    database.keep_one_connection_a_thread()
    kept = database.migrated_as_kept_in(request.config.cache.mkdir("databases"))
    with django_db_blocker.unblock():
        if is_kept := kept.exists():
            template = f"migrated_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
            database.read_dump(kept, into=template)
            connections["default"].settings_dict["TEST"]["TEMPLATE"] = template
        setup_databases(
            verbosity=request.config.option.verbose, interactive=False, serialized_aliases=()
        )
        if not is_kept:
            database.write_dump(kept)
        database.keep_baseline()
        database.log_in_as_application()


@pytest.fixture(scope="session", autouse=True)
def _clean_as_owner() -> Iterator[None]:
    """Let the owner empty the tables after tests that commit: the application may not."""

    def restore(_test: TransactionTestCase) -> None:
        database.restore_baseline()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[Connection]:
    """A psycopg2 connection of the tables' owner, who sees every row; commits at once.

    It does not see what a test has not committed, hence the transactional database.
    """
    connection = database.connect_as_owner()
    yield connection
    connection.close()


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    resolve = socket.getaddrinfo

    def check(connection: socket.socket, address: Any) -> None:
        internet = connection.family in {socket.AF_INET, socket.AF_INET6}
        if internet and not _is_local(str(address[0])):
            raise RuntimeError(f"A test tried to reach {address[0]}; tests stay on this machine.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        if not _is_local(name):
            raise RuntimeError(f"A test tried to look up {name}; tests stay on this machine.")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


def _is_local(host: str) -> bool:
    return host in {"localhost", "::1", "0.0.0.0", "::", ""} or host.startswith("127.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium where there is one; as root it needs its sandbox off."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    arguments = [*browser_type_launch_args.get("args", [])]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    chosen = browser_type_launch_args | {"args": arguments}
    return chosen | {"executable_path": found} if found else chosen


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """One exchange with offices, units and people; its clock stands at ``NOW``."""
    # What the process remembers was read in another test's exchange, of the same number, and
    # would be read again somewhere in the middle of this one.
    for memory in (filters._remembered, due._remembered, prepared._remembered, ui._bars):
        memory.clear()
    with time_machine.travel(NOW, tick=False):
        yield lay_world()


@pytest.fixture
def other_world(world: World) -> World:
    """A second exchange beside the first, for the outsider of every tenancy rule."""
    other = lay_world("maryland")
    world.enter()
    return other
