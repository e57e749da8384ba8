"""“My Reports”: running, editing, saving, finding again and exporting (RP-01…RP-09)."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.consumers import book
from portal.consumers.models import Consumer, Delegation
from portal.ledger.models import LedgerEntry
from portal.reports import saved as services
from portal.reports.book_report import FIELDS, MY_BOOK
from portal.reports.models import SavedReport
from tests.book import ground
from tests.world import World

pytestmark = pytest.mark.django_db

STANDARD = ("reports:standard-report", [MY_BOOK.key])
RP_05 = (
    "Account Name",
    "Application Case Number",
    "Consumer Name",
    "Contact Application ID",
    "Contact Application Name",
    "Health Enrollment Name",
    "Eligibility Program",
    "Enroller Contact",
    "Year of Application",
)


@pytest.fixture
def people(world: World) -> dict[str, Consumer]:
    """Two households: one that applied for 2025 and 2026, one for 2025 alone."""
    first, second = ground.household(world), ground.household(world)
    ana = ground.consumer(world, "Ana Ruiz", household=first, is_primary_contact=True)
    ben = ground.consumer(world, "Ben Ruiz", household=first)
    cho = ground.consumer(world, "Cho Min", household=second)
    ground.delegate(world, ana, "agent")
    ground.delegate(world, ben, "agent")
    ground.delegate(world, cho, "agent2b")
    ground.apply(first, application_id="A-25", year=2025)
    ground.apply(first, application_id="A-26", year=2026, program="Medi-Cal")
    ground.apply(second, application_id="B-25", year=2025)
    ground.enroll(ana, plan_year=2025, plan_name="Bronze 60")
    ground.enroll(ana, plan_year=2026, plan_name="Gold 80")
    return {"ana": ana, "ben": ben, "cho": cho}


def run(client: Client, **filters: str) -> Any:
    """Edit the standard report, and run it; answers with the report's page."""
    body = {f"filter-{key}": value for key, value in filters.items()}
    columns = [column.key for column in MY_BOOK.columns_of(())]
    url = reverse("reports:standard-edit", args=[MY_BOOK.key])
    answer = client.post(url, {"columns": columns, "run": "", **body}, follow=True)
    assert answer.status_code == 200
    return answer


def first_column(answer: Any, label: str = "Consumer Name") -> list[Any]:
    labels = [column.label for column in answer.context["asked"].columns]
    return [line[labels.index(label)] for line in answer.context["lines"]]


def test_rp_02_rp_05_my_book_of_business_has_the_nine_fields_as_columns_and_filters() -> None:
    assert MY_BOOK.label == "My Book of Business"
    assert tuple(FIELDS.values()) == RP_05
    assert tuple(f.label for f in MY_BOOK.filters) == RP_05
    assert tuple(c.label for c in MY_BOOK.columns_of(())) == RP_05


def test_rp_01_the_report_is_viewed_before_anybody_edits_it(
    world: World, people: dict[str, Consumer]
) -> None:
    client = ground.browser(world, "agent")
    assert "My Book of Business" in client.get(reverse("reports:mine")).content.decode()
    answer = client.get(reverse(STANDARD[0], args=STANDARD[1]))
    assert first_column(answer) == ["Ana Ruiz", "Ben Ruiz"]
    assert answer.context["lines"][0] == [
        "Sunrise Insurance Agency",
        people["ana"].case_number,
        "Ana Ruiz",
        "A-26",
        "Ana Ruiz",
        "Sierra Mutual, Gold 80",
        "Medi-Cal",
        "Agent",
        2026,
    ]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"account_name": "sunrise"}, ["Ana Ruiz", "Ben Ruiz", "Cho Min"]),
        ({"account_name": "harbor"}, []),
        ({"consumer_name": "ruiz"}, ["Ana Ruiz", "Ben Ruiz"]),
        ({"contact_application_id": "b-25"}, ["Cho Min"]),
        ({"contact_application_name": "ana"}, ["Ana Ruiz", "Ben Ruiz"]),
        ({"health_enrollment_name": "sierra gold"}, ["Ana Ruiz"]),
        ({"eligibility_program": "medi-cal"}, ["Ana Ruiz", "Ben Ruiz"]),
        ({"enroller_contact": "agent2b"}, ["Cho Min"]),
        ({"year_of_application": "2026"}, ["Ana Ruiz", "Ben Ruiz"]),
        ({"year_of_application": "2025", "eligibility_program": "medi-cal"}, []),
        ({"year_of_application": "2025", "health_enrollment_name": "gold"}, []),
    ],
)
def test_rp_05_rp_06_each_filter_narrows_what_is_run(
    world: World, people: dict[str, Consumer], filters: dict[str, str], found: list[str]
) -> None:
    assert first_column(run(ground.browser(world, "agency.manager"), **filters)) == found


def test_rp_06_the_case_number_is_a_filter_too(world: World, people: dict[str, Consumer]) -> None:
    answer = run(
        ground.browser(world, "agency.manager"),
        application_case_number=people["cho"].case_number,
    )
    assert first_column(answer) == ["Cho Min"]


