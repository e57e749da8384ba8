"""Lists: what each reader may see, filter, sort, count, save and take away."""

import csv
import re
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.constituent import endings
from escalations.releases.models import Release
from portal.casework import listing
from portal.casework.common_acts import take_case, watch_case
from portal.casework.keyset import page_of
from portal.casework.listing import STAFF_SORTS, read_list
from portal.casework.models import Case, SavedView
from portal.ledger.models import LedgerEntry
from portal.ledger.selectors import in_words
from portal.spreadsheets import safe_cell
from tests.casework.cases import NAME, assigned_case, office_case, release, signed_in, taken_ticket
from tests.world import NOW, World

#: P1, with the two that a test's own transaction adds around every request.
STATEMENTS = 12 + 2


def bare_cases(world: World, count: int, **columns: object) -> list[Case]:
    """Tickets without details, for lists that never look at them."""
    return Case.objects.bulk_create(
        Case(
            exchange=world.exchange,
            number=f"ES-2025-{900000 + n}",
            kind="ticket",
            status="new",
            queue=world.organizations["escalations-unit"],
            opened_at=NOW - timedelta(hours=n),
            due_at=NOW + timedelta(hours=n % 7) if n % 3 else None,
            **columns,
        )
        for n in range(count)
    )


def numbers(world: World, key: str, query: str = "") -> list[str]:
    """Numbers of the rows a person is shown, through the page."""
    html = signed_in(world, key).get(f"/queue/?{query}").content.decode()
    return re.findall(r'class="ui-row-link"[^>]*>([^<]+)<', html)


def test_each_view_holds_the_work_its_name_says(world: World) -> None:
    mine = taken_ticket(world)
    case, free = assigned_case(world)
    late = bare_cases(world, 1)[0]
    watch_case(case=free, actor=world.actor("eru.specialist"))
    Case.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(days=1), is_waiting=True)
    Case.objects.filter(pk=free.pk).update(due_at=NOW + timedelta(hours=2))

    def view(key: str) -> set[str]:
        return set(numbers(world, "eru.specialist", f"view={key}"))

    assert view("mine") == {mine.number}
    assert view("unit") == {mine.number, free.number, late.number}
    assert view("unassigned") == {free.number, late.number}
    assert view("today") == {free.number}
    assert view("overdue") == {late.number}
    assert view("waiting") == {late.number}
    assert view("watching") == {free.number}
    assert view("closed") == set()
    assert case.number in view("all")


def test_an_office_s_list_names_its_own_cases_and_what_a_release_opened_EA_19(
    world: World,
) -> None:
    shut, _ = assigned_case(world, constituent_name="Ana Shut")
    opened, _ = assigned_case(world, constituent_name="Ben Opened")
    release(world, opened)
    html = signed_in(world, "office.staff").get("/queue/").content.decode()
    assert shut.number in html
    assert opened.number in html
    assert "Ben Opened" in html
    for hidden in ("Ana Shut", "External Affairs", "Escalations Unit", "Nobody yet", "business"):
        assert hidden not in html, hidden
    assert html.count("Assigned to a division") == 1
    assert numbers(world, "other.office") == []


def test_names_shown_in_a_list_are_written_into_the_ledger(world: World) -> None:
    shut, opened = office_case(world), office_case(world)
    release(world, opened)
    signed_in(world, "office.staff").get("/queue/")
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.action, entry.case_ids) == ("casework.listed", [opened.pk])
    assert entry.disclosed_to_id == world.organizations["assembly-13"].pk
    assert entry.release_id == Release.objects.get(case=opened).pk
    assert shut.pk not in entry.case_ids


def test_a_list_shown_under_several_releases_says_which_opened_which_case(world: World) -> None:
    cases = [office_case(world), office_case(world)]
    for case in cases:
        release(world, case)
    signed_in(world, "office.staff").get("/queue/")
    entry = LedgerEntry.objects.get(action="casework.listed")
    assert entry.release_id is None
    assert entry.data["releases"] == {
        str(Release.objects.get(case=case).pk): [case.pk] for case in cases
    }
    [shown] = in_words([entry])
    assert shown.authority.count(";") == 1


def test_what_the_exchanges_own_staff_see_in_a_list_names_no_release(world: World) -> None:
    release(world, office_case(world))
    signed_in(world, "ea.analyst").get("/queue/?view=all")
    entry = LedgerEntry.objects.get(action="casework.listed")
    assert (entry.release_id, entry.disclosed_to_id) == (None, None)
    assert "releases" not in entry.data


