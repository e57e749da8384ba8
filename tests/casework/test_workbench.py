"""The workbench: list and case side by side, and filters other pages link to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from portal.casework.common_acts import add_note, take_case, transfer_case
from portal.casework.listing import read_list
from portal.casework.models import Case, Note
from portal.clocks.models import Timer
from portal.ledger.models import LedgerEntry
from tests.casework.cases import NAME, assigned_case, signed_in, taken_ticket
from tests.casework.test_queue import bare_cases
from tests.world import NOW, World


def rows_of(html: str) -> list[str]:
    return re.findall(r'data-bench-open="[^"]*" data-number="([^"]+)"', html)


def hits(world: World, query: str, key: str = "eru.lead") -> set[str]:
    cases = read_list(world.actor(key), QueryDict(f"view=all&{query}"))
    return {case.number for case in cases.page().rows}


def test_the_workbench_shows_the_list_and_the_case_the_address_names(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    html = client.get("/workbench/", {"view": "mine", "case": ticket.number}).content.decode()
    assert rows_of(html) == [ticket.number]
    assert f'<h2 id="bench-number" tabindex="-1">{ticket.number}</h2>' in html
    assert f'data-number="{ticket.number}" aria-current="true"' in html
    assert NAME in html
    assert 'id="compose-note-' in html


def test_without_script_a_row_leads_to_the_whole_page_with_its_case(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    html = client.get("/workbench/?view=mine&urgent=").content.decode()
    assert f'href="/workbench/?view=mine&amp;urgent=&amp;case={ticket.number}"' in html


def test_the_right_half_alone_is_the_same_case_behind_the_same_gate(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    html = client.get(f"/workbench/cases/{ticket.number}/", {"view": "mine"}).content.decode()
    assert "<html" not in html
    assert NAME in html
    assert 'name="from" value="workbench"' in html
    stranger = signed_in(world, "appeals.specialist")
    assert stranger.get(f"/workbench/cases/{ticket.number}/").status_code == 404
    assert stranger.get("/workbench/", {"case": ticket.number}).status_code == 404
    office = signed_in(world, "office.staff")
    assert office.get("/workbench/").status_code == 403


def test_looking_at_a_case_at_the_workbench_is_recorded(world: World) -> None:
    ticket = taken_ticket(world)
    before = LedgerEntry.objects.filter(action="casework.viewed").count()
    signed_in(world, "eru.specialist").get(f"/workbench/cases/{ticket.number}/")
    assert LedgerEntry.objects.filter(action="casework.viewed").count() == before + 1


def test_the_workbench_remembers_list_and_case(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    client.get(f"/workbench/cases/{ticket.number}/", {"view": "unit", "sort": "number"})
    answer = client.get("/workbench/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/workbench/?view=unit&sort=number&case={ticket.number}"


def test_a_remembered_case_one_no_longer_sees_is_left_out(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    client.get("/workbench/", {"view": "unit", "case": ticket.number})
    appeals = world.organizations["appeals"]
    transfer_case(case=ticket, actor=world.actor("eru.lead"), queue=appeals, reason="Appeal.")
    assert client.get("/workbench/")["Location"] == "/workbench/?view=unit"


def test_an_act_done_at_the_workbench_leads_back_to_it(world: World) -> None:
    _, ticket = assigned_case(world)
    client = signed_in(world, "eru.specialist")
    client.get("/workbench/", {"view": "unit", "case": ticket.number})
    answer = client.post(
        f"/cases/{ticket.number}/act/take/",
        {"expected_version": ticket.version, "from": "workbench"},
    )
    assert answer["Location"] == f"/workbench/?view=unit&case={ticket.number}"
    form = client.get(f"/cases/{ticket.number}/act/note/", {"from": "workbench"}).content.decode()
    assert 'name="from" value="workbench"' in form
    assert 'href="/workbench/?view=unit&amp;case=' in form


def _etag(client: Client, number: str) -> tuple[str, str]:
    answer = client.get("/workbench/rows/", {"view": "unit", "case": number})
    assert answer.status_code == 200
    return answer["ETag"], answer["X-Case-Stamp"]


def test_a_list_that_has_not_changed_is_answered_with_304_and_shows_nothing(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    etag, stamp = _etag(client, ticket.number)
    listed = LedgerEntry.objects.filter(action="casework.listed").count()
    again = client.get(
        "/workbench/rows/",
        {"view": "unit", "case": ticket.number},
        headers={"If-None-Match": etag},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again["X-Case-Stamp"] == stamp
    assert LedgerEntry.objects.filter(action="casework.listed").count() == listed


def test_a_colleagues_note_changes_the_stamp_of_the_open_case(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    html = client.get("/workbench/", {"view": "unit", "case": ticket.number}).content.decode()
    etag, stamp = _etag(client, ticket.number)
    assert f'data-stamp="{stamp}"' in html
    Case.objects.filter(pk=ticket.pk).update(updated_at=NOW - timedelta(minutes=1))
    add_note(case=ticket, actor=world.actor("eru.lead"), body="Called.")
    fresh, changed = _etag(client, ticket.number)
    assert fresh == etag  # the clock stands still in this test: the same instant again
    Case.objects.filter(pk=ticket.pk).update(updated_at=NOW + timedelta(minutes=1))
    assert _etag(client, ticket.number)[1] != changed


def test_a_case_taken_from_ones_sight_has_an_empty_stamp(world: World) -> None:
    _, ticket = assigned_case(world)
    client = signed_in(world, "appeals.specialist")
    assert _etag(client, ticket.number)[1] == ""


# Filters other pages link to


def test_type_party_due_breached_queue_and_owner_narrow_the_list(world: World) -> None:
    _, ticket = assigned_case(world)
    late, waiting = bare_cases(world, 2)
    Case.objects.filter(pk=late.pk).update(
        due_at=NOW - timedelta(days=1), is_breached=True, topic="late-topic"
    )
    Case.objects.filter(pk=waiting.pk).update(
        status="pending_consumer", is_waiting=True, due_at=NOW + timedelta(minutes=5)
    )
    ticket.refresh_from_db()
    assert hits(world, f"type={ticket.topic}") == {ticket.number}
    assert hits(world, "party=consumer") == {waiting.number}
    assert hits(world, "party=unit") >= {ticket.number, late.number}
    assert hits(world, "due=overdue") == {late.number}
    assert waiting.number in hits(world, "due=today")
    assert late.number not in hits(world, "due=today")
    assert hits(world, "breached=1") == {late.number}
    take_case(case=ticket, actor=world.actor("eru.specialist"))
    specialist = world.people["eru.specialist"].pk
    assert hits(world, f"owner_id={specialist}") == {ticket.number}
    assert hits(world, "kind=ticket&owner_id=none") == {late.number, waiting.number}


def test_at_risk_is_a_running_clock_past_its_warning_and_before_its_deadline(world: World) -> None:
    _, ticket = assigned_case(world)
    timers = Timer.objects.filter(case_id=ticket.pk)
    timers.update(state=Timer.State.MET)
    timer = timers.first()
    assert timer is not None

    def stands(**columns: object) -> bool:
        Timer.objects.filter(pk=timer.pk).update(**columns)
        return ticket.number in hits(world, "due=risk")

    ahead, past = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    assert not stands(state=Timer.State.RUNNING, warn_at=ahead, due_at=NOW + timedelta(days=1))
    assert stands(warn_at=past)
    assert stands(warn_at=None)  # raised by the sweep
    assert not stands(state=Timer.State.PAUSED)
    assert stands(state=Timer.State.RUNNING)
    assert not stands(due_at=past)


@pytest.mark.parametrize("value", ["0", "-1", "9" * 30, "x", "999999"])
def test_an_owner_who_never_worked_here_is_an_error_beside_the_filter(
    world: World, value: str
) -> None:
    cases = read_list(world.actor("eru.lead"), QueryDict(f"view=all&owner_id={value}"))
    cases.page()
    assert "owner_id" in cases.filters.errors


def test_an_owner_of_another_exchange_cannot_be_asked_for(world: World, other_world: World) -> None:
    foreign = other_world.people["ea.analyst"].pk
    cases = read_list(world.actor("eru.lead"), QueryDict(f"view=all&owner_id={foreign}"))
    cases.page()
    assert "owner_id" in cases.filters.errors


# Bulk


def test_any_act_whose_form_asks_the_same_of_each_is_done_in_bulk(world: World) -> None:
    tickets = [taken_ticket(world) for _ in range(3)]
    numbers = [ticket.number for ticket in tickets]
    client = signed_in(world, "eru.specialist")
    html = client.get("/queue/?view=mine").content.decode()
    assert 'value="set_urgent"' in html
    for data in ({"act": "other", "other": "set_urgent"}, {"act": "note", "body": "Called all."}):
        assert client.post("/queue/bulk/", {**data, "case": numbers}).status_code == 302
    assert Case.objects.filter(number__in=numbers, is_urgent=True).count() == 3
    assert Note.objects.filter(body="Called all.").count() == 3
    for ticket in tickets:
        assert ticket.events.filter(verb="note").count() == 1


def test_bulk_names_the_case_whose_kind_has_no_such_act(world: World) -> None:
    case, ticket = assigned_case(world)
    client = signed_in(world, "ea.analyst")
    answer = client.get(
        "/queue/bulk/", {"act": "post_update", "case": [case.number, ticket.number]}
    )
    assert answer.status_code == 422
    assert f"{ticket.number}: this kind of case has no such action" in answer.content.decode()


def test_progress_is_told_to_the_person_whose_act_it_is(world: World) -> None:
    tickets = [assigned_case(world)[1] for _ in range(2)]
    client, key = signed_in(world, "eru.specialist"), "ab" * 16
    client.post(
        "/queue/bulk/",
        {"act": "take", "case": [t.number for t in tickets], "progress": key},
    )
    assert client.get(f"/queue/bulk/progress/{key}/").json() == {"done": 2, "total": 2}
    other = signed_in(world, "eru.lead")
    assert other.get(f"/queue/bulk/progress/{key}/").json() == {"done": 0, "total": 0}
