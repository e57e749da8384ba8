"""Import a file of a feed from the terminal."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.consumers import feeds
from portal.consumers.imports import import_file
from portal.consumers.models import FeedRun
from portal.tenancy.models import Exchange
from portal.tenancy.moments import add_now

_BAR = 30


def _rows(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 50_000:
        raise ArgumentTypeError("between 1 and 50000")
    return number


class Command(BaseCommand):
    """Read one file of one feed into one exchange."""

    help = (
        "Import a file of CSV or JSON lines. After a run that was killed, give the same file again:"
        " it goes on behind the last batch that is in. A file that was read through may be given"
        " again too: nothing comes in twice. The last line of the output is JSON: read, new,"
        " changed, known, refused, state. The exit code is 0 only if the whole file was read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, choices=[k.key for k in feeds.all_kinds()])
        parser.add_argument("--exchange", help="slug; default: the one the feed is made for")
        parser.add_argument(
            "--batch-rows", type=_rows, help="rows of a transaction; default: the feed's own"
        )
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report.

        Raises:
            CommandError: there is no such file or exchange, or the file was refused.
        """
        kind, path = feeds.get(options["kind"]), options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        slug = options["exchange"] or kind.exchange
        exchange = Exchange.objects.filter(slug=slug, is_active=True).first()
        if exchange is None:
            raise CommandError(f"There is no active exchange “{slug}”; name one with --exchange.")
        self._shown = -1
        run = import_file(
            kind=kind,
            exchange=exchange,
            path=path,
            at=options["now"],
            batch_rows=options["batch_rows"],
            report=self._report,
        )
        if run.rows_refused:
            self.stderr.write(f"{run.rows_refused} rows were refused; see the run's page.")
        self.stdout.write(
            json.dumps(
                {
                    "read": run.rows_read,
                    "new": run.rows_new,
                    "changed": run.rows_changed,
                    "known": run.rows_known,
                    "refused": run.rows_refused,
                    "state": run.state,
                }
            )
        )
        if run.state != FeedRun.State.DONE:
            raise CommandError(run.problem)

    def _report(self, run: FeedRun) -> None:
        """A bar on a terminal; elsewhere a line for every tenth of the file."""
        share = run.bytes_read / run.file_size if run.file_size else 1.0
        text = f"{run.rows_read:,} read, {run.rows_new:,} new, {run.rows_refused:,} refused"
        if sys.stderr.isatty():
            bar = "#" * round(share * _BAR)
            end = "\n" if run.finished_at else ""
            self.stderr.write(f"\r[{bar:<{_BAR}}] {share:4.0%}  {text}", ending=end)
        elif int(share * 10) > self._shown:
            self._shown = int(share * 10)
            self.stderr.write(f"{share:4.0%}  {text}")
