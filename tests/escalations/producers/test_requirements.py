"""MD-01…MD-24 and C.2b, each by its ID."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from escalations.letters.filling import values_for
from escalations.producers import calls, configuration, conversation, selectors, services, wizard
from escalations.producers.calls import CallLine
from escalations.producers.models import (
    CallItem,
    Channel,
    EscalationType,
    HeldReply,
    HelpContact,
    ProducerCall,
)
from escalations.producers.services import AlreadyOpen
from escalations.producers.table import ANSWER, KIND, REPLY
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode
from notifications import catalogue
from notifications.drain import drain_outbox
from notifications.mailer import as_email
from notifications.models import Bell, MailMessage
from notifications.wording import FOOTER, Wording
from portal.casework.common_acts import take_case
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case, Draft, OutboxMessage
from portal.clocks.models import Timer
from portal.consumers.models import Consumer
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.access.things import stored_document
from tests.escalations.producers.conftest import TYPES, Maryland
from tests.world import NOW


def drain(world: Maryland, now: datetime = NOW) -> list[MailMessage]:
    """Send what waits; the mails of the exchange in the order they were written."""
    drain_outbox(exchange=world.exchange, now=now)
    world.enter()
    return list(MailMessage.objects.order_by("pk"))


def mails_to(world: Maryland, who: str, now: datetime = NOW) -> list[MailMessage]:
    address = world.people[who].email
    return [mail for mail in drain(world, now) if mail.to == address]


def line(world: Maryland, name: str, text: str = "The card is missing.", **more: str) -> CallLine:
    key, outcome = more.get("type_key", "determination"), more.get("outcome", "escalated")
    return CallLine(world.consumer(name), world.type(key), outcome, text)


def record(world: Maryland, *lines: CallLine, who: str = "hotline", **more) -> ProducerCall:
    values = {"channel": Channel.HOTLINE, "caller_name": "Winifred Oakes", "npn": "17000001"}
    return calls.record_call(actor=world.actor(who), lines=lines, **(values | more))


def clock(case: Case, key: str = REPLY) -> Timer:
    return Timer.objects.filter(case_id=case.pk, policy__key=key).latest("pk")


def resolve(world: Maryland, case: Case, who: str = "ect") -> Case:
    code = ResolutionCode.objects.get()
    return services.resolve_escalation(
        case=case, actor=world.actor(who), code=code, steps="The enrollment is active now."
    )


# --- Contacts and roles ---------------------------------------------------------------------


def test_md01_an_escalation_comes_by_the_portal_the_hotline_or_producer_operations(
    maryland: Maryland,
) -> None:
    portal = maryland.escalate("Tala Bautista")
    called = record(maryland, line(maryland, "Danilo Macaraeg"))
    wrote = record(maryland, line(maryland, "Corazon Salonga"), who="pot", channel=Channel.MAIL)
    found = [portal, called.items.get().case, wrote.items.get().case]
    assert [case.producer_escalation.channel for case in found] == ["portal", "hotline", "mail"]
    for who in ("ect", "training", "producer"):
        with pytest.raises(NotAllowed):
            record(maryland, line(maryland, "Rodrigo Salonga"), who=who)


def test_md02_a_producer_reaches_the_consumers_of_the_own_agency_and_nobody_else(
    maryland: Maryland,
) -> None:
    """The book of the agency is the rule; who is in nobody's book is found by no producer."""
    own = {row.full_name for row in selectors.consumers_for(maryland.actor("producer"))}
    assert own == {"Tala Bautista", "Danilo Macaraeg", "Corazon Salonga", "Rodrigo Salonga"}
    assert not selectors.consumers_for(maryland.actor("ect")).exists()
    for foreign in ("Ligaya Foreign", "Nobody Salonga"):
        with pytest.raises(Consumer.DoesNotExist):
            maryland.escalate(foreign)
    found = selectors.search_consumers(actor=maryland.actor("hotline"), text="salonga")
    assert {row.full_name for row in found} == {
        "Corazon Salonga",
        "Nobody Salonga",
        "Rodrigo Salonga",
    }


@pytest.mark.parametrize("channel", ["portal", "hotline", "mail"])
def test_md03_the_same_consumer_and_type_across_channels_answers_the_original_number(
    maryland: Maryland, channel: str
) -> None:
    original = record(maryland, line(maryland, "Tala Bautista")).items.get().case
    if channel == "portal":
        with pytest.raises(AlreadyOpen) as caught:
            maryland.escalate("Tala Bautista", type_key="determination")
        assert original.number in str(caught.value)
    else:
        who, by = {"hotline": ("hotline", Channel.HOTLINE), "mail": ("pot", Channel.MAIL)}[channel]
        again = line(maryland, "Tala Bautista", "The producer called again.")
        item = record(maryland, again, who=who, channel=by).items.get()
        assert (item.outcome, item.case) == (CallItem.Outcome.DUPLICATE, original)
        said = [note.body for note in original.notes.all()]
        assert said == ["The producer called again."], "nothing that was said is lost"
    assert Case.objects.count() == 1


