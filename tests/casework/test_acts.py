"""Acts through the browser: forms keep what was typed, conflicts show what changed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from escalations.constituent import endings
from escalations.constituent import services as constituent
from portal.casework import kinds
from portal.casework.common_acts import add_note, transfer_case, unwatch_case, watch_case
from portal.casework.forms import people_named
from portal.casework.models import Attachment, Case, Mention, Note
from tests.casework.cases import (
    assigned_case,
    contact,
    office_case,
    png,
    release,
    signed_in,
    taken_ticket,
)
from tests.world import NOW, World


def test_an_act_that_asks_nothing_is_done_by_one_button(world: World) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.analyst")
    address = f"/cases/{case.number}/act/acknowledge/"
    assert f'action="{address}"' in client.get(f"/cases/{case.number}/").content.decode()
    response = client.post(address, {"expected_version": case.version})
    assert response.url == f"/cases/{case.number}/"
    case.refresh_from_db()
    assert case.status == "acknowledged"


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(world: World) -> None:
    case = office_case(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    client = signed_in(world, "ea.analyst")
    response = client.post(
        f"/cases/{case.number}/act/refer_out/", {"contact": "", "reason": "Another plan's case."}
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert "Another plan&#x27;s case." in html
    assert 'id="id_contact_error"' in html
    case.refresh_from_db()
    assert case.status == "acknowledged"


def test_an_act_the_status_does_not_allow_is_refused_with_what_is_possible(world: World) -> None:
    case = office_case(world)
    response = signed_in(world, "ea.analyst").post(f"/cases/{case.number}/act/close/")
    html = response.content.decode()
    assert response.status_code == 409
    assert "not possible while the case is “Received”" in html
    assert "Acknowledge receipt" in html
    unknown = signed_in(world, "ea.analyst").get(f"/cases/{case.number}/act/fly/")
    assert unknown.status_code == 404


def test_a_refusal_tells_an_office_no_more_than_its_page_EA_20(world: World) -> None:
    case = office_case(world)
    endings.withdraw_case(case=case, actor=world.actor("ea.analyst"), reason="They asked.")
    html = signed_in(world, "office.staff").get(f"/cases/{case.number}/act/reply/").content.decode()
    assert "Resolved" in html
    assert "withdrawn" not in html.lower()


def test_an_act_of_another_role_is_forbidden_and_recorded(world: World) -> None:
    case = office_case(world)
    client = signed_in(world, "office.staff")
    assert client.post(f"/cases/{case.number}/act/acknowledge/").status_code == 403
    assert client.post(f"/cases/{case.number}/act/note/", {"body": "x"}).status_code == 403
    case.refresh_from_db()
    assert case.status == "received"


def test_a_conflict_keeps_the_text_shows_both_values_and_takes_it_when_sent_again(
    world: World,
) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.analyst")
    form = client.get(f"/cases/{case.number}/act/edit/")
    typed = {
        "description": "Typed by the analyst.",
        "constituent_name": "Rosa Q. Quintero",
        "expected_version": form.context["version"],
        "seen_at": form.context["seen_at"],
    }
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        constituent.edit_information(
            case=case,
            actor=world.actor("ea.lead"),
            description="Changed by the lead.",
            constituent_name="Rosa Quintero",
        )
        address = f"/cases/{case.number}/act/edit/"
        response = client.post(address, typed)
        html = response.content.decode()
        assert response.status_code == 409
        assert "Ea Lead" in html
        assert "Changed by the lead." in html
        assert "Typed by the analyst." in html
        assert "Send again" in html
        again = typed | {"expected_version": response.context["version"]}
        assert client.post(address, again).status_code == 302
    case.constituent.refresh_from_db()
    assert case.constituent.description == "Typed by the analyst."


def test_an_update_written_beside_the_timeline_is_shown_once_more_before_it_is_sent(
    world: World,
) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.analyst")
    address = f"/cases/{case.number}/act/post_update/"
    look = client.post(address, {"text": "We called the plan.", "look": "1"})
    assert "We called the plan." in look.content.decode()
    assert "This tells the office" in look.content.decode()
    assert not Note.objects.filter(kind=Note.Kind.UPDATE).exists()
    assert client.post(address, {"text": "We called the plan."}).status_code == 302
    assert Note.objects.get(kind=Note.Kind.UPDATE).body == "We called the plan."


def test_a_social_security_number_is_refused_beside_the_field_and_not_repeated_EA_06(
    world: World,
) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.analyst")
    for extra in ({}, {"look": "1"}):
        response = client.post(
            f"/cases/{case.number}/act/post_update/",
            {"text": "Her SSN is 219-09-9999, she said.", **extra},
        )
        assert "219-09" not in response.content.decode()
        assert "Social Security number" in response.content.decode()
    assert not Note.objects.exists()


def test_a_colleague_is_mentioned_from_the_list_or_by_full_name_behind_an_at(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    colleague, lead = world.people["eru.colleague"], world.people["eru.lead"]
    body = f"@{colleague.full_name.lower()}, please look. @Office Staff must not be told."
    client.post(f"/cases/{ticket.number}/act/note/", {"body": body, "mentions": [lead.pk]})
    mentioned = set(Mention.objects.values_list("person_id", flat=True))
    assert mentioned == {colleague.pk, lead.pk}


def test_a_name_that_only_begins_like_another_is_not_mentioned(world: World) -> None:
    person = world.people["eru.lead"]
    assert people_named(f"@{person.full_name}: see here", [person]) == [person]
    assert people_named(f"@{person.full_name}s", [person]) == []
    assert people_named(person.full_name, [person]) == []


def test_a_file_is_stored_for_the_audience_chosen_and_a_bad_one_is_named(world: World) -> None:
    case = office_case(world)
    client = signed_in(world, "ea.analyst")
    address = f"/cases/{case.number}/act/attach/"
    good = {"file": SimpleUploadedFile("letter.png", png()), "audience": "detail"}
    assert client.post(address, good).status_code == 302
    assert Attachment.objects.get().audience == "detail"
    bad = {"file": SimpleUploadedFile("macro.docx", b"PK\x03\x04"), "audience": "internal"}
    response = client.post(address, bad)
    assert response.status_code == 422
    assert "PDF" in response.content.decode()
    assert Attachment.objects.count() == 1


def test_a_ticket_s_file_cannot_be_offered_to_an_office(world: World) -> None:
    ticket = taken_ticket(world)
    client = signed_in(world, "eru.specialist")
    address = f"/cases/{ticket.number}/act/attach/"
    assert "The office too" not in client.get(address).content.decode()
    data = {"file": SimpleUploadedFile("letter.png", png()), "audience": "detail"}
    assert client.post(address, data).status_code == 422


def test_who_hands_a_case_on_to_a_unit_they_do_not_see_lands_on_the_list(world: World) -> None:
    _, ticket = assigned_case(world)
    response = signed_in(world, "eru.specialist").post(
        f"/cases/{ticket.number}/act/transfer/",
        {"queue": world.organizations["appeals"].pk, "reason": "An appeal."},
    )
    assert response.url == "/queue/"
    ticket.refresh_from_db()
    assert ticket.queue == world.organizations["appeals"]


def test_only_acts_that_can_succeed_are_offered(world: World) -> None:
    _case, ticket = assigned_case(world)
    html = signed_in(world, "eru.specialist").get(f"/cases/{ticket.number}/").content.decode()
    assert "Take this case" in html
    assert "Return to the queue" not in html
    taken = taken_ticket(world)
    html = signed_in(world, "eru.specialist").get(f"/cases/{taken.number}/").content.decode()
    assert "Take this case" not in html
    assert "Return to the queue" in html


def test_many_cases_are_transferred_all_or_none(world: World) -> None:
    tickets = [assigned_case(world)[1] for _ in range(3)]
    numbers = [ticket.number for ticket in tickets]
    client = signed_in(world, "eru.specialist")
    asked = client.get("/queue/bulk/", {"act": "transfer", "case": numbers}).content.decode()
    assert all(number in asked for number in numbers)
    appeals = world.organizations["appeals"]
    transfer_case(
        case=tickets[1], actor=world.actor("eru.lead"), queue=appeals, reason="Moved already."
    )
    data = {"act": "transfer", "case": numbers, "queue": appeals.pk, "reason": "Appeals."}
    assert client.post("/queue/bulk/", data).status_code == 404
    assert Case.objects.filter(kind="ticket", queue=appeals).count() == 1
    data["case"] = [numbers[0], numbers[2]]
    assert client.post("/queue/bulk/", data).status_code == 302
    assert Case.objects.filter(kind="ticket", queue=appeals).count() == 3


def test_a_bulk_act_that_one_case_refuses_changes_none_and_names_it(world: World) -> None:
    first, second = taken_ticket(world, by="eru.colleague"), assigned_case(world)[1]
    client = signed_in(world, "eru.specialist")
    data = {"act": "take", "case": [second.number, first.number]}
    response = client.post("/queue/bulk/", data)
    assert response.status_code == 422
    assert first.number in response.content.decode()
    second.refresh_from_db()
    assert second.owner is None


@pytest.mark.parametrize("act", ["attach", "edit", "fly", ""])
def test_an_act_that_belongs_to_one_case_is_not_done_in_bulk(world: World, act: str) -> None:
    client = signed_in(world, "ea.analyst")
    assert client.get("/queue/bulk/", {"act": act, "case": ["EA-1"]}).status_code == 400
    office = signed_in(world, "office.staff")
    assert office.post("/queue/bulk/", {"act": "take", "case": ["EA-1"]}).status_code == 403


def test_an_office_writes_without_a_version_that_would_tell_of_inner_work(world: World) -> None:
    case = office_case(world)
    release(world, case)
    add_note(case=case, actor=world.actor("ea.analyst"), body="Inner work.")
    client = signed_in(world, "office.staff")
    address = f"/cases/{case.number}/act/reply/"
    assert "expected_version" not in client.get(address).content.decode()
    assert client.post(address, {"message": "Here it is."}).status_code == 302


def test_watching_a_case_disturbs_nobody_who_has_a_form_of_it_open(world: World) -> None:
    case = office_case(world)
    seen = (case.version, case.updated_at)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        watch_case(case=case, actor=world.actor("ea.lead"))
        unwatch_case(case=case, actor=world.actor("ea.lead"))
        case.refresh_from_db()
        assert (case.version, case.updated_at) == seen
        client = signed_in(world, "ea.analyst")
        address = f"/cases/{case.number}/act/acknowledge/"
        assert client.post(address, {"expected_version": seen[0]}).status_code == 302


def test_a_note_overwrites_nothing_so_it_only_moves_the_date_of_the_last_change(
    world: World,
) -> None:
    case = office_case(world)
    version = case.version
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        add_note(case=case, actor=world.actor("ea.lead"), body="Called back.")
    case.refresh_from_db()
    assert (case.version, case.updated_at) == (version, NOW + timedelta(minutes=5))


@pytest.mark.parametrize("step", ["referred", "duplicate", "withdrawn"])
def test_ea20_an_office_that_may_not_act_now_reads_the_coarse_word_only(
    world: World, step: str
) -> None:
    case, analyst = office_case(world), world.actor("ea.analyst")
    if step == "referred":
        constituent.acknowledge(case=case, actor=analyst)
        constituent.refer_out(case=case, actor=analyst, contact=contact(world), reason="A plan's.")
    elif step == "duplicate":
        endings.mark_duplicate(case=case, actor=analyst, of=office_case(world))
    else:
        endings.withdraw_case(case=case, actor=analyst, reason="They asked.")
    case.refresh_from_db()
    status = kinds.get(case.kind).machine.statuses[case.status]
    client = signed_in(world, "office.staff")
    for answer in (
        client.get(f"/cases/{case.number}/act/reply/"),
        client.post(f"/cases/{case.number}/act/reply/", {"message": "One more thing."}),
    ):
        sentence = answer.content.decode()
        assert answer.status_code == 409
        assert f"not possible while the case is “{status.coarse.value}”" in sentence
        assert f"“{status.label}”" not in sentence or status.label == status.coarse.value
