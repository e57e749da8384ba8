"""Which cases are about a consumer, over every kind; for the consumer's page and its timeline.

The spine's case row names no consumer. A kind that keeps a link of its own registers how to follow
it; beyond that a case is found by the consumer's case number or application ID among what search
knows it by. A case is answered only where it shows the actor its details: that it is about this
consumer is one of them (EA-19).
"""

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, QuerySet, Value

from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.casework.search import CONFIG, MatchingCases, normal_identifier
from portal.consumers.mirror import Consumer
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

#: ``(consumer)`` → the ids of cases about them, as one column of a query that is not yet asked.
CasesAbout = Callable[[Consumer], QuerySet[Any, Any]]

_links: dict[str, CasesAbout] = {}


def register(kind: str, cases_about: CasesAbout) -> None:
    """Say how cases of a kind lead to their consumer; called from ``AppConfig.ready``.

    Example::

        register("crw", lambda consumer: CrwCase.objects.filter(consumer=consumer).values("case"))

    The query need not ask who may see the cases: that is done once, for all kinds.

    Raises:
        ValueError: the kind has said so already.
    """
    if _links.setdefault(kind, cases_about) is not cases_about:
        raise ValueError(f"Cases of {kind} are linked to consumers twice")


def cases_about(actor: Actor, consumer: Consumer) -> CaseQuerySet:
    """The cases about a consumer that show the actor their details, in no order.

    The caller has found ``consumer`` through ``Consumer.objects.visible_to(actor)``.
    """
    identifiers = [consumer.case_number, consumer.application_id]
    parts = [_by_identifier(actor, text) for text in identifiers if normal_identifier(text)]
    parts += [link(consumer).order_by() for link in _links.values()]
    first, *others = parts
    return Case.objects.detailed_to(actor).filter(pk__in=first.union(*others, all=True))


def _by_identifier(actor: Actor, text: str) -> QuerySet[Any, Any]:
    matching = MatchingCases(
        SearchQuery("", config=CONFIG, search_type="plain"), Value(normal_identifier(text))
    )
    exchange = Exchange.objects.filter(pk=actor.exchange_id)
    return exchange.annotate(found=matching).values(found_id=F("found")).order_by()
