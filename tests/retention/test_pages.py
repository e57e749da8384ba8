"""The workspace's pages: dashboard, worklist, case, transfer, reports (CRW-07…CRW-16)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html as lxml_html

from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from portal.tenancy.services import create_api_token
from retention import services
from retention.models import CrwCase, Risk
from retention.ranked import ranked_page
from retention.transfers import transfer_case
from retention.worklist import with_row
from tests.api.conftest import Api
from tests.retention.ground import crw, open_crw, reason
from tests.world import NOW, World


def page(client: Client, world: World, who: str, address: str, **headers: Any) -> Any:
    """The answer to somebody, as a parsed page."""
    client.force_login(world.person(who))
    response = client.get(address, headers=headers)
    world.enter()
    return response


def rows_of(response: Any) -> list[str]:
    """Numbers of the rows of a worklist, in order."""
    return re.findall(r'id="crw-(CRW-[^"]+)"', response.content.decode())


def work(world: World, case: Case, who: str = "agent", **more: Any) -> None:
    data = {"channel": "phone", "outcome": "no_answer", **more}
    services.log_interaction(case=case, actor=world.actor(who), **data)


def close(world: World, case: Case, key: str, who: str = "agent") -> None:
    services.close_case(
        case=case, actor=world.actor(who), status="closed", reason=reason(world, key), steps="Done."
    )


@pytest.fixture
def varied(world: World) -> list[Case]:
    """Cases over all risks and ages, some worked, some closed for several reasons."""
    cases = []
    for number, (risk, days) in enumerate(
        [(5, 0), (5, 6), (4, 7), (4, 29), (3, 30), (3, 44), (2, 45), (1, 59), (1, 60), (2, 90)]
    ):
        holder = ("agent", "agent2b")[number % 2]
        at = NOW - timedelta(days=days)
        cases.append(open_crw(world, holder, name=f"Consumer {number}", risk=risk, at=at))
    for number, key in enumerate(["renewed_same_plan", "declined_cost", "declined_cost"]):
        case = open_crw(world, name=f"Closed {number}", at=NOW - timedelta(days=2))
        close(world, case, key)
        cases.append(case)
    return cases


def test_the_dashboard_has_the_printed_title_widgets_and_refresh(
    world: World, client: Client, varied: list[Case]
) -> None:
    """CRW-08, CRW-09, CRW-10, CRW-11."""
    response = page(client, world, "agency.manager", "/crw/")
    tree = lxml_html.fromstring(response.content)
    assert tree.xpath("string(//h1)").strip() == "CRW Cases"
    text = " ".join(tree.text_content().split())
    for label in (
        *("Average Resolution Time", "Open CRW Cases", "Open CRW Cases by Priority"),
        *("Aging CRW Cases", "All CRW Cases by Reason", "Refresh"),
        *("1 = Very Low Risk", "2 = Low Risk", "3 = Medium Risk", "4 = High Risk"),
        *("5 = Very High Risk", "<7", "<30", "<45", "<60", "60+"),
    ):
        assert label in text, label
    assert "Read at 10:20:00 AM" in text


@pytest.mark.parametrize("who", ["agency.manager", "agent", "osd.staff"])
def test_every_number_of_the_dashboard_is_the_list_behind_it(
    world: World, client: Client, varied: list[Case], who: str
) -> None:
    """CRW-09: each segment opens the list it counts."""
    tree = lxml_html.fromstring(page(client, world, who, "/crw/").content)
    links = tree.xpath("//section[contains(@class, 'crw-widget')]//td/a")
    assert len(links) >= 5 + 5 + 14
    for link in links:
        count = int(link.text.strip())
        assert len(rows_of(client.get(link.get("href")))) == count, link.get("href")
        world.enter()
    figures = tree.xpath("//ul[contains(@class, 'ui-figures')]/li/a")
    open_link = next(a for a in figures if "Open CRW Cases" in a.text_content())
    count = int(open_link.xpath("string(span[1])"))
    assert len(rows_of(client.get(open_link.get("href")))) == count
    world.enter()


def test_the_average_is_over_the_closed_cases(
    world: World, client: Client, varied: list[Case]
) -> None:
    """CRW-09, C.5 row 4."""
    assert "2.0 days" in page(client, world, "agency.manager", "/crw/").content.decode()


def test_dashboard_and_worklist_take_the_same_few_statements_whatever_they_hold(
    world: World, client: Client
) -> None:
    """P5: at most six of their own; P11: as many for one row as for twenty."""
    counts = []
    for number in range(2):
        for each in range(1 + 10 * number):
            case = open_crw(world, name=f"Consumer {number}.{each}")
            services.set_reminder(
                case=case, actor=world.actor("agent"), next_contact_on=date(2025, 11, 5)
            )
        client.force_login(world.person("agent"))
        for address in ("/crw/", "/crw/cases/"):
            client.get(address)
            with CaptureQueriesContext(connection) as statements:
                client.get(address)
            own = [q["sql"] for q in statements if "retention_" in q["sql"]]
            assert len(own) <= 6, own
            # A drill of another worker may have emptied the cache the session lay in.
            asked = [q for q in statements if "django_session" not in q["sql"]]
            counts.append((address, len(asked)))
        world.enter()
    assert counts[:2] == counts[2:]


def test_the_worklist_is_ranked_by_risk_then_deadline_then_age(
    world: World, client: Client
) -> None:
    """CRW-02."""
    soon, later = date(2025, 11, 20), date(2026, 1, 31)
    old, young = NOW - timedelta(days=50), NOW - timedelta(days=1)
    expected = [
        open_crw(world, risk=risk, deadline=deadline, at=at, name=f"C {risk} {deadline} {at}")
        for risk in (5, 2)
        for deadline in (soon, later)
        for at in (old, young)
    ]
    response = page(client, world, "agent", "/crw/cases/")
    assert rows_of(response) == [case.number for case in expected]


def test_pages_of_the_worklist_lose_no_row_and_show_none_twice(world: World) -> None:
    """P11: forwards and backwards, over ties and the bounds between risks."""
    for number in range(23):
        open_crw(
            world,
            name=f"Consumer {number}",
            risk=5 - number % 3,
            deadline=date(2026, 1, 1) + timedelta(days=number % 2),
        )
    rows = with_row(CrwCase.objects.visible_to(world.actor("agent")).open())
    everything = [row.pk for row in ranked_page(rows, size=100).rows]
    walked, page_ = [], ranked_page(rows, size=4)
    seen = [page_]
    while True:
        walked += [row.pk for row in page_.rows]
        if not page_.after:
            break
        page_ = ranked_page(rows, size=4, after=page_.after)
        seen.append(page_)
    assert walked == everything
    for earlier, later in pairwise(seen):
        back = ranked_page(rows, size=4, before=later.before)
        assert [row.pk for row in back.rows] == [row.pk for row in earlier.rows]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwzLDRd", "eyJhIjoxfQ"])
def test_a_cursor_that_is_none_of_ours_is_refused(
    world: World, client: Client, cursor: str
) -> None:
    assert page(client, world, "agent", f"/crw/cases/?after={cursor}").status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("reached=yes", {"Reached"}),
        ("reached=no", {"Due", "Vietnamese", "Plain"}),
        ("reminder=today", {"Due"}),
        ("reminder=week", {"Due", "Reached"}),
        ("reminder=none", {"Vietnamese", "Plain"}),
        ("language=Vietnamese", {"Vietnamese"}),
        ("state=closed", {"Closed"}),
        ("reason=declined_cost", {"Closed"}),
        ("reason=none", {"Reached", "Due", "Vietnamese", "Plain"}),
        ("risk=1", set()),
    ],
)
def test_the_worklist_is_narrowed(
    world: World, client: Client, query: str, expected: set[str]
) -> None:
    cases = {name: open_crw(world, name=name) for name in ("Reached", "Due", "Plain", "Closed")}
    cases["Vietnamese"] = open_crw(world, name="Vietnamese", language="Vietnamese")
    work(world, cases["Reached"], outcome="reached", next_contact_on=date(2025, 11, 9))
    services.set_reminder(
        case=cases["Due"], actor=world.actor("agent"), next_contact_on=date(2025, 11, 5)
    )
    close(world, cases["Closed"], "declined_cost")
    numbers = {case.number: name for name, case in cases.items()}
    response = page(client, world, "agent", f"/crw/cases/?{query}")
    assert {numbers[number] for number in rows_of(response)} == expected


def test_a_lead_narrows_by_enroller_and_an_agent_is_not_offered_that(
    world: World, client: Client
) -> None:
    mine, theirs = open_crw(world), open_crw(world, "agent2b", name="Jun Park")
    enroller = world.person("agent2b").pk
    found = page(client, world, "agency.manager", f"/crw/cases/?enroller={enroller}")
    assert rows_of(found) == [theirs.number]
    found = page(client, world, "agent", f"/crw/cases/?enroller={enroller}")
    assert rows_of(found) == [mine.number], "an agent's list is the agent's, whatever is asked"


def test_looking_at_a_list_is_recorded_with_its_consumers(world: World, client: Client) -> None:
    case = open_crw(world)
    page(client, world, "agent", "/crw/cases/?view=calls")
    entry = LedgerEntry.objects.filter(action="casework.listed").latest("pk")
    assert (entry.case_ids, entry.consumer_ids) == ([case.pk], [crw(case).consumer_id])
    assert entry.data == {"surface": "crw.calls"}


def test_the_call_sheet_has_phone_language_best_time_and_last_contact(
    world: World, client: Client
) -> None:
    """Issue 4: what one needs in one's hand to call."""
    case = open_crw(world, language="Vietnamese", best_time="After 6 pm")
    work(world, case, outcome="left_message")
    body = page(client, world, "agent", "/crw/cases/?view=calls").content.decode()
    for text in ("tel:(559)555-0142", "Vietnamese", "After 6 pm", "Left a message"):
        assert text in body, text


