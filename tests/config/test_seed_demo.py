"""The demonstration: whole, truthful, repeatable, and quick to log in to."""

import csv
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.utils import timezone

from config.demo.accounts import ACCOUNTS, PLATFORM_EMAIL
from config.demo.clock import movable_clock
from config.demo.organizations import ORGANIZATIONS
from escalations.constituent.models import ReferralContact
from escalations.constituent.table import MACHINE as CONSTITUENT
from escalations.letters.models import Letter
from escalations.producers.models import HeldReply
from escalations.producers.table import MACHINE as PRODUCER_ESCALATION
from escalations.releases.models import Release
from escalations.tickets import workkinds
from escalations.tickets.configuration import find_route, routing_rules
from escalations.tickets.models import TicketType
from escalations.tickets.table import MACHINE as TICKET
from escalations.tiers.appeal_table import MACHINE as PLAN_APPEAL
from escalations.tiers.table import MACHINE as MEMBER_CASE
from portal.casework.models import Case, Note, TimelineEvent
from portal.clocks.models import TimerSegment
from portal.consumers.models import Consumer
from portal.tenancy.models import Exchange, Membership, Person
from portal.tenancy.roles import ROLES
from portal.tenancy.scope import set_scope

#: A Wednesday, 11:00 in Los Angeles.
PRESENT = datetime(2025, 11, 19, 19, 0, tzinfo=UTC)
ACCOUNTS_FILE = Path(__file__).parents[3] / "shared/data/demo-accounts.csv"

pytestmark = pytest.mark.django_db


def seed() -> dict[str, Any]:
    out = StringIO()
    call_command("seed_demo", now=PRESENT, stdout=out, stderr=StringIO())
    counts: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return counts


def enter(slug: str = "covered-california") -> Exchange:
    exchange = Exchange.objects.get(slug=slug)
    set_scope(exchange_id=exchange.pk)
    return exchange


