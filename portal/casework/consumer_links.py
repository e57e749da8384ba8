"""Which cases are about a consumer, over every kind; for the consumer's page and its timeline.

The spine's case row names no consumer. A kind that keeps a link of its own registers how to follow
it; beyond that a case is found by the consumer's case number or application ID among what search
knows it by. A case is answered only where it shows the actor its details: that it is about this
consumer is one of them (EA-19).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, QuerySet, Value
from django.urls import reverse

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


@dataclass(frozen=True)
class ConsumerAct:
    """A button on the consumer's page that leads to another room, e.g. “Open a help request”."""

    key: str
    label: str
    #: The page takes ``?consumer=<id>``, and asks again whether the actor sees the consumer.
    url_name: str
    #: The permission action the actor must have.
    action: str
    order: int = 100
    #: The module the exchange must have; empty: none.
    module: str = ""


_acts: dict[str, ConsumerAct] = {}


def register_act(act: ConsumerAct) -> None:
    """Put a button on the consumer's page; called from ``AppConfig.ready``.

    Raises:
        ValueError: another button has the key.
    """
    if _acts.setdefault(act.key, act) != act:
        raise ValueError(f"The consumer's act {act.key} is registered twice")


def acts_for(actor: Actor, consumer: Consumer) -> list[tuple[str, str]]:
    """Label and address of each button this actor gets, in order."""
    return [
        (act.label, f"{reverse(act.url_name)}?consumer={consumer.pk}")
        for act in sorted(_acts.values(), key=lambda act: act.order)
        if actor.may(act.action) and (not act.module or actor.has_module(act.module))
    ]
