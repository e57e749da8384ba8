"""Messages on renewal cases; they name a number and never a consumer."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from notifications import recipients as to
from notifications.catalogue.base import (
    BELL,
    BOTH,
    COMMON,
    Circle,
    MessageKind,
    RecipientRule,
    to_staff,
)
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Person


def holder(message: OutboxMessage) -> Iterable[Person]:
    """The enroller who has the case now."""
    return [message.case.owner] if message.case and message.case.owner else []


def _to_holder(
    key: str, label: str, subject: str, body: str, recipients: RecipientRule, **more: Any
) -> MessageKind:
    """A message inside the portal to the enroller who has a renewal case, or had it."""
    return replace(to_staff(key, label, subject, body, recipients, **more), circle=Circle.ENROLLER)


MESSAGES = (
    _to_holder(
        "retention.transferred_to",
        "A renewal case is yours now",
        "{number} is yours now",
        "{number} has come to you. Its aging goes on from where it stood.",
        to.the_one_named,
        channels=BOTH,
        source="CRW-16, C.5",
    ),
    MessageKind(
        key="retention.transferred_from",
        label="Renewal cases went to a colleague",
        circle=Circle.ENROLLER,
        channels=BELL,
        subject="Renewal cases of yours went to a colleague",
        body="Your Agency Manager has transferred CRW cases of yours to another agent of the"
        " agency. They are no longer in your worklist.",
        recipients=to.the_one_named,
        # No number: what they name is not the reader's any more.
        variables=COMMON,
        required=frozenset(),
        source="CRW-16, C.5",
    ),
    _to_holder(
        "retention.reopened",
        "A renewal case was reopened",
        "{number} was reopened",
        "{number} has been reopened. It is in your worklist again.",
        holder,
        channels=BOTH,
        source="C.5",
    ),
    _to_holder(
        "retention.closed_by_system",
        "The eligibility system closed a renewal case",
        "{number} was closed by the eligibility system",
        "{number} needs no more outreach: the eligibility system has closed it. The reason stands"
        " in the case.",
        holder,
        source="C.5",
    ),
    _to_holder(
        "retention.risk_rose",
        "A consumer is now at very high risk",
        "{number} is now at very high risk",
        "The risk of not renewing in {number} has risen to 5, the highest.",
        holder,
        source="CRW-10, C.5",
    ),
)