@pytest.fixture(scope="module")
def _demo(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Seed once for the whole module, in a transaction that is rolled back at its end."""
    from django.db import transaction

    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(PRESENT, tick=False),
        transaction.atomic(),
    ):
        patch.setenv("DEMO_PASSWORD", "the first demonstration")
        yield seed()
        transaction.set_rollback(True)


@pytest.fixture
def demo(_demo: dict[str, Any], db: None) -> dict[str, Any]:
    return _demo


def test_every_status_of_both_kinds_has_a_case(demo: dict[str, Any]) -> None:
    enter()
    for machine in (CONSTITUENT, TICKET):
        statuses = set(Case.objects.filter(kind=machine.kind).values_list("status", flat=True))
        assert statuses == set(machine.statuses)


def test_every_status_of_calchoices_cases_and_appeals_has_a_case(demo: dict[str, Any]) -> None:
    enter("calchoice")
    for machine in (MEMBER_CASE, PLAN_APPEAL):
        statuses = set(Case.objects.filter(kind=machine.kind).values_list("status", flat=True))
        assert statuses == set(machine.statuses)


def test_every_status_of_marylands_escalations_has_a_case_and_a_reply_is_held(
    demo: dict[str, Any],
) -> None:
    enter("maryland")
    statuses = set(
        Case.objects.filter(kind=PRODUCER_ESCALATION.kind).values_list("status", flat=True)
    )
    assert statuses == set(PRODUCER_ESCALATION.statuses)
    assert HeldReply.objects.filter(state=HeldReply.State.HELD).count() == 1


def test_a_letter_is_written_after_its_case_was_opened(demo: dict[str, Any]) -> None:
    for slug in ("covered-california", "maryland", "calchoice"):
        enter(slug)
        letters = list(Letter.objects.select_related("case"))
        assert letters
        for letter in letters:
            steps = letter.case.events.filter(verb__startswith="letter_").order_by("pk")
            moments = list(steps.values_list("at", flat=True))
            story = letter.case.events.filter(pk__lt=steps[0].pk)
            assert moments == sorted(moments)
            assert max(story.values_list("at", flat=True)) <= moments[0] <= PRESENT
            assert letter.asked_at is None or letter.asked_at >= letter.case.opened_at
            assert letter.sent_on is None or letter.sent_on >= letter.case.opened_at.date()


def test_only_the_pages_that_open_something_here_are_offered(demo: dict[str, Any]) -> None:
    offered = {}
    for slug in ("covered-california", "maryland", "calchoice"):
        enter(slug)
        kinds = {row.kind for row in TicketType.objects.filter(is_active=True)}
        modules = Exchange.objects.get(slug=slug).modules
        assert kinds <= set(modules)
        offered[slug] = bool(workkinds.opened_here(modules.__contains__))
    assert offered == {"covered-california": True, "maryland": False, "calchoice": False}


def test_every_state_of_a_release_is_there(demo: dict[str, Any]) -> None:
    enter()
    rows = Release.objects.all()
    assert set(rows.values_list("state", flat=True)) == set(Release.State.values)
    assert rows.filter(scope=Release.Scope.NAMED).exists()
    valid = rows.filter(state=Release.State.VALID)
    assert valid.filter(valid_until__lt=PRESENT).exists()
    assert valid.in_force(PRESENT).exists()


def test_queues_show_work_that_is_overdue_due_today_unassigned_and_waiting(
    demo: dict[str, Any],
) -> None:
    enter()
    cases = Case.objects.open()
    overdue = cases.overdue(PRESENT).count()
    assert 5 <= overdue <= cases.count() // 4
    tonight = datetime(2025, 11, 20, 8, 0, tzinfo=UTC)
    assert cases.due_between(PRESENT, tonight).count() >= 2
    assert cases.unassigned().exists()
    assert cases.waiting().exists()
    assert cases.filter(is_urgent=True).exists()


def test_nothing_happens_after_the_present_and_no_case_acts_before_it_was_opened(
    demo: dict[str, Any],
) -> None:
    for slug in ("covered-california", "maryland", "calchoice"):
        enter(slug)
        for case in Case.objects.all():
            moments = list(case.events.order_by("pk").values_list("at", flat=True))
            acts = [at for at in moments if at != case.due_at]
            assert acts[0] == case.opened_at
            assert max(moments) <= PRESENT
        assert not Note.objects.filter(created_at__gt=PRESENT).exists()
        assert not TimerSegment.objects.filter(since__gt=PRESENT).exists()


def test_numbers_follow_the_order_in_which_constituents_cases_came(demo: dict[str, Any]) -> None:
    enter()
    rows = Case.objects.filter(kind="constituent").order_by("number")
    # Mail is played after the offices' own cases, and its case comes with the day of the mail.
    rows = rows.exclude(constituent__channel="mail")
    opened = list(rows.values_list("opened_at", flat=True))
    assert opened == sorted(opened)


def test_every_account_signs_in_with_the_one_password(demo: dict[str, Any]) -> None:
    emails = [account.email for account in ACCOUNTS]
    people = {person.email: person for person in Person.objects.filter(email__in=emails)}
    assert set(people) == set(emails)
    assert {person.password for person in people.values()} == {people[emails[0]].password}
    assert authenticate(None, username=emails[0], password="the first demonstration")
    root = Person.objects.get(email=PLATFORM_EMAIL)
    assert root.is_superuser
    assert not Membership.objects.filter(person=root).exists()


def test_a_second_run_changes_the_password_and_nothing_else(
    demo: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter()
    before = list(Case.objects.order_by("pk").values_list("pk", "version", "status"))
    monkeypatch.setenv("DEMO_PASSWORD", "the second demonstration")
    assert seed() == demo
    enter()
    assert list(Case.objects.order_by("pk").values_list("pk", "version", "status")) == before
    email = ACCOUNTS[0].email
    assert authenticate(None, username=email, password="the second demonstration")
    assert not authenticate(None, username=email, password="the first demonstration")


def test_the_routing_table_is_decision_4(demo: dict[str, Any]) -> None:
    exchange = enter()
    rules = routing_rules(exchange)
    expected = {
        "escalations-unit": [
            "access-to-care",
            "formal-complaint",
            "system-error",
            "dmhc-contact",
            "privacy-office",
        ],
        "program-assistance-unit": ["complaint", "appeal-over-capacity"],
        "appeals": ["appeal"],
        "priority-support-unit": ["form-1095a", "social-media", "qhp-contact", "help-desk-ticket"],
    }
    for queue, types in expected.items():
        for ticket_type in TicketType.objects.filter(key__in=types):
            found = find_route(rules=rules, ticket_type=ticket_type, is_urgent=False)
            assert found.queue is not None
            assert found.queue.code == queue


def test_the_tabled_types_carry_their_counts_of_2025(demo: dict[str, Any]) -> None:
    """ES-04, ES-05."""
    enter()
    counts = [row.yearly_counts["2025"] for row in TicketType.objects.exclude(yearly_counts={})]
    assert sorted(counts) == [2143, 2381, 2645, 2722]
    assert sum(counts) == 9891


def test_invented_people_have_reserved_addresses_and_numbers(demo: dict[str, Any]) -> None:
    enter()
    consumers = Consumer.objects.all()
    assert consumers.count() >= 400
    for consumer in consumers:
        assert consumer.email.endswith(".example")
        assert "-555-01" in consumer.phone
        assert len(consumer.case_number) == 10
        assert consumer.case_number[0] in "51"
    assert any(not name.isascii() for name in consumers.values_list("full_name", flat=True))


def test_the_units_form_the_tree_of_the_service_center(demo: dict[str, Any]) -> None:
    """SC-03, decision 2."""
    exchange = enter()
    unit = exchange.organizations.get(code="escalations-unit")
    chain = []
    while unit:
        chain.append(unit.kind)
        unit = unit.parent
    assert chain == ["unit", "sub_branch", "branch", "exchange"]
    assert exchange.organizations.get(code="escalations-unit").aliases == [
        "Escalation Resolution Unit"
    ]


@pytest.mark.skipif(not ACCOUNTS_FILE.exists(), reason="the list of accounts is not here")
def test_the_accounts_are_those_of_the_list() -> None:
    names = {(slug, b.code): b.name for slug, bodies in ORGANIZATIONS.items() for b in bodies}
    ours = {
        (a.exchange, names[a.exchange, a.organization], ROLES[a.role].label, a.email)
        for a in ACCOUNTS
    }
    with ACCOUNTS_FILE.open(encoding="utf-8") as file:
        listed = {
            (row["exchange"], row["organization"], row["role"], row["email"])
            for row in csv.DictReader(file)
        }
    # Whoever approves an alert is not its writer, so the team has a second person.
    second = ("covered-california", "Outreach and Sales", "Distribution services staff")
    ours -= {(*second, "osd.staff2@covered.example")}
    assert ours | {("", "", "Platform superuser", PLATFORM_EMAIL)} == listed


def test_the_movable_clock_gives_the_real_one_back() -> None:
    real = timezone.now
    default = TimelineEvent._meta.get_field("at").get_default
    with movable_clock(PRESENT) as clock:
        assert timezone.now() == default() == PRESENT
        clock.move(datetime(2025, 1, 1, tzinfo=UTC))
        assert timezone.now() == default() == datetime(2025, 1, 1, tzinfo=UTC)
    assert timezone.now is real
    assert abs((default() - real()).total_seconds()) < 1


def names_of(exchange: Exchange) -> set[str]:
    return set(exchange.organizations.values_list("name", flat=True))


def roles_held_in(exchange: Exchange) -> set[str]:
    return set(Membership.objects.filter(exchange=exchange).values_list("role__key", flat=True))


def test_t01_covered_california_has_its_internal_organizations(demo: dict[str, Any]) -> None:
    assert names_of(enter()) >= {
        "External Affairs",
        "Escalations Unit",
        "Priority Support Unit",
        "Program Assistance Unit",
        "Appeals",
        "Quality Assurance Unit",
        "Workforce Management Unit",
        "Outreach and Sales",
        "Distribution Services Unit",
        "Agent/CEC Service Center",
        "Agent Contracts",
        "Certification Services",
        "Office of Legal Affairs",
        "Plan Management Division",
        "Program Integrity Division",
        "Privacy Office",
        "Business Services Branch",
    }


def test_t01_the_distribution_services_unit_belongs_to_outreach_and_sales(
    demo: dict[str, Any],
) -> None:
    unit = enter().organizations.get(code="distribution-services")
    assert unit.parent is not None
    assert unit.parent.name == "Outreach and Sales"


def test_t04_calchoice_has_three_tiers_compliance_employers_and_a_vendor(
    demo: dict[str, Any],
) -> None:
    exchange = enter("calchoice")
    tiers = ("Tier 1 Member Services", "Tier 2 Benefits Specialists", "Tier 3 Appeals & Compliance")
    assert names_of(exchange) >= {*tiers, "Compliance"}
    by_kind = set(exchange.organizations.values_list("kind", flat=True))
    assert by_kind >= {"employer", "outside_body", "carrier"}
    assert roles_held_in(exchange) >= {
        "tier1_representative",
        "tier2_specialist",
        "tier3_specialist",
        "compliance_officer",
        "group_plan_administrator",
    }


def test_t05_maryland_has_its_producers_and_the_teams_that_serve_them(
    demo: dict[str, Any],
) -> None:
    exchange = enter("maryland")
    assert names_of(exchange) >= {
        "Producer Support Hotline",
        "Escalated Cases Team",
        "Producer Operations",
        "Training Support",
    }
    assert roles_held_in(exchange) >= {
        "producer",
        "hotline_representative",
        "escalated_cases_worker",
        "producer_operations_staff",
        "training_support_staff",
    }
    assert (
        not Membership.objects.filter(role__key="producer")
        .exclude(organization__kind="agency")
        .exists()
    )


def test_t06_the_outside_bodies_are_found_by_the_names_people_use(demo: dict[str, Any]) -> None:
    exchange = enter()
    contacts = ReferralContact.objects.filter(exchange=exchange)
    known = {alias for contact in contacts for alias in contact.aliases}
    assert known >= {"DMHC", "CDI", "DHCS", "CDSS", "CMS", "Health Care Alliance(HCA)"}
    assert "County office" in known
    assert contacts.filter(kind=ReferralContact.Kind.PLAN).exists()
    assert exchange.organizations.filter(kind="carrier").count() >= 3