def test_rp_06_a_year_shows_the_application_and_the_plan_of_that_year(
    world: World, people: dict[str, Consumer]
) -> None:
    answer = run(ground.browser(world, "agent"), year_of_application="2025")
    assert answer.context["filtered_by"] == "Year of Application: 2025"
    assert first_column(answer, "Contact Application ID") == ["A-25", "A-25"]
    assert first_column(answer, "Health Enrollment Name") == ["Sierra Mutual, Bronze 60", ""]


def test_the_head_of_a_household_is_named_only_to_who_may_see_them(world: World) -> None:
    home = ground.household(world)
    head = ground.consumer(world, "Head Elsewhere", household=home, is_primary_contact=True)
    ground.delegate(world, head, "harbor.agent")
    ground.delegate(world, ground.consumer(world, "Own Here", household=home), "agent")
    client = ground.browser(world, "agent")
    assert first_column(run(client), "Contact Application Name") == [""]
    assert first_column(run(client, contact_application_name="Head")) == []


def test_rp_03_rp_04_rp_06_to_rp_09_a_report_is_edited_applied_run_saved_and_found_again(
    world: World, people: dict[str, Consumer]
) -> None:
    """The fourteen steps of the webinar."""
    client = ground.browser(world, "agent")
    client.get(reverse("reports:mine"))  # 1
    client.get(reverse(*STANDARD[:1], args=STANDARD[1]))  # 2
    edit = reverse("reports:standard-edit", args=[MY_BOOK.key])
    page = client.get(edit).content.decode()  # 3
    for words in ("Outline", "Columns", "Filters", "Apply", "Run"):  # 4
        assert words in page
    body = {"columns": ["consumer_name", "phone"], "filter-year_of_application": "2025"}  # 5, 6
    applied = client.post(edit, {**body, "apply": ""}, follow=True)  # 7
    own = SavedReport.objects.get()
    assert applied.redirect_chain == [(reverse("reports:own-edit", args=[own.pk]), 302)]
    assert applied.context["lines"] == [
        ["Ana Ruiz", "(213) 555-0142"],
        ["Ben Ruiz", "(213) 555-0142"],
    ]
    ran = client.post(reverse("reports:own-edit", args=[own.pk]), {**body, "run": ""}, follow=True)
    assert ran.redirect_chain == [(reverse("reports:own-report", args=[own.pk]), 302)]  # 8
    save = reverse("reports:own-save", args=[own.pk])
    page = client.get(save).content.decode()  # 9
    for words in ("Select Folder", "All Folders", "Private Reports", "Report Name"):  # 10…12
        assert words in page
    client.post(save, {"folder": "Private Reports", "name": "2025 only"})  # 13
    context = client.get(reverse("reports:mine")).context  # 14
    assert [label for _, label, _ in context["private"]] == ["2025 only"]
    assert [label for _, label, _ in context["recent"]] == ["2025 only"]
    again = client.get(reverse("reports:own-report", args=[own.pk]))
    assert again.context["lines"] == applied.context["lines"]


def test_a_report_without_columns_is_not_run(world: World) -> None:
    client = ground.browser(world, "agent")
    answer = client.post(reverse("reports:standard-edit", args=[MY_BOOK.key]), {"run": ""})
    assert answer.status_code == 422
    assert "Keep at least one column" in answer.content.decode()
    assert not SavedReport.objects.exists()


def test_a_social_security_number_is_kept_in_no_report(world: World) -> None:
    client = ground.browser(world, "agent")
    answer = client.post(
        reverse("reports:standard-edit", args=[MY_BOOK.key]),
        {"columns": ["phone"], "filter-consumer_name": "123-45-6789", "run": ""},
    )
    assert answer.status_code == 422
    assert not SavedReport.objects.exists()
    own = SavedReport.objects.get(pk=run(client).context["asked"].saved.pk)
    with pytest.raises(ValidationError):
        services.save_report(actor=world.actor("agent"), saved=own, name="123-45-6789")


