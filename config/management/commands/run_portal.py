"""The whole portal in one command: servers, schema, demonstration, web, worker and schedule."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.services import ServiceError
from config.supervisor import Supervisor


class Command(BaseCommand):
    """Start the portal and keep it running until Ctrl-C or SIGTERM."""

    help = "Start the portal: database, broker, web server, worker and schedule. Ctrl-C stops it."
    requires_system_checks = []  # migrate runs them

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; each has an environment variable for the Makefile's sake."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop.

        Raises:
            CommandError: the portal cannot start, or a part of it dies again and again.
        """
        try:
            Supervisor(host=options["host"], port=options["port"]).run()
        except ServiceError as error:
            raise CommandError(str(error)) from error
