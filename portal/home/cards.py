"""What wings put on the home page: blocks of a person's own work, and the steps they begin with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from portal.tenancy.actor import Actor

#: ``actor`` → the template's context, or None: this person gets no such block.
CardContext = Callable[[Actor], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Card:
    """A block of the home page; its template finds its context as ``card``."""

    key: str
    title: str
    template: str
    context: CardContext
    order: int = 100
    #: The permission action the person must have; empty: everybody.
    action: str = ""


@dataclass(frozen=True)
class FirstStep:
    """A button at the head of the home page, e.g. “Submit a case”."""

    key: str
    label: str
    url_name: str
    action: str
    order: int = 100


@dataclass(frozen=True)
class ShownCard:
    """A card made ready for one person."""

    key: str
    title: str
    template: str
    context: Mapping[str, Any]


_cards: dict[str, Card] = {}
_steps: dict[str, FirstStep] = {}


def register(card: Card) -> None:
    """Put a block on the home page; called from ``AppConfig.ready``.

    Raises:
        ValueError: another card has the key.
    """
    if _cards.setdefault(card.key, card) != card:
        raise ValueError(f"The home card {card.key} is registered twice")


def register_step(step: FirstStep) -> None:
    """Put a button at the head of the home page; called from ``AppConfig.ready``.

    Raises:
        ValueError: another button has the key.
    """
    if _steps.setdefault(step.key, step) != step:
        raise ValueError(f"The first step {step.key} is registered twice")


def cards_for(actor: Actor) -> list[ShownCard]:
    """The blocks this person gets, in order."""
    shown = []
    for card in sorted(_cards.values(), key=lambda card: card.order):
        if card.action and not actor.may(card.action):
            continue
        if (context := card.context(actor)) is not None:
            shown.append(ShownCard(card.key, card.title, card.template, context))
    return shown


def steps_for(actor: Actor) -> list[tuple[str, str]]:
    """Label and address of each button this person gets; a page that is not there is left out."""
    found = []
    for step in sorted(_steps.values(), key=lambda step: step.order):
        if actor.may(step.action):
            try:
                found.append((step.label, reverse(step.url_name)))
            except NoReverseMatch:
                continue
    return found
