"""Train a risk model of renewals from past ones."""

import json
import tempfile
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Person
from portal.tenancy.moments import add_now
from portal.tenancy.scope import use_exchange
from retention.risk import history
from retention.risk.services import keep_version
from retention.risk.training import CannotTrain, train

_SEED = 1


class Command(BaseCommand):
    """Keep what a history teaches as the exchange's next version, not in use."""

    help = (
        "Train a logistic regression on a file of past renewals and keep it as a new version,"
        " which scores nothing until a person puts it into use at /crw/risk-models/. Needs the"
        " packages of requirements-training.lock. The last line of the output is JSON: version,"
        " rows_learnt, rows_held_out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--file", type=Path, help="past renewals, CSV")
        source.add_argument(
            "--demo", type=int, metavar="ROWS", help="an invented history of so many consumers"
        )
        parser.add_argument("--exchange", default="covered-california", help="its slug")
        parser.add_argument("--by", help="e-mail address of whoever runs it, for the record")
        parser.add_argument("--note", default="", help="what the history is, in a few words")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, keep and report.

        Raises:
            CommandError: there is no such exchange, person or file, the file cannot be learnt
                from, or scikit-learn is not installed.
        """
        exchange = Exchange.objects.filter(slug=options["exchange"], is_active=True).first()
        if exchange is None:
            raise CommandError(f"There is no active exchange “{options['exchange']}”.")
        by = Person.objects.filter(email=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError("There is no person with the address given with --by.")
        now = options["now"] or timezone.now()
        day = now.astimezone(zone(exchange.time_zone)).date()
        note = options["note"]
        try:
            if options["file"]:
                if not options["file"].is_file():
                    raise CommandError(f"There is no file {options['file']}.")
                consumers, sha256 = history.read(options["file"], until=day)
            else:
                consumers, sha256 = _invented(options["demo"], now)
                note = note or "An invented history"
            trained = train(consumers, source_sha256=sha256, seed=_SEED)
        except (history.HistoryRefused, CannotTrain) as problem:
            raise CommandError(str(problem)) from None
        with use_exchange(exchange):
            version = keep_version(
                actor=Actor.system(exchange, channel="command"),
                trained=trained,
                trained_by=by,
                note=note[:200],
                at=now,
            )
        metrics = version.metrics
        self.stdout.write(
            f"Version {version.number} is kept and not in use; AUC {metrics['auc']}, Brier score"
            f" {metrics['brier']}. Look at its calibration at /crw/risk-models/ and decide there."
        )
        counts = {name: metrics[name] for name in ("rows_learnt", "rows_held_out")}
        self.stdout.write(json.dumps({"version": version.number, **counts}))


def _invented(rows: int, now: datetime) -> tuple[list[history.PastConsumer], str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "past.csv")
        history.write_invented(path, rows=rows, seed=_SEED, year=now.year - 1)
        return history.read(path, until=now.date())
