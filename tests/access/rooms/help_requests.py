"""Who may open the help requests' pages (C.4, X-07); the draft and the request are the agent's."""

from __future__ import annotations

import uuid
from typing import Any

from portal.help_requests import configuration, services, wizard
from portal.help_requests.models import HelpTopic
from portal.help_requests.wizard import Choice
from tests.access.policy import ADMIN, ENROLLERS, QA, SCR, page, thing
from tests.world import World

AGENT = frozenset({"agent"})
#: A step of the wizard opens under any id: the draft is made by its first save.
_STEP = {"public_id": "help_new"}
_OWN = {"public_id": "help_draft"}

ROUTES = {
    "help_requests:home": page(ENROLLERS),
    "help_requests:figures": page(SCR | QA | ADMIN),
    "help_requests:new": page(ENROLLERS),
    "help_requests:topic": page(ENROLLERS, post=True, **_STEP),
    "help_requests:details": page(ENROLLERS, post=True, **_STEP),
    "help_requests:review": thing(AGENT, ENROLLERS, post=True, **_OWN),
    "help_requests:discard": thing(AGENT, ENROLLERS, post=True, **_OWN),
    "help_requests:received": thing(AGENT | {"agency.manager"}, ENROLLERS, number="help_request"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A request about the agent's profile, and a draft of another."""
    for code in ("agent-contracts", "certification-services"):
        world.organization(code)
    configuration.found_help_requests(actor=world.system)
    topic = HelpTopic.objects.get(exchange=world.exchange, key="profile-change")
    agent = world.actor("agent")
    case = services.submit_request(
        actor=agent, topic=topic, subject="New telephone", description="It has changed."
    )
    draft = uuid.uuid4()
    wizard.keep(
        actor=agent,
        public_id=draft,
        choice=Choice(topic=topic.key, subject="New address", description="It has changed."),
    )
    return {"help_request": case.number, "help_draft": draft, "help_new": uuid.uuid4()}