def test_filters_are_stored_unreadable_and_stay_out_of_the_address(
    world: World, people: dict[str, Consumer]
) -> None:
    answer = run(ground.browser(world, "agent"), consumer_name="Ana Ruiz")
    assert "Ana" not in answer.redirect_chain[-1][0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT chosen FROM reports_savedreport")
        assert "Ana" not in str(cursor.fetchall())


def test_rp_07_a_saved_report_is_its_makers_alone(
    world: World, people: dict[str, Consumer]
) -> None:
    own = run(ground.browser(world, "agent")).context["asked"].saved
    for key in ("agent2b", "agency.manager"):
        other = ground.browser(world, key)
        for page in ("report", "edit", "save", "export"):
            assert other.get(reverse(f"reports:own-{page}", args=[own.pk])).status_code == 404
        assert other.post(reverse("reports:own-delete", args=[own.pk])).status_code == 404
        assert other.get(reverse("reports:mine")).context["recent"] == []
    assert SavedReport.objects.filter(pk=own.pk).exists()


def test_rp_01_a_saved_report_that_is_edited_stays_until_it_is_saved_under_its_name(
    world: World,
) -> None:
    actor = world.actor("agent")
    kept = services.save_report(
        actor=actor,
        saved=services.run_report(actor=actor, report=MY_BOOK, columns=["phone"], chosen={}),
        name="  Calls   today ",
    )
    assert kept.name == "Calls today"
    edited = services.run_report(
        actor=actor, report=MY_BOOK, columns=["email"], chosen={}, changes=kept
    )
    kept.refresh_from_db()
    assert (edited.pk != kept.pk, kept.columns) == (True, ["phone"])
    services.save_report(actor=actor, saved=edited, name="Calls today")
    (only,) = services.private_reports(actor)
    assert only.columns == ["email"]
    services.save_report(actor=actor, saved=only, name="Copy")
    assert [row.name for row in services.private_reports(actor)] == ["Calls today", "Copy"]
    services.delete_report(actor=actor, saved=only)
    assert [row.name for row in services.private_reports(actor)] == ["Copy"]


def test_rp_08_recent_has_the_last_ten_and_forgets_unsaved_ones_beyond(world: World) -> None:
    actor = world.actor("agent")
    for _ in range(services.RECENT + 3):
        services.run_report(actor=actor, report=MY_BOOK, columns=["phone"], chosen={})
    assert len(services.recent_reports(actor)) == services.RECENT
    assert services.own_reports(actor).count() == services.RECENT


def test_a_saved_report_reads_what_its_reader_may_see_now(
    world: World, people: dict[str, Consumer]
) -> None:
    client = ground.browser(world, "agent")
    own = run(client).context["asked"].saved
    book.end_delegation(
        actor=world.system, consumer=people["ben"], ended_by=Delegation.EndedBy.CONSUMER
    )
    answer = client.get(reverse("reports:own-report", args=[own.pk]))
    assert first_column(answer) == ["Ana Ruiz"]


def test_rp_01_an_export_has_the_chosen_columns_and_is_recorded(
    world: World, people: dict[str, Consumer]
) -> None:
    client = ground.browser(world, "agent")
    body = {"columns": ["consumer_name", "year_of_application"], "run": ""}
    url = reverse("reports:standard-edit", args=[MY_BOOK.key])
    own = client.post(url, body, follow=True).context["asked"].saved
    file = client.get(reverse("reports:own-export", args=[own.pk]), {"format": "csv"})
    assert list(csv.reader(StringIO(file.content.decode("utf-8-sig")))) == [
        ["Consumer Name", "Year of Application"],
        ["Ana Ruiz", "2026"],
        ["Ben Ruiz", "2026"],
    ]
    entry = LedgerEntry.objects.get(action="reports.exported")
    assert entry.consumer_ids == sorted([people["ana"].pk, people["ben"].pk])
    assert entry.fields == ["consumer_name"]
    assert entry.data == {"report": MY_BOOK.key, "format": "csv", "rows": 2}
    book = client.get(reverse("reports:own-export", args=[own.pk]), {"format": "xlsx"})
    assert book.content.startswith(b"PK")


def test_every_run_names_in_the_ledger_whom_it_showed(
    world: World, people: dict[str, Consumer]
) -> None:
    ground.browser(world, "agent").get(reverse(STANDARD[0], args=STANDARD[1]))
    entry = LedgerEntry.objects.get(action="reports.run")
    assert entry.consumer_ids == sorted([people["ana"].pk, people["ben"].pk])
    assert "consumer_name" in entry.fields


@pytest.mark.parametrize(
    ("key", "runs", "exports"),
    [
        ("agent1", 200, 200),
        ("cec", 200, 200),
        ("entity.contact", 200, 200),
        ("admin1", 200, 403),
        ("osd.staff", 404, 404),
        ("scr", 403, 403),
        ("office.staff", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_who_has_a_book_may_report_on_it_and_admin_staff_take_no_file(
    world: World, key: str, runs: int, exports: int
) -> None:
    client = ground.browser(world, key)
    assert client.get(reverse(STANDARD[0], args=STANDARD[1])).status_code == runs
    url = reverse("reports:standard-export", args=[MY_BOOK.key])
    assert client.get(url).status_code == exports


def test_the_consent_column_is_a_day(world: World) -> None:
    own = ground.consumer(world, "Ana")
    ground.delegate(world, own, "agent")
    ground.consent(own, date(2027, 1, 1))
    client = ground.browser(world, "agent")
    url = reverse("reports:standard-edit", args=[MY_BOOK.key])
    answer = client.post(url, {"columns": ["consent_valid_thru"], "run": ""}, follow=True)
    assert answer.context["lines"] == [[date(2027, 1, 1)]]
    assert "Jan 1, 2027" in answer.content.decode()
