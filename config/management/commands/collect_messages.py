"""Bring the finder's catalogues up to date with what code and templates say."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from config import catalogues


class Command(BaseCommand):
    """Collect, merge, and say what is left to translate."""

    help = (
        "Collect the messages of the public finder into the catalogue of every language"
        " (storefronts/locale/*/LC_MESSAGES/django.po). Translations are kept; what is missing is"
        " listed on the error output. `make setup` compiles them. The last line is JSON."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Update every catalogue there is; a new language begins with an empty file."""
        template, missing = catalogues.collect(), 0
        files = catalogues.catalogue_files()
        for code, path in files.items():
            for message in catalogues.untranslated(catalogues.update(path, template)):
                self.stderr.write(f"{code}: {message}")
                missing += 1
        counts = {"languages": len(files), "messages": len(template), "missing": missing}
        self.stdout.write(json.dumps(counts))
