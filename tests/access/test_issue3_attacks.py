"""Attacks on what the Service Center, Maryland and CalChoice brought: each comes to nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.forms import ModelChoiceField
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from escalations.appeals import packets
from escalations.appeals.models import AppealTask, PacketItem
from escalations.letters import configuration
from escalations.letters.services import screened_pdf
from escalations.producers import conversation
from escalations.producers.models import EscalationType, HeldReply
from escalations.tickets import workkinds
from escalations.tickets.enrollers import find_enroller
from escalations.tickets.models import TicketType
from escalations.tickets.services import set_urgency
from escalations.tiers import services
from notifications.drain import drain_outbox
from notifications.models import MailMessage
from portal.casework import kinds, macro_runs, macros, texts
from portal.casework.common_acts import take_case
from portal.casework.models import Attachment, Case, Draft, Macro, SavedView
from portal.consumers.models import Consumer
from portal.documents.models import Document
from portal.documents.services import store_document
from portal.tenancy.actor import NotAllowed
from tests.api.conftest import Api, create_api_token
from tests.escalations.appeals.ground import Walk, configure, open_appeal
from tests.escalations.letters.ground import template
from tests.escalations.producers.conftest import Maryland, build_maryland
from tests.escalations.tickets.ground import add_line, add_type, health_plan, open_ticket
from tests.escalations.tiers.ground import build_calchoice, contents, open_case
from tests.world import NOW, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def maryland(db: None) -> Iterator[Maryland]:
    with time_machine.travel(NOW, tick=False):
        yield build_maryland()


@pytest.fixture
def calchoice(db: None) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield build_calchoice()


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who], BACKEND)
    return client


def program(world: World, who: str) -> Api:
    cache.clear()
    world.enter()
    token, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="attack", read_only=False
    )
    return Api(secret, token)


def attach_pdf(world: World, case: Case) -> None:
    """A file on a case, as our own letters are filed."""
    document = store_document(
        exchange=world.exchange,
        file=screened_pdf(b"%PDF-1.4", f"of {case.number}"),
        purpose=Document.Purpose.LETTER,
        uploaded_by=None,
    )
    Attachment.objects.create(
        exchange=world.exchange, case=case, document=document, audience="internal"
    )


def macro_of(world: World, *steps: tuple[str, QueryDict]) -> Macro:
    """A macro of the Escalations Unit for its tickets, in use."""
    lead, unit = world.actor("eru.lead"), world.organizations["escalations-unit"]
    macro = macros.save_macro(actor=lead, organization=unit, name="Begin", kind="ticket")
    for act, data in steps:
        macros.add_step(actor=lead, macro=macro, act_key=act, data=data)
    return macros.save_macro(
        actor=lead, organization=unit, name="Begin", is_active=True, macro=macro
    )


# --- producers ------------------------------------------------------------------------------


def test_a_producers_program_learns_neither_who_works_it_nor_inner_deadlines(
    maryland: Maryland,
) -> None:
    case = maryland.in_review(maryland.escalate())
    api = program(maryland, "producer")
    shown = [api.get(f"cases/{case.number}/"), api.get("cases/"), api.get("producer-escalations/")]
    for answer in shown:
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "Ect" not in text
        assert "Escalated Cases Team" not in text
    detail = shown[0].json()
    assert detail["due_at"] is None
    assert not detail["is_breached"]
    assert api.get(f"cases/{case.number}/timers/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"owner": "nobody"},
        {"queue": "escalated-cases-team"},
        {"is_urgent": "false"},
        {"due_after": "2020-01-01T00:00:00Z"},
        {"is_overdue": "true"},
        {"ordering": "due_at"},
    ],
)
def test_filters_tell_a_producer_nothing_that_the_case_does_not(
    maryland: Maryland, query: dict[str, str]
) -> None:
    case = maryland.escalate()
    Case.objects.filter(pk=case.pk).update(due_at=NOW, is_breached=True)
    answer = program(maryland, "producer").get("cases/", **query)
    assert case.number not in answer.content.decode()


def test_a_duplicate_of_another_agency_is_answered_with_the_number_alone(
    maryland: Maryland,
) -> None:
    case = maryland.waiting(maryland.escalate(), missing="A secret question")
    Consumer.objects.filter(full_name="Tala Bautista").update(
        organization=maryland.organizations["bay-brokers"]
    )
    client, public_id = browser(maryland, "other.producer"), uuid.uuid4()
    pk = Consumer.objects.get(full_name="Tala Bautista").pk
    choose = reverse("producers:choose", args=["issue", public_id])
    details = reverse("producers:details", args=["issue", public_id])
    client.post(choose, {"consumer": pk, "proceed": "1"})
    page = client.post(
        details,
        {
            "ticket_type": "consumer-enrollment",
            "verified": "on",
            "description": "Late",
            "submit": "1",
        },
    )
    text = page.content.decode()
    assert page.status_code == 409
    assert case.number in text
    assert "Additional information needed" not in text
    assert "In progress" in text
    assert client.get(f"/cases/{case.number}/").status_code == 404
    add = reverse("producers:add-to-original", args=["issue", public_id, case.number])
    assert client.post(add).status_code == 404


def test_another_agencys_consumer_cannot_be_brought_by_any_door(maryland: Maryland) -> None:
    client, public_id = browser(maryland, "producer"), uuid.uuid4()
    foreign = maryland.consumer("Ligaya Foreign").pk
    choose = reverse("producers:choose", args=["issue", public_id])
    client.post(choose, {"consumer": foreign, "proceed": "1"})
    maryland.enter()
    Draft.objects.update(content={"consumers": [foreign], "searched": True, "text": "Ligaya"})
    for name in ("choose", "details"):
        page = client.get(reverse(f"producers:{name}", args=["issue", public_id]), follow=True)
        assert "Ligaya Foreign" not in page.content.decode()
    client.post(
        reverse("producers:details", args=["issue", public_id]),
        {"ticket_type": "consumer-enrollment", "verified": "on", "description": "x", "submit": "1"},
    )
    answer = program(maryland, "producer").post(
        "producer-escalations/",
        {
            "escalation_type": "consumer-enrollment",
            "person_ids": ["174200"],
            "description": "x",
            "verified": True,
        },
    )
    assert answer.status_code == 400
    maryland.enter()
    assert not Case.objects.exists()


def test_what_a_producer_types_wrong_is_answered_and_never_a_crash(maryland: Maryland) -> None:
    client, public_id = browser(maryland, "producer"), uuid.uuid4()
    choose = reverse("producers:choose", args=["issue", public_id])
    details = reverse("producers:details", args=["issue", public_id])
    client.post(choose, {"consumer": maryland.consumer("Tala Bautista").pk, "proceed": "1"})
    for data in (
        {"ticket_type": "219-09-9999", "verified": "on", "description": "x"},
        {"ticket_type": "consumer-enrollment", "verified": "219-09-9999", "description": "x"},
        {"ticket_type": "consumer-enrollment", "verified": "on", "description": "y" * 300_000},
    ):
        page = client.post(details, data | {"submit": "1"})
        assert page.status_code in (400, 422), data
        maryland.enter()
        assert not Case.objects.exists()
        assert "219-09-9999" not in page.content.decode()


def test_a_held_reply_of_another_escalation_cannot_be_screened_here(maryland: Maryland) -> None:

    one = maryland.escalate()
    two = maryland.escalate("Danilo Macaraeg")
    conversation.reply_to_team(
        case=two,
        actor=maryland.actor("producer"),
        act_key="producer_wrote",
        body="It is about Danilo Macaraeg.",
    )
    held = HeldReply.objects.get()
    conversation.reply_to_team(
        case=one,
        actor=maryland.actor("producer"),
        act_key="producer_wrote",
        body="It is about Tala Bautista.",
    )
    answer = program(maryland, "ect").post(
        f"cases/{one.number}/acts/screen_reply/", {"held": held.pk, "text": "z"}
    )
    assert answer.status_code == 400, answer.content
    held.refresh_from_db()
    assert held.state == "held"


def test_a_line_break_in_a_types_short_name_makes_no_header_of_the_mail(
    maryland: Maryland,
) -> None:

    EscalationType.objects.update(mail_label="Enrollment\r\nBcc: spy@evil.example")
    maryland.escalate()
    drain_outbox(exchange=maryland.exchange, now=NOW)
    maryland.enter()
    subjects = list(MailMessage.objects.values_list("subject", flat=True))
    assert subjects
    assert not any(set("\r\n") & set(subject) for subject in subjects)


# --- enrollers and employers ----------------------------------------------------------------


def test_a_manager_does_not_learn_of_inner_work_on_what_the_agency_brought(world: World) -> None:

    row = add_type(world, "enrollment")
    inner = add_type(world, "program-integrity", kind="system_error")
    brought = open_ticket(
        world, row, enroller=find_enroller(world.actor("scr"), world.people["agent"].email)
    )
    child = open_ticket(world, inner, by="eru.specialist", parent=brought)
    seen = set(
        Case.objects.visible_to(world.actor("agency.manager")).values_list("number", flat=True)
    )
    assert seen == {brought.number}
    assert child.number not in program(world, "agency.manager").get("cases/").content.decode()


def test_an_employer_learns_a_number_a_coarse_status_and_dates_by_every_door(
    calchoice: World,
) -> None:
    case = open_case(
        calchoice,
        employer=calchoice.organizations["bakery"],
        brought_by_employer=True,
        consumer_name="Rosa Quintero",
        summary="Secretive words",
    )
    other = open_case(
        calchoice,
        employer=calchoice.organizations["surf"],
        brought_by_employer=True,
    )

    take_case(case=case, actor=calchoice.actor("tier1"))
    services.escalate(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())
    client, api = browser(calchoice, "employer"), program(calchoice, "employer")
    hidden = (
        "Rosa",
        "Quintero",
        "Secretive",
        "Tier 2",
        "Tier 1",
        "tier2",
        "Benefits Specialists",
        other.number,
        "rationale",
        "carrier's rules",
    )
    pages = [
        f"/cases/{case.number}/",
        "/queue/",
        "/queue/?view=all",
        "/queue/?sort=number",
        f"/search/?q={case.number}",
        "/search/?q=Quintero",
        "/queue/?type=eligibility",
        "/queue/?party=unit",
        "/queue/?due=risk",
        "/queue/?owner_id=none",
    ]
    for page in pages:
        answer = client.get(page, follow=True)
        assert answer.status_code in (200, 404), (page, answer.status_code)
        text = answer.content.decode().replace(page, "")
        for word in hidden:
            if word == "Quintero" and "Quintero" in page:
                continue
            assert word not in text, (page, word)
    for page in ("/queue/?sort=due", "/queue/?sort=updated", "/queue/?view=unassigned"):
        assert client.get(page).status_code == 400, page
    for page in ("/workbench/", "/workbench/rows/", f"/workbench/cases/{case.number}/"):
        assert client.get(page).status_code in (403, 404), page
    for path in (
        f"cases/{case.number}/",
        "cases/",
        f"cases/{case.number}/timeline/",
        f"cases/{case.number}/acts/",
        f"cases/{case.number}/files/",
    ):
        text = api.get(path).content.decode()
        for word in hidden:
            assert word not in text, (path, word)
    for path in ("timers/", "notes/", "letters/"):
        assert api.get(f"cases/{case.number}/{path}").status_code in (403, 404), path
    for query in (
        {"status": "tier2"},
        {"owner": "nobody"},
        {"queue": "tier-2"},
        {"is_urgent": "false"},
        {"q": "Quintero"},
        {"ordering": "due_at"},
    ):
        assert case.number not in api.get("cases/", **query).content.decode(), query


# --- the exchange's own people --------------------------------------------------------------


def test_a_number_written_with_other_hyphens_is_not_kept_in_a_saved_view(world: World) -> None:
    client = browser(world, "eru.specialist")
    client.post(
        "/queue/views/save/",
        {"name": "mine", "query": "view=all&office=219%E2%80%9109%E2%80%919999"},
    )

    world.enter()
    assert not SavedView.objects.exists()


def test_two_people_with_the_same_rows_are_not_given_the_same_tag(world: World) -> None:
    open_ticket(world, add_type(world, "enrollment"))
    tags = {
        browser(world, who).get("/workbench/rows/?view=all")["ETag"]
        for who in ("eru.specialist", "eru.lead")
    }
    assert len(tags) == 2


def test_a_preview_leaves_nothing_behind(world: World) -> None:
    case = open_ticket(world, add_type(world, "enrollment"))
    add_line(world, "priority-support-unit", add_type(world, "help-desk", kind="help_desk"))
    wait = QueryDict("system=calheers&subject=Stuck&description=Fix+it")
    macro = macro_of(
        world, ("take", QueryDict()), ("start", QueryDict()), ("wait_for_help_desk", wait)
    )

    def everything() -> dict[str, tuple[int, str]]:
        found = {}
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                rows = "count(*), md5(string_agg(t::text, ' ' ORDER BY t::text))"
                cursor.execute(f'SELECT {rows} FROM "{table}" t')
                found[table] = cursor.fetchone()
        return found

    before = everything()
    shown = macro_runs.preview_macro(
        actor=world.actor("eru.specialist"), macro=macro, numbers=[case.number]
    )
    assert shown[0].possible, shown
    after = everything()
    assert {k for k in after if after[k] != before[k]} == set()


def test_the_hearings_file_and_the_lists_are_downloads_that_nobody_keeps(world: World) -> None:
    client = browser(world, "eru.lead")
    answer = client.get("/queue/export/?view=all&format=csv")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


def test_words_changed_behind_an_approvers_back_are_not_approved(world: World) -> None:

    admin, body = world.actor("admin"), "What the approver reads."
    row = template(world)
    version = configuration.write_version(
        actor=admin, template=row, body=body, valid_from=date(2025, 11, 5)
    )
    version = configuration.submit_version(actor=admin, version=version)
    client = browser(world, "eru.lead")
    page = client.get(reverse("letters:template", args=[row.pk])).content.decode()
    approve = reverse("letters:version-approve", args=[version.pk])
    link = f"{approve}?version={version.version}"
    assert link in page
    asked = client.get(link)
    read = asked.context["form"].initial["expected_version"]
    world.enter()
    lead = world.actor("ea.lead")
    configuration.return_version(actor=lead, version=version, reason="Not yet.")
    configuration.edit_version(
        actor=admin, version=version, body="Other words.", valid_from=date(2025, 11, 5)
    )
    configuration.submit_version(actor=admin, version=version)
    client.post(approve, {"note": "", "expected_version": read}, follow=True)
    version.refresh_from_db()
    assert version.state == "waiting"
    client.post(approve, {"note": ""})
    version.refresh_from_db()
    assert version.state == "waiting", "approving without saying what was read"


def test_no_form_of_an_act_offers_rows_of_another_case_or_exchange(
    world: World, other_world: World
) -> None:

    other_world.enter()
    foreign = health_plan(other_world, "Elsewhere Health Plan")
    world.enter()
    configure(world)
    health_plan(world)
    cases: dict[str, list[Case]] = {"appeal": [open_appeal(world), open_appeal(world)]}
    for work in workkinds.all_work_kinds():
        row = TicketType.objects.filter(kind=work.key).first() or add_type(
            world, f"any-{work.key}".replace("_", "-"), kind=work.key
        )
        cases[work.key] = [open_ticket(world, row, by_own_room=True) for _ in range(2)]
    asked = 0
    for key, (one, other) in cases.items():
        attach_pdf(world, one)
        attach_pdf(world, other)
        PacketItem.objects.create(exchange=world.exchange, case=other, label="Theirs", position=9)
        if key == "appeal":
            AppealTask.objects.create(
                exchange=world.exchange,
                case=other,
                what="Theirs",
                due_on=NOW.date(),
                side="exchange",
            )
        for act_key, door in kinds.get(key).doors.items():
            if act_key == "screen_reply":
                continue  # opens for screeners alone; what it offers is attacked above
            form = door.form(case=one, actor=world.actor("appeals.specialist"))
            for name, field in form.fields.items():
                if not isinstance(field, ModelChoiceField):
                    continue
                for row in field.queryset:
                    asked += 1
                    assert getattr(row, "exchange_id", one.exchange_id) == one.exchange_id
                    assert getattr(row, "case_id", one.pk) == one.pk, (key, act_key, name)
                    assert row != foreign
    assert asked > 100


def test_a_file_of_another_case_proves_nothing_by_the_services_either(world: World) -> None:
    configure(world)
    one, other = (Walk(world, open_appeal(world)).to_valid() for _ in range(2))
    attach_pdf(world, other.case)
    item = PacketItem.objects.create(
        exchange=world.exchange, case=one.case, label="Position", position=1
    )
    file = Attachment.objects.get(case=other.case)
    with pytest.raises(ValidationError, match="a file of this case"):
        one.do(packets.record_item, item=item, attachment=file)


def test_a_text_of_another_unit_cannot_be_moved_into_ones_own(world: World) -> None:
    units = world.organizations
    theirs = texts.save_text(
        actor=world.actor("ea.lead"),
        name="Hello",
        body="Hello.",
        organization=units["external-affairs"],
    )
    with pytest.raises(NotAllowed):
        texts.save_text(
            actor=world.actor("eru.lead"),
            name="Mine",
            body="Mine.",
            organization=units["escalations-unit"],
            text=theirs,
        )


def test_a_program_cannot_run_a_macro_on_a_case_that_changed_since_its_preview(
    world: World,
) -> None:
    case = open_ticket(world, add_type(world, "enrollment"))
    macro = macro_of(world, ("take", QueryDict()))
    api = program(world, "eru.specialist")
    ask = {"numbers": [case.number], "macro_version": macro.version}
    shown = api.post(f"macros/{macro.pk}/run/", ask | {"preview": True}).json()["preview"][0]
    world.enter()
    set_urgency(case=case, actor=world.actor("eru.lead"), is_urgent=True)
    answer = api.post(
        f"macros/{macro.pk}/run/", ask | {"versions": {case.number: shown["version"]}}
    )
    assert answer.status_code == 400, answer.content
    case.refresh_from_db()
    assert case.owner is None
