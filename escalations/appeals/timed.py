"""What the system does when a period of the appellant's ends: nobody has failed (C.8 4, 13, 14)."""

from escalations.appeals import decisions, endings, resolution
from portal.clocks import timed_acts


def register() -> None:
    """Make the acts known to the sweep."""
    timed_acts.on_breach("appeal.withdrawal_objection", resolution.let_withdrawal_stand)
    timed_acts.on_breach("appeal.vacate", endings.let_vacate_lapse)
    timed_acts.on_breach("appeal.second_level", decisions.let_second_level_lapse)