def test_md03_another_type_or_an_ended_escalation_is_no_duplicate(maryland: Maryland) -> None:
    first = maryland.escalate("Tala Bautista")
    maryland.escalate("Tala Bautista", type_key="termination")
    resolve(maryland, maryland.in_review(first))
    maryland.escalate("Tala Bautista")
    assert Case.objects.count() == 3


def test_md03_a_commission_issue_that_overlaps_names_each_original(maryland: Maryland) -> None:
    first = maryland.escalate("Tala Bautista", type_key="commission")
    second = maryland.escalate("Danilo Macaraeg", type_key="commission")
    with pytest.raises(AlreadyOpen) as caught:
        maryland.escalate(
            "Tala Bautista", "Danilo Macaraeg", "Corazon Salonga", type_key="commission"
        )
    assert first.number in str(caught.value)
    assert second.number in str(caught.value)
    assert len(caught.value.originals) == 2


def test_md04_md05_md06_the_help_page_says_whom_to_turn_to_and_for_what(
    maryland: Maryland,
) -> None:
    admin = maryland.actor("admin")
    configuration.set_contact(
        actor=admin,
        name="Producer Operations Team",
        helps_with="Authorization questions and general policy questions.",
        topics=["Current Authorization Status", "Renewal of Authorization"],
        not_for="Not designed to handle your enrollment support issues.",
        email="producers@mhc.example",
    )
    configuration.set_contact(
        actor=admin,
        name="Training Support",
        helps_with="Accessing or completing authorization or annual training.",
        email="training@mhc.example",
        position=2,
    )
    configuration.set_contact(
        actor=admin,
        name="Producer Support Hotline",
        helps_with="The best place to start.",
        phone="(410) 555-0161",
        caution="Do not share this number with your clients.",
        position=3,
    )
    shown = maryland.client("producer").get("/producer/help/").content.decode()
    for words in (
        "Current Authorization Status",
        "Not designed to handle your enrollment support issues.",
        "training@mhc.example",
        "(410) 555-0161",
        "Do not share this number with your clients.",
    ):
        assert words in shown
    assert shown.index("Producer Operations Team") < shown.index("Producer Support Hotline")


def test_md04_contacts_are_an_administrators_configuration(maryland: Maryland) -> None:
    with pytest.raises(NotAllowed):
        configuration.set_contact(
            actor=maryland.actor("pot"), name="X", helps_with="Y", email="x@mhc.example"
        )
    with pytest.raises(ValidationError) as caught:
        configuration.set_contact(actor=maryland.actor("admin"), name="X", helps_with="Y")
    assert "email" in caught.value.message_dict
    assert not HelpContact.objects.exists()


def test_md07_a_call_is_about_at_most_three_consumers(maryland: Maryland) -> None:
    names = ("Tala Bautista", "Danilo Macaraeg", "Corazon Salonga", "Rodrigo Salonga")
    with pytest.raises(ValidationError) as caught:
        record(maryland, *(line(maryland, name) for name in names))
    (sentence,) = caught.value.message_dict["consumers"]
    assert sentence.startswith("A producer may bring at most three consumers in one call.")
    assert not Case.objects.exists()
    assert record(maryland, *(line(maryland, name) for name in names[:3])).items.count() == 3


def test_md07_a_call_needs_name_and_npn_and_each_consumer_is_escalated_or_resolved(
    maryland: Maryland,
) -> None:
    for field, value in (("caller_name", " "), ("npn", "12a"), ("npn", "")):
        with pytest.raises(ValidationError) as caught:
            record(maryland, line(maryland, "Tala Bautista"), **{field: value})
        assert field in caught.value.message_dict
    solved = line(maryland, "Tala Bautista", "Explained the notice.", outcome="resolved")
    call = record(maryland, solved, line(maryland, "Danilo Macaraeg"))
    assert [item.outcome for item in call.items.all()] == ["resolved", "escalated"]
    assert Case.objects.count() == 1


