"""Keeps the portal's processes: starts them in order, revives them, stops them in reverse.

The embedded servers are up, and the application's role exists, before this is called
(``manage.py``). Everything starts from the main thread, because each child is tied to the thread
that started it: if the supervisor is killed, the kernel ends its children too.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connections

from config import embedded, services
from config.embedded.process import last_lines, spawn, stop, wait_until
from config.progress import say
from config.services import ServiceError

_WATCH_SECONDS: Final = 0.5
_START_SECONDS: Final = 90  # a web worker on a slow machine imports Django for a while
_DEATHS_ALLOWED: Final = 5
_DEATHS_WINDOW: Final = 60.0  # seconds
_LONGEST_PAUSE: Final = 8.0  # seconds between a death and the next start
_GRACE_SECONDS: Final = 3  # for requests and tasks under way when the portal is told to stop


@dataclass
class Deaths:
    """How often one part of the portal died lately."""

    name: str
    times: deque[float] = field(default_factory=deque)

    def count(self, now: float) -> float:
        """Note a death at ``now`` (monotonic seconds); return the seconds to wait.

        Raises:
            ServiceError: it is one death too many within a minute.
        """
        self.times.append(now)
        while self.times[0] < now - _DEATHS_WINDOW:
            self.times.popleft()
        if len(self.times) >= _DEATHS_ALLOWED:
            raise ServiceError(
                f"The {self.name} ended {len(self.times)} times within a minute, so the portal "
                "gives up."
            )
        return min(_LONGEST_PAUSE, 2.0 ** (len(self.times) - 1))


@dataclass
class Child:
    """A program the supervisor keeps running; its output goes to ``logs/<name>.log``."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    due: float | None = None  # monotonic seconds at which a dead one starts again

    def __post_init__(self) -> None:
        self.deaths = Deaths(self.name)
        self.log = services.state_dir() / "logs" / f"{self.name}.log"

    def start(self) -> None:
        """Start the program, logged in to the database as the application."""
        environment = {
            name: value for name, value in os.environ.items() if name != "LIAISON_DB_ROLE"
        }
        self.due = None
        self.process = spawn(self.command, log=self.log, env=environment, cwd=services.BASE_DIR)

    def stop(self) -> None:
        """Stop the program and whatever it has left behind."""
        if self.process is None:
            return
        stop(self.process, (signal.SIGTERM, _GRACE_SECONDS + 0.5))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its session is its own

    def watch(self, now: float) -> None:
        """Revive the program if it has died, after a pause that grows with each death.

        Raises:
            ServiceError: it dies again and again; the message ends with its last lines.
        """
        if self.due is not None:
            if now >= self.due:
                self.start()
            return
        if self.process is None or self.process.poll() is None:
            return
        code = self.process.returncode
        self.stop()
        try:
            pause = self.deaths.count(now)
        except ServiceError as error:
            raise ServiceError(
                f"{error} The end of {self.log} reads:\n{last_lines(self.log)}"
            ) from None
        say(f"the {self.name} ended (code {code}); it starts again in {pause:.0f} s")
        self.due = now + pause


