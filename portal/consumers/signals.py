"""What this room tells the rooms above it."""

from django.dispatch import Signal

#: Sent in the transaction that refuses a file as a whole, with ``run``: whoever uploaded it may
#: have left the page long ago.
feed_refused = Signal()
