"""What was lost between the act and the sending: role, place, case, delegation, release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from escalations.releases.models import Release
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from notifications.models import Bell, MailMessage
from portal.casework.models import Case, OutboxMessage
from portal.tenancy.models import Exchange, Membership, Organization, Person, Role
from retention.models import CrwCase
from tests.notifications.ground import Sink, case_of_office, forget_messages, message
from tests.retention.ground import delegate, open_crw
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


def _role_lost(world: World) -> None:
    actions = Role.objects.get(exchange=world.exchange, key="office_staff")
    actions.actions = [key for key in actions.actions if not key.startswith("constituent.")]
    actions.save()


def _membership_ended(world: World) -> None:
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(is_active=False)


def _moved(world: World) -> None:
    Membership.objects.filter(pk=world.memberships["office.staff"].pk).update(
        organization=world.organizations["senate-07"]
    )


def _signed_off(world: World) -> None:
    Person.objects.filter(pk=world.people["office.staff"].pk).update(is_active=False)


def _case_given_away(world: World) -> None:
    Case.objects.update(organization=Organization.objects.get(code="senate-07"))


def _exchange_closed(world: World) -> None:
    Exchange.objects.filter(pk=world.exchange.pk).update(is_active=False)


def _module_off(world: World) -> None:
    kinds = [key for key in world.exchange.modules if key != "constituent"]
    Exchange.objects.filter(pk=world.exchange.pk).update(modules=kinds)
    world.exchange.modules = kinds


_LOSSES = [
    _role_lost,
    _membership_ended,
    _moved,
    _signed_off,
    _case_given_away,
    _exchange_closed,
    _module_off,
]


@pytest.mark.parametrize("loss", _LOSSES, ids=lambda loss: loss.__name__.strip("_"))
@pytest.mark.parametrize("stage", ["before the drain", "before the mail leaves"])
def test_who_lost_their_right_since_the_act_is_not_told(
    world: World, sink: Sink, loss: Callable[[World], None], stage: str
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    message(world, "constituent.updated", case)
    if stage == "before the drain":
        loss(world)
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    if stage != "before the drain":
        loss(world)
    send_mails(exchange=world.exchange, now=NOW)
    address = world.people["office.staff"].email
    assert address not in sink.recipients
    if stage == "before the drain":
        assert not Bell.objects.filter(person=world.people["office.staff"]).exists()


def _release(world: World, case: Case, **fields: object) -> Release:
    values = {
        "state": Release.State.VALID,
        "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=20),
        "signed_on": NOW.date(),
        "is_signed": True,
        "is_dated": True,
        "names_recipient": True,
        "authorizes_details": True,
    } | fields
    return Release.objects.create(
        exchange=world.exchange,
        case=case,
        office=world.organizations["assembly-13"],
        channel=Release.Channel.OFFICE,
        **values,
    )


@pytest.mark.parametrize("key", ["release.valid", "release.expiring"])
@pytest.mark.parametrize("stage", ["before the drain", "before the mail leaves"])
@pytest.mark.parametrize(
    "loss",
    [
        {"state": Release.State.REVOKED},
        {"state": Release.State.REPLACED},
        {"valid_until": NOW},
    ],
    ids=["revoked", "replaced", "run out"],
)
def test_no_office_is_told_that_a_release_is_in_force_once_it_is_not(
    world: World, sink: Sink, key: str, stage: str, loss: dict[str, object]
) -> None:
    case = case_of_office(world)
    forget_messages(world)
    release = _release(world, case)
    row = message(world, key, case, data={"release": release.pk})
    if stage == "before the mail leaves":
        drain_outbox(exchange=world.exchange, now=NOW)
        world.enter()
        assert MailMessage.objects.filter(state="waiting").exists()
    Release.objects.filter(pk=release.pk).update(**loss)
    drain_outbox(exchange=world.exchange, now=NOW)
    send_mails(exchange=world.exchange, now=NOW)
    assert not sink.accepted
    world.enter()
    if stage == "before the drain":
        assert OutboxMessage.objects.get(pk=row.pk).state == "dropped"
        assert not Bell.objects.exists()


def test_a_release_that_still_holds_is_told(world: World, sink: Sink) -> None:
    case = case_of_office(world)
    forget_messages(world)
    release = _release(world, case)
    message(world, "release.valid", case, data={"release": release.pk})
    drain_outbox(exchange=world.exchange, now=NOW)
    assert send_mails(exchange=world.exchange, now=NOW).sent == 2


def test_a_daily_summary_is_not_announced_to_who_lost_the_role_after_the_drain(
    world: World, sink: Sink
) -> None:
    forget_messages(world)
    message(world, "summary.own", recipient=world.people["agent"])
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    assert MailMessage.objects.get().person == world.people["agent"]
    role = Role.objects.get(exchange=world.exchange, key="agent_level_2")
    role.actions = [key for key in role.actions if key != "summaries.read"]
    role.save()
    counts = send_mails(exchange=world.exchange, now=NOW)
    assert (counts.withheld, len(sink.accepted)) == (1, 0)


@pytest.mark.parametrize("stage", ["before the drain", "before the mail leaves"])
def test_an_enroller_who_lost_the_delegation_is_told_nothing_more_of_the_consumer(
    world: World, sink: Sink, stage: str
) -> None:
    case = open_crw(world)
    forget_messages(world)
    world.enter()
    message(world, "retention.reopened", case)
    if stage == "before the mail leaves":
        drain_outbox(exchange=world.exchange, now=NOW)
        world.enter()
        assert MailMessage.objects.get(key="retention.reopened").person == world.people["agent"]
    consumer = CrwCase.objects.get(case=case).consumer
    delegate(world, consumer, "harbor", "harbor.agent")
    drain_outbox(exchange=world.exchange, now=NOW)
    send_mails(exchange=world.exchange, now=NOW)
    assert world.people["agent"].email not in sink.recipients
    world.enter()
    rung = Bell.objects.filter(key="retention.reopened", person=world.people["agent"])
    assert rung.exists() == (stage == "before the mail leaves")
