"""Who held a case: read from its timeline, and the same minutes in case page and report."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from portal.casework.models import Case
from portal.casework.party_time import panel, party_time, turns_of
from portal.casework.services import allowed_acts, machine_of, perform
from portal.clocks.business_time import between
from portal.clocks.models import BusinessCalendar
from portal.clocks.parties import to_the_minute
from portal.clocks.reckoning import calendar_of
from portal.reports.clock import party_report
from tests.world import NOW, World


def open_ticket(world: World, at: datetime = NOW) -> Case:
    return tickets.open_ticket(
        actor=world.actor("eru.specialist"),
        ticket_type=TicketType.objects.get(key="access-to-care"),
        summary="No plan answers.",
        at=at,
    )


def business_time(world: World, start: datetime, end: datetime) -> int:
    calendar = calendar_of(BusinessCalendar.objects.get(exchange=world.exchange, is_default=True))
    return between(calendar, to_the_minute(start), to_the_minute(end))


def act(world: World, case: Case, key: str, at: datetime) -> Case:
    """One act of the table, through the service every act goes through."""
    return perform(case=case, act_key=key, actor=world.actor("eru.lead"), at=at)


STEPS = st.lists(st.tuples(st.integers(0, 4 * 86_400), st.integers(0, 50)), max_size=10)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, later=st.integers(0, 4 * 86_400))
def test_every_business_minute_of_a_ticket_belongs_to_exactly_one_party(
    world: World, steps: list[tuple[int, int]], later: int
) -> None:
    """Decision 10, over random histories of a ticket: the conservation law of the clock."""
    with transaction.atomic():
        moment, case = NOW, open_ticket(world)
        opened: datetime | None = moment
        elapsed = 0
        for wait, choice in steps:
            moment += timedelta(seconds=wait)
            with time_machine.travel(moment, tick=False):
                lead = world.actor("eru.lead")
                acts = [a for a in allowed_acts(case, lead) if a.is_transition]
                if not acts:
                    break
                case = perform(
                    case=case, act_key=acts[choice % len(acts)].key, actor=lead, at=moment
                )
            if opened is not None and not case.is_open:
                elapsed += business_time(world, opened, moment)
                opened = None
            elif opened is None and case.is_open:
                opened = moment
        end = moment + timedelta(seconds=later)
        if opened is not None:
            elapsed += business_time(world, opened, end)

        found = party_time(case, end)
        assert found is not None
        assert sum(found.by_party.values()) == found.elapsed_seconds == elapsed
        status = machine_of(case).statuses[case.status]
        assert found.holder == (status.party if case.is_open else None)
        for one, other in pairwise(found.stretches):
            assert one.end <= other.start, "one holder at a time"

        report = party_report(
            actor=world.actor("eru.lead"), first=NOW.date(), last=end.date(), now=end
        )
        assert {p: 60 * m for p, m in zip(report.parties, report.total.minutes, strict=True)} == {
            party: seconds for party, seconds in found.by_party.items() if seconds
        }
        transaction.set_rollback(True)


def test_waiting_for_the_consumer_is_the_consumers_time(world: World) -> None:
    """ES-02: opened Wednesday 10:20, asked at 12:20, answered the next day at 10:20."""
    case = open_ticket(world)
    case = act(world, case, "take", NOW)
    case = act(world, case, "start", NOW)
    case = act(world, case, "ask_consumer", NOW + timedelta(hours=2))
    case = act(world, case, "consumer_answered", NOW + timedelta(days=1))
    found = party_time(case, NOW + timedelta(days=1, hours=1))
    assert found is not None
    assert found.by_party == {"unit": 3 * 3_600, "consumer": 8 * 3_600}


def test_acts_that_change_no_status_change_no_hands(world: World) -> None:
    case = open_ticket(world)
    before = turns_of(case)
    act(world, case, "take", NOW + timedelta(hours=1))
    assert turns_of(case) == before == [(NOW, "unit")]


def test_the_case_page_says_who_held_the_clock_and_who_holds_it(world: World) -> None:
    case = open_ticket(world)
    act(world, act(world, case, "take", NOW), "start", NOW)
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        act(world, Case.objects.get(pk=case.pk), "ask_consumer", NOW + timedelta(hours=2))
        client = Client()
        client.force_login(
            world.people["eru.lead"], "allauth.account.auth_backends.AuthenticationBackend"
        )
        text = client.get(reverse("casework:case", args=[case.number])).content.decode()
    assert "Who held the clock" in text
    assert "2 h 00 min" in text
    assert "1 h 00 min" in text
    assert "Holds it now" in text
    assert "3 h 00 min" in text, "the parties' minutes add up to the elapsed ones"


def test_people_outside_are_not_shown_who_held_the_clock(world: World) -> None:
    case = open_ticket(world)
    assert panel(world.actor("office.staff"), case) is None
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        shown: Any = panel(world.actor("eru.specialist"), case)
    assert shown["shares"][0].is_holder


def test_a_closed_case_is_nobodys(world: World) -> None:
    case = open_ticket(world)
    cancelled = act(world, case, "cancel", NOW + timedelta(hours=1))
    assert not cancelled.is_open
    found = party_time(cancelled, datetime(2026, 1, 5, tzinfo=UTC))
    assert found is not None
    assert found.holder is None
    assert found.by_party == {"unit": 3_600}
