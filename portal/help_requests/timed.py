"""What the system does by itself: resolve what nobody answered, close what stays resolved."""

from portal.clocks import timed_acts
from portal.help_requests import services
from portal.help_requests.table import ANSWER, AUTO_CLOSE


def register() -> None:
    """Make it known to the sweep."""
    timed_acts.on_breach(ANSWER, services.resolve_unanswered)
    timed_acts.on_breach(AUTO_CLOSE, services.close)
