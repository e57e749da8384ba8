"""Who gets it, exactly once, however the work is cut (AL-01)."""

from __future__ import annotations

import email
import json
from datetime import timedelta
from email.policy import default
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.briefings import sending, services
from notifications.briefings.audience import count_people
from notifications.briefings.figures import figures_of, stopped_by
from notifications.briefings.mails import send_test
from notifications.briefings.models import Briefing, Delivery, Kind, State
from notifications.briefings.unsubscribing import choose_mail
from notifications.mailbox.models import Item
from notifications.mailer import as_email, send_mails
from notifications.models import MailMessage
from notifications.wording import Wording
from portal.tenancy import services as tenancy
from portal.tenancy.models import Membership, Organization, Person, Role
from tests.notifications.briefings.ground import WRITER, hire, schedule, send, sent, write
from tests.notifications.ground import Sink
from tests.world import NOW, World

ENROLLERS = ("agent", "agent1", "admin1", "harbor.manager", "harbor.agent", "entity.contact", "cec")
EVERYBODY = {*ENROLLERS, "agency.manager"}


def told(world: World, briefing: Briefing) -> set[str]:
    names = {person.pk: key for key, person in world.people.items()}
    rows = Delivery.objects.filter(briefing=briefing)
    return {names[pk] for pk in rows.values_list("person_id", flat=True)}


@pytest.fixture
def staffed(world: World) -> World:
    hire(world, *ENROLLERS)
    return world


def test_every_enroller_gets_it_once_into_the_mailbox_and_by_mail_AL_01(staffed: World) -> None:
    briefing = sent(staffed)
    assert told(staffed, briefing) == EVERYBODY
    items = Item.objects.filter(kind="briefing", source_id=briefing.pk)
    assert items.count() == len(EVERYBODY)
    assert {item.subject for item in items} == {"Briefing: Renewals begin on Monday"}
    mails = MailMessage.objects.filter(key="briefing.news")
    assert sorted(mail.to for mail in mails) == sorted(
        staffed.people[key].email for key in EVERYBODY
    )
    send(staffed)
    send(staffed, NOW + timedelta(days=1))
    assert Delivery.objects.count() == mails.count() == items.count() == len(EVERYBODY)


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        ({"roles": ["agent_level_2"]}, {"agent", "harbor.agent"}),
        ({"organization_kinds": ["entity"]}, {"entity.contact", "cec"}),
        (
            {"roles": ["agency_manager"], "organization_kinds": ["agency"]},
            {"agency.manager", "harbor.manager"},
        ),
    ],
)
def test_it_goes_to_its_audience_and_to_nobody_else(
    staffed: World, audience: dict[str, list[str]], people: set[str]
) -> None:
    briefing = sent(staffed, **audience)
    assert told(staffed, briefing) == people
    for key in EVERYBODY:
        can_read = Briefing.objects.visible_to(staffed.actor(key)).exists()
        assert can_read == (key in people)


_ROLES = st.lists(
    st.sampled_from(["agent_level_2", "agency_manager", "certified_enrollment_counselor"]),
    unique=True,
)
_KINDS = st.lists(st.sampled_from(["agency", "entity"]), unique=True)
_LANGUAGES = st.lists(st.sampled_from(["Spanish", "Hmong"]), unique=True)
_CODES = st.lists(st.sampled_from(["sunrise", "harbor", "bridge"]), unique=True)


