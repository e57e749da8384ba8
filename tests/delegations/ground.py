"""Consumers to be found, and the steps of the tool in one call each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from notifications.models import MailMessage
from portal.consumers import book
from portal.consumers.mirror import SSN_PURPOSE, Consumer, Delegation
from portal.delegations import services, tool
from portal.delegations.models import ToolSearch
from portal.fields import blind_index
from portal.tenancy.actor import Actor
from tests.world import World

BORN = date(1979, 4, 17)
NAME = "Nayeli Cárdenas Ruiz"
CASE = "5000000321"
PHONE = "(916) 555-0142"
#: Of the range the Social Security Administration keeps for advertisements.
SSN = "987-65-4321"
DIGITS = "987654321"
FROZEN = datetime(2025, 11, 5, 18, 20, tzinfo=UTC)


def consumer_of(world: World, **values: Any) -> Consumer:
    """A consumer of the mirror, in nobody's book unless told otherwise."""
    fields = {
        "case_number": CASE,
        "full_name": NAME,
        "date_of_birth": BORN,
        "phone": PHONE,
        "language": "Spanish",
    } | values
    return Consumer.objects.create(exchange=world.exchange, **fields)


def with_number(world: World, ssn: str = DIGITS, **values: Any) -> Consumer:
    """A consumer whose Social Security number the exchange can compare."""
    return consumer_of(world, ssn_index=blind_index(ssn, SSN_PURPOSE), **values)


def delegate(world: World, consumer: Consumer, who: str) -> Delegation:
    """Put a consumer into the book of somebody of the world."""
    actor = world.actor(who)
    assert actor.organization is not None
    return book.start_delegation(
        actor=world.system,
        consumer=consumer,
        organization=actor.organization,
        enroller=actor.person,
        origin=Delegation.Origin.FEED,
    )


def pending(world: World, consumer: Consumer, who: str | None, code: str = "sunrise") -> Delegation:
    """A consumer's request that waits; ``who`` is the enroller it names."""
    return services.request_delegation(
        actor=world.system,
        consumer=consumer,
        organization=world.organization(code),
        enroller=world.person(who) if who else None,
    )


def search(actor: Actor, **values: Any) -> ToolSearch:
    """Step 1."""
    return tool.search_consumer(actor=actor, **{"name": NAME, "date_of_birth": BORN} | values)


def accept(actor: Actor, found: ToolSearch) -> ToolSearch:
    """Step 2, every box ticked."""
    count = len(found.disclaimers.statements())
    return tool.accept_disclaimers(actor=actor, search=found, accepted=count)


def matched(actor: Actor, **values: Any) -> ToolSearch:
    """Steps 1 and 2."""
    return accept(actor, search(actor, **values))


def sent(actor: Actor, *, phone: str = PHONE, **values: Any) -> ToolSearch:
    """A match whose passcode was asked for."""
    return tool.send_passcode(actor=actor, search=matched(actor, **values), phone=phone)


def passcode_of(found: ToolSearch) -> str:
    """The passcode before the text has left."""
    return ToolSearch.objects.get(pk=found.pk).sealed_passcode


def wrong_for(found: ToolSearch) -> str:
    """A passcode that is not the right one."""
    right = passcode_of(found)
    return f"{(int(right or 0) + 1) % 10**6:06d}"


def deliver(world: World, at: datetime = FROZEN) -> list[MailMessage]:
    """Drain the outbox, send what it wrote, and list the texts."""
    drain_outbox(exchange=world.exchange, now=at)
    send_mails(exchange=world.exchange, now=at)
    world.enter()
    rows = MailMessage.objects.filter(medium=MailMessage.Medium.TEXT)
    return list(rows.order_by("pk"))
