"""Attacks on the enroller portal, the workspace and their feeds: each comes to nothing."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from notifications.drain import drain_outbox
from notifications.models import Bell, MailMessage
from notifications.posts import Post, PostRead
from notifications.posts_services import publish_post, write_post
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case, Draft, OutboxMessage
from portal.consumers import book
from portal.consumers.mirror import Consumer, Delegation, Household
from portal.consumers.models import FeedRun
from portal.delegations import services as delegation_services
from portal.delegations import tool
from portal.delegations.models import DelegationAct, DelegationRules, PasscodeGuard, ToolSearch
from portal.delegations.tool import Guess
from portal.help_requests import conversation
from portal.help_requests.models import HelpRequest, Rating
from portal.ledger.models import LedgerEntry
from portal.reports.book_report import MY_BOOK
from portal.reports.models import SavedReport
from portal.reports.saved import run_report
from portal.tenancy.actor import NotAllowed
from portal.toolkits.markdown import render
from retention import transfers
from retention.figures import count_by_risk, read_dashboard
from retention.models import CrwCase, Interaction, RiskModelVersion
from retention.reasons import found_reasons
from retention.risk.services import put_into_use
from storefronts.places import ZipArea
from tests.api.conftest import Api, create_api_token
from tests.book import ground as shelf
from tests.delegations import ground
from tests.help_requests.conftest import Desk, furnish
from tests.retention.ground import make_consumer, open_crw, open_for, reason
from tests.toolkits.conftest import pdf
from tests.world import NOW, World, build_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: Who works with consumers, each in another relation to the agent's.
ENROLLERS = (
    *("agency.manager", "agent", "agent2b", "agent1", "admin1", "admin2"),
    *("harbor.manager", "harbor.agent", "entity.contact", "cec"),
)
#: Who has nothing to do with them at all.
STRANGERS = ("office.manager", "office.staff", "other.office", "ea.analyst", "qa.analyst")


@pytest.fixture
def desk(world: World) -> Desk:
    return furnish(world)


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.person(who), BACKEND)
    return client


def program(world: World, who: str) -> Api:
    cache.clear()
    world.enter()
    token, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="attack", read_only=False
    )
    return Api(secret, token)


def everything_kept() -> str:
    """Every row of every table as text: what somebody with a copy of the database reads.

    But for the ZIP codes, which anybody may read and whose places have any digits.
    """
    found = []
    tables = {*connection.introspection.table_names()} - {ZipArea._meta.db_table}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


# --- consumers ------------------------------------------------------------------------------


def test_no_door_shows_a_consumer_to_whoever_does_not_have_them_at_this_moment(
    world: World,
) -> None:
    found = shelf.consumer(world, "Zenobia Quillfeather", phone="(213) 555-0177")
    shelf.delegate(world, found, "agent")
    report = reverse("reports:standard-report", args=[MY_BOOK.key])
    doors = (
        reverse("book:list"),
        f"{reverse('book:list')}?need=any",
        f"{reverse('book:list')}?status=enrolled&year=2025",
        f"{reverse('book:export')}?format=csv",
        report,
        reverse("reports:standard-export", args=[MY_BOOK.key]),
        "/search/?q=Quillfeather",
        "/search/?q=2135550177",
        f"/search/?q={found.case_number}",
        reverse("delegations:standing-tab", args=["active"]),
        reverse("book:consumer", args=[found.pk]),
        "/",
    )
    sees = {"agent", "agency.manager", "admin1", "admin2"}

    def shown_to(who: str) -> bool:
        client, told = browser(world, who), []
        for door in doors:
            answer = client.get(door)
            assert answer.status_code in (200, 302, 403, 404), (who, door, answer.status_code)
            told.append("Zenobia" in answer.content.decode())
        api = program(world, who)
        for path in ("consumers/", f"consumers/{found.pk}/"):
            told.append("Zenobia" in api.get(path).content.decode())
        told.append("Zenobia" in api.get("consumers/", q="Zenobia").content.decode())
        return any(told)

    for who in (*ENROLLERS, *STRANGERS):
        assert shown_to(who) == (who in sees), who
    world.enter()
    book.end_delegation(actor=world.system, consumer=found, ended_by=Delegation.EndedBy.CONSUMER)
    for who in sorted(sees):
        assert not shown_to(who), who
    shelf.delegate(world, found, "agent2b")
    assert not shown_to("agent")
    assert shown_to("agent2b")


def test_a_consumer_one_does_not_have_is_answered_like_one_that_is_not_there(
    world: World,
) -> None:
    foreign = shelf.consumer(world, "Ligaya Foreign")
    shelf.delegate(world, foreign, "harbor.agent")
    client, api = browser(world, "agent"), program(world, "agent")
    answers = []
    for pk in (foreign.pk, 999_999_999):
        page = client.get(reverse("book:consumer", args=[pk]))
        text = re.sub(r"[0-9A-Za-z]{64}|[0-9a-f]{16}", "", page.content.decode())
        answers.append((page.status_code, text, api.get(f"consumers/{pk}/").status_code))
    assert answers[0][0] == answers[0][2] == 404
    assert answers[0] == answers[1]


def test_a_household_names_only_the_members_whom_the_reader_has(world: World) -> None:
    home = shelf.household(world)
    own = shelf.consumer(world, "Own Member", household=home)
    theirs = shelf.consumer(
        world, "Foreign Member", household=home, is_primary_contact=True, email="f@people.example"
    )
    shelf.delegate(world, own, "agent")
    shelf.delegate(world, theirs, "harbor.agent")
    shelf.apply(home)
    for who in ("agent", "agency.manager", "admin2"):
        client = browser(world, who)
        for door in (
            reverse("book:consumer", args=[own.pk]),
            reverse("reports:standard-report", args=[MY_BOOK.key]),
            f"/search/?q={home.case_number}",
        ):
            text = client.get(door).content.decode()
            assert "Foreign Member" not in text, (who, door)
            assert "Harbor" not in text, (who, door)
    # A filter answers nothing about the relative either.
    world.enter()
    actor = world.actor("agent")
    chosen = {"contact_application_name": "Foreign"}
    assert not MY_BOOK.rows(actor, chosen).exists()


def test_a_consumers_page_does_not_tell_an_agency_who_else_had_them(world: World) -> None:
    found = shelf.consumer(world)
    shelf.delegate(world, found, "harbor.agent")
    ground.pending(world, found, "cec", "bridge")
    shelf.delegate(world, found, "agent")
    for who in ("agent", "agency.manager", "admin1"):
        text = browser(world, who).get(reverse("book:consumer", args=[found.pk])).content.decode()
        text += program(world, who).get(f"consumers/{found.pk}/").content.decode()
        for word in ("Harbor", "Bridge", "Cec"):
            assert word not in text, (who, word)


def test_no_address_of_a_list_holds_a_consumers_name(world: World) -> None:
    """A page begins behind a row, and the row is a person: its place is sealed."""
    for number in range(60):
        found = shelf.consumer(world, f"Zenobia Quillfeather {number:03d}")
        shelf.delegate(world, found, "agent")
    client = browser(world, "agent")
    report = reverse("reports:standard-report", args=[MY_BOOK.key])
    links = []
    for door in (reverse("book:list"), f"{reverse('book:list')}?sort=-name", report):
        links += re.findall(r"[?;&](?:after|before)=([\w%=.-]+)", client.get(door).content.decode())
    links.append(program(world, "agent").get("consumers/").json()["next"].partition("cursor=")[2])
    assert len(links) >= 4
    for cursor in links:
        for part in re.split(r"[:.]", cursor.partition("&")[0]):
            plain = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            assert b"Zenobia" not in plain, cursor
    page = client.get(reverse("book:list"), {"after": links[0]}).content.decode()
    assert "Zenobia Quillfeather 000" not in page
    assert "Zenobia Quillfeather 030" in page


@pytest.mark.parametrize("value", ["\x00", "\ud800", "x" * 5_000])
def test_a_forged_place_in_the_book_is_a_bad_request(world: World, value: str) -> None:
    forged = base64.urlsafe_b64encode(json.dumps([value, 1]).encode()).decode().rstrip("=")
    client = browser(world, "agent")
    report = reverse("reports:standard-report", args=[MY_BOOK.key])
    for door in (reverse("book:list"), report):
        assert client.get(door, {"after": forged}).status_code == 400, door


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "%", "_", "'", "\\", "(", "x" * 300, "٣٤٥٦"])
def test_what_is_typed_into_a_search_of_consumers_is_never_a_crash(world: World, text: str) -> None:
    found = shelf.consumer(world)
    shelf.delegate(world, found, "harbor.agent")
    client, api = browser(world, "agent"), program(world, "agent")
    for url in (reverse("book:list"), reverse("book:export"), "/search/"):
        answer = client.get(url, {"q": text})
        assert answer.status_code in (200, 302, 400), (url, answer.status_code)
        assert "Marisol" not in answer.content.decode()
    for name in ("language", "need", "enroller", "year", "status"):
        assert client.get(reverse("book:list"), {name: text}).status_code in (200, 400), name
    for name in ("q", "case_number", "need"):
        assert api.get("consumers/", **{name: text}).status_code in (200, 400), name


def test_formulas_in_a_consumers_data_are_text_in_every_file(world: World) -> None:
    found = shelf.consumer(world, "=HYPERLINK(1)", language="@SUM(1)", best_time="\t=1+1")
    shelf.delegate(world, found, "agent")
    open_for(world, found)
    client = browser(world, "agent")
    for url in (
        reverse("book:export"),
        reverse("retention:export"),
        reverse("reports:standard-export", args=[MY_BOOK.key]),
        reverse("reports:standard-export", args=["my-crw-cases"]),
    ):
        answer = client.get(url, {"format": "csv"})
        assert answer.status_code == 200, url
        assert "no-store" in answer["Cache-Control"], url
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        cells = [cell for row in rows[1:] for cell in row]
        assert cells, url
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")], (url, cells)


def test_a_name_from_a_feed_is_no_markup_on_any_page(world: World) -> None:
    found = shelf.consumer(world, "<script>alert(1)</script>", best_time="<img src=x onerror=a>")
    shelf.delegate(world, found, "agent")
    number = open_for(world, found).number
    client = browser(world, "agency.manager")
    for url in (
        "/",
        reverse("book:list"),
        reverse("book:consumer", args=[found.pk]),
        reverse("retention:cases"),
        f"{reverse('retention:cases')}?view=calls",
        reverse("retention:case", args=[number]),
        f"{reverse('retention:transfer')}?case={number}",
        reverse("reports:standard-report", args=[MY_BOOK.key]),
        reverse("delegations:standing-tab", args=["active"]),
        "/search/?q=script",
    ):
        text = client.get(url).content.decode()
        assert "<script>alert" not in text, url
        assert "<img src=x" not in text, url
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert title, url
        assert "alert" not in title[1], url


def test_whoever_looks_leaves_nothing_behind_but_the_ledgers_line(world: World) -> None:
    """No address that is only read writes a row: a link sent to somebody does nothing for them."""
    own = shelf.consumer(world)
    shelf.delegate(world, own, "agent")
    number = open_for(world, own).number
    furnish(world)
    asking = ground.consumer_of(world)
    waiting = ground.pending(world, asking, "agent")
    search = ground.matched(world.actor("agent"), name="Nayeli Cárdenas Ruiz")
    client = browser(world, "agent")
    client.get("/")
    world.enter()
    watched = (Draft, Case, Delegation, DelegationAct, ToolSearch, PasscodeGuard, Interaction,
               Consumer, HelpRequest, SavedReport, OutboxMessage, MailMessage, Bell)  # fmt: skip
    before = {model: list(model.objects.order_by("pk").values()) for model in watched}
    for url in (
        reverse("help_requests:new"),
        f"{reverse('help_requests:new')}?consumer={own.pk}",
        reverse("help_requests:topic", args=[uuid.uuid4()]),
        reverse("delegations:search"),
        reverse("delegations:accept", args=[waiting.pk]),
        reverse("delegations:decline", args=[waiting.pk]),
        reverse("delegations:end", args=[waiting.pk]),
        reverse("delegations:send", args=[search.key]),
        reverse("delegations:enter", args=[search.key]),
        reverse("delegations:give-up", args=[search.key]),
        reverse("delegations:result", args=[search.key]),
        reverse("retention:case", args=[number]),
        reverse("retention:log", args=[number]),
        reverse("book:consumer", args=[own.pk]),
        reverse("reports:standard-edit", args=[MY_BOOK.key]),
        reverse("notifications:posts-read"),
    ):
        assert client.get(url).status_code in (200, 302, 405), url
    world.enter()
    after = {model: list(model.objects.order_by("pk").values()) for model in watched}
    assert {m.__name__ for m in watched if before[m] != after[m]} == set()


@pytest.mark.parametrize("name", ["retention:case", "retention:log", "delegations:result"])
def test_an_address_with_an_unstorable_character_is_not_found(world: World, name: str) -> None:
    for word in ("%00", "CRW-%00", "x" * 300):
        url = reverse(name, args=["KEY"]).replace("KEY", word)
        assert browser(world, "agent").get(url).status_code == 404, url


# --- reports --------------------------------------------------------------------------------


def test_a_report_somebody_kept_is_nobody_elses_by_any_door(world: World) -> None:
    own = run_report(
        actor=world.actor("agent"),
        report=MY_BOOK,
        columns=["consumer_name"],
        chosen={"consumer_name": "Zenobia"},
    )
    own.name = "Zenobia's coverage"
    own.save()
    pages = ("report", "edit", "save", "export")
    for who in ("agent2b", "agency.manager", "admin2", "osd.staff", "harbor.manager"):
        client = browser(world, who)
        for page in pages:
            answer = client.get(reverse(f"reports:own-{page}", args=[own.pk]))
            assert answer.status_code == 404, (who, page)
        for page in ("edit", "save", "delete"):
            answer = client.post(
                reverse(f"reports:own-{page}", args=[own.pk]),
                {"name": "Mine", "columns": "phone", "folder": "Private Reports", "apply": "1"},
            )
            assert answer.status_code == 404, (who, page)
        assert "Zenobia" not in client.get(reverse("reports:mine")).content.decode()
    world.enter()
    own.refresh_from_db()
    assert (own.name, own.columns) == ("Zenobia's coverage", ["consumer_name"])


def test_ids_in_the_body_of_a_report_change_nothing_but_ones_own(world: World) -> None:
    theirs = run_report(actor=world.actor("agent2b"), report=MY_BOOK, columns=["phone"], chosen={})
    client = browser(world, "agent")
    client.post(
        reverse("reports:standard-edit", args=[MY_BOOK.key]),
        {
            "columns": ["consumer_name"],
            "pk": theirs.pk,
            "id": theirs.pk,
            "saved": theirs.pk,
            "person": world.person("agent2b").pk,
            "exchange": "999",
            "report": "my-crw-cases",
        },
    )
    world.enter()
    theirs.refresh_from_db()
    assert theirs.columns == ["phone"]
    made = SavedReport.objects.exclude(pk=theirs.pk).get()
    assert (made.person, made.report) == (world.person("agent"), MY_BOOK.key)


def test_admin_staff_take_no_consumers_away_as_a_file(world: World) -> None:
    found = shelf.consumer(world)
    shelf.delegate(world, found, "agent")
    for who in ("admin1", "admin2"):
        client = browser(world, who)
        for url in (reverse("book:export"), reverse("reports:standard-export", args=[MY_BOOK.key])):
            answer = client.get(url)
            assert answer.status_code == 403, (who, url)
            assert "Marisol" not in answer.content.decode()
        assert client.get(reverse("retention:cases")).status_code == 403
        assert client.get(reverse("delegations:search")).status_code == 403


# --- the workspace --------------------------------------------------------------------------


def test_no_door_shows_a_crw_case_to_whoever_does_not_have_it_at_this_moment(
    world: World,
) -> None:
    case = open_crw(world, name="Zenobia Quillfeather")
    consumer = CrwCase.objects.get(pk=case.pk).consumer
    doors = (
        reverse("retention:dashboard"),
        reverse("retention:cases"),
        f"{reverse('retention:cases')}?view=calls",
        f"{reverse('retention:cases')}?state=closed",
        f"{reverse('retention:cases')}?enroller={world.person('agent').pk}",
        f"{reverse('retention:cases')}?agency=sunrise",
        reverse("retention:export"),
        reverse("retention:case", args=[case.number]),
        reverse("retention:log", args=[case.number]),
        reverse("retention:reports"),
        reverse("casework:case", args=[case.number]),
        reverse("casework:act", args=[case.number, "close"]),
        "/queue/?view=all",
        "/queue/?kind=crw&view=all",
        f"/search/?q={case.number}",
        "/search/?q=Quillfeather",
        "/workbench/",
        "/",
    )

    def shown_to(who: str) -> bool:
        client, told = browser(world, who), []
        for door in doors:
            answer = client.get(door, follow=True)
            assert answer.status_code in (200, 403, 404, 422), (who, door, answer.status_code)
            text = answer.content.decode().replace(f'"{case.number}"', "")
            # Admin Staff find the consumer by name; the case is none of theirs.
            names = "Zenobia" in text and "Quillfeather" not in door and door != "/"
            told.append(names or case.number in text)
        api = program(world, who)
        for path in ("cases/", f"cases/{case.number}/", f"cases/{case.number}/timeline/"):
            text = api.get(path).content.decode()
            told.append("Zenobia" in text or case.number in text)
        return any(told)

    sees = {"agent", "agency.manager"}
    for who in (*ENROLLERS, *STRANGERS):
        assert shown_to(who) == (who in sees), who
    world.enter()
    transfers.transfer_case(
        case=case, actor=world.actor("agency.manager"), person=world.person("agent2b")
    )
    assert not CrwCase.objects.visible_to(world.actor("agent")).exists()
    assert shown_to("agent2b")
    world.enter()
    book.end_delegation(actor=world.system, consumer=consumer, ended_by=Delegation.EndedBy.CONSUMER)
    for who in ("agent", "agent2b", "agency.manager"):
        assert not shown_to(who), who


def test_the_numbers_of_the_dashboard_forget_a_consumer_who_left(world: World) -> None:
    case = open_crw(world)
    consumer = CrwCase.objects.get(pk=case.pk).consumer
    for who in ("agent", "agency.manager"):
        assert read_dashboard(world.actor(who), NOW).open_cases.count == 1
    shelf.delegate(world, consumer, "harbor.agent")
    for who in ("agent", "agency.manager", "harbor.agent"):
        read = read_dashboard(world.actor(who), NOW)
        assert (read.open_cases.count, read.closed_cases.count) == (0, 0), who
        assert read.average_resolution is None, who
        assert sum(segment.count for segment in read.by_reason) == 0, who
        assert sum(count_by_risk(world.actor(who)).values()) == 0, who


@pytest.mark.parametrize(
    "who", ["agent", "agent2b", "agent1", "admin2", "osd.staff", "entity.contact"]
)
def test_nobody_but_the_agencys_manager_hands_a_case_over(world: World, who: str) -> None:
    case = open_crw(world)
    to = world.person("agent2b")
    body = {"case": case.number, "person": to.pk}
    assert browser(world, who).post(reverse("retention:transfer"), body).status_code == 403
    act = reverse("casework:act", args=[case.number, "transfer_to_agent"])
    assert browser(world, who).post(act, {"person": to.pk}).status_code in (403, 404, 409)
    answer = program(world, who).post(
        f"cases/{case.number}/acts/transfer_to_agent/", {"person": to.email}
    )
    assert answer.status_code in (403, 404, 409), answer.content
    world.enter()
    with pytest.raises((NotAllowed, Case.DoesNotExist)):
        transfers.transfer_case(case=case, actor=world.actor(who), person=to)
    case.refresh_from_db()
    assert case.owner == world.person("agent")


def test_a_transfer_takes_no_foreign_case_and_gives_none_to_strangers(world: World) -> None:
    own = open_crw(world)
    foreign = open_crw(world, "harbor.agent", code="harbor", name="Ligaya Foreign")
    client = browser(world, "agency.manager")
    url = reverse("retention:transfer")
    level_2 = world.person("agent2b").pk
    for numbers in ([own.number, foreign.number], [foreign.number], ["\x00"], ["CRW-0"]):
        for method in (client.get, client.post):
            answer = method(url, {"case": numbers, "person": level_2})
            assert answer.status_code == 404, (numbers, answer.status_code)
            assert "Ligaya" not in answer.content.decode()
    for who in ("agent1", "admin2", "harbor.agent", "agency.manager", "scr", "office.staff"):
        answer = client.post(url, {"case": own.number, "person": world.person(who).pk})
        assert answer.status_code == 422, who
        assert str(world.person(who).email) not in answer.content.decode()
    world.enter()
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert own.owner == world.person("agent")
    assert foreign.owner == world.person("harbor.agent")
    with pytest.raises(Case.DoesNotExist):
        transfers.transfer_cases(
            cases=[own, foreign],
            actor=world.actor("agency.manager"),
            person=world.person("agent2b"),
        )
    own.refresh_from_db()
    assert own.owner == world.person("agent")


def test_a_colleague_neither_works_closes_nor_reopens_anothers_case(world: World) -> None:
    case = open_crw(world)
    version = case.version
    bodies: dict[str, dict[str, Any]] = {
        "log_interaction": {"channel": "phone", "outcome": "reached"},
        "set_reminder": {"next_contact_on": "2025-12-01"},
        "close": {"status": "closed", "reason": reason(world).pk, "steps": "Done."},
        "reopen": {"reason": "Again"},
        "close_by_system": {},
        "rescore": {"risk": 1},
        "move_deadline": {},
        "follow_delegation": {},
    }
    for who in (
        "agent2b",
        "agent1",
        "harbor.agent",
        "harbor.manager",
        "admin2",
        "cec",
        "osd.staff",
    ):
        client, api = browser(world, who), program(world, who)
        for act, body in bodies.items():
            url = reverse("casework:act", args=[case.number, act])
            assert client.post(url, body).status_code in (403, 404, 409), (who, act)
            answer = api.post(f"cases/{case.number}/acts/{act}/", body)
            assert answer.status_code in (403, 404, 409), (who, act, answer.content)
    log = reverse("retention:log", args=[case.number])
    for who in ("agent2b", "harbor.agent"):
        answer = browser(world, who).post(
            log, bodies["log_interaction"], headers={"hx-request": "true"}
        )
        assert answer.status_code == 404, who
    # The owner cannot take the system's steps either, nor reopen what was closed.
    client, api = browser(world, "agent"), program(world, "agent")
    for act in ("close_by_system", "rescore", "move_deadline", "follow_delegation", "reopen"):
        url = reverse("casework:act", args=[case.number, act])
        assert client.post(url, bodies[act]).status_code in (403, 404, 409), act
        answer = api.post(f"cases/{case.number}/acts/{act}/", bodies[act])
        assert answer.status_code in (403, 404, 409), (act, answer.content)
    world.enter()
    case.refresh_from_db()
    assert (case.status, case.version, case.owner) == ("new", version, world.person("agent"))
    assert not Interaction.objects.exists()


def test_fields_nobody_asked_for_are_not_taken_from_the_body(world: World) -> None:
    case = open_crw(world)
    extra = {
        "risk": 1, "owner": world.person("agent2b").pk, "organization": 1, "in_book": "",
        "aged_from": "2020-01-01", "is_open": "", "by": world.person("agent2b").pk,
        "at": "2020-01-01T00:00:00Z", "exchange": 2, "consumer": 1, "actor": 1,
    }  # fmt: skip
    url = reverse("casework:act", args=[case.number, "log_interaction"])
    body = {"channel": "phone", "outcome": "reached", "note": "Spoke."}
    browser(world, "agent").post(url, body | extra)
    world.enter()
    crw = CrwCase.objects.get(pk=case.pk)
    assert (crw.risk, crw.is_open, crw.in_book) == (4, True, True)
    assert crw.enroller == world.person("agent")
    row = Interaction.objects.get()
    assert (row.by, row.at) == (world.person("agent"), NOW)
    answer = program(world, "agent").post(
        f"cases/{case.number}/acts/log_interaction/", body | {"risk": 1}
    )
    assert answer.status_code == 400


def test_the_units_lists_macros_and_bulk_acts_reach_no_crw_case(world: World) -> None:
    case = open_crw(world)
    body = {"act": "close", "cases": [case.number], "case": [case.number], "numbers": case.number}
    for who in ("agent", "agent2b", "eru.lead", "osd.staff", "admin"):
        client = browser(world, who)
        answer = client.post(reverse("casework:bulk"), body)
        assert answer.status_code in (302, 400, 403, 404, 422), (who, answer.status_code)
        answer = program(world, who).post(
            "cases/bulk/",
            {"act": "log_interaction", "numbers": [case.number],
             "values": {"channel": "phone", "outcome": "reached"}},
        )  # fmt: skip
        assert answer.status_code in (400, 403, 404), (who, answer.content)
    world.enter()
    case.refresh_from_db()
    assert case.status == "new"
    assert not Interaction.objects.exists()


def test_outsiders_put_no_risk_model_into_use_and_import_no_feed(world: World) -> None:
    version = RiskModelVersion.objects.create(
        exchange=world.exchange, number=1, trained_at=NOW, intercept=0.0, columns=[],
        cut_points=[0.1, 0.2, 0.3, 0.4], metrics={}, calibration=[], source_sha256="0" * 64,
    )  # fmt: skip
    runs = FeedRun.objects.count()
    for who in (*ENROLLERS, *STRANGERS, "eru.lead", "scr", "privacy"):
        client = browser(world, who)
        for name in ("use", "retire"):
            url = reverse(f"retention:risk-model-{name}", args=[1])
            for method in (client.get, client.post):
                assert method(url).status_code in (403, 404), (who, name)
        file = SimpleUploadedFile("renewals.csv", b"a,b\n1,2", "text/csv")
        answer = client.post(reverse("consumers:feeds"), {"kind": "crw", "file": file})
        assert answer.status_code in (403, 404), who
        world.enter()
        with pytest.raises(NotAllowed):
            put_into_use(actor=world.actor(who), version=version)
    version.refresh_from_db()
    assert not version.is_active
    assert FeedRun.objects.count() == runs


# --- the Delegation Tool --------------------------------------------------------------------


def test_until_the_disclaimers_every_search_is_answered_alike(world: World) -> None:
    ground.with_number(world)
    ground.consumer_of(world, case_number="5000000322", full_name="Twin One")
    ground.consumer_of(world, case_number="5000000323", full_name="Twin One")
    own = ground.consumer_of(world, case_number="5000000324", full_name="Own Already")
    ground.delegate(world, own, "agent")
    client = browser(world, "agent")
    seen = set()
    for name in (ground.NAME, "Twin One", "Own Already", "Nobody Atall"):
        answer = client.post(
            reverse("delegations:search"),
            {"name": name, "date_of_birth": "1979-04-17", "ssn": ground.SSN},
        )
        key = answer.url.split("/")[3]
        page = client.get(answer.url).content.decode().replace(key, "KEY")
        page = page.replace(name, "NAME")
        page = re.sub(r'(csrfmiddlewaretoken" value|nonce|data-csrf[^=]*)="[^"]*"', "", page)
        page = re.sub(r'"X-CSRFToken": "[^"]*"|[0-9A-Za-z]{64}', "", page)
        early = client.get(reverse("delegations:result", args=[key]))
        seen.add((answer.status_code, answer.url.replace(key, "KEY"), page, early.status_code))
        for word in ("5000000", "555-0142", ground.DIGITS, ground.SSN):
            assert word not in page
    assert len(seen) == 1


def test_a_search_is_its_makers_alone_by_every_door(world: World) -> None:
    ground.consumer_of(world)
    found = ground.sent(world.actor("agent"))
    code = ground.passcode_of(found)
    for who in (*ENROLLERS, *STRANGERS, "scr"):
        if who == "agent":
            continue
        client = browser(world, who)
        for name in ("disclaimers", "result"):
            url = reverse(f"delegations:{name}", args=[found.key])
            assert client.get(url).status_code in (403, 404), (who, name)
        for name, body in (
            ("disclaimers", {"statement_0": "on", "language": "en"}),
            ("send", {"phone": ground.PHONE}),
            ("enter", {"passcode": code}),
            ("give-up", {}),
        ):
            url = reverse(f"delegations:{name}", args=[found.key])
            assert client.post(url, body).status_code in (403, 404), (who, name)
    world.enter()
    found.refresh_from_db()
    assert found.step == tool.Step.PASSCODE_SENT
    assert PasscodeGuard.objects.get().wrong_tries == 0


def test_a_passcode_sent_for_a_colleagues_search_opens_only_that_search(world: World) -> None:
    ground.consumer_of(world)
    theirs = ground.sent(world.actor("agent2b"))
    mine = ground.sent(world.actor("agent"))
    code = ground.passcode_of(theirs)
    if code == ground.passcode_of(mine):  # one in a million: another is drawn
        mine = tool.send_passcode(actor=world.actor("agent"), search=mine, phone=ground.PHONE)
    guessed = tool.check_passcode(actor=world.actor("agent"), search=mine, passcode=code)
    assert guessed.guess == Guess.WRONG
    assert Consumer.objects.get().enroller is None


def test_a_used_passcode_is_used_up_and_an_old_one_void(world: World) -> None:
    ground.consumer_of(world)
    agent = world.actor("agent")
    found = ground.sent(agent)
    first = ground.passcode_of(found)
    found = tool.send_passcode(actor=agent, search=found, phone=ground.PHONE)
    second = ground.passcode_of(found)
    if first != second:
        assert tool.check_passcode(actor=agent, search=found, passcode=first).guess == Guess.WRONG
    assert tool.check_passcode(actor=agent, search=found, passcode=second).guess == Guess.RIGHT
    book.end_delegation(
        actor=world.system, consumer=Consumer.objects.get(), ended_by=Delegation.EndedBy.CONSUMER
    )
    for code in (first, second, ""):
        with pytest.raises(Refused):
            tool.check_passcode(actor=agent, search=found, passcode=code)
    with pytest.raises(Refused):
        tool.send_passcode(actor=agent, search=found, phone=ground.PHONE)
    assert Consumer.objects.get().enroller is None


def test_guesses_are_counted_over_enrollers_searches_and_new_passcodes(world: World) -> None:
    ground.consumer_of(world)
    one, two = world.actor("agent"), world.actor("harbor.agent")
    first, second = ground.sent(one), ground.sent(two)
    codes = {"000000", "111111", "222222", "333333", "444444", "555555"}
    wrong = sorted(codes - {ground.passcode_of(first), ground.passcode_of(second)})
    guesses = [
        tool.check_passcode(actor=actor, search=found, passcode=wrong[0]).guess
        for actor, found in ((one, first), (two, second), (one, first), (two, second), (one, first))
    ]
    assert guesses == [Guess.WRONG] * 4 + [Guess.LOCKED]
    right = ground.passcode_of(second)
    assert tool.check_passcode(actor=two, search=second, passcode=right).guess == Guess.LOCKED
    fresh = ground.matched(world.actor("agent2b"))
    with pytest.raises(Refused):
        tool.send_passcode(actor=world.actor("agent2b"), search=fresh, phone=ground.PHONE)
    assert Consumer.objects.get().enroller is None


def test_a_wrong_telephone_number_is_answered_counted_and_kept_like_the_right_one(
    world: World,
) -> None:
    ground.consumer_of(world)
    agent = world.actor("agent")
    answers = []
    for phone in (ground.PHONE, "(916) 555-0199"):
        client, found = browser(world, "agent"), ground.matched(agent)
        answer = client.post(reverse("delegations:send", args=[found.key]), {"phone": phone})
        page = client.get(answer.url).content.decode().replace(found.key, "KEY")
        page = re.sub(r"[0-9A-Za-z]{64}|\b[123] (more|of 3|passcode)", "", page)
        world.enter()
        found.refresh_from_db()
        entered = client.post(reverse("delegations:enter", args=[found.key]), {"passcode": "x"})
        message = OutboxMessage.objects.filter(data__tool_search=found.pk).get()
        assert phone not in json.dumps(message.data)
        answers.append((answer.status_code, page.count("<"), entered.status_code, message.key))
        world.enter()
    assert answers[0] == answers[1]


def test_many_searches_are_stopped_whoever_of_the_agency_makes_them(world: World) -> None:
    DelegationRules.objects.create(
        exchange=world.exchange, searches_per_person=3, searches_per_organization=5
    )
    client = browser(world, "agent")
    body = {"name": "Any Body", "date_of_birth": "1979-04-17"}
    codes = [client.post(reverse("delegations:search"), body).status_code for _ in range(4)]
    assert codes == [302, 302, 302, 429]
    assert browser(world, "agent").post(reverse("delegations:search"), body).status_code == 429
    other = browser(world, "agent2b")
    codes = [other.post(reverse("delegations:search"), body).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert (
        browser(world, "harbor.agent").post(reverse("delegations:search"), body).status_code == 302
    )


def test_disclaimers_and_results_that_have_expired_lead_nowhere(world: World) -> None:
    ground.consumer_of(world)
    agent = world.actor("agent")
    begun, result = ground.search(agent), ground.matched(agent)
    sent = ground.sent(agent)
    code = ground.passcode_of(sent)
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        agent = world.actor("agent")
        with pytest.raises(Refused):
            ground.accept(agent, begun)
        with pytest.raises(Refused):
            tool.send_passcode(actor=agent, search=result, phone=ground.PHONE)
        assert tool.check_passcode(actor=agent, search=sent, passcode=code).guess == Guess.EXPIRED
    assert Consumer.objects.get().enroller is None


def test_the_number_typed_into_a_search_is_kept_and_told_nowhere(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ground.with_number(world)
    client = browser(world, "agent")
    body = {"name": ground.NAME, "date_of_birth": "1979-04-17", "ssn": ground.SSN}
    answers = [
        client.post(reverse("delegations:search"), body),
        client.post(reverse("delegations:search"), body | {"name": "", "ssn": ground.SSN}),
        client.post(reverse("delegations:search"), body | {"ssn": ground.SSN + "1"}),
        client.post(reverse("delegations:search"), body | {"name": ground.SSN}),
        client.post(reverse("delegations:search"), body | {"date_of_birth": ground.SSN}),
    ]
    for form in ("delegations.search", "help_requests.new"):
        answers.append(
            client.post(
                reverse("casework:draft", args=[form, uuid.uuid4()]),
                {"ssn": ground.SSN, "name": ground.DIGITS, "text": ground.SSN},
            )
        )
    world.enter()
    told = "".join(answer.content.decode() for answer in answers)
    told += "".join(answer.headers.get("Location", "") for answer in answers)
    told += json.dumps(dict(client.session)) + caplog.text + everything_kept()
    assert ground.SSN not in told
    assert ground.DIGITS not in told
    assert not re.search(r"(?<!\d)4321(?!\d)", told)  # as no longer number holds it by chance


def test_standing_delegations_are_decided_by_those_they_were_asked_of(world: World) -> None:
    found = ground.consumer_of(world)
    waiting = ground.pending(world, found, "agent")
    for who in ENROLLERS:
        if who in ("agent", "agency.manager"):
            continue
        client, api = browser(world, who), program(world, who)
        for name in ("accept", "decline", "end"):
            url = reverse(f"delegations:{name}", args=[waiting.pk])
            for method in (client.get, client.post):
                answer = method(url, {"reason": "x", "enroller": world.person("agent2b").pk})
                assert answer.status_code in (403, 404), (who, name)
                assert "Nayeli" not in answer.content.decode()
        for name in ("accept", "decline"):
            answer = api.post(f"delegations/{waiting.pk}/{name}/", {"reason": "x"})
            assert answer.status_code in (400, 403, 404), (who, name)
        if who not in ("admin1", "admin2"):
            listed = client.get(reverse("delegations:standing")).content.decode()
            listed += api.get("delegations/pending/").content.decode()
            assert "Nayeli" not in listed, who
    world.enter()
    waiting.refresh_from_db()
    assert waiting.status == Delegation.Status.PENDING


def test_an_old_request_takes_nobody_back_from_whom_they_chose_since(world: World) -> None:
    found = ground.consumer_of(world)
    waiting = ground.pending(world, found, "agent")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        theirs = ground.sent(world.actor("harbor.agent"))
        tool.check_passcode(
            actor=world.actor("harbor.agent"), search=theirs, passcode=ground.passcode_of(theirs)
        )
        delegation_services.transfer_delegations(
            actor=world.actor("harbor.manager"),
            delegations=[Delegation.objects.get(status="active").pk],
            enroller=world.person("harbor.manager"),
        )
        for who in ("agent", "agency.manager"):
            with pytest.raises(Refused):
                delegation_services.accept_delegation(actor=world.actor(who), delegation=waiting)
            answer = program(world, who).post(f"delegations/{waiting.pk}/accept/")
            assert answer.status_code == 409, answer.content
        world.enter()
        found.refresh_from_db()
        assert found.enroller == world.person("harbor.manager")
    # Asked again, they are taken.
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        again = ground.pending(world, found, "agent")
        assert again.pk == waiting.pk
        delegation_services.accept_delegation(actor=world.actor("agent"), delegation=again)
    found.refresh_from_db()
    assert found.enroller == world.person("agent")


def test_ids_of_other_agencies_move_no_delegation(world: World) -> None:
    own = ground.delegate(world, ground.consumer_of(world), "agent")
    foreign = ground.delegate(
        world, ground.consumer_of(world, case_number="5000000999", full_name="Ligaya Foreign"),
        "harbor.agent",
    )  # fmt: skip
    client, api = browser(world, "agency.manager"), program(world, "agency.manager")
    to = world.person("agent2b")
    for chosen in ([foreign.pk], [own.pk, foreign.pk], [2**63], ["\x00"], [999_999_999]):
        body = {"delegation": chosen, "enroller": to.pk}
        for method in (client.get, client.post):
            answer = method(reverse("delegations:transfer"), body, follow=True)
            assert answer.status_code == 200
            assert "Ligaya" not in answer.content.decode()
        answer = api.post("delegations/transfers/", {"delegations": chosen, "enroller": to.email})
        assert answer.status_code in (400, 404, 409), (chosen, answer.content)
    for who in ("agent1", "harbor.agent", "admin2", "scr", "office.staff"):
        person = world.person(who)
        body = {"delegation": own.pk, "enroller": person.pk}
        assert client.post(reverse("delegations:transfer"), body).status_code == 422, who
        answer = api.post(
            "delegations/transfers/", {"delegations": [own.pk], "enroller": person.email}
        )
        assert answer.status_code == 400, who
    world.enter()
    assert {row.enroller for row in Consumer.objects.all()} == {
        world.person("agent"),
        world.person("harbor.agent"),
    }


def test_staff_change_no_delegation_without_the_primary_contact_or_the_right(
    world: World,
) -> None:
    found = ground.consumer_of(world)
    ground.delegate(world, found, "agent")
    add, remove = (reverse(f"delegations:{n}", args=[found.pk]) for n in ("add", "remove"))
    email = world.person("harbor.agent").email
    for who in (*ENROLLERS, *STRANGERS, "eru.lead", "osd.staff", "admin", "privacy"):
        client = browser(world, who)
        body = {"enroller": email, "reason": "x", "contact_on_phone": "on"}
        assert client.post(add, body).status_code in (403, 404), who
        assert client.post(remove, body).status_code in (403, 404), who
        assert client.get(reverse("delegations:consumer", args=[found.pk])).status_code in (
            403,
            404,
        )
    client = browser(world, "scr")
    assert client.post(add, {"enroller": email}).status_code == 422
    assert client.post(remove, {"reason": "x"}).status_code == 422
    world.enter()
    found.refresh_from_db()
    assert found.enroller == world.person("agent")


# --- help requests --------------------------------------------------------------------------


def test_whoever_lost_the_consumer_reads_hears_and_fetches_nothing_of_the_request(
    desk: Desk,
) -> None:
    world = desk.world
    case = desk.waiting(desk.submit(subject="Secretive subject"), missing="A secret question")
    desk.lose()
    for who in ("agent", "agency.manager"):
        client, api = desk.client(who), program(world, who)
        told = []
        for url in (
            f"/cases/{case.number}/",
            reverse("help_requests:home"),
            reverse("help_requests:received", args=[case.number]),
            "/search/?q=Secretive",
            "/search/?q=5000000000",
            "/search/?q=Tala",
            "/queue/",
            "/",
            reverse("casework:act", args=[case.number, "enroller_replied"]),
        ):
            answer = client.get(url, follow=True)
            # What one typed oneself stands in the box again.
            told.append(re.sub(r'value="(Secretive|Tala)"', "", answer.content.decode()))
        for path in (
            "cases/", f"cases/{case.number}/", f"cases/{case.number}/timeline/",
            f"cases/{case.number}/files/", f"cases/{case.number}/acts/", "help-requests/",
        ):  # fmt: skip
            told.append(api.get(path).content.decode())
        for text in told:
            for word in ("Secretive", "secret question", "Tala Bautista", "signature page"):
                assert word not in text, (who, word)
        for query in ("Secretive", "Tala", "5000000000"):
            assert case.number not in api.get("cases/", q=query).content.decode(), query
        reply = client.post(
            reverse("casework:act", args=[case.number, "enroller_replied"]), {"body": "Here"}
        )
        assert reply.status_code in (403, 404, 409, 422), reply.status_code
        answer = api.post(f"cases/{case.number}/acts/enroller_replied/", {"body": "Here"})
        assert answer.status_code in (403, 404, 409), answer.content
        for word in ("secret question", "Waiting on"):
            assert word not in answer.content.decode()
    world.enter()
    case.refresh_from_db()
    assert case.status == "waiting_on_enroller"


def test_a_help_request_is_the_requesters_and_their_leads_by_every_door(desk: Desk) -> None:
    world, case = desk.world, desk.submit(subject="Secretive subject")
    for who in (*ENROLLERS, *STRANGERS, "contracts", "certification", "eru.lead", "osd.staff"):
        if who in ("agent", "agency.manager"):
            continue
        client, api = desk.client(who), program(world, who)
        for url in (
            f"/cases/{case.number}/",
            reverse("help_requests:received", args=[case.number]),
            reverse("casework:act", args=[case.number, "cancel"]),
        ):
            assert client.get(url).status_code in (403, 404), (who, url)
        for act, body in (("cancel", {}), ("enroller_wrote", {"body": "x"}), ("start", {}),
                          ("rate", {"score": 1}), ("resolve", {"resolution": "x"})):  # fmt: skip
            url = reverse("casework:act", args=[case.number, act])
            assert client.post(url, body).status_code in (403, 404), (who, act)
            answer = api.post(f"cases/{case.number}/acts/{act}/", body)
            assert answer.status_code in (403, 404), (who, act, answer.content)
        for url in ("/search/?q=Secretive", "/queue/?view=all", "/queue/"):
            assert case.number not in client.get(url).content.decode(), (who, url)
    world.enter()
    case.refresh_from_db()
    assert case.status == "submitted"


def test_an_enrollers_program_learns_neither_who_works_a_request_nor_inner_deadlines(
    desk: Desk,
) -> None:
    case = desk.started(desk.submit())
    conversation.answer_enroller(case=case, actor=desk.actor("scr"), body="We are at it.")
    api, client = program(desk.world, "agent"), desk.client("agent")
    texts = [client.get(f"/cases/{case.number}/").content.decode()]
    texts.append(client.get(reverse("help_requests:home")).content.decode())
    for path in (
        f"cases/{case.number}/",
        "cases/",
        "help-requests/",
        f"cases/{case.number}/timeline/",
    ):
        texts.append(api.get(path).content.decode())
    for text in texts:
        assert "Scr" not in text
    assert api.get(f"cases/{case.number}/").json()["due_at"] is None
    for path in ("timers/", "notes/"):
        assert api.get(f"cases/{case.number}/{path}").status_code in (403, 404), path
    for query in (
        {"owner": "nobody"},
        {"queue": "agent-cec-service-center"},
        {"ordering": "due_at"},
        {"is_urgent": "false"},
    ):
        assert case.number not in api.get("cases/", **query).content.decode(), query


def test_a_request_brings_no_consumer_one_does_not_have_by_any_door(desk: Desk) -> None:
    world = desk.world
    foreign = desk.consumer("Ligaya Navarro")
    client, public_id = desk.client("agent"), uuid.uuid4()
    topic = reverse("help_requests:topic", args=[public_id])
    details = reverse("help_requests:details", args=[public_id])
    review = reverse("help_requests:review", args=[public_id])
    client.post(f"{topic}?consumer={foreign.pk}", {"topic": "application-help"})
    client.post(
        details, {"subject": "s", "description": "d", "text": "Ligaya", "consumer": foreign.pk}
    )
    world.enter()
    Draft.objects.update(
        content={"topic": "application-help", "subject": "s", "description": "d",
                 "text": "Navarro", "consumer": str(foreign.pk)}
    )  # fmt: skip
    for url in (topic, details, review):
        text = client.get(url, follow=True).content.decode()
        assert "Ligaya Navarro" not in text
        assert foreign.case_number not in text
    client.post(review, {"submit": "1"})
    api = program(world, "agent")
    body = {"topic": "application-help", "subject": "s", "description": "d"}
    for number in (foreign.case_number, "5999999999"):
        answer = api.post("help-requests/", body | {"consumer_case_number": number})
        assert answer.status_code == 400, number
    for who in ("admin1", "admin2"):
        answer = program(world, who).post(
            "help-requests/", body | {"consumer_case_number": desk.consumer().case_number}
        )
        assert answer.status_code in (400, 403), answer.content
    world.enter()
    assert not Case.objects.filter(kind="help_request").exists()


def test_only_the_requester_rates_and_only_once_a_closing(desk: Desk) -> None:
    world, case = desk.world, desk.closed(desk.submit())
    for who in ("agency.manager", "agent2b", "harbor.agent", "scr", "admin2"):
        api, client = program(world, who), desk.client(who)
        body = {"score": 1, "comment": "x"}
        answer = api.post(f"cases/{case.number}/acts/rate/", body)
        assert answer.status_code in (403, 404, 409), (who, answer.content)
        url = reverse("casework:act", args=[case.number, "rate"])
        assert client.post(url, body).status_code in (403, 404, 409, 422), who
    world.enter()
    assert not Rating.objects.exists()
    api = program(world, "agent")
    assert api.post(f"cases/{case.number}/acts/rate/", {"score": 5}).status_code == 200
    assert api.post(f"cases/{case.number}/acts/rate/", {"score": 1}).status_code == 409
    for score in (0, 6, -1, "x", None):
        answer = api.post(f"cases/{case.number}/acts/rate/", {"score": score})
        assert answer.status_code in (400, 409), score
    world.enter()
    assert Rating.objects.get().score == 5


def test_a_request_is_routed_to_no_queue_that_answers_none(desk: Desk) -> None:
    other = build_world("maryland")
    desk.world.enter()
    case = desk.started(desk.submit())
    client = desk.client("scr")
    url = reverse("casework:act", args=[case.number, "reroute"])
    queues = [
        desk.world.organizations["escalations-unit"].pk,
        desk.world.organizations["sunrise"].pk,
        other.organizations["escalations-unit"].pk,
        999_999,
        "x",
    ]
    for queue in queues:
        answer = client.post(url, {"queue": queue, "reason": "There", "queue_id": queue})
        assert answer.status_code == 422, queue
    escalate = reverse("casework:act", args=[case.number, "escalate"])
    client.post(
        escalate, {"summary": "Help", "queue": other.organizations["appeals"].pk, "unit": "appeals"}
    )
    desk.world.enter()
    case.refresh_from_db()
    assert case.queue == desk.world.organizations["agent-cec-service-center"]
    tickets = Case.objects.filter(kind="ticket")
    assert not [one for one in tickets if one.exchange_id != case.exchange_id]
    assert not [one for one in tickets if one.queue and one.queue.code == "appeals"]


def test_the_teams_own_files_and_notes_are_not_the_enrollers(desk: Desk) -> None:
    case = desk.started(desk.submit())
    client = desk.client("scr")
    url = reverse("casework:act", args=[case.number, "attach"])
    for audience in ("internal", "status", "everybody"):
        file = SimpleUploadedFile("inner.pdf", pdf("inner words"), "application/pdf")
        client.post(url, {"uploads": file, "file": file, "upload": file, "audience": audience})
    desk.world.enter()
    rows = list(Attachment.objects.filter(case=case))
    assert {row.audience for row in rows} <= {"internal"}
    enroller, api = desk.client("agent"), program(desk.world, "agent")
    text = enroller.get(f"/cases/{case.number}/").content.decode()
    text += api.get(f"cases/{case.number}/files/").content.decode()
    assert "inner.pdf" not in text
    for row in rows:
        path = f"/cases/{case.number}/files/{row.document.public_id}/"
        assert enroller.get(path).status_code == 404
        got = api.get(f"cases/{case.number}/files/{row.document.public_id}/")
        assert got.status_code == 404


# --- toolkits and notifications -------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "[x](//evil.example)",
        "[x](/\\evil.example)",
        "[x](/&#9;/evil.example)",
        "[x](&#x6a;avascript:alert(1))",
        "![x](https://evil.example/pixel.png)",
        "[![a](https://evil.example/p.png)](https://ok.example)",
        "<https://ok.example/><svg onload=alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "`<script>`\n\n```html\n<script>alert(1)</script>\n```",
        '[x](https://ok.example "onmouseover=alert(1)")',
        "| a |\n|---|\n| <iframe src=x> |",
    ],
)
def test_markdown_becomes_no_script_no_picture_and_no_foreign_address(source: str) -> None:
    html = str(render(source))
    tags = set(re.findall(r"<\s*/?\s*([a-z0-9]+)", html.lower()))
    assert not tags & {"script", "img", "svg", "iframe", "object", "style", "form", "input"}
    for href in re.findall(r'href="([^"]*)"', html):
        assert href.startswith(("https://ok.example", "/")), href
        assert not re.match(r"/[\\/\s]", href), href
    assert not re.search(r"<[^>]*\son\w+=", html.lower())


def test_a_notification_is_text_and_only_for_its_audience(world: World) -> None:
    writer = world.actor("osd.staff")

    def made(audience: str, title: str, **times: Any) -> Post:
        post = write_post(
            actor=writer, kind="urgent", audience=audience, title=title,
            body="<script>alert(1)</script> [x](javascript:alert(1)) javascript:alert(1)",
            starts_at=times.get("starts_at", NOW), expires_at=NOW + timedelta(days=3),
        )  # fmt: skip
        return publish_post(actor=writer, post=post)

    entities = made("entities", "Entities only")
    agencies = made("agencies", "Agencies only")
    later = made("both", "Later on", starts_at=NOW + timedelta(days=1))
    for who, hidden in (
        ("agent", (entities, later)),
        ("cec", (agencies, later)),
        ("office.staff", (entities, agencies, later)),
        ("scr", (entities, agencies, later)),
    ):
        client = browser(world, who)
        text = client.get("/").content.decode()
        text += client.get(reverse("notifications:posts")).content.decode()
        assert "<script>alert" not in text
        assert 'href="javascript' not in text
        for post in hidden:
            assert post.title not in text, (who, post.title)
            answer = client.post(reverse("notifications:post-read", args=[post.pk]))
            assert answer.status_code in (403, 404), (who, post.title)
        for name in ("post", "post-edit", "post-publish", "post-withdraw"):
            url = reverse(f"notifications:{name}", args=[entities.pk])
            for method in (client.get, client.post):
                assert method(url).status_code in (403, 404, 405), (who, name)
    world.enter()
    assert not PostRead.objects.filter(post__in=[entities, later]).exists()


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_no_step_leads_to_an_address_from_the_request(world: World, there: str) -> None:
    desk = furnish(world)
    case = open_crw(world)
    writer = world.actor("osd.staff")
    post = publish_post(
        actor=writer,
        post=write_post(
            actor=writer, kind="urgent", audience="both", title="t", body="b",
            starts_at=NOW, expires_at=NOW + timedelta(days=1),
        ),
    )  # fmt: skip
    client = desk.client("agent")
    steps = (
        (reverse("notifications:post-read", args=[post.pk]), {}),
        (reverse("notifications:posts-read"), {}),
        (reverse("casework:act", args=[case.number, "set_reminder"]), {}),
        (reverse("help_requests:topic", args=[uuid.uuid4()]), {"topic": "application-help"}),
        (reverse("delegations:search"), {"name": "A B", "date_of_birth": "1979-04-17"}),
    )
    for url, body in steps:
        more = dict.fromkeys(("next", "back", "return", "redirect_to", "url"), there)
        answer = client.post(
            f"{url}?next={there}", body | more, headers={"referer": there, "hx-current-url": there}
        )
        assert "evil" not in answer.headers.get("Location", ""), url
        assert "evil" not in answer.headers.get("HX-Redirect", ""), url


# --- what is sent, and the walls ------------------------------------------------------------


def test_bells_mails_texts_and_the_queue_name_no_consumer(desk: Desk) -> None:
    world = desk.world
    name, number = "Tala Bautista", "5000000000"
    case = desk.waiting(desk.submit(), missing="A secret question")
    conversation.write_to_team(
        case=case, actor=desk.actor("agent"), act_key="enroller_replied", body="About Tala."
    )
    found_reasons(exchange=world.exchange)
    crw = open_for(world, desk.consumer())
    transfers.transfer_case(
        case=crw, actor=world.actor("agency.manager"), person=world.person("agent2b")
    )
    delegation_services.transfer_delegations(
        actor=world.actor("agency.manager"),
        delegations=[desk.consumer().delegations.get(status="active").pk],
        enroller=world.person("agent2b"),
    )
    ground.consumer_of(world)
    ground.sent(world.actor("agent"))
    queued = json.dumps(list(OutboxMessage.objects.values_list("data", flat=True)), default=str)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    told = queued
    for model in (Bell, MailMessage):
        for row in model.objects.all():
            told += json.dumps(
                {f.name: str(getattr(row, f.attname)) for f in row._meta.concrete_fields}
            )
    assert MailMessage.objects.exists()
    assert Bell.objects.exists()
    for word in (name, "Tala", number, "secret question", ground.NAME, "5550142", "555-0142"):
        assert word not in told, word


def test_rows_of_one_exchange_are_neither_written_nor_read_with_another_set(
    world: World,
) -> None:
    other = build_world("maryland")
    other.enter()
    consumer = make_consumer(other, "Foreign Person")
    shelf.delegate(other, consumer, "agent")
    world.enter()
    assert not Consumer.objects.filter(pk=consumer.pk).exists()
    home = {"exchange_id": other.exchange.pk}
    rows: list[Any] = [
        Household(case_number="5000000001", **home),
        Consumer(case_number="5000000002", full_name="x", date_of_birth=date(2000, 1, 1), **home),
        PasscodeGuard(consumer_id=consumer.pk, **home),
        Delegation(consumer_id=consumer.pk, organization_id=other.organizations["sunrise"].pk,
                   status="active", **home),
        RiskModelVersion(number=9, trained_at=NOW, intercept=0.0, columns=[], cut_points=[],
                         metrics={}, calibration=[], source_sha256="0" * 64, **home),
        SavedReport(person=other.people["agent"], report=MY_BOOK.key, columns=[], chosen={},
                    **home),
        Post(kind="urgent", audience="both", title="t", body="b", starts_at=NOW,
             expires_at=NOW + timedelta(days=1), **home),
    ]  # fmt: skip
    for row in rows:
        with pytest.raises(Error), transaction.atomic():
            row.save(force_insert=True)
    # Nor can a row of ours point at one of theirs.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Error), transaction.atomic():
        PasscodeGuard.objects.create(exchange=world.exchange, consumer_id=consumer.pk)


@pytest.mark.parametrize("who", ["agent", "agency.manager", "osd.staff", "admin"])
def test_people_of_another_exchange_find_nothing_of_ours_by_number(world: World, who: str) -> None:
    case = open_crw(world, name="Zenobia Quillfeather")
    consumer = CrwCase.objects.get(pk=case.pk).consumer
    found = ground.matched(world.actor("agent"), name="Nobody Atall")
    other = build_world("maryland")
    client = browser(other, who)
    for url in (
        reverse("book:consumer", args=[consumer.pk]),
        reverse("retention:case", args=[case.number]),
        reverse("delegations:result", args=[found.key]),
        reverse("delegations:accept", args=[1]),
        f"/cases/{case.number}/",
    ):
        assert client.get(url).status_code in (403, 404), url
    text = client.get("/search/?q=Quillfeather").content.decode()
    text += client.get(f"{reverse('retention:cases')}?agency=sunrise").content.decode()
    assert "Zenobia" not in text
    assert case.number not in text


def test_the_ledger_keeps_no_words_of_what_was_searched(world: World) -> None:
    found = shelf.consumer(world, "Zenobia Quillfeather")
    shelf.delegate(world, found, "agent")
    client = browser(world, "agent")
    client.get(reverse("book:list"), {"q": "Zenobia"})
    client.get("/search/", {"q": "Zenobia Quillfeather"})
    client.post(
        reverse("delegations:search"),
        {"name": "Zenobia Quillfeather", "date_of_birth": "1980-02-03", "ssn": ""},
    )
    world.enter()
    rows = LedgerEntry.objects.all()
    assert rows.exists()
    kept = json.dumps([[row.action, row.data, row.fields] for row in rows], default=str)
    assert "Zenobia" not in kept
