"""How far a briefing got, in numbers: all of its readers, and by the role they had.

Opened means opened in the portal: mails hold no picture that reports home.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from notifications.briefings.models import Briefing, Delivery
from notifications.models import MailMessage
from portal.ledger.services import record
from portal.spreadsheets import FORMATS, Export
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.tenancy.roles import ROLES

COLUMNS: Final = (
    "Audience",
    "Delivered",
    "Opened",
    "Mail sent",
    "Mail waiting",
    "Mail failed",
    "Mail stopped before",
)
_State = MailMessage.State
_FAILED: Final = (_State.FAILED, _State.PARKED, _State.DROPPED)


@dataclass(frozen=True)
class Figures:
    """The numbers of one group of readers."""

    audience: str
    delivered: int = 0
    opened: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0
    unsubscribed: int = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """In the order of :data:`COLUMNS`, without the first."""
        return (
            self.delivered,
            self.opened,
            self.sent,
            self.waiting,
            self.failed,
            self.unsubscribed,
        )


def figures_of(briefing: Briefing) -> list[Figures]:
    """The numbers by role and kind of organization, and last of everybody; one statement."""
    rows = (
        Delivery.objects.filter(briefing=briefing)
        .order_by()
        .values("role_key", "organization_kind")
        .annotate(
            delivered=Count("pk"),
            opened=Count("pk", filter=Q(read_at__isnull=False)),
            sent=Count("pk", filter=Q(mail__state=_State.SENT)),
            waiting=Count("pk", filter=Q(mail__state__in=[_State.WAITING, _State.SENDING])),
            failed=Count("pk", filter=Q(mail__state__in=_FAILED)),
            unsubscribed=Count("pk", filter=Q(was_unsubscribed=True)),
        )
    )
    order = list(ROLES)
    found = sorted(rows, key=lambda row: (row["organization_kind"], order.index(row["role_key"])))
    lines = [_line(**row) for row in found]
    return [*lines, _summed(lines)]


def _line(*, role_key: str, organization_kind: str, **numbers: int) -> Figures:
    kind = Organization.Kind(organization_kind).label.lower()
    return Figures(f"{ROLES[role_key].label}, {kind}", **numbers)


def stopped_by(briefing: Briefing) -> int:
    """How many stopped the mail of briefings by the link in this one's."""
    return Delivery.objects.filter(briefing=briefing, stopped_at__isnull=False).count()


def export_figures(*, actor: Actor, briefing: Briefing, file_format: str) -> Export:
    """The numbers as a file; no reader is named in it.

    Args:
        file_format: ``csv`` or ``xlsx``.

    Raises:
        KeyError: there is no such format.
    """
    write, content_type = FORMATS[file_format]
    rows = [(row.audience, *row.numbers) for row in figures_of(briefing)]
    content = write(COLUMNS, rows, title="Figures")
    record(actor=actor, action="briefings.figures_exported", data={"briefing": briefing.pk})
    return Export(content, content_type, f"briefing-{briefing.pk}-figures.{file_format}")


def _summed(rows: Iterable[Figures]) -> Figures:
    totals = [sum(column) for column in zip(*(row.numbers for row in rows), strict=True)]
    return Figures("Everybody", *totals)
