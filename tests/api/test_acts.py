"""Acts through the API: the table decides, the form checks, ids stay in their scope."""

from typing import Any

import pytest

from escalations.constituent.models import ReferralContact
from portal.casework.models import Case, Note
from portal.ledger.models import LedgerEntry
from tests.api.conftest import Caller
from tests.api.test_cases import release_to_office, review, submit
from tests.world import World


@pytest.fixture
def case(world: World) -> Case:
    return submit(world)


def version(case: Case) -> int:
    return Case.objects.get(pk=case.pk).version


def test_the_open_acts_come_with_what_they_ask_for(world: World, call: Caller, case: Case) -> None:
    contact = ReferralContact.objects.create(
        exchange=world.exchange, kind="agency", name="County Office"
    )
    analyst = call("ea.analyst")
    review(world, case)
    acts = {act["key"]: act for act in analyst.get(f"cases/{case.number}/acts/").json()}
    fields = {field["name"]: field for field in acts["refer_out"]["fields"]}
    assert fields["contact"]["choices"] == [{"value": str(contact.pk), "label": "County Office"}]
    assert fields["reason"]["required"]
    assert "reply" not in acts


def test_an_act_changes_the_case_and_says_where_to_look(
    world: World, call: Caller, case: Case
) -> None:
    before = version(case)
    answer = call("ea.analyst").post(
        f"cases/{case.number}/acts/acknowledge/", {"expected_version": before}
    )
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "number": case.number,
        "url": f"/api/v1/cases/{case.number}/",
        "version": before + 1,
    }
    entry = LedgerEntry.objects.filter(action="constituent.acknowledge").get()
    assert entry.channel == "api"


def test_a_transition_needs_the_version_and_a_stale_one_is_told(
    world: World, call: Caller, case: Case
) -> None:
    analyst, path = call("ea.analyst"), f"cases/{case.number}/acts/acknowledge/"
    missing = analyst.post(path)
    assert missing.status_code == 400
    assert missing.json()["errors"][0]["attr"] == "expected_version"
    stale = analyst.post(path, {"expected_version": version(case) + 1})
    assert stale.status_code == 409
    assert stale.json()["errors"][0]["code"] == "changed_meanwhile"


def test_what_the_table_does_not_allow_now_is_a_409_that_names_what_is(
    world: World, call: Caller, case: Case
) -> None:
    answer = call("ea.analyst").post(
        f"cases/{case.number}/acts/close/", {"expected_version": version(case)}
    )
    assert answer.status_code == 409
    assert "You can:" in answer.json()["errors"][0]["detail"]


def test_what_the_role_does_not_allow_is_a_403_and_on_record(
    world: World, call: Caller, case: Case
) -> None:
    answer = call("office.staff").post(f"cases/{case.number}/acts/acknowledge/")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "permission_denied"
    refused = LedgerEntry.objects.filter(outcome="refused", action="constituent.acknowledge")
    assert refused.exists()


def test_a_refusal_does_not_tell_an_office_the_inner_status(
    world: World, call: Caller, case: Case
) -> None:
    analyst = call("ea.analyst")
    body = {"expected_version": version(case), "reason": "The constituent asked us to."}
    assert analyst.post(f"cases/{case.number}/acts/withdraw/", body).status_code == 200
    office = call("office.staff")
    closed = office.post(f"cases/{case.number}/acts/reply/", {"message": "One more thing."})
    assert closed.status_code == 409
    assert closed.json()["errors"][0]["detail"] == "This is not possible now."
    release_to_office(world, case)
    told = office.post(f"cases/{case.number}/acts/reply/", {"message": "One more thing."})
    assert "while the case is" in told.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("refer_out", {"contact": "CONTACT", "reason": "Not ours."}),
        ("assign_division", {"division": "QUEUE"}),
        ("transfer", {"queue": "QUEUE", "reason": "Theirs."}),
        ("assign", {"person": "PERSON"}),
        ("note", {"body": "Look.", "mentions": ["PERSON"]}),
        ("link", {"number": "NUMBER", "kind": "related"}),
    ],
)
def test_no_field_takes_an_id_of_another_exchange(
    world: World, other_world: World, call: Caller, case: Case, act: str, body: dict[str, Any]
) -> None:
    other_world.enter()
    foreign = {
        "CONTACT": ReferralContact.objects.create(
            exchange=other_world.exchange, kind="agency", name="Elsewhere"
        ).pk,
        "QUEUE": other_world.organizations["escalations-unit"].pk,
        "PERSON": other_world.people["ea.analyst"].pk,
        "NUMBER": submit(other_world).number,
    }
    world.enter()
    lead = call("ea.lead")
    if act in ("refer_out", "assign_division"):
        review(world, case)
    before = Case.objects.filter(pk=case.pk).values().get()

    def answer(values: dict[str, Any]) -> tuple[int, bytes]:
        filled = {
            name: [values[v] for v in value]
            if isinstance(value, list)
            else values.get(value, value)
            for name, value in body.items()
        }
        sent = lead.post(
            f"cases/{case.number}/acts/{act}/", filled | {"expected_version": version(case)}
        )
        return sent.status_code, sent.json()["errors"][0]["code"]

    missing = dict.fromkeys(("CONTACT", "QUEUE", "PERSON"), 2**62) | {"NUMBER": "EA-1999-1"}
    assert answer(foreign) == answer(missing)
    assert answer(foreign)[0] == 400
    world.enter()
    assert Case.objects.filter(pk=case.pk).values().get() == before


