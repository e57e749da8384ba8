"""A help request as the spine sees it: who may know of it, and who may see more (C.4, X-07)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.casework.kinds import CaseKind
from portal.casework.models import CaseLink
from portal.consumers.mirror import Consumer
from portal.help_requests import doors, projection, services
from portal.help_requests.models import HelpRequest, HelpTopic
from portal.help_requests.table import KIND, MACHINE
from portal.tenancy.actor import Actor


def visible(actor: Actor) -> Q | None:
    """The requester's own, a lead's organization's; a team its queue, and the requests its unit
    works an escalation ticket for. Colleagues of the requester see none (X-07).

    Whoever leaves an agency leaves its requests behind.
    """
    if actor.may("help_requests.view"):
        mine = Q(queue_id__in=actor.organization_ids) | Q(owner_id=actor.person_id)
        return mine | Q(Exists(_work_for_them(actor)))
    if not actor.may("help_requests.view_own"):
        return None
    theirs = Q(organization_id__in=actor.organization_ids)
    return theirs if actor.is_lead else theirs & Q(opened_by_id=actor.person_id)


def detailed(actor: Actor) -> Q | None:
    """Staff see what they may know of; an enroller, what is about nobody or about a consumer they
    may see now: losing the delegation leaves the status."""
    rule = visible(actor)
    if rule is None or not actor.is_outside:
        return rule
    about = HelpRequest.objects.filter(case=OuterRef("pk")).filter(
        Q(consumer=None)
        | Q(consumer__in=Consumer.objects.visible_to(actor).order_by().values("pk"))
    )
    return rule & Q(Exists(about))


def _work_for_them(actor: Actor) -> QuerySet[CaseLink]:
    return CaseLink.objects.filter(
        Q(from_queue_id__in=actor.organization_ids) | Q(from_owner_id=actor.person_id),
        kind=CaseLink.Kind.CHILD,
        to_case_id=OuterRef("pk"),
    )


def requests_about(consumer: Consumer) -> QuerySet[Any, Any]:
    """The ids of requests about a consumer, for the consumer's page."""
    return HelpRequest.objects.filter(consumer=consumer).values("case")


def topics(actor: Actor) -> Sequence[tuple[str, str]]:
    """The exchange's topics, for filters."""
    rows = HelpTopic.objects.filter(exchange_id=actor.exchange_id)
    return list(rows.values_list("key", "label"))


HELP_REQUEST = CaseKind(
    brought_by="Enroller",
    own_list="help_requests:home",
    key=KIND,
    label="Help request",
    plural="Help requests",
    machine=MACHINE,
    visible=visible,
    detailed=detailed,
    url_name="casework:case",
    number_prefix="HR",
    doors=doors.DOORS,
    child_changed=services.follow_ticket,
    summaries=projection.summaries,
    project=projection.project,
    topics=topics,
    outcome=projection.outcome,
)
