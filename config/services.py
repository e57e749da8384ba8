"""Where the portal's database, broker and secrets are: one answer for settings, tests and tools.

Precedence is the same for each service: an address in the environment wins, then the embedded
server that runs for this state folder, then the place where that server *would* listen. The last
one lets settings import, and commands that need no server run, on a machine where nothing runs.

Standard library only: settings, ``manage.py`` and the test plugin import this before Django.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets as random_source
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

Role = Literal["app", "owner"]

BASE_DIR: Final = Path(__file__).resolve().parent.parent
OWNER: Final = "portal"
DATABASE: Final = "portal"

#: The kernel's ``sun_path`` holds 108 bytes on Linux and 104 on macOS, the final NUL included.
SOCKET_PATH_LIMIT: Final = 103

#: ``.s.PGSQL.5432.lock`` is the longest name PostgreSQL makes in its socket folder.
_LONGEST_SOCKET_NAME: Final = "/pg/.s.PGSQL.5432.lock"

_ENVIRONMENT_NAME: Final = {
    "django_secret_key": "DJANGO_SECRET_KEY",
    "field_key": "FIELD_KEYS",
    "demo_password": "DEMO_PASSWORD",
}


class ServiceError(RuntimeError):
    """A service cannot be used; the message is one sentence that says what to do."""


# --- folders ------------------------------------------------------------------------------------


def state_dir() -> Path:
    """Return the folder that holds everything the portal keeps on this machine, creating it.

    ``LIAISON_STATE`` names it; the default is ``.state`` beside the code. It is created for its
    owner alone (0700).

    Raises:
        ServiceError: the folder cannot be created.
    """
    path = Path(os.environ.get("LIAISON_STATE") or BASE_DIR / ".state").expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(
            f"The state folder {path} cannot be created ({error.strerror}); "
            "set LIAISON_STATE to a folder that you may write."
        ) from error
    return path


def runtime_dir(state: Path | None = None) -> Path:
    """Return the short path under which a state folder's sockets live (not created here).

    A socket's path is limited to about a hundred bytes, a state folder's is not; so sockets live
    in the system's temporary folder under a name derived from the state folder's path.
    """
    digest = hashlib.sha256(os.fsencode((state or state_dir()).resolve())).hexdigest()[:12]
    name = f"liaison-{os.geteuid()}-{digest}"
    path = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(path)) + len(_LONGEST_SOCKET_NAME) > SOCKET_PATH_LIMIT:
        path = Path("/tmp") / name  # noqa: S108 - private_folder() checks who made it
    return path


# --- secrets ------------------------------------------------------------------------------------


def fernet_key() -> str:
    """Return a new key in the form ``cryptography.fernet.Fernet`` takes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")


