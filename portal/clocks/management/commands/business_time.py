"""Answer business-time questions from standard input, one JSON line each."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.clocks.vectors import answer_lines


class Command(BaseCommand):
    """Needs no database, no broker and no tenant, so it can check a calendar before it is used."""

    help = (
        "Read business-time questions as JSON lines (op add, between, add_days or "
        "add_open_day_hours) and write one JSON line each, in order: id and due, seconds or "
        "error. Counts go to standard error. Exits with 1 when a line had no answer."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        answered = failed = 0
        # Bytes, so that a line that is not UTF-8 spoils itself and not the rest.
        for reply in answer_lines(sys.stdin.buffer):
            if "error" in reply:
                failed += 1
            else:
                answered += 1
            self.stdout.write(json.dumps(reply))
        # Not on standard output, where every line answers a question.
        counts = {"command": "business_time", "answered": answered, "failed": failed}
        self.stderr.write(json.dumps(counts), style_func=str)
        if failed:
            sys.exit(1)