def test_md07_the_fourth_consumer_is_refused_on_the_page_and_the_three_are_kept(
    maryland: Maryland,
) -> None:
    browser = maryland.client("hotline")
    page = browser.get("/producer/record/")["Location"]
    everybody = [str(pk) for pk in Consumer.objects.order_by("pk").values_list("pk", flat=True)]
    browser.post(page, {"text": "Tala", "search": "1"})
    refused = browser.post(page, {"consumer": everybody[:4], "proceed": "1"})
    assert refused.status_code == 422
    assert "at most three consumers in one call" in refused.content.decode()
    assert browser.get(page).context["count"] == 4, "nothing chosen is lost"
    assert (
        browser.post(page, {"remove": everybody[3], "consumer": everybody[:4]}).status_code == 302
    )
    on = browser.post(page, {"consumer": everybody[:3], "proceed": "1"})
    assert on["Location"] == f"{page}call/"


def test_md08_the_original_number_is_told_and_the_producer_may_add_to_it(
    maryland: Maryland,
) -> None:
    original = maryland.escalate("Tala Bautista")
    browser = maryland.client("producer")
    refused = submit(browser, maryland.consumer("Tala Bautista").pk)
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert original.number in shown
    assert "Submitted" in shown
    (address,) = re.findall(r'action="([^"]+/add-to/[^"]+)"', shown)
    added = browser.post(address)
    assert added["Location"] == f"/cases/{original.number}/"
    maryland.enter()
    assert [note.body for note in original.notes.all()] == ["No card has come."]
    assert not Draft.objects.exists()


def test_md08_a_colleagues_original_is_named_but_not_opened(maryland: Maryland) -> None:
    original = maryland.escalate("Tala Bautista")
    browser = maryland.client("colleague")
    refused = submit(browser, maryland.consumer("Tala Bautista").pk)
    assert original.number in refused.content.decode()
    assert "/add-to/" not in refused.content.decode()
    page = browser.get(f"/cases/{original.number}/")
    assert page.status_code == 404


def test_md08_staff_mark_a_duplicate_and_the_producer_gets_the_originals_number(
    maryland: Maryland,
) -> None:
    first = maryland.escalate("Tala Bautista")
    second = maryland.escalate("Tala Bautista", type_key="determination")
    drain(maryland)
    MailMessage.objects.all().delete()
    ended = services.mark_duplicate(case=second, actor=maryland.actor("hotline"), original=first)
    assert ended.status == "duplicate"
    (mail,) = mails_to(maryland, "producer")
    assert first.number in mail.body
    with pytest.raises(ValidationError):
        services.mark_duplicate(case=first, actor=maryland.actor("ect"), original=first)
    with pytest.raises(ValidationError):
        services.mark_duplicate(case=first, actor=maryland.actor("ect"), original=ended)


# --- The portal -----------------------------------------------------------------------------


def test_md09_without_access_one_writes_and_names_no_consumer(maryland: Maryland) -> None:
    shown = maryland.client("producer").get("/producer/help/").content.decode()
    assert "do not include any consumer information in your email" in shown


def test_md10_the_six_types_are_the_guides(maryland: Maryland) -> None:
    actor = maryland.actor("producer")
    assert [row.label for row in selectors.types_for(actor)] == [label for _, label, _ in TYPES]


def submit(browser: Client, pk: int, **more: str):
    """Escalate through the browser as far as the answer to Submit."""
    page = browser.post("/producer/issue/begin/")["Location"]
    browser.post(page, {"text": "Tala", "search": "1"})
    browser.post(page, {"consumer": pk, "shown": pk, "proceed": "1"})
    typed = {
        "ticket_type": "consumer-enrollment",
        "verified": "on",
        "description": "No card has come.",
        "submit": "1",
    }
    return browser.post(f"{page}details/", typed | more)