@pytest.mark.parametrize(
    "query",
    [
        "sort=due",
        "sort=-updated",
        "sort=status",
        "sort=urgent",
        "sort=owner",
        "sort=constituent__constituent_name",
        "view=overdue",
        "view=mine",
        "after=nonsense",
    ],
)
def test_an_office_cannot_order_or_cut_by_what_it_may_not_see_EA_19(
    world: World, query: str
) -> None:
    assert signed_in(world, "office.staff").get(f"/queue/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["is_urgent=on&urgent=on", "owner=Ea", "queue=1", "office=x"])
def test_an_office_s_list_ignores_filters_it_does_not_have(world: World, query: str) -> None:
    office_case(world)
    assert numbers(world, "office.staff", query) == numbers(world, "office.staff") != []


def test_an_office_filters_by_coarse_status_only(world: World) -> None:
    case, _ = assigned_case(world)
    fresh = office_case(world)
    assert numbers(world, "office.staff", "view=all&status=In+progress") == [case.number]
    assert numbers(world, "office.staff", "view=all&status=Received") == [fresh.number]
    html = signed_in(world, "office.staff").get("/queue/?status=assigned").content.decode()
    assert "Select a valid choice" in html


def test_staff_filter_by_kind_status_owner_queue_office_day_and_urgency(world: World) -> None:
    ticket = taken_ticket(world)
    case = Case.objects.get(kind="constituent")
    plain = bare_cases(world, 1, is_urgent=True)[0]

    def hits(query: str) -> set[str]:
        return set(numbers(world, "ea.lead", f"view=all&{query}"))

    assert hits("kind=constituent") == {case.number}
    assert hits("status=in_progress") == {ticket.number}
    assert hits("owner=specialist") == {ticket.number}
    assert hits("office=assembly") == {case.number, ticket.number}
    assert hits(f"queue={world.organizations['external-affairs'].pk}") == {case.number}
    assert hits("opened_from=2025-11-05&opened_to=2025-11-05") == {case.number, ticket.number}
    assert hits("opened_to=2025-11-04") == set()
    assert set(numbers(world, "eru.lead", "view=all&urgent=on")) == {plain.number}


def test_a_day_filter_means_the_exchange_s_own_day(world: World) -> None:
    late_evening = bare_cases(world, 1)[0]
    # 23:30 on 4 November in Los Angeles is 07:30 on the 5th in UTC.
    Case.objects.filter(pk=late_evening.pk).update(opened_at=NOW.replace(hour=7, minute=30))
    day = "view=all&opened_from={0}&opened_to={0}"
    assert numbers(world, "eru.lead", day.format("2025-11-04")) == [late_evening.number]
    assert numbers(world, "eru.lead", day.format("2025-11-05")) == []


@pytest.mark.parametrize("rows", [10, 100])
def test_the_list_takes_the_same_few_statements_whatever_it_holds(world: World, rows: int) -> None:
    for _ in range(3):
        assigned_case(world)
    bare_cases(world, rows)
    for key in ("eru.specialist", "ea.lead", "office.staff"):
        client = signed_in(world, key)
        client.get("/queue/?view=all")
        with CaptureQueriesContext(connection) as statements:
            client.get("/queue/?view=all")
        assert len(statements) <= STATEMENTS, (key, len(statements))


def test_counts_stop_at_their_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNT_LIMIT", 5)
    rows = bare_cases(world, 6)
    lead = world.actor("eru.lead")
    assert read_list(lead, QueryDict()).counts()["unit"] == "5+"
    rows[0].delete()
    assert read_list(lead, QueryDict()).counts()["unit"] == "5"


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sort=st.sampled_from(sorted(STAFF_SORTS)),
    descending=st.booleans(),
    size=st.integers(1, 9),
)
def test_paging_forward_and_back_meets_every_row_once_in_order(
    world: World, sort: str, descending: bool, size: int
) -> None:
    if not Case.objects.filter(kind="ticket").exists():
        bare_cases(world, 20)
    rows = Case.objects.filter(kind="ticket")
    ask = {"sort": STAFF_SORTS[sort], "descending": descending, "size": size}
    pages = [page_of(rows, **ask)]
    while pages[-1].after:
        pages.append(page_of(rows, after=pages[-1].after, **ask))
    met = [row.pk for page in pages for row in page.rows]
    assert len(met) == len(set(met)) == rows.count()
    values = [getattr(row, STAFF_SORTS[sort].column) for page in pages for row in page.rows]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert values[len(known) :] == [None] * (len(values) - len(known))
    back = [pages[-1]]
    while back[-1].before:
        back.append(page_of(rows, before=back[-1].before, **ask))
    assert sorted(row.pk for page in back for row in page.rows) == sorted(met)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJ4IiwxXQ", "W251bGwsMV0", "WyIyMDI1IiwxXQ"])
def test_a_cursor_that_is_none_of_ours_is_a_bad_request(world: World, cursor: str) -> None:
    with pytest.raises(BadRequest):
        page_of(
            Case.objects.all(),
            sort=STAFF_SORTS["opened"],
            descending=False,
            size=5,
            after=cursor,
        )


