"""Create an API token for somebody; prints the token, then counts as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.tenancy import selectors, services
from portal.tenancy.models import Membership, Person
from portal.tenancy.scope import use_exchange


class Command(BaseCommand):
    help = (
        "Create an API token with the rights of a person's membership and print it. It is shown"
        " once: only its hash is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--exchange", metavar="SLUG", help="if the person works for several")
        parser.add_argument("--read-only", action="store_true")
        parser.add_argument("--days", type=int, default=services.TOKEN_DAYS)

    def handle(
        self, *, email: str, exchange: str | None, read_only: bool, days: int, **options: Any
    ) -> None:
        if days < 1:
            raise CommandError("--days must be 1 or more.")
        person = Person.objects.filter(email__iexact=email, is_active=True).first()
        found = selectors.memberships_to_switch_to(person) if person else []
        memberships = [m for m in found if exchange in (None, m.exchange.slug)]
        if person is None or not memberships:
            raise CommandError("No active person with that address has a current membership.")
        if len({membership.exchange_id for membership in memberships}) > 1:
            slugs = sorted({membership.exchange.slug for membership in memberships})
            raise CommandError(f"Name the exchange: --exchange {' or '.join(slugs)}")
        self.stdout.write(self._create(person, memberships[0], read_only, days))
        self.stdout.write(json.dumps({"created": 1}))

    def _create(self, person: Person, membership: Membership, read_only: bool, days: int) -> str:
        actor = selectors.actor_for(person, membership, channel="command")
        with use_exchange(membership.exchange, person_id=person.pk):
            _token, secret = services.create_api_token(
                actor=actor,
                membership=membership,
                name="Made on the command line",
                read_only=read_only,
                days=days,
            )
        return secret
