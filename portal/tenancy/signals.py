"""What this room tells the rooms above it."""

from django.dispatch import Signal

#: Sent in the transaction of :func:`portal.tenancy.services.invite_person` and of
#: :func:`portal.tenancy.invitations.resend_invitation`, with ``invitation`` (the row) and ``token``
#: (what the link carries; it is kept nowhere else). The wing that speaks to the outside mails it.
invited = Signal()
