"""What waits for an enroller beside delegations of consumers on file, on pages of other rooms.

A room registers in its ``AppConfig.ready``; the page of pending delegations names what it tells.
"""

from collections.abc import Callable

from portal.tenancy.actor import Actor

#: A line and where it leads, or None: nothing waits, or the actor may not answer it.
Waiting = Callable[[Actor], tuple[str, str] | None]

_rooms: list[Waiting] = []


def register(waiting: Waiting) -> None:
    """Add a room's line."""
    if waiting not in _rooms:
        _rooms.append(waiting)


def waiting_for(actor: Actor) -> list[tuple[str, str]]:
    """The lines for one actor, each with its link."""
    return [line for room in _rooms if (line := room(actor))]
