"""Two tickets opened at the same moment never push anybody over their cap."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from escalations.tickets import services
from portal.casework.models import Case
from portal.tenancy.models import Membership
from portal.tenancy.scope import use_exchange
from tests.escalations.tickets.ground import add_line, add_type
from tests.world import build_world


@pytest.mark.django_db(transaction=True)
def test_tickets_opened_at_once_never_exceed_a_cap(transactional_db: None) -> None:
    with transaction.atomic():
        world = build_world()
        Membership.objects.filter(organization=world.organizations["escalations-unit"]).update(
            capacity=2
        )
        kind = add_type(world, "eligibility-aptc")
        add_line(world, "escalations-unit", kind, auto_assign=True)
        actor = world.actor("scr")
    failures: list[Exception] = []
    together = threading.Barrier(10)

    def open_one() -> None:
        try:
            together.wait(timeout=60)
            with use_exchange(world.exchange):
                services.open_ticket(actor=actor, ticket_type=kind, summary="APTC differs.")
        except Exception as failure:  # every failure is the test's to tell
            failures.append(failure)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=open_one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with use_exchange(world.exchange):
        owners = list(Case.objects.values_list("owner__full_name", flat=True))
    assert len(owners) == 10
    people = ("Eru Specialist", "Eru Colleague", "Eru Lead")
    assert [owners.count(name) for name in people] == [2, 2, 2]
    assert owners.count(None) == 4
