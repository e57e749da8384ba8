"""PostgreSQL and Valkey that start with the portal, where no address of others is given.

``DATABASE_URL`` and ``REDIS_URL`` each win over the embedded server of their kind. One process
holds a state folder's servers; others find them through the card that it leaves
(:func:`config.services.running_services`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config import progress, services
from config.embedded.postgres import PostgresServer
from config.embedded.process import private_folder, wait_until
from config.embedded.valkey import ValkeyServer
from config.services import ServiceError

_active: EmbeddedServers | None = None


class EmbeddedServers:
    """The embedded servers of this process's state folder.

    Start from the main thread: the servers are tied to the life of the thread that starts them.
    """

    def __init__(
        self, *, throwaway: bool = False, say: Callable[[str], None] = progress.quiet
    ) -> None:
        self.say = say
        self.postgres: PostgresServer | None = None
        self.valkey: ValkeyServer | None = None
        self._throwaway = throwaway
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Start whichever server the environment does not replace, and leave the card.

        Raises:
            ServiceError: a server cannot start; those already started are stopped again.
        """
        state = services.state_dir()
        self._lock = _lock_state(state)
        _await_predecessor()
        try:
            runtime = private_folder(services.runtime_dir())
            logs = state / "logs"
            if not os.environ.get("DATABASE_URL"):
                started = time.monotonic()
                self.postgres = PostgresServer(
                    state=state,
                    sockets=runtime / "pg",
                    log=logs / "postgres.log",
                    password=services.secret("owner_password"),
                    identity=_identity(state),
                    throwaway=self._throwaway,
                )
                self.postgres.start()
                self.say(f"PostgreSQL answers ({time.monotonic() - started:.1f} s)")
            if not os.environ.get("REDIS_URL"):
                started = time.monotonic()
                self.valkey = ValkeyServer(folder=runtime / "vk", log=logs / "valkey.log")
                self.valkey.start()
                self.say(f"Valkey answers ({time.monotonic() - started:.1f} s)")
            self._leave_card()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the servers and take the card away; stopping twice is harmless."""
        if self._lock is None:
            return
        services.services_file().unlink(missing_ok=True)
        if self.valkey is not None:
            self.valkey.stop()
        if self.postgres is not None:
            self.postgres.stop()
        shutil.rmtree(services.runtime_dir(), ignore_errors=True)
        self._lock.close()
        self._lock = None

    def restart_dead(self) -> list[str]:
        """Start again each server that has died; return their names."""
        revived: list[str] = []
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if (
                server is not None
                and server.process is not None
                and server.process.poll() is not None
            ):
                server.start()
                revived.append(name)
        if revived:
            self._leave_card()
        return revived

    def _leave_card(self) -> None:
        servers = [server for server in (self.postgres, self.valkey) if server is not None]
        card: dict[str, object] = {
            "pids": [server.process.pid for server in servers if server.process],
            "sockets": [str(server.socket_path) for server in servers],
        }
        if self.postgres is not None:
            card["database_url"] = self.postgres.url
        if self.valkey is not None:
            card["redis_url"] = self.valkey.url
        services.write_private_json(services.services_file(), card)


def active() -> EmbeddedServers | None:
    """Return the servers that this process itself holds."""
    return _active


@contextmanager
def servers_running(
    say: Callable[[str], None] = progress.quiet, *, borrow: bool = True
) -> Iterator[None]:
    """Have both services at hand inside the block, starting and stopping what is missing.

    ``borrow`` allows servers that another process holds, and will stop when it pleases.

    Raises:
        ServiceError: a server cannot start, or another process holds them.
    """
    global _active
    given = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if given or (borrow and services.running_services()):
        yield
        return
    _active = EmbeddedServers(say=say)
    _active.start()
    try:
        yield
    finally:
        _active.stop()
        _active = None


def prepare_app_role() -> None:
    """Make sure that the application can log in, before anything is granted to it.

    Does nothing where ``APP_DATABASE_URL`` says that somebody else looks after the role.

    Raises:
        ServiceError: see :func:`config.embedded.roles.ensure_app_role`.
    """
    from config.embedded.roles import ensure_app_role  # psycopg2 need not be there for the rest

    if os.environ.get("APP_DATABASE_URL"):
        return
    app = services.database_settings("app")
    ensure_app_role(
        services.connection_parameters(services.database_settings("owner")),
        role=app["USER"],
        password=app["PASSWORD"],
    )


def _lock_state(state: Path) -> IO[str]:
    path = state / "run" / "lock"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    file = path.open("a+", encoding="ascii")

    def locked() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    # A command that borrows the servers for a moment lets go of them soon.
    if not wait_until(locked, seconds=5, pause=0.1):
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise ServiceError(
            f"Another run (process {holder}) already uses the state folder {state}; stop it, or "
            "set LIAISON_STATE to another folder."
        )
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _await_predecessor() -> None:
    """Wait for servers whose holder was killed: each takes its socket away when it ends."""
    wait_until(lambda: not services.remaining_servers(), seconds=10)


def _identity(state: Path) -> str:
    """Return a name for data that cannot live in the state folder itself.

    It is kept in the folder: a state folder that is deleted and made anew gets new data.
    """
    path = state / "identity"
    if not path.exists():
        place = hashlib.sha256(os.fsencode(state)).hexdigest()[:8]
        path.write_text(f"{place}-{secrets.token_hex(4)}", encoding="ascii")
    return path.read_text(encoding="ascii").strip()
