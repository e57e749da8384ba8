"""What an act may do to the clocks of a case, as data for transition tables."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Effect(StrEnum):
    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"
    CANCEL = "cancel"


@dataclass(frozen=True)
class ClockEffect:
    """What an act does to the clock of one SLA policy; ``*`` means every running clock."""

    effect: Effect
    policy: str = "*"
    #: Who holds the clock from now on (decision 10).
    party: str = "unit"
    #: What a clock that is started is reckoned from (UTC), when that is not the act itself: the
    #: day a request came in, or the hearing that a deadline lies before.
    counts_from: datetime | None = None