def test_an_interaction_is_logged_in_a_row_in_two_keystrokes(world: World, client: Client) -> None:
    """CRW-13: a key opens the form with its defaults, Enter sends it."""
    case = open_crw(world)
    address = reverse("retention:log", args=(case.number,))
    opened = page(client, world, "agent", f"{address}?outcome=left_message", hx_request="true")
    tree = lxml_html.fromstring(f"<table>{opened.content.decode()}</table>")
    form = {
        field.get("name"): field.value
        for field in tree.xpath("//form//select | //form//input[not(@type='hidden')]")
    }
    assert form == {"note": None, "channel": "phone", "outcome": "left_message",
                    "next_contact_on": None}  # fmt: skip
    answer = client.post(
        address,
        {"channel": "phone", "outcome": "left_message"},
        headers={"hx-request": "true"},
    )
    world.enter()
    assert "Saved" in answer.content.decode()
    assert (crw(case).interaction_count, crw(case).last_outcome) == (1, "left_message")


def test_a_wrong_date_in_a_row_is_said_beside_it_and_nothing_is_kept(
    world: World, client: Client
) -> None:
    case = open_crw(world)
    client.force_login(world.person("agent"))
    answer = client.post(
        reverse("retention:log", args=(case.number,)),
        {"channel": "phone", "outcome": "no_answer", "next_contact_on": "2025-11-01"},
        headers={"hx-request": "true"},
    )
    world.enter()
    assert "Choose today or a later day." in answer.content.decode()
    assert crw(case).interaction_count == 0


