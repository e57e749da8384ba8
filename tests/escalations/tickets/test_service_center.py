"""The Service Center's requirements by ID (ES-01…ES-06, SC-09…SC-16; C.2a, C.3; decisions 4, 9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from config.demo import rules, service_center
from escalations.tickets import duplicates, services, triage
from escalations.tickets.assignment import NOBODY_FREE
from escalations.tickets.models import TicketType
from escalations.tickets.projection import project
from escalations.tickets.workload import workload_of
from portal.casework import kinds
from portal.casework.common_acts import take_case
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.clocks.models import Timer
from portal.tenancy.administration import set_skills
from portal.tenancy.models import Membership
from tests.escalations.tickets.ground import add_line, add_type, begun, open_ticket, reached
from tests.world import NOW, World

PACIFIC = ZoneInfo("America/Los_Angeles")


def due(case: Case, policy: str) -> datetime:
    timers = Timer.objects.filter(case_id=case.pk, policy__key=policy)
    return timers.latest("pk").due_at.astimezone(PACIFIC)


def state(case: Case, policy: str) -> str:
    return Timer.objects.filter(case_id=case.pk, policy__key=policy).latest("pk").state


def running(case: Case) -> set[str]:
    rows = Timer.objects.filter(case_id=case.pk, state="running")
    return set(rows.values_list("policy__key", flat=True))


# --- escalations ----------------------------------------------------------------------------------


def test_es01_a_representative_hands_what_they_cannot_complete_to_the_next_level(
    world: World,
) -> None:
    kind = add_type(world, "eligibility-aptc")
    add_line(world, "escalations-unit")
    case = services.open_ticket(
        actor=world.actor("scr"), ticket_type=kind, summary="APTC differs from the notice."
    )
    assert case.queue == world.organizations["escalations-unit"]
    assert not Case.objects.visible_to(world.actor("scr")).filter(pk=case.pk).exists()


@pytest.mark.parametrize(
    ("opened", "warned", "limit"),
    [
        ("2025-11-10", "2025-11-20", "2025-11-25"),
        ("2025-11-24", "2025-12-05", "2025-12-10"),
        ("2025-12-22", "2026-01-02", "2026-01-07"),
        ("2026-01-15", "2026-01-27", "2026-01-30"),
    ],
)
def test_es02_an_escalation_is_warned_after_7_and_due_after_10_business_days(
    world: World, opened: str, warned: str, limit: str
) -> None:
    at = datetime.fromisoformat(f"{opened}T10:20:00").replace(tzinfo=PACIFIC)
    with time_machine.travel(at, tick=False):
        case = open_ticket(world, add_type(world, "eligibility-aptc"))
    timer = Timer.objects.get(case_id=case.pk)
    assert timer.warn_at.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M") == f"{warned} 10:20"
    assert timer.due_at.astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M") == f"{limit} 10:20"


def test_es04_es05_the_four_tabled_types_have_their_counts_of_2025(world: World) -> None:
    counts = {t.key: t.yearly_counts.get("2025") for t in rules._TABLED_TYPES}
    assert counts == {
        "non-payment-reinstatement": 2722,
        "rop-reinstatement": 2645,
        "date-change": 2381,
        "eligibility-aptc": 2143,
    }
    assert sum(counts.values()) == 9891
    assert all(t.best_practices for t in rules._TABLED_TYPES)


def test_es06_best_practices_stand_where_the_type_is_chosen_and_on_its_form(
    world: World, client
) -> None:
    TicketType.objects.update(best_practices=["Enter the last day of coverage."])
    client.force_login(world.people["scr"], "allauth.account.auth_backends.AuthenticationBackend")
    for query in ("", "?type=access-to-care"):
        assert (
            "Enter the last day of coverage."
            in client.get(f"/tickets/open/{query}").content.decode()
        )


# --- units and their work -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "ticket_type", "unit"),
    [
        ("SC-10b", "social-media", "priority-support-unit"),
        ("SC-10c", "form-1095a", "priority-support-unit"),
        ("SC-10d", "qhp-contact", "priority-support-unit"),
        ("SC-10e", "help-desk-ticket", "priority-support-unit"),
        ("SC-13a", "complaint", "program-assistance-unit"),
        ("SC-14a", "access-to-care", "escalations-unit"),
        ("SC-14c", "formal-complaint", "escalations-unit"),
        ("SC-14e", "dmhc-contact", "escalations-unit"),
        ("SC-14f", "system-error", "escalations-unit"),
        ("SC-14g", "privacy-office", "escalations-unit"),
        ("SC-14i", "meds-license", "escalations-unit"),
        ("SC-15", "access-to-care", "escalations-unit"),
    ],
)
def test_sc09_to_sc15_each_units_work_is_routed_to_it(
    requirement: str, ticket_type: str, unit: str
) -> None:
    lines = [line for line in rules._COVERED_CALIFORNIA_LINES if line.ticket_type == ticket_type]
    assert {line.queue for line in lines} == {unit}, requirement


def test_sc16_each_type_of_work_is_worked_by_the_kind_made_for_it() -> None:
    types = {spec.key for spec in rules._COVERED_CALIFORNIA_TYPES}
    assert set(service_center.KINDS) <= types
    for kind in service_center.KINDS.values():
        assert kinds.get(kind).machine.kind == kind


# --- access to care -------------------------------------------------------------------------------


@pytest.fixture
def care(world: World) -> TicketType:
    return add_type(world, "care", "access_to_care")


@pytest.mark.parametrize(
    ("is_urgent", "contact", "resolve"),
    [(True, "11-07", "11-13"), (False, "11-10", "11-27")],
)
def test_sc15_b4_the_promise_of_access_to_care_follows_its_urgency(
    world: World, care: TicketType, is_urgent: bool, contact: str, resolve: str
) -> None:
    """Opened on Wednesday, November 5, at 10:20; the 11th, 27th and 28th are holidays."""
    case = open_ticket(world, care, is_urgent=is_urgent)
    suffix = "_urgent" if is_urgent else ""
    assert due(case, f"access_to_care.contact{suffix}").strftime("%m-%d") == contact
    expected = resolve if is_urgent else "12-01"
    assert due(case, f"access_to_care.resolve{suffix}").strftime("%m-%d") == expected


def test_c3_raising_an_issue_puts_it_under_the_urgent_promise_from_its_opening(
    world: World, care: TicketType
) -> None:
    case = open_ticket(world, care)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        services.set_urgency(case=case, actor=world.actor("eru.colleague"), is_urgent=True)
    assert running(case) == {triage.CONTACT_URGENT, triage.RESOLVE_URGENT}
    assert due(case, triage.RESOLVE_URGENT).strftime("%m-%d %H:%M") == "11-13 10:20"


def test_c3_only_a_lead_makes_an_issue_less_urgent(world: World, care: TicketType) -> None:
    case = open_ticket(world, care, is_urgent=True)
    with pytest.raises(Refused, match="Only a lead"):
        triage.triage(case=case, actor=world.actor("eru.specialist"), is_urgent=False)
    case = triage.triage(case=case, actor=world.actor("eru.lead"), is_urgent=False)
    assert (case.status, case.is_urgent) == ("triaged", False)
    assert running(case) == {triage.CONTACT, triage.RESOLVE}


def test_a_contact_stops_the_contact_clock_and_a_try_without_an_answer_does_not(
    world: World, care: TicketType
) -> None:
    case, actor = open_ticket(world, care, is_urgent=True), world.actor("eru.specialist")
    take_case(case=case, actor=actor)
    tell = {"case": case, "actor": actor, "channel": "phone", "summary": "Called."}
    services.record_contact(outcome="no_answer", **tell)
    assert triage.CONTACT_URGENT in running(case)
    services.record_contact(outcome="reached", **tell)
    assert running(case) == {triage.RESOLVE_URGENT}


def test_the_promise_of_access_to_care_goes_on_while_the_health_plan_has_it(
    world: World, care: TicketType
) -> None:
    from escalations.tickets.carriers import ask_carrier
    from tests.escalations.tickets.ground import health_plan

    case, actor = open_ticket(world, care), world.actor("eru.specialist")
    triage.triage(case=case, actor=actor, is_urgent=False)
    begun(world, case)
    ask_carrier(case=case, actor=actor, carrier=health_plan(world), asked="Approve the visit.")
    assert triage.RESOLVE in running(case)


# --- complaints -----------------------------------------------------------------------------------


def test_b4_thirty_calendar_days_without_an_update_make_a_complaint_ombuds_eligible(
    world: World,
) -> None:
    from portal.casework.sweep import sweep_timers

    complaint = add_type(world, "complaint", "complaint")
    case = open_ticket(world, complaint, queue="program-assistance-unit")
    timer = Timer.objects.get(case_id=case.pk)
    assert (timer.due_at - NOW).days == 30
    assert (timer.warn_at - NOW).days == 25
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        take_case(case=case, actor=world.actor("pau.specialist"))
        reached(world, case, by="pau.specialist")
    assert (due(case, "complaint.update") - NOW).days == 50
    late = NOW + timedelta(days=51)
    with time_machine.travel(late, tick=False):
        sweep_timers(exchange=world.exchange, now=late)
        world.enter()
        case.refresh_from_db()
        shown = str(project(world.actor("pau.specialist"), case).sections)
    assert "Ombuds-eligible" in shown


def test_c3_a_complaint_goes_from_received_to_response_sent(world: World) -> None:
    case = open_ticket(world, add_type(world, "complaint", "complaint"))
    actor = world.actor("eru.specialist")
    take_case(case=case, actor=actor)
    step = {"case": case, "actor": actor}
    services.take_step(act_key="acknowledge_complaint", **step)
    services.start_work(**step)
    services.take_step(act_key="draft_response", **step)
    case = services.end_work(act_key="send_response", steps="Apologized.", **step)
    assert (case.status, state(case, "complaint.update")) == ("response_sent", "met")


# --- other work -----------------------------------------------------------------------------------


def test_b11_a_1095a_dispute_is_answered_within_sixty_calendar_days(world: World) -> None:
    case = open_ticket(world, add_type(world, "form-1095a", "form_1095a"))
    assert (due(case, "form_1095a.resolve") - NOW).days == 60
    begun(world, case)
    actor = world.actor("eru.specialist")
    with pytest.raises(Refused, match="contact"):
        services.end_work(case=case, actor=actor, act_key="keep_form", steps="It is right.")
    reached(world, case)
    case = services.end_work(case=case, actor=actor, act_key="issue_corrected", steps="Mailed.")
    assert case.status == "corrected"


def test_sc14g_only_the_escalations_unit_and_the_privacy_office_know_of_its_contacts(
    world: World,
) -> None:
    case = open_ticket(world, add_type(world, "privacy-office", "privacy_contact"), by="eru.lead")
    knows = {
        key
        for key in world.people
        if Case.objects.visible_to(world.actor(key)).filter(pk=case.pk).exists()
    }
    assert knows == {"eru.specialist", "eru.colleague", "eru.lead", "privacy"}


def test_sc14i_a_meds_license_is_issued_only_once_it_is_approved(world: World) -> None:
    case = begun(world, open_ticket(world, add_type(world, "meds-license", "meds_license")))
    step = {"case": case, "actor": world.actor("eru.specialist")}
    with pytest.raises(Refused):
        services.end_work(act_key="issue_license", steps="Sent.", **step)
    services.take_step(act_key="approve_license", **step)
    assert services.end_work(act_key="issue_license", steps="Sent.", **step).status == "issued"


# --- routing --------------------------------------------------------------------------------------


def test_decision4_a_ticket_says_why_it_was_routed_here_and_which_lines_were_tried(
    world: World,
) -> None:
    kind = add_type(world, "eligibility-aptc")
    add_line(world, "appeals")
    case = services.open_ticket(actor=world.actor("scr"), ticket_type=kind, summary="APTC differs.")
    [routing] = [
        s for s in project(world.actor("appeals.specialist"), case).sections if s.key == "routing"
    ]
    assert [row[2] for row in routing.rows] == [
        "Line 2.",
        "It is for another type.",
        "It matches, and is the first to do so.",
    ]


def worker(world: World, key: str, **terms: object) -> Membership:
    membership = world.memberships[key]
    set_skills(
        actor=world.actor("admin"),
        membership=membership,
        **{"languages": [], "skills": [], "capacity": None, **terms},  # type: ignore[arg-type]
    )
    return membership


def automatic(world: World, **terms: object) -> TicketType:
    kind = add_type(world, "eligibility-aptc")
    add_line(world, "escalations-unit", kind, auto_assign=True, **terms)
    return kind


def opened(world: World, kind: TicketType, **more: object) -> Case:
    return services.open_ticket(
        actor=world.actor("scr"),
        ticket_type=kind,
        summary="APTC differs.",
        **more,  # type: ignore[arg-type]
    )


def test_the_least_loaded_below_their_cap_gets_the_ticket_and_nobody_more_than_their_cap(
    world: World,
) -> None:
    for key in ("eru.specialist", "eru.colleague"):
        worker(world, key, capacity=2)
    worker(world, "eru.lead", capacity=0)
    kind = automatic(world)
    owners = [opened(world, kind).owner for _ in range(5)]
    first, second = world.people["eru.specialist"], world.people["eru.colleague"]
    assert owners == [first, second, first, second, None]
    last = Case.objects.latest("pk")
    assert last.ticket.assigned_because == NOBODY_FREE


def test_language_and_skill_decide_who_is_assigned(world: World) -> None:
    worker(world, "eru.colleague", languages=["Spanish"], skills=["reinstatement"])
    worker(world, "eru.lead", languages=["Spanish"])
    kind = automatic(world, language="Spanish", skill="reinstatement")
    assert opened(world, kind, language="spanish").owner == world.people["eru.colleague"]
    with pytest.raises(Refused, match="No line"):
        opened(world, kind, language="Hmong")


def test_a_lead_sets_the_skills_of_their_own_unit_only(world: World) -> None:
    from portal.tenancy.actor import NotAllowed

    terms = {"languages": ["Hmong"], "skills": [], "capacity": 5}
    lead = world.actor("eru.lead")
    set_skills(actor=lead, membership=world.memberships["eru.specialist"], **terms)
    with pytest.raises(NotAllowed):
        set_skills(actor=lead, membership=world.memberships["psu.specialist"], **terms)
    with pytest.raises(NotAllowed):
        set_skills(
            actor=world.actor("eru.specialist"),
            membership=world.memberships["eru.specialist"],
            **terms,
        )


def test_workload_shows_open_urgent_and_overdue_of_ones_own_unit_in_one_statement(
    world: World, django_assert_num_queries
) -> None:
    kind = add_type(world, "eligibility-aptc")
    begun(world, open_ticket(world, kind, is_urgent=True))
    begun(world, open_ticket(world, kind))
    begun(world, open_ticket(world, kind, queue="appeals"), by="appeals.specialist")
    lead = world.actor("eru.lead")
    workload_of(lead)  # the calendar is remembered
    with time_machine.travel(NOW + timedelta(days=30), tick=False), django_assert_num_queries(1):
        loads = workload_of(lead)
    assert [(load.person, load.open, load.urgent, load.overdue) for load in loads] == [
        ("Eru Specialist", 2, 1, 2),
        ("Eru Colleague", 0, 0, 0),
        ("Eru Lead", 0, 0, 0),
    ]


# --- duplicates -----------------------------------------------------------------------------------


def test_c2a_a_duplicate_ends_with_the_number_of_the_ticket_that_goes_on(world: World) -> None:
    kind = add_type(world, "eligibility-aptc")
    first, second = open_ticket(world, kind), open_ticket(world, kind)
    actor = world.actor("eru.specialist")
    second = duplicates.mark_duplicate(case=second, actor=actor, of=first)
    assert second.status == "duplicate"
    assert second.links_out.get().to_case == first
    assert not Timer.objects.filter(case_id=second.pk, state="running").exists()
    with pytest.raises(ValidationError, match="itself"):
        duplicates.mark_duplicate(case=first, actor=actor, of=first)
    with pytest.raises(ValidationError, match="ended without work"):
        duplicates.mark_duplicate(case=first, actor=actor, of=second)


def test_an_open_ticket_about_the_same_case_is_named_before_another_is_opened(
    world: World, client
) -> None:
    kind = add_type(world, "eligibility-aptc")
    add_line(world, "escalations-unit", kind)
    first = open_ticket(world, kind, consumer_case_number="5001234567")
    client.force_login(world.people["scr"], "allauth.account.auth_backends.AuthenticationBackend")
    sent = {"type": kind.key, "summary": "Again.", "consumer_case_number": "500-123-4567"}
    warned = client.post("/tickets/open/", sent)
    assert warned.status_code == 422
    assert first.number in warned.content.decode()
    client.post("/tickets/open/", sent | {"open_another": "on"})
    world.enter()
    assert Case.objects.filter(topic=kind.key).count() == 2
