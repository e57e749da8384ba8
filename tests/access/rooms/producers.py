"""Who may open the producers' pages (MD-02, X-07); the test's exchange has nobody at the desk."""

from __future__ import annotations

import uuid
from typing import Any

from escalations.producers import configuration as producers
from escalations.producers import services
from escalations.producers.models import Channel, ProducerCall
from escalations.producers.table import KIND
from escalations.tickets import configuration as tickets
from portal.consumers.models import Consumer
from tests.access.policy import ADMIN, AGENCY_LEADS, page, thing
from tests.world import World

#: A manager stands for the producers: the agent of this world is none.
PRODUCERS = AGENCY_LEADS
OURS = frozenset({"agency.manager"})
NOBODY: frozenset[str] = frozenset()
_STEP = {"way": "producer_way", "public_id": "producer_draft"}

ROUTES = {
    "producers:home": page(PRODUCERS),
    "producers:help": page(PRODUCERS | ADMIN),
    "producers:record": page(NOBODY),
    "producers:received": thing(OURS, PRODUCERS, number="producer_escalation"),
    "producers:call": thing(NOBODY, pk="producer_call"),
    "producers:begin": page(PRODUCERS, post=True, get=False, way="producer_way"),
    "producers:choose": page(PRODUCERS, post=True, **_STEP),
    "producers:details": page(PRODUCERS, post=True, **_STEP),
    "producers:call-details": page(NOBODY, post=True, **_STEP),
    "producers:add-to-original": thing(
        OURS, PRODUCERS, post=True, get=False, number="producer_escalation", **_STEP
    ),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A type for producers, a consumer in the agency's book, an escalation, and a call."""
    kind_of_issue = tickets.add_type(
        actor=world.system, key="consumer-enrollment", label="Consumer Enrollment Issue", kind=KIND
    )
    producers.set_type(actor=world.system, ticket_type=kind_of_issue, mail_label="Enrollment")
    tickets.add_rule(
        actor=world.system,
        ticket_type=kind_of_issue,
        queue=world.organizations["escalations-unit"],
        why="For the test.",
    )
    consumer = Consumer.objects.create(
        exchange=world.exchange,
        case_number="5000000999",
        full_name="Tala Bautista",
        date_of_birth="1980-03-07",
        organization=world.organizations["sunrise"],
    )
    case = services.submit_escalation(
        actor=world.actor("agency.manager"),
        ticket_type=kind_of_issue,
        consumers=[consumer],
        description="Pending since the first.",
        verified=True,
    )
    call = ProducerCall.objects.create(
        exchange=world.exchange, channel=Channel.HOTLINE, caller_name="Winifred Oakes", npn="1"
    )
    return {
        "producer_escalation": case.number,
        "producer_call": call.pk,
        "producer_way": "issue",
        "producer_draft": uuid.uuid4(),
    }
