"""The one search of the portal: each room finds its own things, the page puts them together.

A room registers a source in its ``AppConfig.ready``. The source gates what it finds by the actor's
rights, records the look at personal data, and says no more of a hit than its page would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.ui.navigation import MayAct

#: A search that is shorter would match half of everything.
SHORTEST: Final = 2
#: Longer texts are cut: nobody types them, and each word costs.
LONGEST: Final = 200
#: Hits of one source on the page; who gets more narrows the search.
LIMIT: Final = 50


@dataclass(frozen=True)
class Hit:
    """One thing found, in plain text."""

    title: str
    #: Where it opens; empty: nowhere by itself.
    url: str = ""
    text: str = ""


@dataclass(frozen=True)
class Found:
    """What one source has for a search."""

    #: Rows for the source's template; :class:`Hit` for the general one.
    rows: Sequence[Any] = ()
    #: Whether there are more than the rows.
    has_more: bool = False
    #: The text named exactly this one thing: go there at once.
    leads_to: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of things that can be searched for."""

    key: str
    #: What they are called, in the plural; the heading of their hits.
    label: str
    #: ``(actor, text, limit)`` → what was found, one statement; the text is one line and trimmed.
    find: Callable[[Any, str, int], Found]
    #: What a person can type to find them, one sentence each.
    hints: tuple[str, ...] = ()
    #: The permission action the person must have; empty: everybody.
    action: str = ""
    #: The module the person's exchange must have; empty: none.
    module: str = ""
    order: int = 100
    #: Draws ``found.rows``.
    template: str = "ui/search_hits.html"
    #: A rule of the source's own, asked last; must cost no query.
    offered: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Group:
    """The hits of one source."""

    key: str
    label: str
    template: str
    found: Found

    @property
    def count(self) -> str:
        """How many hits there are, in words: ``3``, ``50+``."""
        return f"{len(self.found.rows)}{'+' if self.found.has_more else ''}"


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known; called from ``AppConfig.ready``.

    Raises:
        ValueError: another source has the key.
    """
    if _sources.setdefault(source.key, source) != source:
        raise ValueError(f"The search source {source.key} is registered twice")


def sources_for(actor: MayAct) -> list[Source]:
    """What this person can search, in order."""
    return [
        source
        for source in sorted(_sources.values(), key=lambda source: source.order)
        if not (source.module and not actor.has_module(source.module))
        and not (source.action and not actor.may(source.action))
        and (source.offered is None or source.offered(actor))
    ]


def tidy(text: str) -> str:
    """What was typed, on one line, without margins, and not longer than :data:`LONGEST`."""
    return " ".join(text.replace("\x00", " ").split())[:LONGEST]


def find(actor: MayAct, text: str) -> list[Group] | str:
    """The hits of every source the person can search; or the address an exact name leads to.

    Sources without a hit are left out. Nothing is asked for a text shorter than
    :data:`SHORTEST`.
    """
    text = tidy(text)
    groups = []
    if len(text) >= SHORTEST:
        for source in sources_for(actor):
            found = source.find(actor, text, LIMIT)
            if found.leads_to:
                return found.leads_to
            if found.rows:
                groups.append(Group(source.key, source.label, source.template, found))
    return groups