def test_md13_md14_escalate_search_radio_button_proceed(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    home = browser.get("/producer/").content.decode()
    assert ">Escalate</button>" in home
    assert 'aria-label="Commission escalation"' in home
    page = browser.post("/producer/issue/begin/")["Location"]
    searched = browser.post(page, {"text": "sal", "search": "1"})
    assert searched["Location"] == page, "a search leaves no trace in an address"
    shown = browser.get(page).content.decode()
    assert len(re.findall(r'type="radio"', shown)) == 2
    assert "Corazon Salonga" in shown
    assert "Nobody Salonga" not in shown
    assert ">Proceed to Escalate</button>" in shown
    none = browser.post(page, {"proceed": "1"})
    assert none.status_code == 422
    pk = maryland.consumer("Corazon Salonga").pk
    on = browser.post(page, {"consumer": pk, "shown": pk, "proceed": "1"})
    assert on["Location"] == f"{page}details/"


def test_md14_a_foreign_consumer_cannot_be_slipped_in(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    foreign = maryland.consumer("Ligaya Foreign").pk
    assert browser.post(page, {"consumer": foreign, "proceed": "1"}).status_code == 422
    assert browser.get(f"{page}details/")["Location"] == page


def test_md15_the_drop_down_has_five_types_and_not_commission(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    pk = maryland.consumer("Tala Bautista").pk
    browser.post(page, {"consumer": pk, "shown": pk, "proceed": "1"})
    choices = browser.get(f"{page}details/").context["form"].fields["ticket_type"].choices
    assert [label for _, label in choices][1:] == [label for _, label, _ in TYPES[:5]]


def test_md16_what_identifies_the_consumer_is_shown_to_verify_and_recorded(
    maryland: Maryland,
) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    one = maryland.consumer("Tala Bautista")
    browser.post(page, {"text": "Tala", "search": "1"})
    assert "03/07/1980" not in browser.get(page).content.decode()
    browser.post(page, {"consumer": one.pk, "shown": one.pk, "proceed": "1"})
    shown = browser.get(f"{page}details/").content.decode()
    for words in ("Tala Bautista", "03/07/1980", "174097", one.phone):
        assert words in shown
    maryland.enter()
    entry = LedgerEntry.objects.filter(action="producers.consumers_verified").latest("pk")
    assert entry.consumer_ids == [one.pk]
    assert entry.fields == ["date_of_birth", "full_name", "person_id", "phone"]
    assert entry.disclosed_to_id == maryland.organizations["chesapeake"].pk
    assert not re.search(r"Tala|174097|1980", page)


def test_md16_verification_and_description_are_asked_for_beside_their_fields(
    maryland: Maryland,
) -> None:
    browser = maryland.client("producer")
    pk = maryland.consumer("Tala Bautista").pk
    refused = submit(browser, pk, verified="", description="")
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"verified", "description"}


def test_md16_a_description_with_an_ssn_is_refused_beside_the_field_and_the_rest_is_kept(
    maryland: Maryland,
) -> None:
    browser = maryland.client("producer")
    pk = maryland.consumer("Tala Bautista").pk
    refused = submit(browser, pk, description="Her number is 219-09-9998, since May.")
    assert refused.status_code == 422
    (sentence,) = refused.context["form"].errors["description"]
    assert (
        sentence == "Remove the Social Security number from “Description”. We never need it here."
    )
    assert "219-09-9998" not in refused.content.decode()
    again = browser.get(refused.request["PATH_INFO"]).content.decode()
    assert "since May." in again
    with pytest.raises(SsnRefused):
        maryland.escalate(description="SSN 219-09-9998")
    assert not Case.objects.exists()


def test_md16_additional_documents_go_with_the_escalation(maryland: Maryland) -> None:
    paper = stored_document(maryland)
    case = maryland.escalate(documents=[paper])
    attachment = Attachment.objects.get(case=case)
    assert attachment.audience == "detail"
    page = maryland.client("producer").get(f"/cases/{case.number}/")
    assert "paper.pdf" in page.content.decode()


def test_md17_a_confirmation_with_the_incident_number(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    sent = submit(browser, maryland.consumer("Tala Bautista").pk)
    maryland.enter()
    case = Case.objects.get()
    assert sent["Location"] == reverse("producers:received", args=[case.number])
    shown = browser.get(sent["Location"]).content.decode()
    assert case.number in shown
    assert "Your escalation was submitted" in shown
    assert not Draft.objects.exists()


def test_md17_submitting_twice_makes_one_escalation(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    pk = maryland.consumer("Tala Bautista").pk
    browser.post(page, {"consumer": pk, "shown": pk, "proceed": "1"})
    typed = {"ticket_type": "termination", "verified": "on", "description": "X", "submit": "1"}
    first = browser.post(f"{page}details/", typed)["Location"]
    assert browser.post(f"{page}details/", typed)["Location"] == first
    maryland.enter()
    assert Case.objects.count() == 1


def test_md16_back_keeps_everything_typed(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    pk = maryland.consumer("Tala Bautista").pk
    browser.post(page, {"consumer": pk, "shown": pk, "proceed": "1"})
    typed = {"ticket_type": "termination", "description": "Half a sen", "back": "1"}
    assert browser.post(f"{page}details/", typed)["Location"] == page
    form = browser.get(f"{page}details/").context["form"]
    assert form["description"].value() == "Half a sen"
    assert form["ticket_type"].value() == "termination"


def test_md11_md18_the_automatic_mail_is_the_guides(maryland: Maryland) -> None:
    """N-14: sender, subject and body, with the Person ID in the subject only."""
    case = maryland.escalate("Tala Bautista")
    (mail,) = mails_to(maryland, "producer")
    assert mail.subject == "Escalated Case: Enrollment.PID #:174097"
    token = case.producer_escalation.thread_token
    assert mail.body == (
        "Hi Producer,\n\n"
        f"We have received your inquiry. The assigned incident number is {case.number}. You can"
        " expect a reply within 2 business days.\n\n"
        "Thanks\n"
        "MHBE Escalated caseworkers Team\n\n"
        f"ref:_{token}:ref\n\n--\n{FOOTER}\n"
    )
    sent = message_from_bytes(
        as_email(mail, mail.to, Wording(mail.subject, mail.body), NOW), policy=default
    )
    assert sent["From"].addresses[0].display_name == "Case Auto Reply"


def test_md11_a_consumer_without_a_person_id_gets_a_subject_without_one(
    maryland: Maryland,
) -> None:
    maryland.escalate("Rodrigo Salonga")
    (mail,) = mails_to(maryland, "producer")
    assert mail.subject == "Escalated Case: Enrollment"


def test_md11_the_person_id_is_in_no_other_message() -> None:
    named = {kind.key for kind in catalogue.all_kinds() if "person_id" in kind.variables}
    assert named == {f"{KIND}.received"}


def test_md11_the_hotlines_escalation_sends_the_same_mail_to_a_producer_known_here(
    maryland: Maryland,
) -> None:
    record(maryland, line(maryland, "Tala Bautista"))
    (mail,) = mails_to(maryland, "producer")
    assert mail.subject == "Escalated Case: Determination.PID #:174097"
    record(maryland, line(maryland, "Danilo Macaraeg"), npn="99")
    assert len(mails_to(maryland, "producer")) == 1, "nobody has that NPN here"


def test_md18_the_short_names_are_configuration(maryland: Maryland) -> None:
    configuration.set_type(
        actor=maryland.actor("admin"), ticket_type=maryland.type(), mail_label="Sign-up"
    )
    maryland.escalate("Tala Bautista")
    assert mails_to(maryland, "producer")[0].subject == "Escalated Case: Sign-up.PID #:174097"
    with pytest.raises(ValidationError):
        configuration.set_type(
            actor=maryland.actor("admin"), ticket_type=maryland.type(), mail_label="a\nb"
        )
    with pytest.raises(ValidationError):
        configuration.set_type(
            actor=maryland.actor("admin"),
            ticket_type=maryland.type(),
            mail_label="Enrollment",
            is_commission=True,
        )
    assert EscalationType.objects.filter(is_commission=True).count() == 1


def test_md19_the_incident_number_bears_the_local_date_and_seven_digits(
    maryland: Maryland,
) -> None:
    """The sample: 2020-05-28 in Maryland, when it is the 29th in Greenwich already."""
    with time_machine.travel(datetime(2020, 5, 29, 2, 30, tzinfo=UTC), tick=False):
        number = maryland.escalate("Tala Bautista").number
    assert re.fullmatch(r"200528-\d{7}", number)


def test_md20_the_reply_is_promised_within_two_business_days(maryland: Maryland) -> None:
    """Wednesday 10:20 in Los Angeles' calendar of this world, two open days later."""
    case = maryland.escalate()
    assert clock(case).due_at == NOW + timedelta(days=2)
    with time_machine.travel(datetime(2025, 11, 10, 18, 20, tzinfo=UTC), tick=False):
        later = maryland.escalate("Danilo Macaraeg")
    # Veterans Day is closed: Monday, Wednesday, Thursday.
    assert clock(later).due_at == datetime(2025, 11, 13, 18, 20, tzinfo=UTC)


def test_md20_asking_pauses_the_promise_and_the_producers_reply_resumes_it(
    maryland: Maryland,
) -> None:
    case = maryland.waiting(maryland.escalate())
    assert clock(case).state == Timer.State.PAUSED
    assert clock(case, ANSWER).state == Timer.State.RUNNING
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        case = conversation.reply_to_team(
            case=case,
            actor=maryland.actor("producer"),
            act_key="producer_replied",
            body="It begins in January.",
        )
    assert case.status == "in_progress"
    assert clock(case).state == Timer.State.RUNNING
    # Friday, and the day it stood: the weekend is closed.
    assert clock(case).due_at == NOW + timedelta(days=5)
    assert clock(case, ANSWER).state == Timer.State.MET


def test_md20_a_recorded_reply_or_a_resolution_keeps_the_promise(maryland: Maryland) -> None:
    told = maryland.in_review(maryland.escalate())
    conversation.answer_producer(
        case=told, actor=maryland.actor("ect"), body="We asked the carrier."
    )
    assert clock(told).state == Timer.State.MET
    other = resolve(maryland, maryland.in_review(maryland.escalate("Danilo Macaraeg")))
    assert clock(other).state == Timer.State.MET


def test_md20_an_exchange_that_promises_nothing_writes_no_promise(maryland: Maryland) -> None:
    maryland.exchange.sla_policies.filter(key=REPLY).update(is_active=False)
    maryland.escalate()
    (mail,) = mails_to(maryland, "producer")
    assert "expect a reply" not in mail.body


# --- Outcomes -------------------------------------------------------------------------------

PRIVATE = ("Tala", "Bautista", "174097", "1980", "410-555", "active now", "Which month", "pending")


@pytest.mark.parametrize("key", ["resolved", "information_needed", "answered", "reminder"])
def test_md12_md21_outcome_mails_ask_to_sign_in_and_say_nothing_else(
    maryland: Maryland, key: str
) -> None:
    """N-15: the resolution, the next steps and the instructions stand in the portal only."""
    case = maryland.escalate("Tala Bautista")
    drain(maryland)
    MailMessage.objects.all().delete()
    if key == "resolved":
        resolve(maryland, maryland.in_review(case))
    elif key == "answered":
        case = maryland.in_review(case)
        conversation.answer_producer(
            case=case, actor=maryland.actor("ect"), body="Tala is active now."
        )
    else:
        case = maryland.waiting(case)
        if key == "reminder":
            drain(maryland)
            MailMessage.objects.all().delete()
            from escalations.producers.timed import remind_producer

            remind_producer(case=case, actor=maryland.system, at=NOW)
    (mail,) = mails_to(maryland, "producer")
    assert mail.key == f"{KIND}.{key}"
    assert f"/cases/{case.number}/" in mail.body
    assert "do not include any personal information" in mail.body
    assert not [word for word in PRIVATE if word in mail.subject + mail.body]


def test_md21_the_instructions_stand_on_the_escalations_page(maryland: Maryland) -> None:
    case = maryland.waiting(maryland.escalate())
    browser = maryland.client("producer")
    shown = browser.get(f"/cases/{case.number}/").content.decode()
    assert "Which month does it begin?" in shown
    assert "Additional information needed" in shown
    assert "1980" not in shown
    assert case.number in browser.get("/producer/").content.decode()


def test_md12_staff_see_which_words_the_producer_can_read(maryland: Maryland) -> None:
    case = maryland.waiting(maryland.escalate(), "canary-asked")
    shown = maryland.client("ect").get(f"/cases/{case.number}/").content.decode()
    story = shown[shown.index('id="story"') :]
    event = story[: story.index("canary-asked")].rsplit("<li", 1)[1]
    assert "Internal only" not in event
    assert "can see this" in event


def test_md12_internal_notes_never_reach_the_producer(maryland: Maryland) -> None:
    from portal.casework.common_acts import add_note

    case = maryland.escalate()
    add_note(case=case, actor=maryland.actor("ect"), body="canary-internal")
    shown = maryland.client("producer").get(f"/cases/{case.number}/").content.decode()
    assert "canary-internal" not in shown
    assert "Ect" not in shown


def test_md12_a_reply_with_an_ssn_is_refused_and_nothing_changes(maryland: Maryland) -> None:
    case = maryland.waiting(maryland.escalate())
    with pytest.raises(SsnRefused):
        conversation.reply_to_team(
            case=case,
            actor=maryland.actor("producer"),
            act_key="producer_replied",
            body="It is 219-09-9998.",
        )
    case.refresh_from_db()
    assert case.status == "pending_enroller"
    assert not HeldReply.objects.exists()


def hold(world: Maryland, body: str = "Tala was born 3/7/1980, call 410-555-0177.") -> Case:
    case = world.waiting(world.escalate("Tala Bautista"))
    return conversation.reply_to_team(
        case=case, actor=world.actor("producer"), act_key="producer_replied", body=body
    )


def test_md12_a_reply_with_personal_data_is_held_and_the_producer_is_told_why(
    maryland: Maryland,
) -> None:
    """It is a reply all the same: the team's turn, the clock runs."""
    case = hold(maryland)
    assert case.status == "in_progress"
    assert clock(case).state == Timer.State.RUNNING
    (held,) = HeldReply.objects.all()
    assert held.found == ["name", "birth_date", "phone"]
    assert not case.notes.filter(body__contains="1980").exists()
    for who in ("producer", "ect"):
        shown = maryland.client(who).get(f"/cases/{case.number}/").content.decode()
        assert "it seems to contain" in shown
        assert "date of birth" in shown
        assert "3/7/1980" not in shown
    keys = set(OutboxMessage.objects.filter(case=case).values_list("key", flat=True))
    assert f"{KIND}.reply_held" in keys


def test_md12_a_held_reply_is_released_or_redacted_by_the_desk_and_nothing_is_lost(
    maryland: Maryland,
) -> None:
    case = hold(maryland)
    (held,) = HeldReply.objects.all()
    with pytest.raises(NotAllowed):
        conversation.open_held_reply(case=case, actor=maryland.actor("scr"))
    form = maryland.client("hotline").get(f"/cases/{case.number}/act/screen_reply/")
    assert "3/7/1980" in form.content.decode()
    maryland.enter()
    assert LedgerEntry.objects.filter(action="producers.held_reply_viewed").exists()
    conversation.screen_reply(
        case=case, actor=maryland.actor("ect"), held=held, text="She was born in March."
    )
    held.refresh_from_db()
    assert (held.state, held.body) == (HeldReply.State.REDACTED, "")
    note = case.notes.get(kind="message")
    assert (note.body, note.author) == ("She was born in March.", maryland.people["producer"])
    with pytest.raises(Refused):
        conversation.screen_reply(case=case, actor=maryland.actor("ect"), held=held, text="X")


def test_md12_a_wrong_alarm_is_released_as_it_was(maryland: Maryland) -> None:
    case = hold(maryland, "Tala is a name of a street too.")
    (held,) = HeldReply.objects.all()
    conversation.screen_reply(
        case=case, actor=maryland.actor("pot"), held=held, text="Tala is a name of a street too."
    )
    held.refresh_from_db()
    assert held.state == HeldReply.State.RELEASED


def test_md12_a_clean_reply_reaches_the_team_at_once(maryland: Maryland) -> None:
    case = maryland.waiting(maryland.escalate())
    browser = maryland.client("producer")
    sent = browser.post(
        f"/cases/{case.number}/act/producer_replied/",
        {"body": f"It begins 1/1/2026, as I wrote on {case.number}."},
    )
    assert sent.status_code == 302
    maryland.enter()
    assert case.notes.get(kind="message").body.startswith("It begins 1/1/2026")
    drain(maryland)
    assert Bell.objects.filter(person=maryland.people["ect"]).exists()


def test_md12_a_resolution_can_be_replied_to(maryland: Maryland) -> None:
    case = resolve(maryland, maryland.in_review(maryland.escalate()))
    conversation.reply_to_team(
        case=case, actor=maryland.actor("producer"), act_key="producer_wrote", body="Thank you."
    )
    case.refresh_from_db()
    assert case.status == "resolved"


# --- Commission -----------------------------------------------------------------------------


def test_md22_check_boxes_a_count_and_further_searches(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/commission/begin/")["Location"]
    browser.post(page, {"text": "salonga", "search": "1"})
    shown = browser.get(page).content.decode()
    assert shown.count('type="checkbox"') == 2
    assert ">Escalate</button>" in shown
    first, second = maryland.consumer("Corazon Salonga").pk, maryland.consumer("Tala Bautista").pk
    other = maryland.consumer("Rodrigo Salonga").pk
    browser.post(page, {"shown": [first, other], "consumer": first, "text": "tala", "search": "1"})
    shown = browser.get(page).content.decode()
    assert ">Proceed to Escalate (1)</button>" in shown
    assert "Corazon Salonga" in shown, "chosen before, and still to be seen"
    on = browser.post(page, {"shown": second, "consumer": second, "proceed": "1"})
    assert on["Location"] == f"{page}details/"
    names = [one.full_name for one in browser.get(on["Location"]).context["consumers"]]
    assert names == ["Corazon Salonga", "Tala Bautista"]


def test_md22_a_tick_taken_away_is_taken_away(maryland: Maryland) -> None:
    choice = wizard.Choice(consumers=[1, 2, 3])
    wizard.choose(choice, way=wizard.COMMISSION, shown=[2, 3, 4], ticked=[4])
    assert choice.consumers == [1, 4]


def test_md22_consumers_are_found_by_carrier_too(maryland: Maryland) -> None:
    found = selectors.search_consumers(
        actor=maryland.actor("producer"), carrier=maryland.organizations["tidewater"]
    )
    assert {one.full_name for one in found} == {"Corazon Salonga", "Rodrigo Salonga"}


def test_md22_a_commission_escalation_without_a_consumer_is_refused_in_a_sentence(
    maryland: Maryland,
) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/commission/begin/")["Location"]
    refused = browser.post(page, {"proceed": "1"})
    assert refused.status_code == 422
    assert "A commission escalation is about a consumer" in refused.content.decode()
    with pytest.raises(ValidationError) as caught:
        services.submit_escalation(
            actor=maryland.actor("producer"),
            ticket_type=maryland.type("commission"),
            consumers=[],
            description="X",
            verified=True,
        )
    assert "consumers" in caught.value.message_dict


def test_md23_the_commission_mail_has_the_incident_number_and_no_person_id(
    maryland: Maryland,
) -> None:
    case = maryland.escalate("Tala Bautista", type_key="commission")
    (mail,) = mails_to(maryland, "producer")
    assert mail.subject == "Escalated Case: Commission"
    assert case.number in mail.body
    assert "174097" not in mail.subject + mail.body


def test_md23_commission_takes_no_files_and_other_types_one_consumer(maryland: Maryland) -> None:
    with pytest.raises(ValidationError) as caught:
        maryland.escalate(
            "Tala Bautista", type_key="commission", documents=[stored_document(maryland)]
        )
    assert "uploads" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        maryland.escalate("Tala Bautista", "Danilo Macaraeg")
    assert "consumers" in caught.value.message_dict


def test_md24_commission_belongs_to_producer_operations_the_rest_to_the_team(
    maryland: Maryland,
) -> None:
    commission = maryland.escalate("Tala Bautista", type_key="commission")
    assert commission.queue == maryland.organizations["producer-operations"]
    for key, _, _ in TYPES[:5]:
        case = maryland.escalate("Danilo Macaraeg", type_key=key)
        assert case.queue == maryland.organizations["escalated-cases-team"], key
    with pytest.raises(Refused):
        take_case(case=commission, actor=maryland.actor("ect"))


# --- Who sees what --------------------------------------------------------------------------


def test_x07_a_producer_sees_the_own_a_manager_the_agencys_peers_and_others_none(
    maryland: Maryland,
) -> None:
    case = maryland.escalate("Tala Bautista")
    seen = {
        who
        for who in maryland.people
        if Case.objects.visible_to(maryland.actor(who)).filter(pk=case.pk).exists()
    }
    assert seen == {"producer", "manager", "hotline", "ect", "ect.colleague", "pot"}


def test_t08_where_the_kind_is_switched_off_the_pages_do_not_exist(maryland: Maryland) -> None:
    maryland.exchange.modules = []
    maryland.exchange.save()
    for path in ("/producer/", "/producer/help/"):
        assert maryland.client("producer").get(path).status_code == 404


def test_ea06_a_search_with_an_ssn_is_refused_and_not_kept(maryland: Maryland) -> None:
    browser = maryland.client("producer")
    page = browser.post("/producer/issue/begin/")["Location"]
    refused = browser.post(page, {"text": "219-09-9998", "search": "1"})
    assert refused.status_code == 422
    assert "219-09-9998" not in refused.content.decode()


def test_the_home_page_asks_as_many_questions_for_many_escalations_as_for_one(
    maryland: Maryland, django_assert_max_num_queries
) -> None:
    maryland.escalate("Tala Bautista")
    browser = maryland.client("producer")
    browser.get("/producer/")
    maryland.enter()
    for key, _, _ in TYPES[1:5]:
        for name in ("Tala Bautista", "Danilo Macaraeg", "Corazon Salonga"):
            maryland.escalate(name, type_key=key)
    with django_assert_max_num_queries(30):
        page = browser.get("/producer/")
    assert len(page.context["rows"]) == 13


def test_the_producer_may_be_nobody_here_and_the_call_still_opens_its_escalation(
    maryland: Maryland,
) -> None:
    case = record(maryland, line(maryland, "Tala Bautista"), npn="424242").items.get().case
    assert case.producer_escalation.producer is None
    assert case.organization is None
    assert drain(maryland) == [] or not mails_to(maryland, "producer")


def test_an_escalation_is_opened_by_its_own_pages_and_not_as_a_ticket(maryland: Maryland) -> None:
    with pytest.raises(Refused, match="A producer escalation is not opened as a ticket"):
        tickets.open_ticket(
            actor=maryland.actor("hotline"),
            ticket_type=maryland.type("determination"),
            summary="Found not eligible.",
        )
    browser = maryland.client("hotline")
    chosen = browser.get("/tickets/open/", {"type": "determination"})
    assert chosen["Location"] == "/producer/record/"
    html = browser.get("/").content.decode()
    assert "/producer/record/" in html
    assert "/tickets/open/" not in html


def test_cc10_a_letter_names_the_one_consumer_of_an_escalation(maryland: Maryland) -> None:
    case = maryland.in_review(maryland.escalate("Tala Bautista"))
    consumer = maryland.consumer("Tala Bautista")
    values = values_for(maryland.actor("ect"), case, language="en")
    assert values["consumer_name"] == "Tala Bautista"
    assert values["consumer_case_number"] == consumer.person_id


def test_the_birth_date_is_not_in_the_case_row(maryland: Maryland) -> None:
    case = maryland.escalate("Tala Bautista")
    assert date(1980, 3, 7).isoformat() not in str(Case.objects.filter(pk=case.pk).values().get())
