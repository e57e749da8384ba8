"""What becomes of a mail: a case, a message, or a person's desk (EA-02, EA-04, EA-06, EA-21)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from escalations.releases import gate
from escalations.releases.models import Release
from notifications.drain import drain_outbox
from notifications.inbound import answers, filing
from notifications.inbound.models import Mailbox, OfficeSender, RawMail
from notifications.inbound.tokens import LIFETIME, reply_address
from notifications.mailer import as_email
from notifications.models import Bell, MailMessage
from notifications.wording import Wording
from portal.casework.models import Attachment, Case, Note, OutboxMessage
from portal.documents.ssn import REMOVED
from portal.tenancy import services as tenancy
from portal.tenancy.models import Membership
from tests.notifications.ground import case_of_office, forget_messages
from tests.notifications.inbound.ground import (
    ADDRESS,
    AUTHSERV,
    STAFF,
    constituent_cases,
    letter,
    look,
    passed,
    take,
    take_and_look,
)
from tests.toolkits.conftest import pdf
from tests.world import NOW, World

State, Reason = RawMail.State, RawMail.Reason
ITEMS = """Constituent's Name: Ligaya Salonga
Case # or Application ID #: 5000000042
Constituent's Date of Birth: 06/12/1984
Constituent's Telephone Number: 916-555-0147
Constituent's email: ligaya@inbox.example

