"""A type's own fields: configured, asked for, checked, shown and found (ES-04, ES-06)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from config.demo.service_center import FIELDS
from escalations.tickets import configuration, services
from escalations.tickets.facts import clean_facts, read_fields
from escalations.tickets.models import TicketType
from escalations.tickets.projection import project
from portal.casework.machine import Conflict
from portal.casework.models import Case
from portal.casework.search import search_cases
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from tests.escalations.tickets.ground import add_line, add_type, begun, open_ticket, reached, solved
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def date_change(world: World) -> TicketType:
    ticket_type = add_type(world, "date-change", fields=list(FIELDS["date-change"]))
    add_line(world, "escalations-unit", ticket_type)
    return ticket_type


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"key": "a"}, "list"),
        ([{"key": "a", "label": "A", "type": "colour"}], "type is one of"),
        ([{"key": "A b", "label": "A", "type": "text"}], "key is small letters"),
        ([{"key": "a", "label": "", "type": "text"}], "label"),
        ([{"key": "a", "label": "A", "type": "choice"}], "choices"),
        ([{"key": "a", "label": "A", "type": "text", "colour": "red"}], "no “colour”"),
        ([{"key": "a", "label": "A", "type": "text"}] * 2, "there already"),
        ([{"key": "a", "label": "A", "type": "date", "same_as": "b"}], "date field above"),
        ([{"key": "a", "label": "A", "type": "text", "required": "yes"}], "true or false"),
    ],
)
def test_a_description_that_is_none_is_refused_with_the_place(raw: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        read_fields(raw)


def test_es04_the_demonstrations_types_are_described_rightly() -> None:
    for fields in FIELDS.values():
        assert read_fields(list(fields))


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", " Blue ", "Blue"),
        ("date", "2025-08-31", "2025-08-31"),
        ("yes_no", True, "yes"),
        ("number", "1,200", "1200"),
        ("money", "$1,200.5", "1200.50"),
    ],
)
def test_values_are_kept_in_one_form(kind: str, given: Any, kept: str) -> None:
    fields = read_fields([{"key": "a", "label": "A", "type": kind}])
    assert clean_facts(fields, {"a": given}) == {"a": kept}


@pytest.mark.parametrize(
    ("kind", "given"),
    [("date", "tomorrow"), ("yes_no", "maybe"), ("number", "many"), ("money", "NaN")],
)
def test_a_value_of_another_form_is_refused(kind: str, given: str) -> None:
    fields = read_fields([{"key": "a", "label": "A", "type": kind}])
    with pytest.raises(ValidationError):
        clean_facts(fields, {"a": given})


def test_ea06_a_social_security_number_is_refused_in_every_fact() -> None:
    fields = read_fields([{"key": "a", "label": "A", "type": "long"}])
    with pytest.raises(SsnRefused):
        clean_facts(fields, {"a": "Her number is 123-45-6789."})


def test_a_fact_the_type_does_not_ask_for_is_refused() -> None:
    with pytest.raises(ValidationError, match="no such field"):
        clean_facts((), {"a": "1"})


def test_es06_a_coverage_that_ends_on_8_31_25_has_that_day_as_its_qle_date(
    world: World, date_change: TicketType
) -> None:
    right = {"coverage_ends": "2025-08-31", "qle_date": "2025-08-31"}
    open_ticket(world, date_change, facts=right)
    wrong = right | {"qle_date": "2025-09-01"}
    with pytest.raises(ValidationError) as warned:
        open_ticket(world, date_change, facts=wrong)
    [told] = warned.value.message_dict["facts-qle_date"]
    assert "9/1/25 is the day after 8/31/25" in told
    assert "the last day of coverage, not the day after" in told


def test_es06_the_warning_is_no_refusal_and_the_reason_is_kept(
    world: World, date_change: TicketType
) -> None:
    facts = {
        "coverage_ends": "2025-08-31",
        "qle_date": "2025-09-01",
        "qle_date_because": "The plan ended at noon of that day.",
    }
    case = open_ticket(world, date_change, facts=facts)
    assert case.ticket.facts == facts
    shown = str(project(world.actor("eru.specialist"), case).sections)
    assert "The plan ended at noon of that day." in shown


def test_es06_the_page_warns_asks_for_the_reason_and_then_opens_the_ticket(
    world: World, date_change: TicketType, client
) -> None:
    client.force_login(world.people["scr"], BACKEND)
    sent = {
        "type": "date-change",
        "summary": "The wrong day.",
        "facts-coverage_ends": "2025-08-31",
        "facts-qle_date": "2025-09-01",
    }
    warned = client.post("/tickets/open/", sent)
    assert warned.status_code == 422
    page = warned.content.decode()
    assert "9/1/25 is the day after 8/31/25" in page
    assert 'name="facts-qle_date_because"' in page
    client.post("/tickets/open/", sent | {"facts-qle_date_because": "It ended at noon."})
    world.enter()
    assert Case.objects.get().ticket.facts["qle_date_because"] == "It ended at noon."


def test_facts_are_edited_with_a_version_and_the_ledger_names_the_fields_only(
    world: World, date_change: TicketType
) -> None:
    case = open_ticket(world, date_change, facts={"coverage_ends": "2025-08-31"})
    actor = world.actor("eru.specialist")
    services.edit_facts(
        case=case, actor=actor, facts={"coverage_ends": "2025-07-31"}, expected_version=1
    )
    entry = LedgerEntry.objects.filter(data__act="edit_facts").get()
    assert entry.fields == ["facts.coverage_ends"]
    assert "2025-07-31" not in str(entry.data)
    with pytest.raises(Conflict):
        services.edit_facts(case=case, actor=actor, facts={}, expected_version=1)


def test_a_short_text_among_the_facts_is_found_and_a_long_one_is_not(world: World) -> None:
    kind = add_type(
        world,
        "noted",
        fields=[
            {"key": "short", "label": "Short", "type": "text"},
            {"key": "long", "label": "Long", "type": "long"},
        ],
    )
    case = open_ticket(world, kind, facts={"short": "Zinnia", "long": "Magnolia"})
    actor = world.actor("eru.specialist")
    assert list(search_cases(actor=actor, text="zinnia")) == [case]
    assert not search_cases(actor=actor, text="magnolia").exists()


def test_c2a_9_a_rop_reinstatement_is_resolved_only_once_the_verification_is_cleared(
    world: World,
) -> None:
    rop = add_type(world, "rop-reinstatement", fields=list(FIELDS["rop-reinstatement"]))
    case = begun(world, open_ticket(world, rop))
    reached(world, case)
    actor = world.actor("eru.specialist")

    def resolve(**facts: str) -> Case:
        return services.resolve_ticket(
            case=case, actor=actor, code=solved(), steps="Checked.", facts=facts
        )

    for facts in ({}, {"verification_cleared": "no"}):
        with pytest.raises(ValidationError, match="Verification cleared"):
            resolve(**facts)
    assert resolve(verification_cleared="yes").status == "resolved"


def test_an_administrator_edits_a_types_fields_in_the_browser_and_nonsense_is_refused(
    world: World, client
) -> None:
    client.force_login(world.people["admin"], BACKEND)
    address = "/tickets/types/access-to-care/edit/"
    good = '[{"key": "care", "label": "Care", "type": "text"}]'
    for text, status in ((good, 302), ('[{"key": "care"}]', 422), ("[", 422)):
        sent = {"label": "Access to care", "is_active": "on", "fields_text": text}
        assert client.post(address, sent).status_code == status
    world.enter()
    assert TicketType.objects.get(key="access-to-care").fields[0]["key"] == "care"


def test_the_api_opens_a_ticket_with_facts_enroller_and_a_warning(
    world: World, date_change: TicketType
) -> None:
    from rest_framework.test import APIClient

    from portal.tenancy.services import create_api_token

    _, secret = create_api_token(
        actor=world.actor("scr"), membership=world.memberships["scr"], name="mine"
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    sent = {
        "ticket_type": "date-change",
        "summary": "The wrong day.",
        "enroller": world.people["agent"].email,
        "consumer_case_number": "5001234567",
        "facts": {"coverage_ends": "2025-08-31", "qle_date": "2025-08-31"},
    }
    answer = client.post("/api/v1/tickets/", sent, format="json", HTTP_IDEMPOTENCY_KEY="one")
    assert answer.status_code == 201, answer.content
    world.enter()
    case = Case.objects.get()
    assert case.ticket.facts["qle_date"] == "2025-08-31"
    assert case.ticket.enroller == world.people["agent"]
    again = client.post("/api/v1/tickets/", sent, format="json", HTTP_IDEMPOTENCY_KEY="two")
    assert again.status_code == 400
    assert case.number in again.content.decode()


def test_only_an_administrator_describes_fields(world: World) -> None:
    with pytest.raises(ValidationError, match="type is one of"):
        configuration.add_type(
            actor=world.actor("admin"),
            key="new",
            label="New",
            fields=[{"key": "a", "label": "A", "type": "colour"}],
        )
