"""Give every exchange the actions an upgrade has brought; prints counts as JSON last."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from portal.tenancy.services import learn_actions


class Command(BaseCommand):
    help = (
        "Give actions that an exchange has never known to the roles that have them by default."
        " Run it after `migrate`; `run_portal` does. What an administrator took away stays away."
        " The last line of the output is JSON: exchanges, learned."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"exchanges": 0, "learned": 0}
        for exchange in Exchange.objects.all():
            with use_exchange(exchange):
                counts["learned"] += len(learn_actions(exchange=exchange))
            counts["exchanges"] += 1
        self.stdout.write(json.dumps(counts))
