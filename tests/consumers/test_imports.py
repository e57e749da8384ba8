"""The feed engine on the access-to-care feed: what it takes, refuses, and never takes twice."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from escalations.tickets.feed import ACCESS_TO_CARE
from escalations.tickets.models import RoutingRule, TicketDetail
from portal.casework.models import Case, CaseText, OutboxMessage, TimelineEvent
from portal.casework.search import search_cases
from portal.clocks.models import Timer, TimerSegment
from portal.consumers import imports
from portal.consumers.models import FeedRun, RefusedRow
from portal.ledger.models import LedgerEntry
from tests.consumers.imr_file import HEADER, row, write
from tests.world import NOW, World

REAL_FILE = Path(__file__).parents[3] / "shared/data/dmhc-imr-decisions-5000.csv"


def take(world: World, path: Path, batch_rows: int | None = None) -> FeedRun:
    run = imports.import_file(
        kind=ACCESS_TO_CARE, exchange=world.exchange, path=path, batch_rows=batch_rows
    )
    world.enter()
    return run


def counts(run: FeedRun) -> tuple[int, int, int, int]:
    run.refresh_from_db()
    return run.rows_read, run.rows_new, run.rows_known, run.rows_refused


def test_each_row_becomes_a_routed_ticket_with_clock_event_and_search_text(
    world: World, tmp_path: Path
) -> None:
    run = take(world, write(tmp_path, [row(1), row(2, reference_id="UR16-00002")]))
    assert counts(run) == (2, 2, 0, 0)
    assert run.state == FeedRun.State.DONE
    case = Case.objects.get(ticket__source_key="MN16-00001")
    assert case.kind == "ticket"
    assert case.status == "new"
    assert case.queue == world.organizations["escalations-unit"]
    assert case.ticket.routed_because == "Access to care goes to the Escalations Unit."
    assert case.ticket.facts == {
        "report_year": "2016",
        "category": "Infectious",
        "subcategory": "Hepatitis",
        "treatment_category": "Pharmacy/Prescription Drugs",
        "treatment_subcategory": "Anti-virals",
        "determination": "Overturned Decision of Health Plan",
        "review_type": "Medical Necessity",
        "age_range": "41-50",
        "gender": "Female",
    }
    timer = Timer.objects.get(case_id=case.pk)
    assert (timer.policy.key, timer.due_at) == ("ticket.resolve", case.due_at)
    assert TimerSegment.objects.get(timer=timer).until is None
    assert [event.verb for event in case.events.all()] == ["opened"]
    assert list(search_cases(actor=world.actor("eru.specialist"), text="mn16-00001")) == [case]
    assert not OutboxMessage.objects.exists()


def test_a_ticket_of_the_feed_is_the_same_as_one_opened_by_hand(
    world: World, tmp_path: Path
) -> None:
    """One rule for both ways: number, status, dates, clock and first event agree."""
    from escalations.tickets.services import open_ticket

    take(world, write(tmp_path, [row()]))
    fed = Case.objects.get()
    typed = open_ticket(
        actor=world.system, ticket_type=fed.ticket.ticket_type, summary="By hand.", at=NOW
    )
    columns = ("kind", "status", "is_open", "is_waiting", "queue_id", "opened_at", "due_at")
    assert [getattr(fed, c) for c in columns] == [getattr(typed, c) for c in columns]
    assert fed.number[:8] == typed.number[:8]
    events = [
        case.events.values("verb", "audience", "to_status", "data").get() for case in (fed, typed)
    ]
    assert events[0] == events[1]
    clocks = [
        Timer.objects.filter(case_id=case.pk).values("policy", "state", "due_at", "warn_at").get()
        for case in (fed, typed)
    ]
    assert clocks[0] == clocks[1]


@pytest.mark.parametrize(
    ("changes", "urgent"),
    [
        ({"type": "Urgent Care"}, True),
        ({"type": "Medical Necessity"}, False),
        ({"type": "Experimental/Investigational"}, False),
        ({"treatment_category": "Emergency/Urgent Care"}, False),
    ],
)
def test_urgent_is_a_review_of_the_type_urgent_care(
    world: World, tmp_path: Path, changes: dict[str, str], urgent: bool
) -> None:
    take(world, write(tmp_path, [row(**changes)]))
    assert Case.objects.get().is_urgent is urgent


def test_an_urgent_decision_takes_the_line_for_urgent_ones(world: World, tmp_path: Path) -> None:
    RoutingRule.objects.update(position=2)
    RoutingRule.objects.create(
        exchange=world.exchange,
        position=1,
        only_urgent=True,
        queue=world.organizations["appeals"],
        why="Urgent.",
    )
    take(world, write(tmp_path, [row(1), row(2, type="Urgent Care")]))
    queues = dict(Case.objects.values_list("is_urgent", "queue__code"))
    assert queues == {False: "escalations-unit", True: "appeals"}


def test_a_file_imported_again_changes_nothing(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(number) for number in range(3)])
    take(world, path)
    before = list(Case.objects.values_list("pk", "version", "updated_at"))
    assert counts(take(world, path)) == (3, 0, 3, 0)
    assert list(Case.objects.values_list("pk", "version", "updated_at")) == before
    assert CaseText.objects.count() == TimelineEvent.objects.count() == 3


def test_a_row_that_is_there_twice_in_a_file_comes_in_once(world: World, tmp_path: Path) -> None:
    run = take(world, write(tmp_path, [row(1), row(1), row(1, reference_id="mn16-00001")]))
    assert counts(run) == (3, 1, 2, 0)


def test_a_bad_row_refuses_itself_only_and_is_never_repeated(world: World, tmp_path: Path) -> None:
    lines = [
        row(1),
        row(2, reference_id=""),
        row(3, type="Canary Type"),
        row(4, determination="Canary Verdict"),
        row(5, report_year="Canary"),
        row(6) + ";surplus",
        row(7, diagnosis_category="123-45-6789"),
        "",
        row(9),
    ]
    run = take(world, write(tmp_path, lines))
    assert counts(run) == (8, 2, 0, 6)
    refused = dict(RefusedRow.objects.values_list("line", "reason"))
    assert sorted(refused) == [3, 4, 5, 6, 7, 8]
    assert refused[7] == "It has 11 values; the header has 10 columns."
    assert refused[8] == "A value looks like a Social Security number."
    assert "Canary" not in repr(refused)


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_lines(
    world: World, tmp_path: Path
) -> None:
    run = take(world, write(tmp_path, [row(1), row(2, diagnosis_category='"Infectious'), row(3)]))
    assert counts(run) == (2, 1, 0, 1)
    assert run.refused.get().line == 3
    assert "not closed, up to line 4" in run.refused.get().reason


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (HEADER.replace("Type;", ""), "Missing columns: Type."),
        (HEADER + ";Extra", "Unknown columns: Extra."),
        (HEADER + ";Type", "A column is there twice."),
        (HEADER.replace(";", ","), "not separated by “;”"),
    ],
)
def test_a_wrong_header_is_refused_whole_before_a_row_is_read(
    world: World, tmp_path: Path, header: str, problem: str
) -> None:
    run = take(world, write(tmp_path, [row(1)], header=header))
    assert run.state == FeedRun.State.REFUSED
    assert problem in run.problem
    assert counts(run) == (0, 0, 0, 0)
    assert not Case.objects.exists()


def test_columns_may_come_in_any_order(world: World, tmp_path: Path) -> None:
    def turn(line: str) -> str:
        return ";".join(reversed(line.split(";")))

    take(world, write(tmp_path, [turn(row())], header=turn(HEADER)))
    assert TicketDetail.objects.get().source_key == "MN16-00001"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_arrive_whatever_the_encoding(world: World, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, [row(diagnosis_category="Ménière’s disease")], encoding=encoding)
    take(world, path)
    assert TicketDetail.objects.get().facts["category"] == "Ménière’s disease"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\0\0"])
def test_what_is_no_text_file_is_refused(world: World, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert take(world, path).state == FeedRun.State.REFUSED


def test_blanks_and_the_odd_age_range_are_read_as_meant(world: World, tmp_path: Path) -> None:
    take(world, write(tmp_path, [row(age_range="11_20", patient_gender="  ")]))
    facts = TicketDetail.objects.get().facts
    assert facts["age_range"] == "11-20"
    assert "gender" not in facts


def test_without_a_routing_line_nothing_comes_in(world: World, tmp_path: Path) -> None:
    RoutingRule.objects.all().delete()
    run = take(world, write(tmp_path, [row()]))
    assert run.state == FeedRun.State.REFUSED
    assert "Add a line" in run.problem


def test_each_batch_leaves_one_ledger_entry_that_names_its_cases(
    world: World, tmp_path: Path
) -> None:
    take(world, write(tmp_path, [row(number) for number in range(3)]), batch_rows=2)
    entries = LedgerEntry.objects.filter(action="ticket.opened")
    assert [len(entry.case_ids) for entry in entries] == [2, 1]
    assert {entry.channel for entry in entries} == {"feed"}


def test_the_number_of_statements_does_not_grow_with_the_rows_of_a_batch(
    world: World, tmp_path: Path, django_assert_max_num_queries: object
) -> None:
    path = write(tmp_path, [row(number) for number in range(300)])
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        take(world, path)
    assert Case.objects.count() == 300


def test_the_command_prints_its_counts_last(world: World, tmp_path: Path) -> None:
    out = StringIO()
    path = write(tmp_path, [row(1), row(2, type="?")])
    at = datetime(2025, 11, 3, 17, tzinfo=UTC)
    call_command("import_feed", path, kind="access-to-care", now=at, stdout=out, stderr=StringIO())
    world.enter()
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "read": 2,
        "new": 1,
        "changed": 0,
        "known": 0,
        "refused": 1,
        "state": "done",
    }
    assert Case.objects.get().opened_at == at


def test_the_command_fails_when_the_file_was_not_read_through(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [], header="Wrong")
    with pytest.raises(CommandError, match="columns"):
        call_command(
            "import_feed", path, kind="access-to-care", stdout=StringIO(), stderr=StringIO()
        )


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the regulator's file is not here")
def test_five_thousand_real_decisions_come_in_once(world: World) -> None:
    assert counts(take(world, REAL_FILE)) == (5000, 5000, 0, 0)
    assert counts(take(world, REAL_FILE)) == (5000, 0, 5000, 0)
    assert Case.objects.count() == 5000
    assert Case.objects.filter(is_urgent=True).count() == 120
