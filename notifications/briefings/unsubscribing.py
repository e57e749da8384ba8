"""Stopping the mail of briefings, and asking for it again: a person's choice of channels.

Alerts are of another group of messages, whose mail nobody can switch off.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from notifications.briefings.models import Delivery
from notifications.briefings.names import READ
from notifications.channels.choices import ChannelRule, Way
from notifications.channels.rules import wants_mail
from notifications.channels.services import choose_channels
from portal.casework.machine import Refused
from portal.tenancy import selectors
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

#: The group of messages briefings belong to.
GROUP: Final = "briefings"


def gets_mail(actor: Actor) -> bool:
    """Whether briefings also come to the actor by mail."""
    person_id = actor.person_id
    return person_id is not None and bool(wants_mail([person_id], GROUP, exchange=actor.exchange))


def can_choose(exchange: Exchange) -> bool:
    """Whether the exchange leaves it to people. The exchange must be set."""
    rules = ChannelRule.objects.filter(exchange=exchange, group=GROUP, way=Way.MAIL)
    return not rules.filter(is_fixed=True).exists()


def choose_mail(*, actor: Actor, is_on: bool) -> None:
    """Let briefings come to the actor by mail, or to their mailbox alone.

    Raises:
        NotAllowed: the actor gets no briefings, or may not choose channels.
        Refused: the exchange does not leave it to people.
    """
    actor.require(READ)
    _choose(actor, is_on=is_on)


def delivery_of_mail(*, exchange: Exchange, mail_id: int) -> Delivery | None:
    """The delivery a mail belongs to. The exchange must be set."""
    rows = Delivery.objects.filter(exchange=exchange, mail_id=mail_id)
    return rows.select_related("person").first()


def stop_by_link(*, exchange: Exchange, delivery: Delivery) -> None:
    """Stop the mail of whoever a mail went to; its link is what proves that they may.

    Somebody who no longer works here gets none anyway. Repeating it changes nothing. The exchange
    must be set.

    Raises:
        Refused: the exchange does not leave it to people any more.
    """
    actor = selectors.actor_in(delivery.person, exchange)
    if actor is None or not gets_mail(actor):
        return
    # Whichever of their roles it is: the choice is the person's.
    _choose(actor, is_on=False)
    delivery.stopped_at = timezone.now()
    delivery.save(update_fields=["stopped_at"])


def _choose(actor: Actor, *, is_on: bool) -> None:
    try:
        choose_channels(actor=actor, choices={(GROUP, Way.MAIL): is_on})
    except ValidationError:
        raise Refused("Whether briefings come by mail is set for everybody.") from None