def test_without_script_logging_leads_to_the_acts_own_page(world: World, client: Client) -> None:
    case = open_crw(world)
    answer = page(client, world, "agent", reverse("retention:log", args=(case.number,)))
    assert answer["Location"] == reverse("casework:act", args=(case.number, "log_interaction"))
    client.post(answer["Location"], {"channel": "email", "outcome": "sent", "note": "Wrote."})
    world.enter()
    assert crw(case).last_outcome == "sent"


def test_the_case_page_has_the_printed_sections_and_fields(world: World, client: Client) -> None:
    """CRW-12, CRW-14."""
    case = open_crw(world)
    work(world, case, note="Rang twice.")
    response = page(client, world, "agent", f"/crw/cases/{case.number}/")
    tree = lxml_html.fromstring(response.content)
    headings = [h.text_content().strip() for h in tree.xpath("//main//h2")]
    assert headings[:4] == [
        "Consumer Information",
        "Risk Categorization",
        "Interaction Documentation",
        "Resolution Selection",
    ]
    text = " ".join(tree.text_content().split())
    for wanted in (
        *("Phone number", "Email", "Preferred language", "4 = High Risk", "Rang twice."),
        *("Premium rises by 24 %", "IMPORTANT! * Indicates Required Fields"),
        *("Status", "Resolution Reason", "Steps to Resolve"),
    ):
        assert wanted in text, wanted
    assert "Rosa" not in tree.xpath("string(//title)")


def test_looking_at_a_case_is_recorded_with_its_consumer(world: World, client: Client) -> None:
    case = open_crw(world)
    page(client, world, "agency.manager", f"/crw/cases/{case.number}/")
    entry = LedgerEntry.objects.filter(action="casework.viewed").latest("pk")
    assert (entry.case_ids, entry.consumer_ids) == ([case.pk], [crw(case).consumer_id])
    assert entry.disclosed_to_id == world.organization("sunrise").pk


