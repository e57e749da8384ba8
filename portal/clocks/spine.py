"""What this room needs of the cases above it, without knowing them.

Timers name their case by id. Three things must still happen to case rows: be locked before
their timers (acts lock in that order, so nothing can lock crosswise), follow when deadlines
move, and have late-found breaches written on their timeline; and pages quote
and link them. The spine registers itself here.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from portal.tenancy.actor import Actor


class Spine(Protocol):
    """The case rows, as far as clocks concern them. All calls share the caller's transaction."""

    def lock(self, case_ids: Collection[int]) -> None:
        """Lock the rows, in the order of their ids, until the transaction ends."""

    def deadlines_moved(self, case_ids: Collection[int]) -> None:
        """Bring the rows' own next deadline in line with their timers."""

    def breached(self, timer_ids: Collection[int], at: datetime) -> None:
        """Raise the breach of timers that an act found past their deadline before a sweep did."""

    def numbers(self, case_ids: Collection[int]) -> Mapping[int, str]:
        """Case id → the number people quote."""

    def addresses(self, actor: Actor, case_ids: Collection[int]) -> Mapping[int, str]:
        """Case id → the address of its page, of those the actor may know of."""


_spine: Spine | None = None


def register(spine: Spine) -> None:
    """Make the spine known; called once, from its ``AppConfig.ready``."""
    global _spine
    _spine = spine


def get() -> Spine:
    """The registered spine.

    Raises:
        RuntimeError: no app registered one.
    """
    if _spine is None:
        raise RuntimeError("No app has registered the case rows with the clocks.")
    return _spine
