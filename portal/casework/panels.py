"""Blocks other rooms and wings put on the case page: clocks, releases, contacts.

The spine does not know them: a room registers a template and a function that answers what the
template is given, or None when this reader gets no such block.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from portal.casework.models import Case
from portal.clocks.explanations import explain_case
from portal.tenancy.actor import Actor

#: ``(actor, case)`` → the template's context, or None: no such block for this reader.
PanelContext = Callable[[Actor, Case], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A block of the case page. Its template finds the case's number as ``number``."""

    kind: str | None
    template: str
    context: PanelContext
    order: int
    title: str
    with_status_only: bool


@dataclass(frozen=True)
class ShownPanel:
    """A panel made ready for one reader of one case."""

    title: str
    template: str
    context: Mapping[str, Any]


_panels: list[Panel] = []


def register(
    kind: str | None,
    template: str,
    context: PanelContext,
    order: int = 100,
    *,
    title: str = "",
    with_status_only: bool = False,
) -> None:
    """Put a block on the page of every case of a kind; called from ``AppConfig.ready``.

    Args:
        kind: key of the kind; None: every kind.
        context: decides for itself what this reader may see, by asking the gate.
        order: blocks stand in this order, lowest first.
        title: heading above the block; empty when the template brings its own.
        with_status_only: show it also to somebody who is shown the status only (EA-20).
    """
    _panels.append(Panel(kind, template, context, order, title, with_status_only))
    _panels.sort(key=lambda panel: panel.order)


def panels_for(actor: Actor, case: Case, *, shows_details: bool) -> list[ShownPanel]:
    """The blocks one reader gets on one case, in order."""
    shown = []
    for panel in _panels:
        if panel.kind not in (None, case.kind):
            continue
        if not shows_details and not panel.with_status_only:
            continue
        if (context := panel.context(actor, case)) is not None:
            shown.append(ShownPanel(panel.title, panel.template, context))
    return shown


def timers(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The case's clocks, explained; people outside are shown no inner deadlines."""
    if actor.is_outside:
        return None
    found = explain_case(case.pk, timezone.now())
    return {"timers": found} if found else None