def test_closing_through_the_page_names_what_is_missing(world: World, client: Client) -> None:
    """CRW-14: “closing without the three fields names them”."""
    case = open_crw(world)
    client.force_login(world.person("agent"))
    address = reverse("casework:act", args=(case.number, "close"))
    answer = client.post(address, {})
    assert answer.status_code == 422
    for words in services.MISSING.values():
        assert words in answer.content.decode()
    client.post(
        address,
        {
            "status": "closed",
            "reason": reason(world, "will_auto_renew").pk,
            "steps": "Nothing to change.",
        },
    )
    world.enter()
    assert crw(case).reason == reason(world, "will_auto_renew")


def test_a_manager_transfers_chosen_cases(world: World, client: Client) -> None:
    """CRW-16: the page names them first; Level 1 is not among the choices, and is refused."""
    cases = [open_crw(world, name=f"Consumer {n}") for n in range(2)]
    world.person("agent1")
    world.person("agent2b")
    numbers = [case.number for case in cases]
    query = "&".join(f"case={number}" for number in numbers)
    response = page(client, world, "agency.manager", f"/crw/cases/transfer/?{query}")
    tree = lxml_html.fromstring(response.content)
    offered = [o.text for o in tree.xpath("//select[@name='person']/option")][1:]
    assert offered == ["Agent", "Agent2B"]
    refused = client.post(
        "/crw/cases/transfer/", {"case": numbers, "person": world.person("agent1").pk}
    )
    assert refused.status_code == 422
    assert "receives no transfers" in refused.content.decode()
    client.post("/crw/cases/transfer/", {"case": numbers, "person": world.person("agent2b").pk})
    world.enter()
    assert {crw(case).enroller for case in cases} == {world.person("agent2b")}


