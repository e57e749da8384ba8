#!/usr/bin/env python
"""Run one of the portal's commands, with the embedded servers if it needs them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import warnings

from config import embedded, progress
from config.services import ServiceError

#: Commands that change the schema log in as the owner of the tables; all others as the
#: application, which row-level security binds.
OWNER_COMMANDS = {
    "createcachetable",
    "makemigrations",
    "migrate",
    "pgtrigger",
    "run_portal",
    "showmigrations",
    "sqlmigrate",
}
#: Commands that start no server: they read no row, or start a whole portal of their own.
SERVERLESS_COMMANDS = {
    "bench",
    "build_docs",
    "business_time",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "list_routes",
    "makemessages",
    "makemigrations",
    "spectacular",
    "version",
}


def main(arguments: list[str]) -> None:
    """Run the command that ``arguments`` (``sys.argv``) names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_help = bool({"--help", "-h", "--version"} & set(arguments))
    if command == "makemigrations":  # compares with the database's history if there is one
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration")
    if command in OWNER_COMMANDS:
        os.environ["LIAISON_DB_ROLE"] = "owner"
    # A plain kill must unwind the block below as Ctrl-C does, or the servers die unstopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as stack:
        if command not in SERVERLESS_COMMANDS and not asks_help:
            portal = command == "run_portal"
            say = progress.say if portal else progress.quiet
            stack.enter_context(embedded.servers_running(say, borrow=not portal))
            if command in {"migrate", "run_portal"}:
                embedded.prepare_app_role()
        # Django after the servers: the settings read where they listen.
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except ServiceError as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)
