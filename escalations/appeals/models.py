"""Appeals, their hearings, deliveries and tasks, and the packet of papers any appeal needs.

Everything here but the configuration is personal data: read through the projection of its kind.
"""

import pghistory
from django.db import models
from django.utils import timezone

from portal.casework.models import Attachment, Case
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person


class Origin(models.TextChoices):
    """How a paper of the packet comes about."""

    MADE = "made", "Made by us"
    RECEIVED = "received", "Received"


@pghistory.track()
class PacketTemplateItem(models.Model):
    """A paper that every packet of one kind of appeal starts with (AP-02, CC-20).

    Changing it changes no packet that has been started.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case_kind = models.CharField(max_length=30, help_text="Which kind of case, by key.")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.MADE)
    is_required = models.BooleanField(
        default=True, help_text="The packet is not complete without it."
    )
    position = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["case_kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "case_kind", "key"], name="packet_template_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.label


class PacketItem(models.Model):
    """One paper of one case's packet: needed, at hand, or not needed after all."""

    class State(models.TextChoices):
        NEEDED = "needed", "Needed"
        DONE = "done", "At hand"
        WAIVED = "waived", "Not needed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="packet_items")
    key = models.SlugField(max_length=60, help_text="Of the template; empty: added by hand.")
    label = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    is_required = models.BooleanField(default=True)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEEDED)
    settled_at = models.DateTimeField(null=True, help_text="When it came to hand, or was waived.")
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    attachment = SameExchangeForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="packet_items"
    )
    remark = models.TextField(blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["case", "position"], name="packet_item_by_case")]

    def __str__(self) -> str:
        return self.label
