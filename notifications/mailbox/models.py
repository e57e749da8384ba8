"""What lies in people's secure mailboxes (SM-01).

A mailbox holds items of several kinds: a conversation, a daily summary, a briefing. The item says
whose it is, when it came and whether it was read; what it shows belongs to the room of its kind,
which makes the kind known with :func:`notifications.mailbox.kinds.register`.
"""

from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from notifications.mailbox.threads import Message as Message
from notifications.mailbox.threads import MessageFile as MessageFile
from notifications.mailbox.threads import Seat as Seat
from notifications.mailbox.threads import Team as Team
from notifications.mailbox.threads import Thread as Thread
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


class ItemQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "ItemQuerySet":
        """One's own, in the exchange and organization one works in.

        Nobody reads another's mailbox, and what came to somebody for one agency does not follow
        them to the next.
        """
        here = models.Q(organization=None) | models.Q(organization_id=actor.organization_id)
        return self.filter(here, exchange_id=actor.exchange_id, person_id=actor.person_id)

    def unread(self) -> "ItemQuerySet":
        return self.filter(read_at=None, archived_at=None)


class Item(models.Model):
    """One entry of one person's mailbox."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mailbox_items")
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="Seen only while working for it; empty: wherever in the exchange one works.",
    )
    kind = models.CharField(max_length=20, help_text="Which room shows it, e.g. summary.")
    source_id = models.BigIntegerField(help_text="Key of what it shows, in the room of its kind.")
    subject = models.CharField(max_length=160, help_text="No personal data: lists show it.")
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "kind", "source_id"], name="mailbox_item_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["person", "exchange", "-received_at", "-id"], name="mailbox_by_person"
            ),
            models.Index(
                fields=["person", "exchange"],
                name="mailbox_unread",
                condition=models.Q(read_at=None, archived_at=None),
            ),
            models.Index(fields=["exchange", "kind", "received_at"], name="mailbox_by_age"),
            models.Index(fields=["exchange", "kind", "source_id"], name="mailbox_by_source"),
        ]

    def __str__(self) -> str:
        return f"Item {self.pk}"


class KeepRule(models.Model):
    """For how long an exchange keeps items of one kind, where it says otherwise than 400 days."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    days = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(30), MaxValueValidator(3_650)],
        help_text="Days after which it is deleted; of a conversation, after its last message.",
    )

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "kind"], name="mailbox_keep_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} days"
