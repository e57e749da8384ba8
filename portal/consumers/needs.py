"""What a consumer needs next, as each room knows it: an open renewal, a premium, a signature.

The book of business asks this of a page of consumers at a time. Each source answers in one
statement, so a page costs the same for ten consumers and for ten thousand. What the mirror itself
tells is in :mod:`portal.consumers.needs_of_mirror`; other rooms and wings register theirs.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class Need:
    """One thing to do for a consumer."""

    #: The key of the source's choice it belongs to, e.g. ``binder_payment``.
    key: str
    #: In a few words, e.g. “Pay the first premium”; no names.
    label: str
    #: The last day to do it, local to the exchange; None: no day is known.
    due_on: date | None = None
    #: Where it is done; empty: on the consumer's page.
    url: str = ""
    #: Tone of its tag: ``danger``, ``warning``, ``info`` or ``neutral``.
    tone: str = "info"


@dataclass(frozen=True)
class NeedSource:
    """One room's answer to what consumers need."""

    key: str
    #: Needs it knows, by key, in words; the choices of the book's filter.
    choices: Mapping[str, str]
    #: ``(actor, consumer ids, today)`` → needs by consumer id, the most pressing first; consumers
    #: that need nothing are left out. One statement.
    find: Callable[[Actor, Collection[int], date], Mapping[int, Sequence[Need]]]
    #: ``(actor, need key, today)`` → rows of a model with a key ``consumer``, indexed, one or more
    #: for each consumer that has this need; the caller asks of each consumer whether one exists.
    waiting: Callable[[Actor, str, date], QuerySet[Any, Any]]
    #: Sources are asked in this order, lowest first; so are needs of one consumer.
    order: int = 100
    #: The module the exchange must have; empty: none.
    module: str = ""


_sources: dict[str, NeedSource] = {}


def register(source: NeedSource) -> None:
    """Add a source; called from ``AppConfig.ready``.

    Raises:
        ValueError: another source has the key, or knows a need of the same key.
    """
    if _sources.setdefault(source.key, source) is not source:
        raise ValueError(f"The source of needs {source.key} is registered twice")
    known = [key for other in _sources.values() for key in other.choices]
    if len(set(known)) < len(known):
        raise ValueError(f"{source.key} names a need that another source has")


def sources_for(actor: Actor) -> list[NeedSource]:
    """The sources of the actor's exchange, in order."""
    found = [s for s in _sources.values() if not s.module or actor.has_module(s.module)]
    return sorted(found, key=lambda source: source.order)


def choices_for(actor: Actor) -> list[tuple[str, str]]:
    """Every need by key, in words, in the order of its source."""
    return [choice for source in sources_for(actor) for choice in source.choices.items()]


def needs_of(actor: Actor, consumer_ids: Collection[int], today: date) -> dict[int, list[Need]]:
    """What these consumers need, the most pressing first; one statement for each source.

    The caller has found the consumers through ``Consumer.objects.visible_to(actor)``.

    Args:
        today: the day, local to the exchange.
    """
    found: dict[int, list[Need]] = {pk: [] for pk in consumer_ids}
    for source in sources_for(actor) if consumer_ids else ():
        for pk, needs in source.find(actor, consumer_ids, today).items():
            found[pk].extend(needs)
    return found


def needing_q(actor: Actor, key: str, today: date) -> Exists:
    """The condition on consumers that they have a need.

    Asked of each consumer through an index: the book of one enroller is small, the needs of a
    whole exchange are not.

    Raises:
        KeyError: no source of the actor's exchange knows the need.
    """
    for source in sources_for(actor):
        if key in source.choices:
            return Exists(source.waiting(actor, key, today).filter(consumer=OuterRef("pk")))
    raise KeyError(key)
