"""Public holidays as proposals: an administrator looks at each before the exchange closes for it.

Law says when a holiday is; only the exchange knows whether it closes. So nothing here is stored.
"""

import holidays
from django.core.exceptions import ValidationError

from portal.clocks.changes import DatedHours
from portal.clocks.models import BusinessCalendar
from portal.clocks.reckoning import calendar_of

STATES = tuple(sorted(holidays.UnitedStates.subdivisions))


def propose_holidays(*, calendar: BusinessCalendar, year: int, state: str = "") -> list[DatedHours]:
    """The public holidays of a year on which the calendar is open so far, in order, as closed.

    Args:
        state: postal code of a state, for its holidays as well; empty: federal ones only.

    Raises:
        ValidationError: the state or the year is not known; names the field.
    """
    if state and state not in STATES:
        raise ValidationError({"state": "Choose a state."})
    if not 2000 <= year <= 2100:
        raise ValidationError({"year": "Enter a year from 2000 to 2100."})
    hours = calendar_of(calendar)
    entered = {row.date for row in calendar.exceptions.all()}
    found = holidays.country_holidays("US", subdiv=state or None, years=year)
    return [
        DatedHours(day, name)
        for day, name in sorted(found.items())
        if day not in entered and hours.is_open_day(day)
    ]
