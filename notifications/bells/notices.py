"""Words to many by bell: a system outage, or whatever else they have to know (BN-02, N-12).

A notice is one line in the bells of its audience, with a page that says more. It rings when it
begins, and nobody finds it any more once it is over or withdrawn.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.casework.models import OutboxMessage
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Membership, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

WRITE: Final = "notifications.announce"
#: Beyond enrollers, whom Outreach and Sales looks after.
WRITE_TO_ALL: Final = "notifications.announce_to_all"
READ: Final = "notifications.read"


class NoticeState(StrEnum):
    """How a notice stands at an instant; reckoned from its dates, so no timer moves it."""

    SCHEDULED = "Scheduled"
    ACTIVE = "Active"
    EXPIRED = "Expired"
    WITHDRAWN = "Withdrawn"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: "Actor") -> "NoticeQuerySet":
        """All of the exchange's for those who write them; for readers what is for them now."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.may(WRITE):
            return rows
        if actor.organization is None or not actor.may(READ):
            return rows.none()
        meant = [
            audience
            for audience, kinds in ORGANIZATIONS.items()
            if kinds is None or actor.organization.kind in kinds
        ]
        return rows.active(timezone.now()).filter(audience__in=meant)

    def active(self, at: datetime) -> "NoticeQuerySet":
        """Begun, neither withdrawn nor over at the instant ``at`` (UTC)."""
        return self.filter(withdrawn_at=None, starts_at__lte=at, expires_at__gt=at)


class Notice(models.Model):
    """One line to many, from its first day to its last."""

    class Kind(models.TextChoices):
        """In the words of the enroller portal (BN-02)."""

        OUTAGE = "outage", "System Outage"
        CUSTOM = "custom", "Custom Messaging"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "Everybody"
        STAFF = "staff", "The exchange’s own staff"
        OFFICES = "offices", "Government offices"
        ENROLLERS = "enrollers", "Agency and Entity users"
        AGENCIES = "agencies", "Agency users"
        ENTITIES = "entities", "Entity users"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    title = models.CharField(max_length=120, help_text="The line in the bell.")
    body = models.TextField(blank=True, help_text="What its page says beyond that.")
    starts_at = models.DateTimeField(help_text="The bell rings at this instant.")
    expires_at = models.DateTimeField(help_text="From this instant nobody is shown it.")
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    written_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    message = SameExchangeForeignKey(
        OutboxMessage,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="What rings the bells.",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("starts_at")), name="notice_ends_after_start"
            ),
            models.UniqueConstraint(fields=["message"], name="notice_rings_once"),
        ]
        indexes = [models.Index(fields=["exchange", "-starts_at", "-id"], name="notice_newest")]

    def __str__(self) -> str:
        return f"Notice {self.pk}"

    def state(self, at: datetime | None = None) -> NoticeState:
        """How it stands at the instant ``at`` (UTC; default: now)."""
        at = at or timezone.now()
        if self.withdrawn_at:
            return NoticeState.WITHDRAWN
        if self.expires_at <= at:
            return NoticeState.EXPIRED
        return NoticeState.ACTIVE if self.starts_at <= at else NoticeState.SCHEDULED


_Kind, _Audience = Organization.Kind, Notice.Audience
#: Whose people an audience is, by kind of organization; None: everybody's.
ORGANIZATIONS: Final[dict[str, frozenset[str] | None]] = {
    _Audience.EVERYBODY: None,
    _Audience.STAFF: frozenset(
        {_Kind.EXCHANGE, _Kind.BRANCH, _Kind.SUB_BRANCH, _Kind.UNIT, _Kind.WORKSTREAM}
    ),
    _Audience.OFFICES: frozenset({_Kind.GOVERNMENT_OFFICE}),
    _Audience.ENROLLERS: frozenset({_Kind.AGENCY, _Kind.ENTITY}),
    _Audience.AGENCIES: frozenset({_Kind.AGENCY}),
    _Audience.ENTITIES: frozenset({_Kind.ENTITY}),
}
#: Those whom Outreach and Sales may address.
ENROLLERS: Final = frozenset({_Audience.ENROLLERS, _Audience.AGENCIES, _Audience.ENTITIES})


def audiences_of(actor: "Actor") -> list[tuple[str, str]]:
    """Those the actor may address, as choices."""
    to_all = actor.may(WRITE_TO_ALL)
    return [(key, label) for key, label in _Audience.choices if to_all or key in ENROLLERS]


def members_of(audience: str) -> QuerySet[Membership]:
    """The memberships an audience is made of, in every exchange and at any time."""
    kinds = ORGANIZATIONS[audience]
    rows = Membership.objects.all()
    return rows if kinds is None else rows.filter(organization__kind__in=sorted(kinds))
