"""What rooms and wings put on the home page: blocks of a person's own work, tabs, first steps.

A room registers in its ``AppConfig.ready``; the home page never imports a room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from portal.ui.navigation import MayAct

#: ``actor`` → the template's context, or None: this person gets no such block.
CardContext = Callable[[Any], Mapping[str, Any] | None]


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
    #: The module the person's exchange must have; empty: none.
    module: str = ""
    #: Whether it stands above everything else, without a heading of the page's.
    is_banner: bool = False


@dataclass(frozen=True)
class FirstStep:
    """A button at the head of the home page, e.g. “Submit a case”."""

    key: str
    label: str
    url_name: str
    action: str
    order: int = 100
    module: str = ""


@dataclass(frozen=True)
class Tab:
    """A page beside the home page, reached by a tab on it, e.g. what the exchange announces."""

    key: str
    label: str
    url_name: str
    action: str
    order: int = 100
    module: str = ""
    #: ``actor`` → how many things there wait to be read; costs one statement.
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class ShownCard:
    """A card made ready for one person."""

    key: str
    title: str
    template: str
    context: Mapping[str, Any]
    is_banner: bool = False


@dataclass(frozen=True)
class ShownTab:
    """A tab made ready for one person, as ``ui/tabs.html`` draws it."""

    label: str
    url: str
    current: bool
    #: None: nothing waits.
    count: str | None = None


_cards: dict[str, Card] = {}
_steps: dict[str, FirstStep] = {}
_tabs: dict[str, Tab] = {}


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


def register_tab(tab: Tab) -> None:
    """Put a tab on the home page; called from ``AppConfig.ready``.

    Raises:
        ValueError: another tab has the key.
    """
    if _tabs.setdefault(tab.key, tab) != tab:
        raise ValueError(f"The tab {tab.key} is registered twice")


def cards_for(actor: MayAct) -> list[ShownCard]:
    """The blocks this person gets, in order."""
    shown = []
    for card in sorted(_cards.values(), key=lambda card: card.order):
        if _is_for(actor, card) and (context := card.context(actor)) is not None:
            shown.append(ShownCard(card.key, card.title, card.template, context, card.is_banner))
    return shown


def steps_for(actor: MayAct) -> list[tuple[str, str]]:
    """Label and address of each button this person gets; a page that is not there is left out."""
    found = []
    for step in sorted(_steps.values(), key=lambda step: step.order):
        if _is_for(actor, step) and (url := _url_of(step.url_name)):
            found.append((step.label, url))
    return found


def tabs_for(actor: MayAct, *, current: str) -> list[ShownTab]:
    """Home and the pages beside it; empty for somebody who has the home page alone.

    Args:
        current: the key of the tab whose page is drawn; ``home``: the home page itself.
    """
    beside = [
        ShownTab(
            label=tab.label,
            url=url,
            current=tab.key == current,
            count=str(waiting) if tab.count and (waiting := tab.count(actor)) else None,
        )
        for tab in sorted(_tabs.values(), key=lambda tab: tab.order)
        if _is_for(actor, tab) and (url := _url_of(tab.url_name))
    ]
    if not beside:
        return []
    return [ShownTab("My work", reverse("home"), current == "home"), *beside]


def _is_for(actor: MayAct, offer: Card | FirstStep | Tab) -> bool:
    if offer.module and not actor.has_module(offer.module):
        return False
    return not offer.action or actor.may(offer.action)


def _url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