def readable_password() -> str:
    """Return a new password that can be typed from a screen: about 79 bits, no look-alikes."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(random_source.choice(alphabet) for _ in range(4)) for _ in range(4))


def random_secret() -> str:
    """Return a new secret of about 380 bits."""
    return random_source.token_urlsafe(48)


_DEFAULT_FACTORY: Final[dict[str, Callable[[], str]]] = {
    "field_key": fernet_key,
    "demo_password": readable_password,
}


def secret(name: str, factory: Callable[[], str] | None = None) -> str:
    """Return the secret called ``name``, making and keeping it at the first call.

    The environment wins for ``django_secret_key`` (``DJANGO_SECRET_KEY``), ``field_key``
    (``FIELD_KEYS``, which may list several, newest first, separated by commas) and
    ``demo_password`` (``DEMO_PASSWORD``). All others live in ``secrets.json`` (0600) in the
    state folder, so a second start finds the data of the first readable.

    Raises:
        ServiceError: the secrets file cannot be read or written.
    """
    variable = _ENVIRONMENT_NAME.get(name)
    if variable and os.environ.get(variable):
        return os.environ[variable]
    path = state_dir() / "secrets.json"
    known = _read_json(path)
    if name in known:
        return str(known[name])
    with _exclusive(path.with_suffix(".lock")):
        known = _read_json(path)  # another process may have made it while this one waited
        if name not in known:
            known[name] = (factory or _DEFAULT_FACTORY.get(name, random_secret))()
            write_private_json(path, known)
    return str(known[name])


def field_keys() -> list[str]:
    """Return the Fernet keys for encrypted fields: the first encrypts, all of them decrypt."""
    return [key.strip() for key in secret("field_key").split(",") if key.strip()]


def write_private_json(path: Path, content: dict[str, Any]) -> None:
    """Replace ``path`` in one step by a JSON file that only its owner can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
            json.dump(content, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ServiceError(
            f"{path} cannot be read ({error}); restore it from a backup, or set LIAISON_STATE to "
            "a new folder to start afresh."
        ) from error
    if not isinstance(content, dict):
        raise ServiceError(f"{path} is not a JSON object; restore it from a backup.")
    return content


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("a", encoding="utf-8") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- the embedded servers' card -----------------------------------------------------------------


def services_file() -> Path:
    """Return the path of the card that running embedded servers leave for other processes."""
    return state_dir() / "run" / "services.json"


def running_services() -> dict[str, Any]:
    """Return the card of the embedded servers of this state folder, or ``{}`` if none run.

    A card whose servers were killed is no card: every process and socket it names must exist.
    """
    card = _read_json(services_file())
    alive = (
        card
        and all(_process_exists(int(pid)) for pid in card.get("pids", []))
        and all(_is_socket(Path(path)) for path in card.get("sockets", []))
    )
    return card if alive else {}


def remaining_servers() -> list[int]:
    """Return the processes of the last card that still exist."""
    pids = [int(pid) for pid in _read_json(services_file()).get("pids", [])]
    return [pid for pid in pids if _process_exists(pid)]


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


# --- database -----------------------------------------------------------------------------------


def database_url() -> str:
    """Return the owner's database address: ``DATABASE_URL``, else the embedded cluster's."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    card = running_services()
    return str(card.get("database_url") or postgres_url(socket_dir=runtime_dir() / "pg"))


def postgres_url(*, socket_dir: Path, password: str = "", name: str = DATABASE) -> str:
    """Return the address of a database of the embedded cluster that listens in ``socket_dir``."""
    credentials = f"{OWNER}:{quote(password, safe='')}" if password else OWNER
    return f"postgres://{credentials}@/{socket_dir}/{name}"


def database_settings(role: Role) -> dict[str, Any]:
    """Return a Django ``DATABASES`` entry for the owner of the tables or for the application.

    The application's role is ``<database>_app``, owns nothing, and so cannot step over row-level
    security; its password is the secret ``app_role_password``, unless ``APP_DATABASE_URL`` gives
    another log-in.

    Raises:
        ServiceError: an address is not one of a PostgreSQL database.
    """
    settings = parse_database_url(database_url())
    if role == "owner":
        return settings
    own_address = os.environ.get("APP_DATABASE_URL")
    if own_address:
        return parse_database_url(own_address)
    return settings | {
        "USER": app_role_name(settings["NAME"]),
        "PASSWORD": secret("app_role_password"),
    }


def app_role_name(database: str) -> str:
    """Return the name of the role the application logs in as on ``database``."""
    return f"{database}_app"


def parse_database_url(url: str) -> dict[str, Any]:
    """Turn a ``postgres://`` address into a Django ``DATABASES`` entry.

    Understands host and port, ``postgres://user@//socket/folder/name`` for a unix socket, a
    percent-encoded socket folder in the host's place, and libpq parameters in the query.

    Raises:
        ServiceError: the address is not one of a PostgreSQL database.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ServiceError(f"The database address is malformed ({error}).") from error
    path = unquote(parts.path)
    if parts.scheme not in {"postgres", "postgresql"} or len(path) < 2:
        raise ServiceError(
            "The database address must read postgres://user:password@host:port/name, or "
            "postgres://user@//socket/folder/name for a unix socket."
        )
    folder, _, name = path.rpartition("/")
    host = unquote(parts.hostname or "")
    if host.startswith("/"):  # hostname lower-cases, which a folder's name must not be
        host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    if folder:  # "//run/pg/name": the socket's folder stands in the path
        host = "/" + folder.lstrip("/")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def connection_parameters(settings: dict[str, Any]) -> dict[str, Any]:
    """Turn a Django ``DATABASES`` entry into keyword arguments for ``psycopg2.connect``."""
    named = {
        "dbname": settings["NAME"],
        "user": settings.get("USER"),
        "password": settings.get("PASSWORD"),
        "host": settings.get("HOST"),
        "port": settings.get("PORT"),
    }
    options: dict[str, Any] = settings.get("OPTIONS", {})
    return {key: value for key, value in named.items() if value} | options


# --- broker and cache ---------------------------------------------------------------------------


def redis_url(database: int) -> str:
    """Return the address of one numbered database of the Redis-protocol server, for redis-py.

    ``REDIS_URL`` wins; its own database number is replaced, so that cache, broker and results
    never share one.
    """
    url = os.environ.get("REDIS_URL") or str(running_services().get("redis_url") or "")
    if not url:
        url = f"unix://{runtime_dir() / 'vk' / 's'}"
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":  # geturl() would drop the empty host, and redis-py insists on it
        options = urlencode(query | {"db": str(database)}, safe="/")
        return f"unix://{parts.netloc}{parts.path}?{options}"
    query.pop("db", None)
    return parts._replace(path=f"/{database}", query=urlencode(query, safe="/")).geturl()


def broker_url(database: int) -> str:
    """Return the same address in the dialect of Celery, which spells unix sockets its own way."""
    parts = urlsplit(redis_url(database))
    if parts.scheme != "unix":
        return parts.geturl()
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"
