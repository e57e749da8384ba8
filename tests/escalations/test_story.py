"""The main job, through the services: an office's case from submission to closed."""

from datetime import date

import pytest
from django.db import connection

from escalations.constituent import endings
from escalations.constituent import services as constituent
from escalations.constituent.projection import project
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode
from portal.casework.common_acts import take_case
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage
from portal.ledger.models import LedgerEntry, LedgerSeal
from tests.world import World


def test_a_constituent_case_goes_from_the_office_to_closed(world: World) -> None:
    staff = world.actor("office.staff")
    case = constituent.submit_case(
        actor=staff,
        description="Coverage ended without notice.",
        constituent_name="Rosa Quintero",
        case_or_application_id="5001234567",
        date_of_birth=date(1980, 2, 29),
        phone="916-555-0142",
    )
    analyst = world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.assign_division(
        case=case, actor=analyst, division=world.organizations["escalations-unit"]
    )
    ticket = Case.objects.get(kind="ticket")
    specialist = world.actor("eru.specialist")
    take_case(case=ticket, actor=specialist)
    tickets.start_work(case=ticket, actor=specialist)
    case.refresh_from_db()
    assert case.status == "in_resolution"
    code = ResolutionCode.objects.get()
    with pytest.raises(Refused, match="contact"):
        tickets.resolve_ticket(case=ticket, actor=specialist, code=code, steps="Reinstated.")
    tickets.record_contact(
        case=ticket, actor=specialist, channel="phone", outcome="reached", summary="Told her."
    )
    tickets.resolve_ticket(case=ticket, actor=specialist, code=code, steps="Reinstated.")
    case.refresh_from_db()
    assert case.status == "resolved"
    with pytest.raises(Refused, match="Tell the office"):
        endings.close_case(case=case, actor=analyst)
    endings.notify_office(case=case, actor=analyst)
    endings.close_case(case=case, actor=analyst)
    case.refresh_from_db()
    assert (case.status, case.is_open) == ("closed", False)

    seen = project(staff, case)
    assert seen.status == "Resolved"
    assert not seen.shows_details
    assert "Rosa" not in repr(seen)
    assert "Rosa Quintero" in repr(project(analyst, case))
    assert set(OutboxMessage.objects.values_list("key", flat=True)) >= {
        "constituent.received",
        "constituent.acknowledged",
        "constituent.accepted",
        "constituent.resolved",
        "ticket.opened",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert LedgerSeal.objects.count() == LedgerEntry.objects.count() > 10
