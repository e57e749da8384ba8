"""The test database: how it comes to be, its two log-ins, its cleaning after tests that commit."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from pathlib import Path

import psycopg2
from django.db import connections
from psycopg2.extensions import connection as Connection

from config import services
from config.embedded import postgres

_BASELINE = "test_baseline"

#: Keeps a copy of every row that the migrations wrote, for :func:`restore_baseline`.
_KEEP = f"""
DO $$
DECLARE item record; filled boolean;
BEGIN
    EXECUTE 'CREATE SCHEMA {_BASELINE}';
    FOR item IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', item.name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE {_BASELINE}.%1$I AS TABLE public.%1$I', item.name);
        END IF;
    END LOOP;
END $$
"""

#: Replica mode keeps the triggers of append-only tables and the foreign keys out of the way.
#: The tens of thousands of ZIP codes are nobody's to change, and stay.
_RESTORE = f"""
DO $$
DECLARE item record; filled boolean; names text[] := '{{}}'; columns text;
BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL lock_timeout = '10s';
    FOR item IN
        SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
          AND c.relname NOT IN ('django_migrations', 'storefronts_ziparea')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', item.name) INTO filled;
        IF filled THEN
            names := names || format('public.%I', item.name);
        END IF;
    END LOOP;
    IF names <> '{{}}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(names, ', ') || ' CASCADE';
    END IF;
    FOR item IN
        SELECT tablename AS name FROM pg_tables
        WHERE schemaname = '{_BASELINE}'
          AND tablename NOT IN ('django_migrations', 'storefronts_ziparea')
    LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = item.name AND is_generated = 'NEVER';
        EXECUTE format(
            'INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE '
            'SELECT %2$s FROM {_BASELINE}.%1$I', item.name, columns
        );
    END LOOP;
END $$
"""


#: Code, beside the migrations, that decides what a migrated database looks like.
_MIGRATIONS_USE = (
    "portal/tenancy/rls.py",
    "portal/tenancy/fields.py",
    "portal/fields.py",
    "portal/ledger/sealing.py",
    "requirements-dev.lock",
)


#: So many latest dumps are kept: one may go back to a branch, or another session be reading.
_DUMPS_KEPT = 4


def migrated_as_kept_in(folder: Path) -> Path:
    """The file that holds, or may hold, the dump of a database with these very migrations.

    Migrating takes a minute of the processor, reading a dump two seconds. The name is a digest of
    all that decides the outcome, so a dump is never used after a change; ``pytest --cache-clear``
    forgets them all.
    """
    root = services.BASE_DIR
    rooms = ("portal", "escalations", "retention", "storefronts", "notifications")
    files = [path for room in rooms for path in root.glob(f"{room}/**/migrations/*.py")]
    digest = hashlib.sha256()
    for path in sorted([*files, *(root / name for name in _MIGRATIONS_USE)]):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return folder / f"{digest.hexdigest()[:32]}.dump"


def read_dump(dump: Path, *, into: str) -> None:
    """Make the database ``into`` from a dump, for ``CREATE DATABASE … TEMPLATE``.

    Raises:
        subprocess.CalledProcessError: the dump cannot be read; its database is not to be used.
    """
    _run("createdb", into)
    _run("pg_restore", "--exit-on-error", f"--dbname={into}", str(dump))


def write_dump(dump: Path) -> None:
    """Keep the test database as it is now; two workers may do so at once."""
    dump.parent.mkdir(parents=True, exist_ok=True)
    mine = dump.with_suffix(f".{os.getpid()}")
    name = connections["default"].settings_dict["NAME"]
    _run("pg_dump", "--format=custom", "--compress=1", f"--file={mine}", f"--dbname={name}")
    mine.rename(dump)
    by_age = sorted(dump.parent.glob("*.dump"), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-_DUMPS_KEPT]:
        old.unlink(missing_ok=True)


def _run(program: str, *arguments: str) -> None:
    owner = _owner_of("postgres")
    environment = os.environ | {"PGPASSWORD": str(owner["password"])}
    server = [f"--host={owner['host']}", f"--username={owner['user']}"]
    if "port" in owner:
        server.append(f"--port={owner['port']}")
    path = postgres.find_programs().folder / program
    subprocess.run([path, *server, *arguments], env=environment, check=True)


def _owner_of(database: str) -> dict[str, object]:
    settings = services.database_settings("owner") | {"NAME": database}
    return services.connection_parameters(settings)


def keep_one_connection_a_thread() -> None:
    """Have a thread use one connection of Django's, whether an event loop runs in it or not.

    From the first browser test on, Playwright's loop runs in the thread of the tests, and Django
    then opens a second connection for what it takes for asynchronous code. The first stays open,
    out of reach of ``connections.close_all()``. A forked child, which no loop runs in, would find
    it again, work in the session of its parent, and leave it its locks when it is killed.
    """
    connections._connections = threading.local()  # type: ignore[assignment]


def connect_as_owner() -> Connection:
    """Return a new autocommitting connection of the owner, whom row-level security lets pass."""
    connection = psycopg2.connect(**_owner_of(connections["default"].settings_dict["NAME"]))
    connection.autocommit = True
    return connection


def log_in_as_application() -> None:
    """Have Django's connection log in as the application from now on, as it does in use."""
    connection = connections["default"]
    connection.close()
    app = services.database_settings("app")
    connection.settings_dict.update(USER=app["USER"], PASSWORD=app["PASSWORD"])


def keep_baseline() -> None:
    """Remember the rows that the migrations wrote."""
    _as_owner(_KEEP)


def restore_baseline() -> None:
    """Empty the database but for the rows that the migrations wrote.

    Raises:
        psycopg2.errors.LockNotAvailable: a test left a transaction open in another thread.
    """
    _as_owner(_RESTORE)


def _as_owner(statement: str) -> None:
    connection = connect_as_owner()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def end_other_sessions() -> None:
    """End every session of the test database but this one, and wait until they are gone.

    The server ends the session of a killed process when it notices, on a busy machine half a
    second later; a test that goes on at once must not race it for the rows the dead process had
    locked. The caller has closed its own connections.
    """
    connection = connect_as_owner()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
    finally:
        connection.close()
