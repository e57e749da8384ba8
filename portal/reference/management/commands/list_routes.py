"""List every address the portal answers, one JSON object a line, then counts."""

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from portal.reference.routes import routes


class Command(BaseCommand):
    help = (
        "List every URL pattern as JSON lines: path, name, view, methods (empty: the view decides)"
        " and auth (public, actor, account, admin, api); the last line counts them."
    )

    def handle(self, **options: Any) -> None:
        found = routes()
        for route in found:
            self.stdout.write(json.dumps(route.as_dict()))
        counts = Counter(route.auth for route in found)
        self.stdout.write(json.dumps({"routes": len(found), **dict(sorted(counts.items()))}))
