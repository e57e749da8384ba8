"""Write the documents that are made from the portal's tables."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.reference import documents


class Command(BaseCommand):
    help = "Write docs/reference/permissions.md and transitions.md; prints counts as JSON last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")

    def handle(self, *, check: bool, **options: Any) -> None:
        folder = documents.folder()
        stale = []
        for name, text in documents.documents().items():
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
                if not check:
                    path.write_text(text, encoding="utf-8")
        if check and stale:
            raise CommandError(f"Run `manage.py build_docs`: {', '.join(stale)} would change.")
        self.stdout.write(json.dumps({"written": 0 if check else len(stale)}))
