"""What rooms do whenever the sweep comes by, beside the clocks of cases.

For work that follows from the day and from rows of a room's own, e.g. listings that lapse after
the last day of a campaign. A room registers in its ``AppConfig.ready``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from portal.tenancy.models import Exchange


class Round(Protocol):
    """A room's part in the sweep of one exchange."""

    def __call__(self, *, exchange: Exchange, now: datetime) -> int:
        """Do what is due at ``now`` (UTC), in transactions of its own; how much was done.

        It must be harmless to repeat, to run twice at once, and to be stopped anywhere.
        """


_rounds: dict[str, Round] = {}


def register(key: str, perform: Round) -> None:
    """Add a room's part.

    Raises:
        ValueError: another one has the key.
    """
    if _rounds.setdefault(key, perform) is not perform:
        raise ValueError(f"The round {key} is registered twice")


def registered() -> Mapping[str, Callable[..., int]]:
    """Every part, by key."""
    return dict(_rounds)
