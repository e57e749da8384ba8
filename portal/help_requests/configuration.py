"""Writes on what an exchange configures for help requests, and what it starts with (HR-02, HR-03).

The categories are the printed ones. The topic list is not published, so the topics here are a
sensible start and configuration from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.help_requests.models import Category, HelpRoute, HelpTopic
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

ACTION = "help_requests.configure"


@transaction.atomic
def set_topic(
    *,
    actor: Actor,
    key: str,
    category: str,
    label: str,
    who_answers: str,
    position: int = 1,
    is_active: bool = True,
    topic: HelpTopic | None = None,
) -> HelpTopic:
    """Add a topic, or change one; a topic with requests keeps its key and its category.

    Raises:
        NotAllowed: the actor may not configure.
        ValidationError: a value is missing or wrong, or key or category may not change; by field.
    """
    _require(actor)
    row = topic or HelpTopic(exchange=actor.exchange)
    if topic is not None and (topic.key, topic.category) != (key, category):
        raise ValidationError(
            {"category": "A topic stays in its category, so that old requests stay what they were."}
        )
    row.key, row.category, row.label = key, category, label.strip()
    row.who_answers, row.position, row.is_active = who_answers.strip(), position, is_active
    row.full_clean()
    row.save()
    record(actor=actor, action="help_requests.topic_set", data={"topic": row.pk})
    return row


@transaction.atomic
def set_route(
    *,
    actor: Actor,
    position: int,
    category: str,
    queue: Organization,
    why: str,
    organization_kind: str = "",
    escalates_to: Organization | None = None,
    route: HelpRoute | None = None,
) -> HelpRoute:
    """Add a line to the routing table, or change one; open requests stay where they are.

    Raises:
        NotAllowed: the actor may not configure.
        ValidationError: a unit has no queue, or the position is taken; names the field.
    """
    _require(actor)
    for field, unit in (("queue", queue), ("escalates_to", escalates_to)):
        if unit is not None and not (unit.has_queue and unit.is_active):
            raise ValidationError({field: "Choose a unit that has a queue."})
    row = route or HelpRoute(exchange=actor.exchange)
    row.position, row.category, row.organization_kind = position, category, organization_kind
    row.queue, row.escalates_to, row.why = queue, escalates_to, why.strip()
    row.full_clean()
    row.save()
    record(actor=actor, action="help_requests.route_set", data={"route": row.pk})
    return row


@transaction.atomic
def remove_route(*, actor: Actor, route: HelpRoute) -> None:
    """Take a line out of the routing table.

    Raises:
        NotAllowed: the actor may not configure.
    """
    _require(actor)
    record(actor=actor, action="help_requests.route_removed", data={"route": route.pk})
    route.delete()


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(ACTION)


# --- What an exchange starts with -----------------------------------------------------------------


@dataclass(frozen=True)
class RouteSpec:
    """A line of the routing table, by codes of organizations."""

    category: Category
    organization_kind: str
    queue: str
    why: str
    escalates_to: str = ""


SERVICE_CENTER_ANSWERS = "Answered by the Agent/CEC Service Center."
PROFILE_ANSWERS = (
    "Answered by Agent Contracts for agencies, by Certification Services for entities."
)

#: Category → key and label of its topics.
TOPICS: dict[Category, Sequence[tuple[str, str]]] = {
    Category.CONSUMER: (
        ("application-help", "Help with an application"),
        ("eligibility-question", "Eligibility or premium help result"),
        ("document-upload", "Documents or verification"),
        ("payment-or-plan", "Plan, payment or effective date"),
        ("consumer-delegation", "Delegation of a consumer"),
        ("consumer-other", "Something else about a consumer"),
    ),
    Category.PROFILE: (
        ("sign-in", "Signing in or a locked account"),
        ("profile-change", "Name, address or contact details"),
        ("certification-status", "Certification, license or training"),
        ("roster-change", "Adding or removing somebody"),
        ("profile-other", "Something else about the agency, entity or profile"),
    ),
}
ROUTES = (
    RouteSpec(
        Category.CONSUMER,
        "",
        "agent-cec-service-center",
        "Consumer issues go to the Agent/CEC Service Center (HR-02).",
        escalates_to="escalations-unit",
    ),
    RouteSpec(
        Category.PROFILE,
        Organization.Kind.AGENCY,
        "agent-contracts",
        "Profile issues of agencies and agents go to Agent Contracts (HR-02).",
    ),
    RouteSpec(
        Category.PROFILE,
        Organization.Kind.ENTITY,
        "certification-services",
        "Profile issues of entities and counselors go to Certification Services (HR-02).",
    ),
)


@transaction.atomic
def found_help_requests(*, actor: Actor) -> None:
    """Give an exchange the topics and routes it lacks; what is there is left as it is.

    A route to a unit the exchange has not is left out. The exchange must be set.
    """
    known = set(
        HelpTopic.objects.filter(exchange_id=actor.exchange_id).values_list("key", flat=True)
    )
    for category, topics in TOPICS.items():
        answers = SERVICE_CENTER_ANSWERS if category is Category.CONSUMER else PROFILE_ANSWERS
        for position, (key, label) in enumerate(topics, start=1):
            if key not in known:
                set_topic(
                    actor=actor,
                    key=key,
                    category=category,
                    label=label,
                    who_answers=answers,
                    position=position,
                )
    if HelpRoute.objects.filter(exchange_id=actor.exchange_id).exists():
        return
    units = {row.code: row for row in Organization.objects.filter(exchange_id=actor.exchange_id)}
    for position, spec in enumerate(ROUTES, start=1):
        if spec.queue in units:
            set_route(
                actor=actor,
                position=position,
                category=spec.category,
                organization_kind=spec.organization_kind,
                queue=units[spec.queue],
                escalates_to=units.get(spec.escalates_to),
                why=spec.why,
            )