She has not received a card."""


def reply_to(mailbox: Mailbox, case: Case, recipient: str = STAFF, *, days: int = 0) -> str:
    today = date(2025, 11, 5) - timedelta(days=days)
    return reply_address(mailbox=mailbox, case_id=case.pk, recipient=recipient, today=today)


def keys_queued() -> set[str]:
    return set(OutboxMessage.objects.values_list("key", flat=True))


# --- A new case ------------------------------------------------------------------------------


def test_EA_02_a_mail_of_an_offices_member_becomes_their_case(
    world: World, mailbox: Mailbox
) -> None:
    mail = take_and_look(world, mailbox, letter())
    assert (mail.state, mail.reason) == (State.FILED, Reason.NEW_CASE)
    case = mail.case
    assert case is not None
    assert case.organization == world.organizations["assembly-13"]
    assert case.opened_by == world.people["office.staff"]
    assert case.constituent.channel == "mail"
    assert case.constituent.description == "A constituent\n\nNo card has arrived."
    assert mail.event is not None
    assert mail.event.verb == "opened"


def test_EA_04_the_listed_items_are_read_from_their_lines(world: World, mailbox: Mailbox) -> None:
    case = take_and_look(world, mailbox, letter(ITEMS)).case
    assert case is not None
    detail = case.constituent
    assert detail.constituent_name == "Ligaya Salonga"
    assert detail.case_or_application_id == "5000000042"
    assert detail.date_of_birth == date(1984, 6, 12)
    assert detail.phone == "916-555-0147"
    assert detail.email == "ligaya@inbox.example"
    assert ITEMS in detail.description


def test_EA_05_an_item_that_cannot_be_read_stays_in_the_words(
    world: World, mailbox: Mailbox
) -> None:
    text = "Constituent's Date of Birth: last spring\nConstituent's email: none"
    case = take_and_look(world, mailbox, letter(text)).case
    assert case is not None
    assert case.constituent.date_of_birth is None
    assert case.constituent.email == ""
    assert text in case.constituent.description


def test_EA_06_a_social_security_number_is_removed_and_the_sender_told_without_it(
    world: World, mailbox: Mailbox
) -> None:
    mail = take_and_look(world, mailbox, letter("Her number is 219-09-9998. No card."))
    case = mail.case
    assert case is not None
    assert case.constituent.description == f"A constituent\n\nHer number is {REMOVED}. No card."
    assert mail.had_number
    assert mail.sealed is None, "the original is forgotten at once"
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sent = MailMessage.objects.get(key=answers.RECEIVED)
    assert "Social Security number stood in your message" in sent.body
    assert "219" not in sent.body


def test_the_clock_of_a_case_starts_when_its_mail_came(world: World, mailbox: Mailbox) -> None:
    take(world, mailbox, letter())
    look(world, NOW + timedelta(hours=5))
    (case,) = constituent_cases(world)
    assert case.opened_at == NOW


def test_EA_02_an_offices_own_address_counts_where_nobody_signs_in(
    world: World, mailbox: Mailbox
) -> None:
    office = world.organizations["senate-07"]
    tenancy_office(world, office, email="casework@senate07.example")
    mail = take_and_look(world, mailbox, letter(sender="Casework@Senate07.example"))
    assert mail.case is not None
    assert mail.case.organization == office
    assert mail.case.opened_by is None
    assert mail.case.constituent.office_contact == "casework@senate07.example"


def tenancy_office(world: World, office: Any, **fields: Any) -> None:
    type(office).objects.filter(pk=office.pk).update(**fields)


@pytest.mark.parametrize("value", ["anybody@senate07.example", "@senate07.example"])
def test_EA_02_a_registered_address_or_domain_stands_for_its_office(
    world: World, mailbox: Mailbox, value: str
) -> None:
    OfficeSender.objects.create(
        exchange=world.exchange, office=world.organizations["senate-07"], value=value
    )
    mail = take_and_look(world, mailbox, letter(sender="anybody@senate07.example"))
    assert mail.case is not None
    assert mail.case.organization == world.organizations["senate-07"]
    other = take_and_look(world, mailbox, letter(sender="anybody@mail.senate07.example"))
    assert (other.state, other.reason) == (State.HELD, Reason.UNKNOWN_SENDER)


# --- Who wrote it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "results",
    [
        None,
        passed(STAFF, result="fail"),
        passed(STAFF, result="none"),
        passed(STAFF, server="mx.elsewhere.example"),
        passed("eve@evil.example"),
        f"{AUTHSERV}; dmarc=pass",
        f"{AUTHSERV}; spf=pass; dkim=pass header.d=covered-california.example",
        f"{AUTHSERV}; spf=pass (dmarc=pass header.from=covered-california.example)",
        f"{AUTHSERV} 1; x=y; dmarc=fail header.from=covered-california.example",
    ],
)
def test_from_alone_is_not_identity(world: World, mailbox: Mailbox, results: str | None) -> None:
    mail = letter()
    del mail["Authentication-Results"]
    content = mail.as_bytes()
    if results:
        content = f"Authentication-Results: {results}\n".encode() + content
    taken = take_and_look(world, mailbox, content)
    assert (taken.state, taken.reason) == (State.HELD, Reason.NOT_VERIFIED)
    assert not constituent_cases(world)
    assert not taken.is_verified


def test_a_result_that_the_sender_wrote_below_our_servers_mark_does_not_count(
    world: World, mailbox: Mailbox
) -> None:
    mail = letter()
    del mail["Authentication-Results"]
    mail["Authentication-Results"] = passed(STAFF)
    assert take_and_look(world, mailbox, mail).reason == Reason.NOT_VERIFIED


def test_two_results_that_disagree_prove_nothing(world: World, mailbox: Mailbox) -> None:
    forged = f"Authentication-Results: {passed(STAFF, result='fail')}\n".encode()
    taken = take_and_look(world, mailbox, forged + letter().as_bytes())
    assert taken.reason == Reason.NOT_VERIFIED


def test_a_result_counts_below_as_many_marks_as_our_own_servers_leave(
    world: World, mailbox: Mailbox
) -> None:
    content = b"Received: by mx.covered.example\n" + letter().as_bytes()
    assert take_and_look(world, mailbox, content).reason == Reason.NOT_VERIFIED
    mailbox.received_above = 1
    mailbox.save()
    content = b"Received: by mx.covered.example\n" + letter().as_bytes()
    assert take_and_look(world, mailbox, content).state == State.FILED


def test_a_mailbox_without_a_checking_server_files_nothing_by_itself(
    world: World, mailbox: Mailbox
) -> None:
    mailbox.authserv_id = ""
    mailbox.save()
    assert take_and_look(world, mailbox, letter()).reason == Reason.NOT_VERIFIED


@pytest.mark.parametrize("sender", ["nobody@inbox.example", "agent@covered-california.example"])
def test_a_sender_of_no_office_is_held(world: World, mailbox: Mailbox, sender: str) -> None:
    taken = take_and_look(world, mailbox, letter(sender=sender))
    assert (taken.state, taken.reason) == (State.HELD, Reason.UNKNOWN_SENDER)


def test_who_left_the_office_is_not_its_sender_any_more(world: World, mailbox: Mailbox) -> None:
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(is_active=False)
    assert take_and_look(world, mailbox, letter()).reason == Reason.UNKNOWN_SENDER


def test_who_works_for_two_offices_is_held(world: World, mailbox: Mailbox) -> None:
    tenancy.add_membership(
        actor=world.system,
        person=world.people["office.staff"],
        organization=world.organizations["senate-07"],
        role_key="office_staff",
    )
    assert take_and_look(world, mailbox, letter()).reason == Reason.AMBIGUOUS


def test_T_08_a_member_of_another_exchanges_office_is_nobody_here(
    world: World, other_world: World, mailbox: Mailbox
) -> None:
    taken = take_and_look(world, mailbox, letter(sender="office.staff@maryland.example"))
    assert taken.reason == Reason.UNKNOWN_SENDER


# --- Threads ---------------------------------------------------------------------------------


def test_EA_02_a_reply_to_our_mail_is_a_message_on_its_case(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    text = "The plan is the silver one.\n\nOn Wed, Nov 5, 2025, Liaison wrote:\n> Which plan?"
    taken = take_and_look(world, mailbox, letter(text, to=reply_to(mailbox, case)))
    assert (taken.state, taken.reason) == (State.FILED, Reason.ON_CASE)
    assert taken.case == case
    note = Note.objects.get(case=case, kind=Note.Kind.MESSAGE)
    assert note.body == "The plan is the silver one."
    assert note.author == world.people["office.staff"]
    assert len(constituent_cases(world)) == 1


def test_a_token_used_by_another_sender_is_held(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    colleague = "office.staff2@covered-california.example"
    taken = take_and_look(world, mailbox, letter(to=reply_to(mailbox, case), sender=colleague))
    assert (taken.state, taken.reason) == (State.HELD, Reason.FOREIGN_TOKEN)
    assert not Note.objects.filter(case=case).exists()


def test_a_token_changed_by_one_letter_is_held(world: World, mailbox: Mailbox) -> None:
    case, other = case_of_office(world), case_of_office(world)
    address = reply_to(mailbox, case)
    mine, theirs = reply_to(mailbox, case), reply_to(mailbox, other)
    swapped = f"{theirs.split('-')[0]}-{mine.split('-', 1)[1]}"
    for forged in (swapped, address.replace("@", "a@"), f"externalaffairs+c1@{ADDRESS[16:]}"):
        taken = take_and_look(world, mailbox, letter(to=forged))
        assert taken.reason == Reason.FOREIGN_TOKEN, forged


def test_a_token_past_its_day_is_held_with_its_case_suggested(
    world: World, mailbox: Mailbox
) -> None:
    case = case_of_office(world)
    address = reply_to(mailbox, case, days=LIFETIME.days + 1)
    taken = take_and_look(world, mailbox, letter(to=address))
    assert (taken.state, taken.reason) == (State.HELD, Reason.EXPIRED_TOKEN)
    assert taken.suggested_case == case


def test_a_token_of_one_who_moved_to_another_office_is_held(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(
        organization=world.organizations["senate-07"]
    )
    taken = take_and_look(world, mailbox, letter(to=reply_to(mailbox, case)))
    assert taken.reason == Reason.FOREIGN_TOKEN


def test_a_subject_alone_threads_nothing(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    taken = take_and_look(world, mailbox, letter(subject=f"Re: case {case.number}"))
    assert (taken.state, taken.reason) == (State.HELD, Reason.NAMES_CASE)
    assert taken.suggested_case == case
    foreign = take_and_look(
        world,
        mailbox,
        letter(subject=case.number, sender="other.office@covered-california.example"),
    )
    assert foreign.reason == Reason.NEW_CASE, "another office learns nothing of the number"


def test_a_message_for_a_closed_case_waits_for_a_person(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    Case.objects.filter(pk=case.pk).update(status="closed", is_open=False)
    taken = take_and_look(world, mailbox, letter(to=reply_to(mailbox, case)))
    assert (taken.state, taken.reason) == (State.HELD, Reason.CASE_CLOSED)
    assert taken.suggested_case == case


def test_a_reply_from_an_offices_own_address_is_added_too(world: World, mailbox: Mailbox) -> None:
    office = world.organizations["assembly-13"]
    tenancy_office(world, office, email="desk@assembly13.example")
    case = case_of_office(world)
    address = reply_to(mailbox, case, "desk@assembly13.example")
    taken = take_and_look(world, mailbox, letter(to=address, sender="desk@assembly13.example"))
    assert taken.reason == Reason.ON_CASE
    assert case.events.filter(verb="take_mail").exists()


def test_case_mail_to_an_office_can_be_answered_and_says_so(world: World, mailbox: Mailbox) -> None:
    forget_messages(world)
    case = take_and_look(world, mailbox, letter()).case
    assert case is not None
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sent = MailMessage.objects.select_related("exchange", "message").get(key=answers.RECEIVED)
    assert "You can reply to it" in sent.body
    wire = as_email(sent, sent.to, Wording(sent.subject, sent.body), NOW).decode()
    assert f"Reply-To: {reply_to(mailbox, case)}".replace("\n", "") in wire.replace("\r\n ", " ")


def test_without_a_mailbox_a_mail_says_that_replies_are_not_read(
    world: World, mailbox: Mailbox
) -> None:
    take_and_look(world, mailbox, letter())
    Mailbox.objects.update(is_active=False)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sent = MailMessage.objects.select_related("exchange", "message").get(key=answers.RECEIVED)
    assert "replies are not read" in sent.body
    assert b"Reply-To" not in as_email(sent, sent.to, Wording("x", "y"), NOW)


# --- Papers ----------------------------------------------------------------------------------


def test_EA_21_a_paper_that_reads_like_a_release_is_received_to_be_checked(
    world: World, mailbox: Mailbox
) -> None:
    form = pdf("Information Release Form. I authorize you to discuss my case.")
    taken = take_and_look(
        world,
        mailbox,
        letter(files={"scan.pdf": (form, "application/pdf"), "b.docx": (b"PK\x03\x04", "a/b")}),
    )
    case = taken.case
    assert case is not None
    release = Release.objects.get(case=case)
    assert (release.state, release.channel) == ("received", "mail")
    assert taken.refusals == [[2, "office"]]
    seen = gate.decide(actor=world.actor("office.staff"), case=case)
    assert not seen.shows_details, "what comes by mail never opens anything"


def test_other_papers_are_attachments(world: World, mailbox: Mailbox) -> None:
    paper = pdf("A notice of coverage.")
    taken = take_and_look(world, mailbox, letter(files={"notice.pdf": (paper, "application/pdf")}))
    assert taken.case is not None
    assert Attachment.objects.filter(case=taken.case).count() == 1
    assert not Release.objects.exists()


def test_EA_06_a_number_in_a_file_refuses_the_file_and_forgets_the_original(
    world: World, mailbox: Mailbox
) -> None:
    paper = pdf("Her number: 219-09-9998")
    taken = take_and_look(
        world, mailbox, letter(files={"219-09-9998.pdf": (paper, "application/pdf")})
    )
    assert taken.case is not None
    assert not Attachment.objects.filter(case=taken.case).exists()
    assert taken.sealed is None
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    body = MailMessage.objects.get(key=answers.RECEIVED).body
    assert "The 1st file was not taken" in body
    assert "219" not in body
    assert ".pdf" not in body


# --- Machines, copies, floods ----------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Return_Path": "<>"},
        {"X_Loop": "x"},
        {"Precedence": "auto_reply"},
    ],
)
def test_drill_15_a_machine_is_never_answered(
    world: World, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    taken = take_and_look(world, mailbox, letter(**headers))
    assert (taken.state, taken.reason) == (State.IGNORED, Reason.AUTOMATIC)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("sender", [ADDRESS, f"externalaffairs+x@{ADDRESS[16:]}"])
def test_drill_15_our_own_mail_is_never_answered(
    world: World, mailbox: Mailbox, sender: str
) -> None:
    taken = take_and_look(world, mailbox, letter(sender=sender))
    assert (taken.state, taken.reason) == (State.IGNORED, Reason.OUR_OWN)


def test_a_mailing_list_waits_for_a_person_and_is_not_answered(
    world: World, mailbox: Mailbox
) -> None:
    taken = take_and_look(world, mailbox, letter(List_Id="<news.assembly13.example>"))
    assert (taken.state, taken.reason) == (State.HELD, Reason.BULK)
    assert keys_queued() == {"inbound.held"}


def test_drill_7_the_same_mail_five_times_is_one_case(world: World, mailbox: Mailbox) -> None:
    content = letter().as_bytes()
    for number in range(5):
        take_and_look(world, mailbox, b"X-Copy: %d\n" % number + content)
    assert len(constituent_cases(world)) == 1
    assert RawMail.objects.count() == 1


def test_drill_7_the_same_message_id_with_other_words_is_held_not_lost(
    world: World, mailbox: Mailbox
) -> None:
    first = take_and_look(world, mailbox, letter(Message_ID="<same@mail.example>"))
    other = take_and_look(world, mailbox, letter("Other words.", Message_ID="<same@mail.example>"))
    assert first.state == State.FILED
    assert (other.state, other.reason) == (State.HELD, Reason.SAME_ID)
    assert len(constituent_cases(world)) == 1


def test_drill_7_a_mail_without_a_message_id_five_times_is_one_case(
    world: World, mailbox: Mailbox
) -> None:
    mail = letter()
    del mail["Message-ID"]
    for _ in range(5):
        take_and_look(world, mailbox, mail)
    assert len(constituent_cases(world)) == 1


def test_drill_15_a_flood_from_one_address_gets_five_answers_and_fifty_cases(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "MOST_A_DAY", 8)
    for number in range(12):
        take(world, mailbox, letter(f"Number {number}"))
    look(world)
    assert len(constituent_cases(world)) == 8
    assert RawMail.objects.filter(reason=Reason.TOO_MANY, state=State.HELD).count() == 4
    queued = OutboxMessage.objects.filter(key=answers.RECEIVED)
    assert queued.count() == answers.MOST_A_DAY == 5


def test_drill_15_forged_mail_is_answered_never(world: World, mailbox: Mailbox) -> None:
    for number in range(20):
        take(world, mailbox, letter(f"Number {number}", result="fail"))
    assert look(world).held == 20
    assert keys_queued() == {"inbound.held"}
    assert OutboxMessage.objects.count() == 1, "one bell an hour, however much comes"
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert set(Bell.objects.values_list("person__email", flat=True)) == {
        "ea.analyst@covered-california.example",
        "ea.lead@covered-california.example",
    }
    assert not MailMessage.objects.exists()


def test_one_answer_a_day_for_a_sender_and_case(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    forget_messages(world)
    text = "Her number is 219-09-9998."
    for number in range(3):
        take(world, mailbox, letter(f"{text} {number}", to=reply_to(mailbox, case)))
    look(world)
    assert OutboxMessage.objects.filter(key=answers.ADDED).count() == 1


def test_a_reply_of_which_all_was_taken_needs_no_answer(world: World, mailbox: Mailbox) -> None:
    case = case_of_office(world)
    forget_messages(world)
    take_and_look(world, mailbox, letter(to=reply_to(mailbox, case)))
    assert not OutboxMessage.objects.filter(key__startswith="inbound.").exists()


def test_the_answer_says_number_status_and_link_and_nothing_of_the_mail(
    world: World, mailbox: Mailbox
) -> None:
    case = take_and_look(world, mailbox, letter(ITEMS, subject="About Ligaya")).case
    assert case is not None
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    sent = MailMessage.objects.get(key=answers.RECEIVED)
    assert (sent.to, sent.subject) == (STAFF, f"We have received your message: case {case.number}")
    assert "Received" in sent.body
    for word in ("Ligaya", "a card", "916-555", "1984", "ligaya@"):
        assert word not in sent.body


def test_the_answer_is_dropped_when_its_sender_has_left(world: World, mailbox: Mailbox) -> None:
    take_and_look(world, mailbox, letter())
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(is_active=False)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert not MailMessage.objects.filter(key=answers.RECEIVED).exists()


# --- Faults ----------------------------------------------------------------------------------


def test_never_half_a_case(world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(**_: Any) -> None:
        raise RuntimeError("at the very end")

    monkeypatch.setattr(filing, "queue_answer", breaks)
    taken = take(world, mailbox, letter())
    for hours in range(5):
        look(world, NOW + timedelta(hours=hours))
    taken.refresh_from_db()
    assert (taken.state, taken.reason) == (State.HELD, Reason.FAILED)
    assert not constituent_cases(world)
    assert keys_queued() == {"inbound.held"}


def test_a_mail_whose_worker_died_is_taken_up_when_its_lease_ends(
    world: World, mailbox: Mailbox
) -> None:
    taken = take(world, mailbox, letter())
    RawMail.objects.update(attempts=1, next_attempt_at=NOW + filing.LEASE)
    look(world)
    taken.refresh_from_db()
    assert taken.state == State.RECEIVED
    look(world, NOW + filing.LEASE)
    taken.refresh_from_db()
    assert taken.state == State.FILED


def test_a_mail_that_is_too_large_is_refused_and_known(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.inbound.services.MAX_BYTES", 50)
    taken = take(world, mailbox, letter())
    assert (taken.state, taken.reason) == (State.REFUSED, Reason.TOO_LARGE)
    assert taken.sealed is None