def test_a_transfer_of_a_case_one_may_not_know_of_is_a_missing_page(
    world: World, client: Client
) -> None:
    foreign = open_crw(world, "harbor.agent", code="harbor")
    address = f"/crw/cases/transfer/?case={foreign.number}"
    assert page(client, world, "agency.manager", address).status_code == 404


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_list_is_exported_as_it_is_shown_and_takes_no_formula(
    world: World, client: Client, file_format: str
) -> None:
    """CRW-13; ASVS 1.2.10."""
    open_crw(world, name="=HYPERLINK(1)")
    theirs = open_crw(world, "agent2b", name="Jun Park")
    address = f"/crw/cases/export/?format={file_format}"
    response = page(client, world, "agent", address)
    assert theirs.number not in response.content.decode("utf-8", errors="ignore")
    if file_format == "csv":
        text = response.content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text
        assert "Jun Park" not in text
    else:
        with ZipFile(BytesIO(response.content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert sheet.count("<row ") == 2
        assert "<f>" not in sheet
    entry = LedgerEntry.objects.filter(action="retention.exported").latest("pk")
    assert (entry.data["rows"], len(entry.consumer_ids)) == (1, 1)


def test_reports_count_all_enrollers_by_enroller_risk_reason_and_week(
    world: World, client: Client, varied: list[Case]
) -> None:
    """CRW-06, X-07."""
    work(world, varied[0], outcome="reached")
    response = page(client, world, "agency.manager", "/crw/reports/")
    tree = lxml_html.fromstring(response.content)
    tables = {
        table.xpath("string(caption)"): {
            row.xpath("string(th)"): [cell.text_content().strip() for cell in row.xpath("td")]
            for row in table.xpath("tbody/tr")
        }
        for table in tree.xpath("//table")
    }
    assert set(tables) == {"By enroller", "By risk", "By reason", "By week"}
    assert tables["By enroller"]["Agent"][:4] == ["5", "3", "1", "1"]
    assert tables["By enroller"]["Agent2B"][:4] == ["5", "0", "0", "0"]
    assert list(tables["By risk"]) == [risk.label for risk in sorted(Risk, reverse=True)]
    assert tables["By reason"]["Declined – cost"][:2] == ["0", "2"]
    assert len(tables["By week"]) == 12
    assert tables["By week"]["Week of Nov 3, 2025"][:2] == ["4", "3"]


def test_a_primary_contact_sees_the_entitys_report_and_outreach_all_agencies(
    world: World, client: Client
) -> None:
    """CRW-06: Agency Managers and Entity Primary Contacts; C.5: OSD sees all."""
    open_crw(world)
    open_crw(world, "cec", code="bridge", name="Jun Park")
    body = page(client, world, "entity.contact", "/crw/reports/").content.decode()
    assert "Cec" in body
    assert "Agent" not in re.sub(r"Agency/Entity|Agency", "", body.split("By enroller")[1])
    body = page(client, world, "osd.staff", "/crw/reports/").content.decode()
    assert "Sunrise Insurance Agency" in body
    assert "Bridge Community Clinic" in body
    narrowed = page(client, world, "osd.staff", "/crw/reports/?agency=bridge").content.decode()
    assert "Sunrise Insurance Agency" not in narrowed


@pytest.mark.parametrize("who", ["agent", "agent1", "admin2", "cec", "scr"])
def test_nobody_else_sees_reports(world: World, client: Client, who: str) -> None:
    assert page(client, world, who, "/crw/reports/").status_code == 403


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_report_is_exported(world: World, client: Client, file_format: str) -> None:
    open_crw(world)
    address = f"/crw/reports/export/?format={file_format}"
    response = page(client, world, "agency.manager", address)
    assert response.status_code == 200
    if file_format == "csv":
        lines = response.content.decode("utf-8-sig").splitlines()
        assert lines[1].startswith("All together,All together,1,0,0,0")
    assert LedgerEntry.objects.filter(action="retention.report_exported").exists()


def test_a_transferred_case_counts_for_its_new_holder(world: World, client: Client) -> None:
    case = open_crw(world)
    transfer_case(case=case, actor=world.actor("agency.manager"), person=world.person("agent2b"))
    body = page(client, world, "agency.manager", "/crw/cases/").content.decode()
    assert "Transferred" in body
    assert "Agent2B" in body


def test_an_administrator_words_the_reasons(world: World, client: Client) -> None:
    """CRW-15, decision 19."""
    open_crw(world)
    client.force_login(world.person("admin"))
    client.post("/crw/reasons/", {"label": "Moved to a group plan"})
    world.enter()
    added = reason(world, "moved_to_a_group_plan")
    client.post(f"/crw/reasons/{added.pk}/", {"label": "Group plan", "position": "2"})
    world.enter()
    added.refresh_from_db()
    assert (added.label, added.is_active) == ("Group plan", False)
    system = reason(world, "not_delegated")
    answer = client.post(f"/crw/reasons/{system.pk}/", {"label": "Gone", "position": "1"})
    assert answer.status_code == 422
    world.enter()


def test_home_and_header_lead_to_the_workspace(world: World, client: Client) -> None:
    """CRW-07: Home Page → Quick Links → “Consumer Retention Workspace”."""
    open_crw(world, risk=5)
    tree = lxml_html.fromstring(page(client, world, "agent", "/").content)
    link = tree.xpath("//a[text()='Consumer Retention Workspace']")
    assert [a.get("href") for a in link] == ["/crw/"]
    assert "5 = Very High Risk" in tree.text_content()
    assert "Your cases in progress" not in tree.text_content() or "CRW-" not in tree.text_content()


def api(world: World, who: str) -> Api:
    """A program of somebody's, with a fresh token."""
    cache.clear()
    actor = world.actor(who)
    token, secret = create_api_token(
        actor=actor, membership=world.memberships[who], name="test", read_only=False
    )
    return Api(secret, token)


def test_the_api_reads_a_case_and_performs_its_acts(world: World) -> None:
    """The generic addresses of cases, with the same sight and rules."""
    case = open_crw(world)
    agent, peer = api(world, "agent"), api(world, "agent2b")
    assert peer.get(f"cases/{case.number}/").status_code == 404
    found = agent.get(f"cases/{case.number}/").json()
    world.enter()
    sections = {section["key"]: section for section in found["sections"]}
    assert set(sections) == {"consumer", "risk", "interactions", "resolution"}
    assert found["status"] == "New"
    acts = f"cases/{case.number}/acts"
    logged = agent.post(f"{acts}/log_interaction/", {"channel": "phone", "outcome": "reached"})
    assert logged.status_code == 200, logged.content
    world.enter()
    assert crw(case).is_reached
    refused = agent.post(f"{acts}/close/", {})
    assert refused.status_code == 400
    for name in services.MISSING:
        assert name in refused.content.decode()
    closed = agent.post(
        f"{acts}/close/",
        {"status": "closed", "reason": reason(world, "moved").pk, "steps": "Moved to Oregon."},
    )
    assert closed.status_code == 200, closed.content
    world.enter()
    assert crw(case).reason == reason(world, "moved")
