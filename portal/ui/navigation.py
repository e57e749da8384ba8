"""The primary navigation: rooms and wings add their pages, the header shows what a person may open.

A room registers in its ``AppConfig.ready``; the header never imports a room. An item whose URL
name does not resolve (a wing that is not installed) is left out instead of failing the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.urls import NoReverseMatch, reverse

#: The section whose items always stand in the row.
WORK = "work"
#: The section of pages about people and bodies.
ORGANIZATION = "organization"
#: Items that fit beside each other at 1,024 px without a second line.
ROW_LIMIT = 7


class MayAct(Protocol):
    """The part of an actor that navigation needs."""

    def may(self, action: str) -> bool:
        """Say whether the actor's role allows the action."""

    def has_module(self, key: str) -> bool:
        """Say whether the actor's exchange works with this kind of case."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the primary navigation.

    ``action`` is the permission key the actor must hold; an empty string shows the item to every
    signed-in person. ``order`` sorts the items. Items of a section other than ``work`` move into
    the menu "Manage" once the row would be too long. ``hint`` says in one sentence what the page
    is for; the home page of a person without cases shows it beside the link. ``module`` is the
    kind of case an exchange must work with for the page to mean anything there; empty: none.
    ``offered`` is a rule of the page's own, asked last; it must cost no query.
    """

    key: str
    label: str
    url_name: str
    action: str = ""
    order: int = 100
    section: str = WORK
    hint: str = ""
    module: str = ""
    offered: Callable[[MayAct], bool] | None = None


@dataclass(frozen=True, slots=True)
class NavLink:
    """A navigation item made ready for one request."""

    key: str
    label: str
    url: str
    section: str
    current: bool = field(default=False)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class NavMenu:
    """A menu of the header that gathers sections for some people, e.g. “Agency/Entity” (EP-04).

    ``offered`` says who has it, and must cost no query; for everybody else the items of its
    sections stay where they are.
    """

    key: str
    label: str
    sections: frozenset[str]
    offered: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class ShownMenu:
    """A menu made ready for one request."""

    label: str
    links: tuple[NavLink, ...]

    @property
    def is_current(self) -> bool:
        """Whether the current page is in the menu, where the closed menu would hide the mark."""
        return any(link.current for link in self.links)


@dataclass(frozen=True, slots=True)
class NavBar:
    """The links of one request, as the header lays them out: a row, and menus at its end."""

    row: tuple[NavLink, ...]
    menus: tuple[ShownMenu, ...] = ()


_items: dict[str, NavItem] = {}
_menus: dict[str, NavMenu] = {}


def register(item: NavItem) -> None:
    """Add an item; registering an equal item again is harmless.

    Raises ``ValueError`` when another item already holds the key.
    """
    known = _items.get(item.key)
    if known is not None and known != item:
        raise ValueError(f"Navigation key {item.key!r} is already taken by {known.label!r}.")
    _items[item.key] = item


def register_menu(menu: NavMenu) -> None:
    """Add a menu; called from ``AppConfig.ready``.

    Raises:
        ValueError: another menu has the key.
    """
    if _menus.setdefault(menu.key, menu) != menu:
        raise ValueError(f"The menu {menu.key} is registered twice")


def unregister(key: str) -> None:
    """Remove an item; an unknown key is ignored."""
    _items.pop(key, None)


def registered_items() -> tuple[NavItem, ...]:
    """Return every item, in the order in which the header shows them."""
    return tuple(sorted(_items.values(), key=lambda item: (item.order, item.label)))


def links_for(actor: MayAct | None, path: str) -> tuple[NavLink, ...]:
    """Return the links the actor may follow, with the one that leads to ``path`` marked current.

    The longest matching prefix wins, so ``/cases/search/`` does not light up ``/cases/`` too.
    A signed-out visitor gets nothing (deny by default).
    """
    if actor is None:
        return ()
    allowed = [(item, url) for item, url in _resolved(registered_items()) if _may(actor, item)]
    matches = [url for _, url in allowed if _leads_to(url, path)]
    current = max(matches, key=len, default=None)
    return tuple(
        NavLink(item.key, item.label, url, item.section, url == current, item.hint)
        for item, url in allowed
    )


def may_open(actor: MayAct, url_name: str) -> bool:
    """Whether the navigation offers the actor the page with this URL name."""
    return any(item.url_name == url_name and _may(actor, item) for item in _items.values())


def lay_out(links: tuple[NavLink, ...], actor: MayAct | None = None) -> NavBar:
    """Divide links into a row and menus: those the actor has, and one for too long a row."""
    menus = []
    for menu in _menus.values() if actor else ():
        inside = tuple(link for link in links if link.section in menu.sections)
        if inside and menu.offered(actor):
            menus.append(ShownMenu(menu.label, inside))
            links = tuple(link for link in links if link not in inside)
    if len(links) > ROW_LIMIT:
        menus.append(ShownMenu("Manage", tuple(link for link in links if link.section != WORK)))
        links = tuple(link for link in links if link.section == WORK)
    return NavBar(links, tuple(menu for menu in menus if menu.links))


def _may(actor: MayAct, item: NavItem) -> bool:
    if item.module and not actor.has_module(item.module):
        return False
    if item.action and not actor.may(item.action):
        return False
    return item.offered is None or item.offered(actor)


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def _resolved(items: Iterable[NavItem]) -> Iterable[tuple[NavItem, str]]:
    for item in items:
        try:
            yield item, reverse(item.url_name)
        except NoReverseMatch:
            continue
