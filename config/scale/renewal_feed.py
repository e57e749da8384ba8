"""The renewal feed's yardstick (P8): a file of new cases, the same file again, and a bare COPY."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from config import services
from config.scale.figure import Figure
from config.scale.stack import Say, StackError
from portal.consumers.models import Consumer
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from retention.feed import COLUMNS

ROWS = 100_000
#: No consumer of the population has a case of this year yet.
_YEARS_AHEAD = 2


def figures(exchange: Exchange, *, say: Say) -> Iterator[Figure]:
    """A file of consumers who have an enroller, read by the command as the schedule would."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "renewals.csv")
        rows = write_file(exchange, path)
        say(f"P8 {rows:,} renewal rows")
        bare = _time_copy(path)
        seconds, memory, counts = _import(exchange, path)
        if counts["new"] != rows:
            raise StackError(f"{counts['new']} of {rows} rows opened a case: {counts}")
        yield Figure(
            "P8",
            f"renewal feed of {rows:,} rows: validated, with cases and history",
            round(rows / seconds),
            "rows/s, start of the command included",
            bare=round(rows / bare),
            ratio=round(seconds / bare, 1),
            limit=">= 5000",
        )
        yield Figure("P8", "memory of the import", round(memory), "MiB at most", limit="<= 500")
        again, _, counts = _import(exchange, path)
        if counts["known"] != rows:
            raise StackError(f"the same rows again changed something: {counts}")
        yield Figure("P8", "the same feed again", round(rows / again), "rows/s")


def write_file(exchange: Exchange, path: Path, *, rows: int = ROWS) -> int:
    """Write a renewal file for as many consumers as there are, at most ``rows``."""
    year = timezone.now().year + _YEARS_AHEAD
    found = 0
    with use_exchange(exchange), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        known = Consumer.objects.filter(exchange=exchange, enroller__isnull=False)
        for case_number, person_id in (
            known.exclude(person_id="")
            .order_by("pk")
            .values_list("case_number", "person_id")[:rows]
            .iterator(5_000)
        ):
            found += 1
            features = (found % 60, found % 45, "no", 20 + found % 45, "yes", "no", "no", "English")
            start = (case_number, person_id, year, "up_for_renewal", 1 + found % 5)
            writer.writerow((*start, f"{year}-01-31", *features))
    return found


def _import(exchange: Exchange, path: Path) -> tuple[float, float, dict[str, int]]:
    """Seconds, MiB at most, and the counts, of the command in a process of its own."""
    command = [sys.executable, "manage.py", "import_feed", str(path), "--kind", "renewals"]
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - a command of the portal's own
        [*command, "--exchange", exchange.slug],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=services.BASE_DIR,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise StackError("import_feed failed")
    return seconds, usage.ru_maxrss / 1024, json.loads(output.splitlines()[-1])


def _time_copy(path: Path) -> float:
    """Seconds for the least there is: the file's rows into a table without any index."""
    columns = ", ".join(f"{name} text" for name in COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor, path.open(encoding="utf-8") as file:
        cursor.execute(f"CREATE TEMPORARY TABLE bare_feed ({columns}) ON COMMIT DROP")
        started = time.perf_counter()
        cursor.copy_expert("COPY bare_feed FROM STDIN WITH (FORMAT csv, HEADER)", file)
        return time.perf_counter() - started