@pytest.mark.parametrize(
    "extra",
    [
        {"status": "closed"},
        {"owner": 1},
        {"exchange": 2},
        {"exchange_id": 2},
        {"organization": 1},
        {"is_staff": True},
        {"version": 99},
        {"case": 1},
        {"actor": 1},
        {"at": "2020-01-01T00:00:00Z"},
        {"act_key": "close"},
    ],
)
def test_a_field_the_act_does_not_ask_for_is_refused_and_changes_nothing(
    world: World, call: Caller, case: Case, extra: dict[str, Any]
) -> None:
    before = Case.objects.filter(pk=case.pk).values().get()
    answer = call("ea.analyst").post(
        f"cases/{case.number}/acts/acknowledge/", extra | {"expected_version": before["version"]}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown"
    assert Case.objects.filter(pk=case.pk).values().get() == before


@pytest.mark.parametrize(
    "body",
    [
        {"body": {"a": 1}},
        {"body": ["a"]},
        {"body": ""},
        {"body": None},
        {"body": "a\x00b"},
        {"body": "x" * 20_001},
        {"body": "ok", "mentions": "5"},
        {"body": "ok", "mentions": [True]},
        {"body": "ok", "mentions": [2**70]},
        {"body": "ok", "mentions": list(range(1, 102))},
        [],
        "text",
        None,
        7,
    ],
)
def test_a_body_of_the_wrong_shape_is_a_400(
    world: World, call: Caller, case: Case, body: Any
) -> None:
    import json

    answer = call("ea.analyst").post(f"cases/{case.number}/notes/", json.dumps(body))
    assert answer.status_code == 400
    assert not Note.objects.exists()


def test_a_social_security_number_is_refused_and_not_repeated(
    world: World, call: Caller, case: Case
) -> None:
    answer = call("ea.analyst").post(
        f"cases/{case.number}/notes/", {"body": "Her number is 536-22-8145."}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "ssn_refused"
    assert b"8145" not in answer.content


def test_notes_are_for_the_exchanges_own_staff(world: World, call: Caller, case: Case) -> None:
    analyst = call("ea.analyst")
    assert analyst.post(f"cases/{case.number}/notes/", {"body": "Called."}).status_code == 201
    notes = analyst.get(f"cases/{case.number}/notes/").json()
    assert [note["text"] for note in notes] == ["Called."]
    release_to_office(world, case)
    office = call("office.staff")
    assert office.get(f"cases/{case.number}/notes/").status_code == 403
    assert "Called." not in office.get(f"cases/{case.number}/").content.decode()


def test_an_act_on_many_cases_is_done_on_all_or_on_none(world: World, call: Caller) -> None:
    cases = [submit(world) for _ in range(3)]
    numbers = [case.number for case in cases]
    analyst = call("ea.analyst")
    foreign = analyst.post("cases/bulk/", {"act": "take", "numbers": [*numbers, "EA-1999-1"]})
    assert foreign.status_code == 400
    assert not Case.objects.exclude(owner=None).exists()
    answer = analyst.post("cases/bulk/", {"act": "take", "numbers": numbers})
    assert answer.status_code == 200
    assert Case.objects.filter(owner=world.people["ea.analyst"]).count() == 3


def test_bulk_acts_ask_for_what_the_act_asks_for(world: World, call: Caller, case: Case) -> None:
    answer = call("ea.lead").post("cases/bulk/", {"act": "transfer", "numbers": [case.number]})
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {
        "values.queue",
        "values.reason",
    }