@given(roles=_ROLES, kinds=_KINDS, languages=_LANGUAGES, codes=_CODES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_count_before_equals_the_deliveries_and_those_who_can_read_it(
    staffed: World, roles: list[str], kinds: list[str], languages: list[str], codes: list[str]
) -> None:
    for key, spoken in (("agent", ["Spanish"]), ("cec", ["Spanish", "Hmong"])):
        Membership.objects.filter(pk=staffed.memberships[key].pk).update(languages=spoken)
    briefing = write(
        staffed,
        roles=roles,
        organization_kinds=kinds,
        languages=languages,
        organization_ids=[staffed.organization(code).pk for code in codes],
    )
    Briefing.objects.filter(pk=briefing.pk).update(state=State.SCHEDULED, send_at=NOW)
    counted = count_people(briefing)
    assert send(staffed).delivered == counted
    people = told(staffed, briefing)
    assert len(people) == counted
    Delivery.objects.filter(briefing=briefing).delete()
    rows = Briefing.objects.filter(pk=briefing.pk)
    readers = {key for key in EVERYBODY if rows.visible_to(staffed.actor(key)).exists()}
    assert readers == people


def test_who_is_meant_is_asked_when_it_goes(staffed: World) -> None:
    briefing = schedule(staffed, NOW + timedelta(hours=1), roles=["agent_level_2"])
    tenancy.end_membership(actor=staffed.system, membership=staffed.memberships["agent"])
    hire(staffed, "agent2b")
    send(staffed, NOW + timedelta(hours=1))
    assert told(staffed, briefing) == {"harbor.agent", "agent2b"}


def test_a_mail_does_not_leave_for_somebody_who_lost_the_role_since(
    staffed: World, sink: Sink
) -> None:
    sent(staffed, roles=["agent_level_2"])
    tenancy.end_membership(actor=staffed.system, membership=staffed.memberships["agent"])
    assert send_mails(exchange=staffed.exchange, now=NOW).as_dict()["withheld"] == 1
    assert sink.recipients == [staffed.people["harbor.agent"].email]


def test_the_whole_text_goes_by_mail_only_where_its_writers_say_so(
    staffed: World, sink: Sink
) -> None:
    sent(staffed, roles=["agency_manager"])
    sent(staffed, title="Open", roles=["agency_manager"], has_full_text_in_mail=True)
    send_mails(exchange=staffed.exchange, now=NOW)
    bodies = {
        str(mail["Subject"]): mail.get_payload(decode=True).decode() for mail in sink.accepted
    }
    closed = bodies["Briefing: Renewals begin on Monday"]
    assert "worklist" not in closed
    assert "is in your Secure Mailbox" in closed
    assert "worklist" in bodies["Briefing: Open"]
    assert all("/briefings/" in body for body in bodies.values())


def test_a_briefings_mail_can_be_stopped_with_one_click_and_an_alerts_cannot(
    staffed: World, sink: Sink
) -> None:
    sent(staffed, roles=["certified_enrollment_counselor"])
    sent(staffed, title="Down", kind=Kind.ALERT, roles=["certified_enrollment_counselor"])
    send_mails(exchange=staffed.exchange, now=NOW)
    by_subject = {str(mail["Subject"]).partition(":")[0]: mail for mail in sink.accepted}
    news, alert = by_subject["Briefing"], by_subject["Alert"]
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert alert["List-Unsubscribe"] is None
    url = str(news["List-Unsubscribe"]).strip("<>")
    assert url in news.get_payload(decode=True).decode()


def test_whoever_stopped_the_mail_still_has_it_in_the_mailbox_and_alerts_by_mail(
    staffed: World,
) -> None:
    choose_mail(actor=staffed.actor("cec"), is_on=False)
    address = staffed.people["cec"].email
    briefing = sent(staffed)
    assert told(staffed, briefing) == EVERYBODY
    assert not MailMessage.objects.filter(to=address).exists()
    delivery = Delivery.objects.get(person=staffed.people["cec"])
    assert (delivery.was_unsubscribed, delivery.mail_id) == (True, None)
    assert Item.objects.filter(person=staffed.people["cec"], kind="briefing").count() == 1
    sent(staffed, title="Down", kind=Kind.ALERT)
    assert MailMessage.objects.get(to=address).key == "briefing.alert"
    choose_mail(actor=staffed.actor("cec"), is_on=True)
    sent(staffed, title="Later")
    assert MailMessage.objects.filter(to=address).count() == 2


def test_whoever_stops_it_between_writing_and_leaving_gets_no_mail(
    staffed: World, sink: Sink
) -> None:
    sent(staffed, roles=["certified_enrollment_counselor"])
    choose_mail(actor=staffed.actor("cec"), is_on=False)
    assert send_mails(exchange=staffed.exchange, now=NOW).as_dict()["withheld"] == 1
    assert sink.accepted == []


def test_killed_half_way_and_begun_again_everybody_has_it_exactly_once(
    staffed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefing = schedule(staffed)
    monkeypatch.setattr(sending, "BATCH", 3)
    write_batch, rounds = sending._write_batch, []

    def die_in_the_second(*given: object) -> tuple[int, int]:
        rounds.append(write_batch(*given))  # type: ignore[arg-type]
        if len(rounds) == 2:
            raise KeyboardInterrupt
        return rounds[-1]

    monkeypatch.setattr(sending, "_write_batch", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        send(staffed)
    staffed.enter()
    briefing.refresh_from_db()
    assert briefing.state == State.SENDING
    assert Delivery.objects.count() == MailMessage.objects.count() == Item.objects.count() == 3
    monkeypatch.setattr(sending, "_write_batch", write_batch)
    send(staffed, NOW + timedelta(minutes=1))
    briefing.refresh_from_db()
    assert briefing.state == State.SENT
    assert told(staffed, briefing) == EVERYBODY
    assert Delivery.objects.count() == MailMessage.objects.count() == len(EVERYBODY)
    assert Item.objects.filter(kind="briefing").count() == len(EVERYBODY)


@pytest.mark.parametrize("count", [10, 1_000])
def test_sending_takes_the_same_few_statements_for_ten_and_for_a_thousand(
    world: World, count: int
) -> None:
    crowd(world, count)
    schedule(world, roles=["agent_level_1"])
    with CaptureQueriesContext(connection) as statements:
        assert send(world).delivered == count
    assert len(statements) <= 45


def crowd(world: World, count: int) -> None:
    """So many agents of Level 1, without the cost of joining one by one."""
    people = Person.objects.bulk_create(
        Person(email=f"crowd{number}@sunrise.example", full_name=f"Crowd {number}", password="!")
        for number in range(count)
    )
    role = Role.objects.get(exchange=world.exchange, key="agent_level_1")
    sunrise = Organization.objects.get(pk=world.organization("sunrise").pk)
    Membership.objects.bulk_create(
        Membership(exchange=world.exchange, person=person, organization=sunrise, role=role)
        for person in people
    )


def test_figures_count_each_role_once_and_add_up(staffed: World, sink: Sink) -> None:
    choose_mail(actor=staffed.actor("cec"), is_on=False)
    briefing = sent(staffed)
    services.mark_read(actor=staffed.actor("agent"), briefing=briefing)
    services.mark_read(actor=staffed.actor("agent"), briefing=briefing)
    send_mails(exchange=staffed.exchange, now=NOW)
    staffed.enter()
    *groups, total = figures_of(briefing)
    assert total.numbers == (8, 1, 7, 0, 0, 1)
    level_2 = next(row for row in groups if row.audience == "Agent Level 2, agency")
    assert level_2.numbers == (2, 1, 2, 0, 0, 0)
    assert stopped_by(briefing) == 0
    item = Item.objects.get(person=staffed.people["agent"], kind="briefing")
    assert item.read_at == NOW


def test_a_test_mail_goes_to_its_writer_alone_as_often_as_they_like(world: World) -> None:
    briefing = write(world, has_full_text_in_mail=True)
    send_test(actor=world.actor(WRITER), briefing=briefing)
    send_test(actor=world.actor(WRITER), briefing=briefing)
    mails = MailMessage.objects.filter(key="briefing.test")
    assert [mail.to for mail in mails] == [world.people[WRITER].email] * 2
    assert mails[0].subject == "[Test] Briefing: Renewals begin on Monday"
    assert not Delivery.objects.exists()


def test_each_mail_has_an_id_of_its_own_that_tells_nothing(staffed: World) -> None:
    sent(staffed)
    mail = MailMessage.objects.filter(key="briefing.news").first()
    assert mail is not None
    written = email.message_from_bytes(
        as_email(mail, mail.to, Wording(mail.subject, mail.body), NOW), policy=default
    )
    assert written["List-Unsubscribe"] is None
    assert len(str(written["Message-ID"]).partition("@")[0]) == len("<") + 64
    ids = MailMessage.objects.values_list("rfc_message_id", flat=True)
    assert len({*ids}) == len(ids)


def test_the_command_says_what_it_did(staffed: World) -> None:
    schedule(staffed)
    out = StringIO()
    call_command("send_briefings", "--now", NOW.isoformat(), stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "briefings": 1,
        "delivered": 8,
        "mails": 8,
    }
