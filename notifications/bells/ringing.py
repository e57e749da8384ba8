"""Whom a notice rings for, and what its line says, asked at the moment it rings."""

from django.db.models import QuerySet

from notifications.bells.notices import Notice, members_of
from notifications.catalogue.base import Said
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Membership


def members(message: OutboxMessage) -> QuerySet[Membership]:
    """The memberships of the notice's audience."""
    return members_of(_notice(message).audience)


def says(message: OutboxMessage) -> Said | None:
    """Its title, until it is over; nothing, where it was withdrawn before it rang."""
    notice = _notice(message)
    return None if notice.withdrawn_at else Said(notice.title, notice.expires_at)


def _notice(message: OutboxMessage) -> Notice:
    return Notice.objects.get(pk=message.data["notice"])
