"""What the system does by itself while questions wait for the applicant (C.6 3, 7)."""

from portal.clocks import timed_acts
from storefronts.status.endings import reject_unanswered, remind_applicant
from storefronts.table import ANSWER, REMINDERS


def register() -> None:
    """Make them known to the sweep: the first reminder is a warning, the second the end."""
    timed_acts.on_warning(REMINDERS, remind_applicant)
    timed_acts.on_breach(REMINDERS, remind_applicant)
    timed_acts.on_breach(ANSWER, reject_unanswered)
