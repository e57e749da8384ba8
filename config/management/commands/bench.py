"""Measure the portal beside bare pages of the same rows; one JSON line a figure."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import services
from config.scale import stack
from config.scale.client import LoadError


class Command(BaseCommand):
    """Start a throw-away portal, fill it, measure it, and leave nothing behind."""

    help = (
        "Measure a portal of its own with a large population: a JSON line for each figure on"
        " standard output, progress on standard error. Nothing of your own portal is touched."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--cases", type=int, default=10_000)
        parser.add_argument(
            "--crw-cases",
            type=int,
            default=10_000,
            help="renewal cases, half of them in one agency",
        )
        parser.add_argument("--full", action="store_true", help="the data of the figures")
        parser.add_argument("--seconds", type=float, default=5, help="for each measurement")
        parser.add_argument("--only", default="", help="figures, e.g. P1,P4")
        parser.add_argument("--inside", type=int, help="(used by bench itself)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure.

        Raises:
            CommandError: the portal did not start, or gave an answer that is not to be measured.
        """
        started = time.monotonic()

        def say(message: str) -> None:
            self.stderr.write(f"[{time.monotonic() - started:6.1f} s] {message}")

        try:
            if options["inside"]:
                from config.scale.figures import measure

                for figure in measure(
                    web_port=options["inside"],
                    cases=options["cases"],
                    crw_cases=options["crw_cases"],
                    full=options["full"],
                    seconds=options["seconds"],
                    only=frozenset(filter(None, options["only"].split(","))),
                    say=say,
                ):
                    self.stdout.write(figure.as_json())
                    self.stdout.flush()
            else:
                self._outside(options, say)
        except (stack.StackError, LoadError) as error:
            raise CommandError(str(error)) from error

    def _outside(self, options: dict[str, Any], say: stack.Say) -> None:
        state = Path(tempfile.mkdtemp(prefix="liaison-bench-"))
        port = stack.free_port()
        environment = stack.environment_for(state, port)
        say("starting a portal of its own")
        kept = True  # the logs say why, unless all goes well
        try:
            with stack.running(
                stack.portal_command(port),
                port=port,
                log=state / "portal.log",
                environment=environment,
            ):
                say("it answers")
                inner = [sys.executable, "manage.py", "bench", "--inside", str(port)]
                for name in ("cases", "crw_cases", "seconds", "only"):
                    option = f"--{name.replace('_', '-')}"
                    inner += [option, str(options[name])] if options[name] else []
                inner += ["--full"] if options["full"] else []
                # This very command once more, with the settings of the portal just started.
                result = subprocess.run(  # noqa: S603
                    inner, env=environment, cwd=services.BASE_DIR, check=False
                )
            if result.returncode:
                raise CommandError(f"Measuring failed; the portal's logs are in {state}.")
            kept = False
        finally:
            if not kept:
                shutil.rmtree(state, ignore_errors=True)
