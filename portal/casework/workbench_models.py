"""What people of the exchange keep for their daily work: views, texts and macros of a unit.

None of it belongs to a case and none of it may hold personal data.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

#: Who makes texts and macros for a unit.
MAKE = "casework.macros"


class UnitQuerySet(models.QuerySet[Any]):
    """Rows that belong to a unit and serve it and the units below it."""

    def usable_by(self, actor: "Actor") -> "UnitQuerySet":
        """Those of the actor's unit and of the units above it; none for people outside."""
        if actor.is_outside or actor.organization is None:
            return self.none()
        line = [int(key) for key in actor.organization.path.split(".") if key]
        return self.filter(exchange_id=actor.exchange_id, organization_id__in=line)

    def managed_by(self, actor: "Actor") -> "UnitQuerySet":
        """Those the actor may change: their unit's and those of the units below it."""
        if actor.is_outside or not actor.may(MAKE):
            return self.none()
        return self.filter(
            exchange_id=actor.exchange_id, organization_id__in=actor.organization_ids
        )


class SavedView(models.Model):
    """A list's filters under a name: one's own, or shared with one's unit."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    shared_with = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The unit whose people see the view too; empty: its maker's alone.",
    )
    list_key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "exchange", "list_key", "name"], name="saved_view_name_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["shared_with", "list_key"],
                name="saved_view_shared",
                condition=models.Q(shared_with__isnull=False),
            )
        ]


class TextTemplate(models.Model):
    """A text a unit writes often, with places for facts of the case that are not personal."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The unit whose people, and those of the units below it, can use it.",
    )
    name = models.CharField(max_length=80)
    body = models.TextField(help_text="Places are written in braces, e.g. {number}.")
    updated_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="text_template_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Macro(models.Model):
    """Several acts done as one: an ordered list of act keys with the data each is given."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The unit whose people, and those of the units below it, can run it.",
    )
    kind = models.CharField(
        max_length=30, blank=True, help_text="The kind of case it is for; empty: every kind."
    )
    name = models.CharField(max_length=80)
    #: ``[{"act": key, "data": {field name: [values as a browser sends them]}}]``
    steps = models.JSONField(default=list)
    is_active = models.BooleanField(default=False)
    version = models.PositiveIntegerField(
        default=1, help_text="Grows with every change, so that a preview cannot be outdated."
    )
    updated_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="macro_name_unique")
        ]

    def __str__(self) -> str:
        return self.name