class Supervisor:
    """The portal on one machine, answering on ``host`` and ``port``."""

    def __init__(self, *, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.web = Child("web", self._web_command())
        self.worker = Child("worker", self._worker_command())
        self._server_deaths = Deaths("database or broker")

    def run(self) -> None:
        """Start everything, keep it running, and stop it all at SIGINT, SIGTERM or SIGHUP.

        Raises:
            ServiceError: something cannot start or keeps dying; everything is stopped by then.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            self._start()
            while True:
                time.sleep(_WATCH_SECONDS)
                self._watch()
        except KeyboardInterrupt:
            say("stopping")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # stopping is under way and has a limit
            self.web.stop()
            self.worker.stop()

    def _start(self) -> None:
        self._need_port()
        in_own_process(prepare_data)
        log_in_as_application()
        self.web.start()
        if not wait_until(lambda: self._answers() or self._web_died(), seconds=_START_SECONDS) or (
            self._web_died()
        ):
            raise ServiceError(
                "The web server did not start; the end of "
                f"{self.web.log} reads:\n{last_lines(self.web.log)}"
            )
        say("the web server answers")
        self.worker.start()
        say("the worker and the schedule are starting")
        print(self._welcome(), flush=True)  # noqa: T201 - the terminal is the point

    def _watch(self) -> None:
        held = embedded.active()
        if held is not None:
            for name in held.restart_dead():
                self._server_deaths.count(time.monotonic())
                say(f"{name} had ended and was started again")
        for child in (self.web, self.worker):
            child.watch(time.monotonic())

    def _need_port(self) -> None:
        refusal = ""

        def free() -> bool:
            nonlocal refusal
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.host, self.port))
                except OSError as error:
                    refusal = error.strerror or str(error)
                    return False
            return True

        # The web server of a run that was killed finishes its requests before it lets go.
        if not wait_until(free, seconds=_GRACE_SECONDS + 1, pause=0.2):
            raise ServiceError(
                f"Port {self.port} on {self.host} cannot be used ({refusal}); set PORT to "
                "another, for instance: make run PORT=8010"
            )

    @property
    def _address(self) -> str:
        """Where this machine reaches the portal: a wildcard address is no place to go to."""
        wildcards = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
        host = wildcards.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def _web_died(self) -> bool:
        return self.web.process is None or self.web.process.poll() is not None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self._address, timeout=5)
        try:
            connection.request("GET", "/health/live", headers={"Host": "localhost"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _welcome(self) -> str:
        return (
            f"\n  Liaison is running at http://{self._address}/\n"
            f"  Password of every demonstration account: {services.secret('demo_password')}\n"
            "  The tutorial (docs/) lists the accounts. Ctrl-C stops the portal.\n"
        )

    def _web_command(self) -> list[str]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = {
            "bind": f"{host}:{self.port}",
            "worker-class": "gthread",
            "workers": "2",
            "threads": "4",
            "timeout": "60",
            "graceful-timeout": str(_GRACE_SECONDS),
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        flags += ["--preload", "--no-control-socket"]
        return [sys.executable, "-m", "gunicorn", *flags, "config.wsgi"]

    def _worker_command(self) -> list[str]:
        options = ["--beat", "--concurrency=2", "--without-gossip", "--without-mingle"]
        return [sys.executable, "-m", "celery", "-A", "config", "worker", *options]


def prepare_data() -> None:
    """Bring schema, demonstration and static files up to date."""
    say("bringing the database's schema up to date")
    call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
    log_in_as_application()
    say("looking after the demonstration data")
    call_command("learn_actions", stdout=io.StringIO())
    call_command("seed_demo", stdout=io.StringIO())
    collect_static_files()


def in_own_process(work: Callable[[], None]) -> None:
    """Do something in a process that ends with it.

    What the work loads is given back; the supervisor would keep it for as long as the portal runs.

    Raises:
        ServiceError: it failed, and has said why.
    """
    connections.close_all()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os._exit(_exit_code_of(work))
    try:
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        raise
    if status != 0:
        raise ServiceError("The portal's data could not be brought up to date; see above.")


def _exit_code_of(work: Callable[[], None]) -> int:
    try:
        work()
    except (CommandError, ServiceError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        connections.close_all()
        sys.stdout.flush()
    return 0


def log_in_as_application() -> None:
    """Have this process's connection log in as the application from now on."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(services.database_settings("app"))


def collect_static_files() -> None:
    """Collect and compress the static files, unless they are as they were last time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    stamp = services.state_dir() / "run" / "static.stamp"
    wanted = digest.hexdigest()
    if stamp.exists() and stamp.read_text() == wanted and os.path.isdir(settings.STATIC_ROOT):
        return
    say("collecting the static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.parent.mkdir(mode=0o700, exist_ok=True)
    stamp.write_text(wanted)
