"""The requirements of External Affairs' process page, by ID (EA-01…EA-25)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from escalations.constituent import endings
from escalations.constituent import services as constituent
from escalations.constituent.models import ConstituentDetail, Item, ReferralContact
from escalations.constituent.projection import project
from escalations.releases import services as releases
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode
from portal.casework.common_acts import take_case
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage
from portal.clocks.models import Timer
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from portal.tenancy.administration import update_exchange
from tests.casework.cases import signed_in
from tests.world import NOW, World

SECRET = "Dialysis coverage was cut off in March"


def submit(world: World, **fields: Any) -> Case:
    fields.setdefault("description", SECRET)
    return constituent.submit_case(actor=world.actor("office.staff"), **fields)


def accepted(world: World) -> tuple[Case, Case]:
    """A case with the Escalations Unit, and its ticket, taken and begun."""
    case, analyst = submit(world), world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    constituent.assign_division(
        case=case, actor=analyst, division=world.organizations["escalations-unit"]
    )
    ticket = Case.objects.get(kind="ticket", links_out__to_case=case)
    specialist = world.actor("eru.specialist")
    take_case(case=ticket, actor=specialist)
    tickets.start_work(case=ticket, actor=specialist)
    case.refresh_from_db()
    return case, ticket


def resolved(world: World) -> tuple[Case, Case]:
    case, ticket = accepted(world)
    specialist = world.actor("eru.specialist")
    tickets.record_contact(
        case=ticket, actor=specialist, channel="phone", outcome="reached", summary="Explained."
    )
    tickets.resolve_ticket(
        case=ticket, actor=specialist, code=ResolutionCode.objects.get(), steps="Plan reinstated."
    )
    case.refresh_from_db()
    return case, ticket


def release_form(world: World) -> Document:
    """A stored form; what it looks like does not matter here."""
    return Document.objects.create(
        exchange=world.exchange,
        original_name="form.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        purpose=Document.Purpose.RELEASE_FORM,
        stored_as=f"test/{Document.objects.count()}",
    )


def released(world: World, case: Case, **decision: Any) -> releases.Release:
    release = releases.submit_release(
        actor=world.actor("office.staff"), case=case, document=release_form(world)
    )
    decision = {"signed_on": NOW.date()} | decision
    return releases.accept_release(
        actor=world.actor("ea.analyst"),
        release=release,
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        **decision,
    )


def test_ea01_external_affairs_holds_every_offices_case(world: World) -> None:
    case = submit(world)
    assert case.queue == world.organizations["external-affairs"]
    assert case in Case.objects.visible_to(world.actor("ea.analyst"))
    assert case not in Case.objects.visible_to(world.actor("eru.specialist"))


def test_ea02_the_analyst_records_a_case_that_came_by_another_channel(world: World) -> None:
    case = constituent.submit_case(
        actor=world.actor("ea.analyst"),
        office=world.organizations["assembly-13"],
        channel=ConstituentDetail.Channel.LETTER,
        description=SECRET,
        office_contact="The district director",
    )
    assert case.organization == world.organizations["assembly-13"]
    assert case in Case.objects.visible_to(world.actor("office.staff"))
    with pytest.raises(ValidationError, match="Choose the office"):
        constituent.submit_case(actor=world.actor("ea.analyst"), description=SECRET)


def test_ea03_the_description_is_the_only_thing_always_required(world: World) -> None:
    with pytest.raises(ValidationError) as refusal:
        submit(world, description="   ")
    assert "description" in refusal.value.message_dict
    assert submit(world).status == "received"


def test_ea04_the_six_items_carry_their_printed_labels() -> None:
    assert [item.label for item in Item] == [
        "Constituent's Name",
        "Case # or Application ID #",
        "Constituent's Date of Birth",
        "Constituent's Telephone Number",
        "Constituent's email",
        "Signed Information Release Form (if applicable)",
    ]


def test_ea05_missing_items_are_named_and_do_not_block(world: World) -> None:
    case = submit(world, constituent_name="Amir Haddad", phone="916-555-0100")
    assert case.constituent.missing_items(has_release=False) == [
        Item.CASE_NUMBER,
        Item.BIRTH_DATE,
        Item.EMAIL,
        Item.RELEASE,
    ]
    shown = project(world.actor("ea.analyst"), case)
    assert [label for s in shown.sections if s.key == "completeness" for _, label, _ in s.rows] == [
        item.label for item in case.constituent.missing_items(has_release=False)
    ]


@pytest.mark.parametrize(
    "field", ["description", "constituent_name", "case_or_application_id", "phone"]
)
def test_ea06_a_social_security_number_is_refused_in_every_field(world: World, field: str) -> None:
    with pytest.raises(SsnRefused) as refusal:
        submit(world, **{field: "SSN 219-09-9998"})
    assert "219" not in str(refusal.value)
    assert not Case.objects.exists()


def test_ea06_a_case_number_of_ten_digits_is_no_social_security_number(world: World) -> None:
    assert submit(world, case_or_application_id="5001234567").pk


def test_ea06_the_record_has_no_field_for_one() -> None:
    names = {field.name for field in ConstituentDetail._meta.get_fields()}
    assert not {name for name in names if "ssn" in name or "social" in name}


def test_ea07_the_help_page_carries_the_documents_title(world: World) -> None:
    title = "Covered California Constituent Case Escalation Process for Government Offices"
    page = signed_in(world, "office.staff").get("/constituent-cases/help/").content.decode()
    assert title in page.split("<h1", 1)[1].split("</h1>", 1)[0]


def test_ea08_acknowledging_tells_the_office_and_stops_the_clock(world: World) -> None:
    case = submit(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    assert OutboxMessage.objects.filter(key="constituent.acknowledged", case=case).count() == 1
    timer = Timer.objects.get(case_id=case.pk, policy__key="constituent.acknowledge")
    assert timer.state == Timer.State.MET


def test_ea09_jurisdiction_is_a_decision_with_two_outcomes(world: World) -> None:
    case, analyst = submit(world), world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    case = constituent.begin_review(case=case, actor=analyst)
    targets = {
        act["key"]
        for act in project(analyst, case).acts
        if act["key"] in ("refer_out", "assign_division")
    }
    assert targets == {"refer_out", "assign_division"}


def test_ea10_ea11_an_accepted_case_becomes_a_ticket_of_the_division(world: World) -> None:
    _case, ticket = accepted(world)
    assert ticket.queue == world.organizations["escalations-unit"]
    from escalations.constituent.services import DEFAULT_DIVISION_CODE

    assert DEFAULT_DIVISION_CODE == "escalations-unit"


def test_ea12_the_unit_talks_to_the_consumer_and_cannot_resolve_without(world: World) -> None:
    _, ticket = accepted(world)
    with pytest.raises(Refused, match="contact with the consumer"):
        tickets.resolve_ticket(
            case=ticket,
            actor=world.actor("eru.specialist"),
            code=ResolutionCode.objects.get(),
            steps="Reinstated.",
        )


def test_ea13_external_affairs_sees_the_work_and_does_not_own_it(world: World) -> None:
    case, ticket = accepted(world)
    analyst = world.actor("ea.analyst")
    shown = project(analyst, case)
    assert [(link.number, link.status, link.owner) for link in shown.links] == [
        (ticket.number, "In progress", "Eru Specialist")
    ]
    with pytest.raises(NotAllowed):
        tickets.ask_consumer(case=ticket, actor=analyst, missing="Proof of income")


def test_ea14_an_update_reaches_the_office_in_words_only_with_a_release(world: World) -> None:
    case, _ = accepted(world)
    constituent.post_update(case=case, actor=world.actor("ea.analyst"), text="Plan was called.")
    staff = world.actor("office.staff")
    assert "Plan was called." not in repr(project(staff, case))
    assert "Update posted" in [event.label for event in project(staff, case).timeline]
    released(world, case)
    assert "Plan was called." in repr(project(world.actor("office.staff"), case))


def test_ea15_a_case_is_not_closed_before_the_office_was_told(world: World) -> None:
    case, _ = resolved(world)
    analyst = world.actor("ea.analyst")
    with pytest.raises(Refused, match="Tell the office"):
        endings.close_case(case=case, actor=analyst)
    endings.notify_office(case=case, actor=analyst)
    assert OutboxMessage.objects.filter(key="constituent.resolved", case=case).exists()
    assert endings.close_case(case=case, actor=analyst).status == "closed"


@pytest.mark.parametrize("address", ["/constituent-cases/help/", "received", "case", "/queue/"])
def test_ea16_an_office_is_promised_an_effort_and_never_a_number_of_days(
    world: World, address: str
) -> None:
    case = submit(world)
    where = {
        "received": f"/constituent-cases/{case.number}/received/",
        "case": f"/cases/{case.number}/",
    }.get(address, address)
    answer = signed_in(world, "office.staff").get(where)
    assert answer.status_code == 200
    text = " ".join(strip_tags(answer.content.decode()).split())
    promised = re.findall(r"(?i)within \d+|\b\d+ (?:business |calendar )?(?:days?|hours?)\b", text)
    assert promised == []
    if address in ("/constituent-cases/help/", "received"):
        assert "as quickly as possible" in text
        assert "updates" in text


def test_ea17_ea18_a_referral_gives_the_office_the_entitys_contact(world: World) -> None:
    contact = ReferralContact.objects.create(
        exchange=world.exchange,
        kind=ReferralContact.Kind.REGULATOR,
        name="Department of Managed Health Care",
        phone="1-888-466-2219",
    )
    case, analyst = submit(world), world.actor("ea.analyst")
    constituent.acknowledge(case=case, actor=analyst)
    with pytest.raises(ValidationError):
        constituent.refer_out(case=case, actor=analyst, contact=contact, reason="")
    constituent.refer_out(
        case=case, actor=analyst, contact=contact, reason="The plan refuses a treatment."
    )
    case.refresh_from_db()
    shown = project(world.actor("office.staff"), case)
    assert shown.status == "Referred"
    assert shown.referral is not None
    assert shown.referral["name"] == "Department of Managed Health Care"
    assert shown.referral["phone"] == "1-888-466-2219"
    assert "refuses a treatment" not in repr(shown)


def test_ea19_ea20_without_a_release_an_office_learns_a_word_and_no_how(world: World) -> None:
    case, _ = resolved(world)
    shown = project(world.actor("office.staff"), case)
    assert (shown.status, shown.shows_details) == ("Resolved", False)
    for hidden in (SECRET, "reinstated", "Solved with the consumer", "Eru", "Explained"):
        assert hidden not in repr(shown)


def test_ea19_with_a_release_in_force_the_office_reads_how_it_was_resolved(world: World) -> None:
    case, _ = resolved(world)
    released(world, case)
    shown = project(world.actor("office.staff"), case)
    assert shown.shows_details
    assert "Plan reinstated." in repr(shown)


def test_ea21_ea24_a_release_that_comes_later_opens_the_case_from_then_on(world: World) -> None:
    case, _ = accepted(world)
    release = releases.submit_release(
        actor=world.actor("office.staff"), case=case, document=release_form(world)
    )
    assert not project(world.actor("office.staff"), case).shows_details
    releases.accept_release(
        actor=world.actor("ea.analyst"),
        release=release,
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        signed_on=NOW.date(),
    )
    assert project(world.actor("office.staff"), case).shows_details


def test_ea22_a_release_for_a_named_member_of_staff_opens_it_to_nobody_else(world: World) -> None:
    case, _ = accepted(world)
    released(
        world,
        case,
        scope=releases.Release.Scope.NAMED,
        named_staff=[world.people["office.staff2"]],
    )
    assert project(world.actor("office.staff2"), case).shows_details
    assert not project(world.actor("office.staff"), case).shows_details
    assert not Case.objects.visible_to(world.actor("other.office")).filter(pk=case.pk).exists()


def test_ea23_a_form_that_does_not_authorize_details_does_not_count(world: World) -> None:
    case, _ = accepted(world)
    release = releases.submit_release(
        actor=world.actor("office.staff"), case=case, document=release_form(world)
    )
    with pytest.raises(ValidationError) as refusal:
        releases.accept_release(
            actor=world.actor("ea.analyst"),
            release=release,
            is_signed=True,
            is_dated=True,
            names_recipient=True,
            authorizes_details=False,
            signed_on=NOW.date(),
        )
    assert "authorizes_details" in refusal.value.message_dict
    assert not project(world.actor("office.staff"), case).shows_details


def test_decision7_a_release_without_an_end_lapses_after_thirty_days(world: World) -> None:
    case, _ = accepted(world)
    released(world, case, signed_on=NOW.date())
    for days, open_ in ((30, True), (31, False)):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            assert project(world.actor("office.staff"), case).shows_details is open_


def test_c1_a_second_person_confirms_an_override(world: World) -> None:
    case, _ = accepted(world)
    release = releases.submit_release(
        actor=world.actor("office.staff"), case=case, document=release_form(world)
    )
    lead = world.actor("ea.lead")
    releases.request_override(
        actor=lead, release=release, reason="Signed in our lobby.", signed_on=NOW.date()
    )
    assert not project(world.actor("office.staff"), case).shows_details
    with pytest.raises(NotAllowed, match="Somebody else"):
        releases.confirm_override(actor=lead, release=release)
    releases.confirm_override(actor=world.actor("privacy"), release=release)
    assert project(world.actor("office.staff"), case).shows_details


def test_c1_a_revoked_release_closes_the_case_at_the_next_look(world: World) -> None:
    case, _ = accepted(world)
    release = released(world, case)
    assert project(world.actor("office.staff"), case).shows_details
    releases.revoke_release(
        actor=world.actor("privacy"), release=release, reason="The constituent called."
    )
    assert not project(world.actor("office.staff"), case).shows_details
    assert not case.casegrouppermission_set.exists()


def test_a_birth_date_in_the_future_is_refused_and_named(world: World) -> None:
    with pytest.raises(ValidationError) as refusal:
        submit(world, date_of_birth=date(2030, 1, 1))
    assert "date_of_birth" in refusal.value.message_dict


def test_ea25_the_confirmation_and_the_help_page_name_the_lead_staffs_contact(
    world: World,
) -> None:
    case, office = submit(world), signed_in(world, "office.staff")
    addresses = (f"/constituent-cases/{case.number}/received/", "/constituent-cases/help/")
    for contact in (world.exchange.contact_email, "desk@exchange.example"):
        update_exchange(actor=world.actor("admin"), contact_email=contact)
        for address in addresses:
            page = office.get(address).content.decode()
            assert "External Affairs’ lead staff for constituent cases" in page
            assert contact in page
