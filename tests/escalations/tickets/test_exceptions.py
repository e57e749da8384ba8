"""The two exceptions to the promise: a health plan is asked, a help desk ticket is needed."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from escalations.tickets import carriers, help_desk, promise, services
from escalations.tickets.machines import HELP_DESK
from escalations.tickets.models import CarrierRequest, HeldCase, TicketType
from escalations.tickets.projection import project
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.clocks.models import Timer
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from tests.escalations.tickets.ground import (
    add_line,
    add_type,
    begun,
    health_plan,
    open_ticket,
    reached,
    solved,
)
from tests.world import World


@pytest.fixture
def payment(world: World) -> TicketType:
    return add_type(world, "non-payment-reinstatement", usual_exception="carrier")


@pytest.fixture
def case(world: World, payment: TicketType) -> Case:
    return begun(world, open_ticket(world, payment))


@pytest.fixture
def desk(world: World) -> TicketType:
    ticket_type = add_type(world, "help-desk-ticket", "help_desk")
    add_line(world, "priority-support-unit", ticket_type)
    return ticket_type


def draft(world: World, by: str = "eru.specialist") -> Case:
    return help_desk.draft_help_desk_ticket(
        actor=world.actor(by),
        system="calheers",
        subject="CalHEERS Error Messaging: duplicate person",
        description="Merge the two records.",
    )


def with_vendor(world: World, ticket: Case) -> Case:
    tracker = world.actor("psu.specialist")
    return help_desk.submit_help_desk_ticket(case=ticket, actor=tracker, vendor_number="INC0042")


def waiting(world: World, case: Case, ticket: Case) -> Case:
    return help_desk.wait_for_help_desk(
        case=case, actor=world.actor("eru.specialist"), help_desk=ticket
    )


def party_of(case: Case, policy: str) -> tuple[str, str]:
    timer = Timer.objects.get(case_id=case.pk, policy__key=policy)
    last = timer.segments.order_by("pk").last()
    return timer.state, last.party if last else "unit"


# --- carriers -------------------------------------------------------------------------------------


def test_es03_coordination_with_a_carrier_names_plan_question_and_answer(
    world: World, case: Case
) -> None:
    actor, plan = world.actor("eru.specialist"), health_plan(world)
    carriers.ask_carrier(
        case=case,
        actor=actor,
        carrier=plan,
        channel="email",
        contact_person="Reinstatement desk",
        asked="Reinstate as of October 1.",
    )
    carriers.follow_up_carrier(case=case, actor=actor, summary="They need two more days.")
    carriers.record_carrier_answer(case=case, actor=actor, answer="Reinstated.")
    case.refresh_from_db()
    assert case.status == "in_progress"
    request = CarrierRequest.objects.get(case=case)
    assert (request.carrier, request.answer) == (plan, "Reinstated.")
    [section] = [s for s in project(actor, case).sections if s.key == "carriers"]
    assert [row[0] for row in section.rows] == [
        "carrier_asked",
        "carrier_follow_up",
        "carrier_answer",
    ]


def test_decision10_the_promise_stands_in_the_carriers_hands_and_runs_again(
    world: World, case: Case
) -> None:
    actor = world.actor("eru.specialist")
    carriers.ask_carrier(case=case, actor=actor, carrier=health_plan(world), asked="Reinstate.")
    assert party_of(case, "ticket.resolve") == ("paused", "carrier")
    assert party_of(case, "ticket.carrier_follow_up")[0] == "running"
    carriers.record_carrier_answer(case=case, actor=actor, answer="Done.")
    assert party_of(case, "ticket.resolve")[0] == "running"


def test_es03_the_usual_exception_of_a_type_is_offered_first(world: World, case: Case) -> None:
    acts = [act["key"] for act in project(world.actor("eru.specialist"), case).acts]
    assert acts[0] == "ask_carrier"


def test_only_a_health_plan_can_be_asked_and_no_number_of_a_person_may_go_along(
    world: World, case: Case
) -> None:
    actor = world.actor("eru.specialist")
    agency = world.organizations["sunrise"]
    with pytest.raises(ValidationError, match="health plans"):
        carriers.ask_carrier(case=case, actor=actor, carrier=agency, asked="Reinstate.")
    with pytest.raises(SsnRefused):
        carriers.ask_carrier(
            case=case, actor=actor, carrier=health_plan(world), asked="SSN 123-45-6789"
        )


# --- help desk ------------------------------------------------------------------------------------


def test_sc10_a_help_desk_ticket_goes_to_priority_support_and_only_it_submits(
    world: World, desk: TicketType
) -> None:
    ticket = draft(world)
    assert (ticket.kind, ticket.status) == ("help_desk", "drafted")
    assert ticket.queue == world.organizations["priority-support-unit"]
    with pytest.raises(NotAllowed):
        help_desk.submit_help_desk_ticket(
            case=ticket, actor=world.actor("eru.specialist"), vendor_number="INC0042"
        )
    assert with_vendor(world, ticket).status == "submitted"
    assert Case.objects.get(pk=ticket.pk).help_desk_ticket.vendor_number == "INC0042"


def test_c2a_5_a_case_can_wait_for_a_help_desk_ticket_drafted_in_the_same_act(
    world: World, case: Case, desk: TicketType
) -> None:
    help_desk.wait_for_help_desk(
        case=case,
        actor=world.actor("eru.specialist"),
        system="ess",
        subject="ESS: stuck determination",
        description="Run it again.",
    )
    case.refresh_from_db()
    assert case.status == "pending_help_desk"
    held = HeldCase.objects.get(case=case)
    assert held.help_desk.help_desk_ticket.subject == "ESS: stuck determination"
    assert party_of(case, "ticket.resolve") == ("paused", "help_desk")


def test_es03_one_fix_lets_every_case_that_still_waits_go_on_and_leaves_the_ended_alone(
    world: World, payment: TicketType, desk: TicketType
) -> None:
    ticket = draft(world)
    cases = [begun(world, open_ticket(world, payment)) for _ in range(3)]
    for case in cases:
        waiting(world, case, ticket)
    services.cancel_ticket(case=cases[2], actor=world.actor("eru.specialist"))
    with_vendor(world, ticket)
    ended = Case.objects.get(pk=cases[2].pk)
    help_desk.record_fix(case=ticket, actor=world.actor("psu.specialist"), fix="Merged.")
    for case in cases[:2]:
        case.refresh_from_db()
        assert case.status == "in_progress"
        assert TimelineEvent.objects.filter(case=case, verb="help_desk_done").count() == 1
        assert party_of(case, "ticket.resolve")[0] == "running"
    after = Case.objects.get(pk=cases[2].pk)
    assert (after.status, after.version) == ("cancelled", ended.version)
    assert not HeldCase.objects.filter(released_at=None).exists()


def test_a_help_desk_ticket_closed_while_its_cases_are_closed_changes_nothing(
    world: World, case: Case, desk: TicketType
) -> None:
    ticket, actor = draft(world), world.actor("eru.specialist")
    waiting(world, case, ticket)
    help_desk.go_on_without_help_desk(case=case, actor=actor, reason="Fixed by hand.")
    reached(world, case)
    services.resolve_ticket(case=case, actor=actor, code=solved(), steps="Fixed by hand.")
    services.close_ticket(case=case, actor=actor)
    before = Case.objects.get(pk=case.pk)
    tracker = world.actor("psu.specialist")
    with_vendor(world, ticket)
    help_desk.record_fix(case=ticket, actor=tracker, fix="Merged.")
    help_desk.verify_fix(case=ticket, actor=tracker)
    services.close_ticket(case=ticket, actor=tracker)
    after = Case.objects.get(pk=case.pk)
    assert (after.status, after.version) == ("closed", before.version)


def test_a_rejected_help_desk_ticket_lets_its_cases_go_on_with_the_reason(
    world: World, case: Case, desk: TicketType
) -> None:
    ticket = draft(world)
    waiting(world, case, ticket)
    with_vendor(world, ticket)
    help_desk.reject_help_desk_ticket(
        case=ticket, actor=world.actor("psu.specialist"), reason="Works as designed."
    )
    case.refresh_from_db()
    assert case.status == "in_progress"
    assert case.notes.filter(body__contains="Works as designed.").exists()


def test_nothing_can_wait_for_a_help_desk_ticket_that_is_fixed(
    world: World, case: Case, desk: TicketType
) -> None:
    ticket = with_vendor(world, draft(world))
    help_desk.record_fix(case=ticket, actor=world.actor("psu.specialist"), fix="Merged.")
    with pytest.raises(Refused, match="any more"):
        waiting(world, case, ticket)


def test_a_refused_wait_leaves_no_draft_behind(
    world: World, payment: TicketType, desk: TicketType
) -> None:
    case = open_ticket(world, payment)  # nobody has begun it
    with pytest.raises(Refused):
        help_desk.wait_for_help_desk(
            case=case, actor=world.actor("eru.lead"), subject="Subject", description="Fix it."
        )
    assert not Case.objects.filter(kind="help_desk").exists()


def test_the_page_says_which_help_desk_ticket_holds_a_case_and_which_cases_one_holds(
    world: World, case: Case, desk: TicketType, client
) -> None:
    ticket = draft(world)
    waiting(world, case, ticket)
    client.force_login(
        world.people["eru.specialist"], "allauth.account.auth_backends.AuthenticationBackend"
    )
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert ticket.number in page
    assert promise.USUAL not in page
    assert "a help desk ticket is required" in page
    assert case.number in client.get(f"/cases/{ticket.number}/").content.decode()


# --- the promise, and the enroller who called -----------------------------------------------------


def test_es02_es03_the_promise_is_told_differently_while_an_exception_runs(
    world: World, case: Case
) -> None:
    def told() -> promise.Promise:
        found = promise.promise_for(Case.objects.get(pk=case.pk))
        assert found is not None
        return found

    assert told().sentence == "Escalations are usually resolved within 7-10 business days."
    actor = world.actor("eru.specialist")
    carriers.ask_carrier(case=case, actor=actor, carrier=health_plan(world), asked="Reinstate.")
    assert told().is_exception
    assert "carrier coordination is required for resolution" in told().sentence
    assert told().next_at == Timer.objects.get(policy__key="ticket.carrier_follow_up").due_at


def test_es03_an_enroller_sees_the_status_of_what_they_called_about_and_nothing_else(
    world: World, payment: TicketType, client
) -> None:
    named = open_ticket(
        world, payment, enroller=world.memberships["agent"], consumer_name="Zqkanari Quintero"
    )
    other = open_ticket(world, payment, consumer_name="Zqkanari Quintero")
    assert named.organization == world.organizations["sunrise"]
    for key, sees in (("agent", True), ("agency.manager", True), ("office.staff", False)):
        visible = Case.objects.visible_to(world.actor(key))
        assert visible.filter(pk=named.pk).exists() is sees
        assert not visible.filter(pk=other.pk).exists()
        assert not Case.objects.detailed_to(world.actor(key)).filter(pk=named.pk).exists()
    client.force_login(world.people["agent"], "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/cases/{named.number}/").content.decode()
    assert promise.USUAL in page
    assert "In progress" in page or "Received" in page
    for address in (f"/cases/{named.number}/", "/queue/?view=all", "/search/?q=Zqkanari"):
        assert b"Zqkanari" not in client.get(address).content.replace(b'value="Zqkanari"', b"")
    assert client.get(f"/cases/{other.number}/").status_code == 404


#: One token per field that holds something about a person, or about the unit's inner work.
TOKENS = {
    field: f"zq{field}kanari"
    for field in ("summary", "name", "fact", "note", "asked", "contact", "answer", "owner")
}


def test_es03_through_no_door_does_an_enroller_learn_more_than_the_status(
    world: World, client
) -> None:
    """The same for the enroller who called and their manager, over pages, search and API."""
    from portal.casework.common_acts import add_note
    from portal.tenancy.services import create_api_token

    world.people["eru.specialist"].full_name = f"Eru {TOKENS['owner']}"
    world.people["eru.specialist"].save()
    kind = add_type(world, "told", fields=[{"key": "short", "label": "Short", "type": "text"}])
    case = services.open_ticket(
        actor=world.actor("scr"),
        ticket_type=kind,
        summary=TOKENS["summary"],
        queue=world.organizations["escalations-unit"],
        enroller=world.memberships["agent"],
        consumer_name=TOKENS["name"],
        facts={"short": TOKENS["fact"]},
    )
    begun(world, case)
    actor = world.actor("eru.specialist")
    add_note(case=case, actor=actor, body=TOKENS["note"])
    carriers.ask_carrier(
        case=case,
        actor=actor,
        carrier=health_plan(world),
        contact_person=TOKENS["contact"],
        asked=TOKENS["asked"],
    )
    carriers.record_carrier_answer(case=case, actor=actor, answer=TOKENS["answer"])
    pages = [
        f"/cases/{case.number}/",
        f"/cases/{case.number}/presence/",
        "/queue/?view=all",
        "/",
        *(f"/search/?q={token}" for token in TOKENS.values()),
    ]
    for key in ("agent", "agency.manager"):
        client.force_login(world.people[key], "allauth.account.auth_backends.AuthenticationBackend")
        seen = {path: client.get(path).content.decode() for path in pages}
        world.enter()
        _, secret = create_api_token(
            actor=world.actor(key), membership=world.memberships[key], name="mine"
        )
        for path in ("cases/", f"cases/{case.number}/", f"cases/{case.number}/acts/"):
            answer = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})
            seen[path] = answer.content.decode()
        world.enter()
        assert case.number in seen[f"/cases/{case.number}/"]
        assert case.number in seen["cases/"]
        for path, text in seen.items():
            asked = path.partition("?q=")[2]
            leaked = [token for token in TOKENS.values() if token != asked and token in text]
            assert leaked == [], (key, path)
            assert not asked or case.number not in text, "a hit tells something, too"


def test_es03_the_enroller_who_called_is_told_of_an_exception(
    world: World, payment: TicketType
) -> None:
    from notifications.recipients import opener_outside

    case = begun(world, open_ticket(world, payment, enroller=world.memberships["agent"]))
    carriers.ask_carrier(
        case=case,
        actor=world.actor("eru.specialist"),
        carrier=health_plan(world),
        asked="Reinstate.",
    )
    message = OutboxMessage.objects.get(key="ticket.exception_carrier")
    assert list(opener_outside(message)) == [world.people["agent"]]


def test_only_an_enroller_of_this_exchange_can_be_named(world: World, payment: TicketType) -> None:
    with pytest.raises(ValidationError, match="no such enroller"):
        open_ticket(world, payment, enroller=world.memberships["office.staff"])


def test_the_help_desk_wait_is_one_of_the_shared_waits() -> None:
    assert HELP_DESK.ended_by_system
