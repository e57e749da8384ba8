"""Enroller alerts and briefings, from the draft to the archive (AL-01…AL-05, C.9)."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from notifications.briefings.names import MODULE, READ, WRITE
from notifications.models import MailMessage
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

#: The dictionary by whose stems words are compared; briefings are written in English.
SEARCH_CONFIG = "english"


class Kind(models.TextChoices):
    """How urgent it is, which decides whether its mail can be stopped."""

    ALERT = "alert", "Alert"
    BRIEFING = "briefing", "Briefing"


class Category(models.TextChoices):
    """What it is about, in the words of the source (AL-02)."""

    ANNOUNCEMENT = "announcement", "Special announcement"
    POLICY = "policy", "Policy change"
    SYSTEM = "system", "System update"
    DATE = "date", "Important date"
    RESOURCE = "resource", "Enroller resource"


class State(models.TextChoices):
    """Where it stands (C.9: Draft → Approved → Sent → Archived, searchable)."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    #: Some of its readers have it; nobody can stop it any more.
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    ARCHIVED = "archived", "Archived"


#: States in which readers find it.
OUT = (State.SENDING, State.SENT, State.ARCHIVED)


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, actor: "Actor") -> Self:
        """All of the exchange's for those who write them; for readers what is out and for them.

        Besides what reached a person, they find what was sent to people like them before they
        came: the archive is there to be searched (AL-03).
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.may(WRITE):
            return rows
        member = actor.membership
        if member is None or not actor.may(READ) or not actor.has_module(MODULE):
            return rows.none()
        body = member.organization
        reached = Delivery.objects.filter(briefing=OuterRef("pk"), person=actor.person)
        above = [int(key) for key in body.path.split(".") if key]
        meant = (
            (Q(roles=[]) | Q(roles__contains=[member.role.key]))
            & (Q(organization_kinds=[]) | Q(organization_kinds__contains=[body.kind]))
            & (Q(languages=[]) | Q(languages__overlap=member.languages))
            & (Q(organization_ids=[]) | Q(organization_ids__overlap=above))
        )
        return rows.filter(state__in=OUT).filter(meant | Exists(reached))


class Briefing(models.Model):
    """One alert or briefing. Its audience is four lists; an empty one leaves nobody out."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BRIEFING)
    category = models.CharField(max_length=12, choices=Category.choices)
    title = models.CharField(max_length=120, help_text="Also the mail's subject.")
    summary = models.CharField(max_length=300)
    body = models.TextField(help_text="Markdown.")
    text = models.TextField(editable=False, help_text="The body's words, for search.")
    roles = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    organization_kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    organization_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Agencies and entities, with all below them; organizations are never deleted.",
    )
    has_full_text_in_mail = models.BooleanField(
        default=False,
        help_text="Its writers say that it holds no personal data; otherwise mail says only that"
        " it is there.",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    send_at = models.DateTimeField(null=True, help_text="Not before this instant (UTC).")
    sent_at = models.DateTimeField(null=True, help_text="When the first readers got it (UTC).")
    reached = models.BigIntegerField(
        default=0, help_text="Id of the last person who has it; people are taken by id."
    )
    version = models.PositiveIntegerField(default=1)
    # Under row-level security the planner may not use an index for the match operator, which it
    # does not trust; an exchange writes a few hundred of these a year, so none is kept.
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=SEARCH_CONFIG)
        + SearchVector("summary", weight="B", config=SEARCH_CONFIG)
        + SearchVector("text", weight="C", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = BriefingQuerySet.as_manager()

    class Meta:
        ordering = [models.F("sent_at").desc(nulls_first=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(send_at__isnull=False),
                name="briefing_scheduled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "archived"]) | Q(sent_at__isnull=False),
                name="briefing_out_since",
            ),
        ]
        indexes = [
            models.Index(fields=["exchange", "-sent_at", "-id"], name="briefing_newest"),
            models.Index(
                fields=["exchange", "send_at"],
                name="briefing_due",
                condition=Q(state__in=["scheduled", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Briefing {self.pk}"

    @property
    def is_alert(self) -> bool:
        return self.kind == Kind.ALERT

    @property
    def is_out(self) -> bool:
        """Whether readers find it."""
        return self.state in OUT

    @property
    def subject(self) -> str:
        """The mail's subject and the mailbox's line."""
        return f"{self.get_kind_display()}: {self.title}"


class Delivery(models.Model):
    """A briefing in one person's mailbox: who they were then, and what became of the mail."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    briefing = SameExchangeForeignKey(Briefing, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    role_key = models.CharField(max_length=60, help_text="The role that made them a reader.")
    organization_kind = models.CharField(max_length=20, choices=Organization.Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    mail = SameExchangeForeignKey(
        MailMessage,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Empty: they had stopped the mail, or it is no longer kept.",
    )
    was_unsubscribed = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, help_text="When they first opened it (UTC).")
    stopped_at = models.DateTimeField(
        null=True, help_text="When they stopped the mail of briefings by this one's link (UTC)."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["briefing", "person"], name="briefing_once_a_person")
        ]
        indexes = [models.Index(fields=["mail"], name="briefing_delivery_by_mail")]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class BriefingChange(models.Model):
    """Who did what to a briefing, and when; what the second person is found by."""

    class What(models.TextChoices):
        WRITTEN = "written", "Wrote the draft"
        CHANGED = "changed", "Changed it"
        APPROVED = "approved", "Approved it"
        SCHEDULED = "scheduled", "Gave it a time to go out"
        CANCELED = "canceled", "Stopped it before it went out"
        SENT = "sent", "Sent to everybody it is for"
        ARCHIVED = "archived", "Archived it"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    briefing = SameExchangeForeignKey(Briefing, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    fields = ArrayField(models.CharField(max_length=24), default=list)

    append_only = True

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.get_what_display()


class BriefingRules(models.Model):
    """What stands under every briefing of an exchange (AL-04, AL-05)."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="+")
    contact_email = models.EmailField(
        blank=True,
        help_text="Who answers questions on briefings (AL-04); empty: the exchange's contact.",
    )
    newsroom_url = models.URLField(
        blank=True, help_text="Official news and press releases (AL-05); empty: no link."
    )

    class Meta:
        verbose_name = verbose_name_plural = "rules of briefings"

    def __str__(self) -> str:
        return "Rules of briefings"


def rules_of(exchange: Exchange) -> BriefingRules:
    """The exchange's rules, or the defaults, not saved."""
    found = BriefingRules.objects.filter(exchange=exchange).first()
    return found or BriefingRules(exchange=exchange)


def contact_of(exchange: Exchange) -> str:
    """The address that answers questions on briefings (AL-04)."""
    return rules_of(exchange).contact_email or exchange.contact_email


def due(exchange: Exchange, now: datetime) -> models.QuerySet[Briefing]:
    """What is to be sent at ``now`` (UTC), or was begun and not finished; oldest first."""
    rows = Briefing.objects.filter(exchange=exchange).filter(
        Q(state=State.SENDING) | Q(state=State.SCHEDULED, send_at__lte=now)
    )
    return rows.order_by("send_at", "pk")