def test_a_saved_view_is_its_owner_s_own(world: World) -> None:
    client = signed_in(world, "eru.lead")
    client.post("/queue/views/save/", {"name": "Urgent new", "query": "urgent=on&after=abc"})
    view = SavedView.objects.get()
    assert view.query == "urgent=on"
    assert "Urgent new" in client.get("/queue/").content.decode()
    other = signed_in(world, "eru.specialist")
    assert "Urgent new" not in other.get("/queue/").content.decode()
    assert other.post(f"/queue/views/{view.pk}/rename/", {"name": "x"}).status_code == 404
    assert other.post(f"/queue/views/{view.pk}/delete/").status_code == 404
    client.post(f"/queue/views/{view.pk}/rename/", {"name": "Hot"})
    assert SavedView.objects.get().name == "Hot"
    client.post(f"/queue/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def _csv(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/queue/export/?format=csv&{query}")
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def test_an_export_holds_what_the_list_shows_and_is_recorded_with_every_case(world: World) -> None:
    shut, _ = assigned_case(world, constituent_name="Ana Shut")
    opened, _ = assigned_case(world, constituent_name="Ben Opened")
    release(world, opened)
    rows = {row["Number"]: row for row in _csv(signed_in(world, "office.manager"))}
    assert set(rows) == {shut.number, opened.number}
    assert rows[shut.number] == {
        "Number": shut.number,
        "Kind": "Constituent case",
        "Status": "In progress",
        "Received": "2025-11-05 10:20",
        "About": "",
    }
    assert rows[opened.number]["About"] == "Ben Opened"
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.action, set(entry.case_ids)) == ("casework.exported", {shut.pk, opened.pk})
    assert entry.disclosed_to_id == world.organizations["assembly-13"].pk
    assert entry.release_id == Release.objects.get(case=opened).pk
    assert signed_in(world, "office.staff").get("/queue/export/").status_code == 403


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_an_export_is_a_formula(world: World, name: str) -> None:
    assert safe_cell(name).startswith("'")
    office_case(world, constituent_name=name)
    analyst = signed_in(world, "ea.analyst")
    assert _csv(analyst, "view=all")[0]["About"] == f"'{name}"
    book = analyst.get("/queue/export/?format=xlsx&view=all").content
    with zipfile.ZipFile(BytesIO(book)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()


def test_search_leads_to_a_number_at_once_and_finds_names_behind_the_gate(world: World) -> None:
    case = office_case(world)
    for key in ("ea.analyst", "office.staff"):
        found = signed_in(world, key).get("/search/", {"q": case.number.lower()})
        assert found.url == f"/cases/{case.number}/"
    staff = signed_in(world, "ea.analyst").get("/search/", {"q": "quintero"})
    assert case.number in staff.content.decode()
    office = signed_in(world, "office.staff")
    nothing = office.get("/search/", {"q": "quintero"}).content.decode()
    assert case.number not in nothing
    assert "Nothing found" in nothing
    release(world, case)
    assert NAME in office.get("/search/", {"q": "quintero"}).content.decode()
    foreign = signed_in(world, "other.office").get("/search/", {"q": case.number})
    assert foreign.status_code == 200
    assert "Nothing found" in foreign.content.decode()


def test_a_social_security_number_is_not_searched_for_nor_repeated_EA_06(world: World) -> None:
    html = signed_in(world, "ea.analyst").get("/search/", {"q": "219-09-9999"}).content.decode()
    assert "219-09" not in html
    assert "Social Security number" in html


def test_bulk_buttons_are_those_the_role_has(world: World) -> None:
    assigned_case(world)
    lead = signed_in(world, "eru.lead").get("/queue/?view=unassigned").content.decode()
    assert 'value="assign"' in lead
    assert 'name="case"' in lead
    specialist = signed_in(world, "eru.specialist").get("/queue/?view=unassigned").content.decode()
    assert 'value="assign"' not in specialist
    assert 'value="take"' in specialist
    office = signed_in(world, "office.staff").get("/queue/").content.decode()
    assert 'name="case"' not in office


def test_a_closed_case_leaves_the_open_views(world: World) -> None:
    ticket = assigned_case(world)[1]
    take_case(case=ticket, actor=world.actor("eru.specialist"))
    assert ticket.number in numbers(world, "eru.specialist", "view=mine")
    endings.withdraw_case(
        case=Case.objects.get(kind="constituent"),
        actor=world.actor("ea.analyst"),
        reason="They asked.",
    )
    Case.objects.filter(pk=ticket.pk).update(is_open=False, status="cancelled")
    assert ticket.number not in numbers(world, "eru.specialist", "view=mine")
    assert ticket.number in numbers(world, "eru.specialist", "view=closed")
