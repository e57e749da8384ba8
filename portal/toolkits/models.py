"""Toolkit entries and their versions (TK-01…TK-06, EP-02).

An entry is an address; everything a reader sees of it is in the version that is published. A
published version never changes: the next one replaces it, and it stays in the history.
"""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.documents.models import Document
from portal.tenancy.actor import Actor
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

#: The kind of work an exchange switches on to have toolkits.
MODULE = "toolkits"
VIEW, HISTORY, WRITE = "toolkits.view", "toolkits.history", "toolkits.write"


class Kind(models.TextChoices):
    """What an entry is (TK-04), and “Downloads” (TK-02)."""

    JOB_AID = "job_aid", "Job aid"
    GUIDE = "guide", "Guide"
    RELEASE_NOTE = "release_note", "Release notes"
    DOWNLOAD = "download", "Download"


class Readers(models.TextChoices):
    """Whom an entry is written for. The exchange's own staff read all of them."""

    EVERYONE = "everyone", "Agents and counselors"
    AGENCIES = "agencies", "Agents"
    ENTITIES = "entities", "Counselors"


class Language(models.TextChoices):
    """Languages entries are written in."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
    CHINESE = "zh", "Chinese"
    VIETNAMESE = "vi", "Vietnamese"
    KOREAN = "ko", "Korean"
    TAGALOG = "tl", "Tagalog"
    ARMENIAN = "hy", "Armenian"
    FARSI = "fa", "Farsi"
    RUSSIAN = "ru", "Russian"
    ARABIC = "ar", "Arabic"
    HMONG = "hmn", "Hmong"
    KHMER = "km", "Khmer"

    @property
    def is_right_to_left(self) -> bool:
        """Whether a page sets ``dir="rtl"`` around its words."""
        return self in (Language.ARABIC, Language.FARSI)


#: Kind of an enroller's organization → for whom the entries they read are written.
_READ_BY: dict[str, tuple[Readers, ...]] = {
    Organization.Kind.AGENCY: (Readers.EVERYONE, Readers.AGENCIES),
    Organization.Kind.ENTITY: (Readers.EVERYONE, Readers.ENTITIES),
}


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, actor: Actor) -> Self:
        """What the actor may know of: published for readers, everything for those who write.

        Agencies and entities read what is written for them; offices and employers nothing.
        """
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or actor.may(WRITE):
            return rows
        if not actor.may(VIEW) or not actor.has_module(MODULE):
            return rows.none()
        rows = rows.published()
        if not actor.is_outside:
            return rows
        kind = actor.organization.kind if actor.organization else ""
        return rows.filter(current__readers__in=_READ_BY.get(kind, ()))

    def published(self) -> Self:
        """What readers find at this moment."""
        return self.filter(state=Entry.State.PUBLISHED)

    def in_the_making(self) -> Self:
        """Not published, or with a next version begun."""
        unfinished = EntryVersion.objects.filter(published_at=None).values("entry")
        return self.filter(~Q(state=Entry.State.PUBLISHED) | Q(pk__in=unfinished))


class Entry(models.Model):
    """One job aid, guide, release note or download, under an address that stays."""

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=80, help_text="The end of its address; it never changes.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    current = SameExchangeForeignKey(
        "EntryVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The version published last.",
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EntryQuerySet.as_manager()

    if TYPE_CHECKING:
        versions: RelatedManager["EntryVersion"]

    class Meta:
        ordering = ["key"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="toolkit_entry_unique"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(current__isnull=False),
                name="toolkit_published_has_version",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class EntryVersion(models.Model):
    """What an entry says. The database refuses to change or delete a published one (0001)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    entry = SameExchangeForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    readers = models.CharField(max_length=10, choices=Readers.choices, default=Readers.EVERYONE)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    title = models.CharField(max_length=140)
    summary = models.CharField(max_length=300)
    body = models.TextField(blank=True, help_text="Markdown.")
    text = models.TextField(blank=True, editable=False, help_text="The body's words, for search.")
    as_of = models.DateField(null=True, blank=True, help_text="Local day it is accurate as of.")
    is_coming_soon = models.BooleanField("coming soon", default=False)
    link = models.URLField(max_length=400, blank=True, help_text="Outside page; https only.")
    topics = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    document = SameExchangeForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document_text = models.TextField(blank=True, editable=False)
    change_note = models.CharField(max_length=240, blank=True, help_text="What is new in it.")
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1, help_text="Grows with every change.")
    #: Written by the database from title, summary and topics, text, and the document's text.
    words = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["-number"]
        indexes = [GinIndex(fields=["words"], name="toolkit_words")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="toolkit_version_number"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(published_at__isnull=True),
                name="toolkit_one_in_the_making",
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="https://"), name="toolkit_link_https"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class EntryUse(models.Model):
    """How often an entry was opened on one local day. Nobody's name: only the sum is wanted."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    entry = SameExchangeForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="Local day of the exchange.")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "day"], name="toolkit_use_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"
