"""What Outreach and Sales tells enrollers in the portal: “Enroller Portal Notifications” (A.13).

Not to be confused with the bell: a post is written by a person for everybody of an audience, and
tells of no case.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

WRITE: Final = "notifications.post"
READ: Final = "notifications.read_posts"


class PostState(StrEnum):
    """How a post stands at an instant; reckoned from its dates, so no timer moves it."""

    DRAFT = "Draft"
    SCHEDULED = "Scheduled"
    ACTIVE = "Active"
    EXPIRED = "Expired"
    WITHDRAWN = "Withdrawn"


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, actor: "Actor") -> "PostQuerySet":
        """All of the exchange's for those who write them; for readers what is meant for them now.

        A reader of an agency is shown what is for agencies, one of an entity what is for entities
        (PN-02); to everybody else there is none.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.may(WRITE):
            return rows
        audience = _AUDIENCE_OF.get(actor.organization.kind) if actor.organization else None
        if audience is None or not actor.may(READ):
            return rows.none()
        return rows.active(timezone.now()).filter(audience__in=[audience, Post.Audience.BOTH])

    def active(self, at: datetime) -> "PostQuerySet":
        """Published, begun, neither withdrawn nor expired at the instant ``at``."""
        return self.filter(
            published_at__isnull=False, withdrawn_at=None, starts_at__lte=at, expires_at__gt=at
        )

    def with_reading_of(self, actor: "Actor") -> "PostQuerySet":
        """Annotated with ``is_read``: whether the actor has marked it as read."""
        return self.annotate(is_read=_read_by(actor))

    def unread_by(self, actor: "Actor") -> "PostQuerySet":
        """Those the actor has not marked as read."""
        return self.filter(~_read_by(actor))


class Post(models.Model):
    """One notification to enrollers, from its draft to its end."""

    class Kind(models.TextChoices):
        """What it is about, in the words of the enroller portal (PN-03)."""

        OUTAGE = "outage", "Outage reminder"
        URGENT = "urgent", "Urgent update"
        RELEASE = "release", "New release notes"
        EVENT = "event", "Event notification"

    class Audience(models.TextChoices):
        AGENCIES = "agencies", "Agency users"
        ENTITIES = "entities", "Entity users"
        BOTH = "both", "Agency and Entity users"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    title = models.CharField(max_length=120)
    body = models.TextField()
    starts_at = models.DateTimeField(help_text="Readers see it from this instant on.")
    expires_at = models.DateTimeField(help_text="From this instant on they do not.")
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("starts_at")), name="post_ends_after_start"
            )
        ]
        indexes = [models.Index(fields=["exchange", "-starts_at", "-id"], name="post_newest")]

    def __str__(self) -> str:
        return f"Post {self.pk}"

    @property
    def is_urgent(self) -> bool:
        return self.kind == self.Kind.URGENT

    def state(self, at: datetime | None = None) -> PostState:
        """How it stands at the instant ``at`` (UTC; default: now)."""
        at = at or timezone.now()
        if self.withdrawn_at:
            return PostState.WITHDRAWN
        if self.expires_at <= at:
            return PostState.EXPIRED
        if self.published_at is None:
            return PostState.DRAFT
        return PostState.ACTIVE if self.starts_at <= at else PostState.SCHEDULED


#: For whom an organization of this kind reads.
_AUDIENCE_OF: Final[dict[str, Post.Audience]] = {
    Organization.Kind.AGENCY: Post.Audience.AGENCIES,
    Organization.Kind.ENTITY: Post.Audience.ENTITIES,
}


class PostRead(models.Model):
    """A person has marked a post as read."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    post = SameExchangeForeignKey(Post, on_delete=models.CASCADE, related_name="readings")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="post_read_once")]


class PostChange(models.Model):
    """Who did what to a post, and when; read on its page by those who write posts."""

    class What(models.TextChoices):
        WRITTEN = "written", "Wrote the draft"
        CHANGED = "changed", "Changed it"
        PUBLISHED = "published", "Published it"
        WITHDRAWN = "withdrawn", "Withdrew it"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    post = SameExchangeForeignKey(Post, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    fields = ArrayField(models.CharField(max_length=20), default=list)

    append_only = True

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["post", "-id"], name="post_change_by_post")]


def _read_by(actor: "Actor") -> Any:
    return Exists(PostRead.objects.filter(post=OuterRef("pk"), person=actor.person))
