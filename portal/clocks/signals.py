"""What this room tells the rooms above it."""

from django.dispatch import Signal

#: Sent in the transaction of :func:`portal.clocks.changes.change_calendar`, with ``calendar``,
#: ``fields`` (``week``, ``exceptions``: what changed) and ``dates`` (ISO 8601, whose hours did).
calendar_changed = Signal()
