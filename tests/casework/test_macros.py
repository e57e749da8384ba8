"""Saved views shared with a unit, texts with places, and macros: all of it, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client

from portal.casework import listing, macro_runs, macros, saved_views, texts
from portal.casework.common_acts import add_note
from portal.casework.models import Case, Macro, Note, SavedView, TextTemplate, TimelineEvent
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.casework.cases import assigned_case, signed_in, taken_ticket
from tests.casework.test_queue import bare_cases
from tests.world import World

SSN = "123-45-6789"


def make_macro(world: World, *steps: tuple[str, dict[str, str]], kind: str = "ticket") -> Macro:
    """A macro of the Escalations Unit in use."""
    lead, unit = world.actor("eru.lead"), world.organizations["escalations-unit"]
    macro = macros.save_macro(actor=lead, name="Begin", organization=unit, kind=kind)
    for act, data in steps:
        query = QueryDict(mutable=True)
        query.update(data)
        macros.add_step(actor=lead, macro=macro, act_key=act, data=query)
    return macros.save_macro(
        actor=lead, name="Begin", organization=unit, macro=macro, is_active=True
    )


def begin(world: World) -> Macro:
    """Take, start, note."""
    return make_macro(world, ("take", {}), ("start", {}), ("note", {"body": "Begun {number}."}))


def make_text(world: World, body: str = "About {number}: {status}.") -> TextTemplate:
    return texts.save_text(
        actor=world.actor("eru.lead"),
        name="About",
        body=body,
        organization=world.organizations["escalations-unit"],
    )


# Saved views


def test_a_view_shared_with_the_unit_is_seen_there_and_nowhere_else(world: World) -> None:
    unit = world.organizations["escalations-unit"]
    maker = signed_in(world, "eru.specialist")
    maker.post(
        "/queue/views/save/", {"name": "Hot ones", "query": "urgent=on", "shared_with": unit.pk}
    )
    assert "Hot ones" in signed_in(world, "eru.colleague").get("/queue/").content.decode()
    assert "Hot ones" not in signed_in(world, "appeals.specialist").get("/queue/").content.decode()
    view = SavedView.objects.get()
    colleague, lead = signed_in(world, "eru.colleague"), signed_in(world, "eru.lead")
    assert colleague.post(f"/queue/views/{view.pk}/rename/", {"name": "x"}).status_code == 404
    assert colleague.post(f"/queue/views/{view.pk}/delete/").status_code == 404
    assert lead.post(f"/queue/views/{view.pk}/rename/", {"name": "Urgent"}).status_code == 302
    maker.post(f"/queue/views/{view.pk}/share/", {"shared_with": ""})
    assert lead.post(f"/queue/views/{view.pk}/delete/").status_code == 404


def test_a_view_is_not_shared_with_a_unit_that_is_not_ones_own(
    world: World, other_world: World
) -> None:
    client = signed_in(world, "eru.lead")
    appeals = world.organizations["appeals"].pk
    data: dict[str, Any] = {"name": "x", "query": "", "shared_with": appeals}
    assert client.post("/queue/views/save/", data).status_code == 403
    data["shared_with"] = other_world.organizations["escalations-unit"].pk
    assert client.post("/queue/views/save/", data).status_code == 404
    assert not SavedView.objects.exists()
    office = world.actor("office.manager")
    with pytest.raises(NotAllowed):
        saved_views.save_view(
            actor=office, list_key="queue", name="x", query="", shared_with=office.organization
        )


def test_counts_of_saved_views_are_the_readers_own_and_stop_at_their_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_cases(world, 5)
    specialist = world.actor("eru.specialist")
    for name, query in (("All", "view=all"), ("None", "view=all&urgent=on"), ("Old", "view=gone")):
        saved_views.save_view(
            actor=specialist,
            list_key="queue",
            name=name,
            query=query,
            shared_with=specialist.organization,
        )

    def counts(key: str) -> dict[str, str | None]:
        like = listing.read_list(world.actor(key), QueryDict())
        found = saved_views.views_with_counts(like=like, list_key="queue")
        return {view.name: view.count for view in found}

    assert counts("eru.colleague") == {"All": "5", "None": "0", "Old": None}
    monkeypatch.setattr(listing, "COUNT_LIMIT", 3)
    assert counts("eru.lead")["All"] == "3+"


# Texts


def test_a_text_is_filled_with_the_cases_facts(world: World) -> None:
    ticket = taken_ticket(world)
    text = make_text(world, "{number}, {status}, {exchange}, {received}, {unit}.")
    answer = signed_in(world, "eru.specialist").get(f"/cases/{ticket.number}/texts/{text.pk}/")
    assert answer.content.decode() == (
        f"{ticket.number}, In progress, Covered California, November 5, 2025, Escalations Unit."
    )
    assert signed_in(world, "ea.analyst").get(answer.request["PATH_INFO"]).status_code == 404


def test_a_place_that_does_not_exist_is_refused_when_the_text_is_saved(world: World) -> None:
    client = signed_in(world, "eru.lead")
    unit = world.organizations["escalations-unit"].pk
    data = {"name": "Bad", "body": "Dear {consumer_name}", "organization": unit}
    answer = client.post("/texts/new/", data)
    assert answer.status_code == 422
    assert "There is no place {consumer_name}" in answer.content.decode()
    assert client.post("/texts/new/", data | {"body": f"SSN {SSN}"}).status_code == 422
    assert not TextTemplate.objects.exists()
    assert client.post("/texts/new/", data | {"body": "Dear caller of {number}"}).status_code == 302


def test_a_text_is_offered_in_every_box_and_inserted_without_script(world: World) -> None:
    ticket, text = taken_ticket(world), make_text(world)
    client = signed_in(world, "eru.specialist")
    pickers = client.get(f"/cases/{ticket.number}/texts/").content.decode()
    assert 'data-box="id_note_body"' in pickers
    html = client.get(
        f"/cases/{ticket.number}/act/resolve/", {"text": text.pk, "into": "steps"}
    ).content.decode()
    assert f"About {ticket.number}: In progress." in html
    assert 'data-box="id_steps"' in html


def test_only_makers_of_the_unit_change_its_texts(world: World) -> None:
    text = make_text(world)
    assert signed_in(world, "ea.lead").get(f"/texts/{text.pk}/").status_code == 404
    assert signed_in(world, "eru.specialist").get(f"/texts/{text.pk}/").status_code == 403
    assert signed_in(world, "admin").get(f"/texts/{text.pk}/").status_code == 200
    foreign_unit = world.organizations["appeals"]
    with pytest.raises(NotAllowed):
        texts.save_text(
            actor=world.actor("eru.lead"), name="x", body="x", organization=foreign_unit
        )


# Macros: making


def test_a_lead_makes_a_macro_in_the_browser(world: World) -> None:
    client = signed_in(world, "eru.lead")
    unit = world.organizations["escalations-unit"].pk
    client.post("/macros/new/", {"name": "Begin", "organization": unit, "kind": "ticket"})
    macro = Macro.objects.get()
    base = f"/macros/{macro.pk}/"
    assert (
        client.post(base, {"name": "Begin", "organization": unit, "is_active": "on"}).status_code
        == 422
    )
    assert "Add the step" in client.get(f"{base}steps/", {"act": "note"}).content.decode()
    for step in ({"act": "note", "body": "Begun {number}."}, {"act": "take"}):
        assert client.post(f"{base}steps/", step).status_code == 302
    client.post(f"{base}steps/1/up/")
    macro.refresh_from_db()
    assert [step["act"] for step in macro.steps] == ["take", "note"]
    client.post(f"{base}steps/0/remove/")
    assert (
        client.post(base, {"name": "N", "organization": unit, "is_active": "on"}).status_code == 302
    )
    macro.refresh_from_db()
    assert (len(macro.steps), macro.is_active, macro.name) == (1, True, "N")
    client.post(f"{base}delete/")
    assert not Macro.objects.exists()


@pytest.mark.parametrize(
    "step",
    [
        {"act": "note", "body": ""},
        {"act": "note", "body": "Dear {consumer}"},
        {"act": "note", "body": f"SSN {SSN}"},
        {"act": "transfer", "queue": "0", "reason": "x"},
    ],
)
def test_a_step_that_could_never_be_done_is_refused_when_it_is_added(
    world: World, step: dict[str, str]
) -> None:
    macro = begin(world)
    answer = signed_in(world, "eru.lead").post(f"/macros/{macro.pk}/steps/", step)
    assert answer.status_code == 422
    assert SSN not in answer.content.decode()
    macro.refresh_from_db()
    assert len(macro.steps) == 3


@pytest.mark.parametrize("act", ["attach", "fly", "acknowledge"])
def test_an_act_that_takes_a_file_or_is_not_there_is_no_step(world: World, act: str) -> None:
    macro = begin(world)
    signed_in(world, "eru.lead").post(f"/macros/{macro.pk}/steps/", {"act": act})
    macro.refresh_from_db()
    assert len(macro.steps) == 3


# Macros: running


def preview(world: World, macro: Macro, *cases: Case, key: str = "eru.specialist") -> Any:
    return macro_runs.preview_macro(
        actor=world.actor(key), macro=macro, numbers=[case.number for case in cases]
    )


def test_a_preview_says_what_each_step_will_do_and_changes_nothing(world: World) -> None:
    macro, (_, ticket) = begin(world), assigned_case(world)
    counted = (TimelineEvent, Note, LedgerEntry)
    before = [model.objects.count() for model in counted]
    [found] = preview(world, macro, ticket)
    assert found.possible
    assert [outcome.label for outcome in found.outcomes] == [
        "Take this case",
        "Start work",
        "Add an internal note",
    ]
    assert found.outcomes[1].to_status == "In progress"
    assert [model.objects.count() for model in counted] == before
    assert Case.objects.get(pk=ticket.pk).version == ticket.version


def test_a_preview_names_the_step_that_is_not_possible_and_why(world: World) -> None:
    macro, ticket = begin(world), taken_ticket(world, by="eru.colleague")
    [found] = preview(world, macro, ticket)
    first, second, third = found.outcomes
    assert (first.possible, second.possible, third.possible) == (False, None, None)
    assert "Somebody else has taken this case" in first.reason


def run(client: Client, macro: Macro, *cases: Case, **more: Any) -> Any:
    data: dict[str, Any] = {
        "macro": macro.pk,
        "macro_version": macro.version,
        "case": [case.number for case in cases],
    }
    data |= {f"version-{case.number}": case.version for case in cases}
    return client.post("/macros/run/", data | more)


def test_a_macro_does_every_step_on_every_case_with_a_row_of_history_for_each(
    world: World,
) -> None:
    macro, tickets = begin(world), [assigned_case(world)[1] for _ in range(3)]
    answer = run(signed_in(world, "eru.specialist"), macro, *tickets)
    assert answer.status_code == 302
    for ticket in tickets:
        ticket.refresh_from_db()
        assert (ticket.owner, ticket.status) == (world.people["eru.specialist"], "in_progress")
        assert [*ticket.events.values_list("verb", flat=True)][-3:] == ["take", "start", "note"]
        assert Note.objects.filter(case=ticket, body=f"Begun {ticket.number}.").exists()
    entry = LedgerEntry.objects.get(action="casework.macro_run")
    assert sorted(entry.case_ids) == sorted(ticket.pk for ticket in tickets)


def test_a_macro_that_one_case_refuses_changes_none_and_names_it(world: World) -> None:
    macro, (_, free) = begin(world), assigned_case(world)
    taken = taken_ticket(world, by="eru.colleague")
    events = TimelineEvent.objects.count()
    answer = run(signed_in(world, "eru.specialist"), macro, free, taken)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert f"{taken.number}, “Take this case”" in html
    assert "Nothing was changed." in html
    assert TimelineEvent.objects.count() == events
    assert Case.objects.get(pk=free.pk).owner is None


def test_a_case_or_macro_that_changed_since_the_preview_stops_the_run(world: World) -> None:
    macro, (_, ticket) = begin(world), assigned_case(world)
    client = signed_in(world, "eru.specialist")
    old = Case.objects.get(pk=ticket.pk)
    Case.objects.filter(pk=ticket.pk).update(version=old.version + 1)
    answer = run(client, macro, old)
    assert "has changed since the preview" in answer.content.decode()
    ticket.refresh_from_db()
    stale = run(client, macro, ticket, macro_version=macro.version - 1)
    assert "The macro was changed since the preview" in stale.content.decode()
    assert Case.objects.get(pk=ticket.pk).owner is None


def test_a_macro_does_nothing_its_reader_could_not_do_by_hand(world: World) -> None:
    person = world.people["eru.colleague"].pk
    macro, (_, ticket) = (
        make_macro(world, ("assign", {"person": str(person)})),
        assigned_case(world),
    )
    client = signed_in(world, "eru.specialist")
    assert macros.usable_macros(world.actor("eru.specialist")) == []
    assert run(client, macro, ticket).status_code == 403
    assert run(signed_in(world, "eru.lead"), macro, ticket).status_code == 302
    assert run(signed_in(world, "office.staff"), macro, ticket).status_code == 403
    assert run(signed_in(world, "appeals.specialist"), macro, ticket).status_code == 404


def test_a_macro_of_another_unit_does_not_exist_for_its_reader(world: World) -> None:
    macro, (case, _) = begin(world), assigned_case(world)
    assert run(signed_in(world, "ea.analyst"), macro, case).status_code == 404


def test_a_step_after_one_that_hands_the_case_away_is_refused(world: World) -> None:
    appeals = str(world.organizations["appeals"].pk)
    macro = make_macro(
        world,
        ("transfer", {"queue": appeals, "reason": "An appeal."}),
        ("note", {"body": "Handed on."}),
    )
    _, ticket = assigned_case(world)
    [found] = preview(world, macro, ticket)
    assert [outcome.possible for outcome in found.outcomes] == [True, False]
    assert "you do not see this case any more" in found.outcomes[1].reason
    with pytest.raises(ValidationError, match="Nothing was changed"):
        macro_runs.run_macro(
            actor=world.actor("eru.specialist"), macro=macro, numbers=[ticket.number]
        )


def test_a_note_since_the_preview_stops_nothing_because_it_overwrites_nothing(
    world: World,
) -> None:
    macro, (_, ticket) = begin(world), assigned_case(world)
    add_note(case=ticket, actor=world.actor("eru.lead"), body="Look at this one.")
    assert run(signed_in(world, "eru.specialist"), macro, ticket).status_code == 302


def test_more_cases_than_a_run_takes_are_a_bad_request(world: World) -> None:
    client, macro = signed_in(world, "eru.specialist"), begin(world)
    numbers = [f"ES-2025-{n:06}" for n in range(macro_runs.MOST_CASES + 1)]
    answer = client.get("/macros/run/", {"macro": macro.pk, "case": numbers})
    assert answer.status_code == 400
