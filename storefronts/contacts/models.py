"""What consumers ask for on the public finder, until it is answered (FL-02, DL-06)."""

from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils import timezone

from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

#: Days after which an unanswered request expires and every request is emptied.
KEPT_DAYS: Final = 30


class HelpContactQuerySet(models.QuerySet["HelpContact"]):
    def visible_to(self, actor: "Actor") -> "HelpContactQuerySet":
        """One's own, as the enroller asked for; for leads, those of their agency or entity."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system:
            return rows
        if not actor.may("storefronts.answer_contacts"):
            return rows.none()
        rows = rows.filter(organization_id__in=actor.organization_ids)
        if not actor.may("consumers.view_organization"):
            rows = rows.filter(enroller_id=actor.person_id)
        return rows

    def pending(self) -> "HelpContactQuerySet":
        """Those nobody has answered yet."""
        return self.filter(status=HelpContact.Status.PENDING)


class HelpContact(models.Model):
    """Somebody who asks a place of the finder for help: a delegation that is pending.

    Nobody has proved who they are, so it names no consumer on file and opens nothing; whoever
    accepts it reads how to reach them, and goes on in the Delegation Tool (docs/decisions).
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    listing = SameExchangeForeignKey(
        "storefronts.Listing", on_delete=models.PROTECT, related_name="contacts"
    )
    organization = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    enroller = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The agent or counselor asked; empty: a storefront, whose leads answer.",
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    name = EncryptedTextField(blank=True, help_text="Emptied with the rest after 30 days.")
    phone = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    message = EncryptedTextField(blank=True)
    language = models.CharField(max_length=40, blank=True, help_text="They would like to speak it.")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    emptied_at = models.DateTimeField(null=True, help_text="When who asked was forgotten.")

    objects = HelpContactQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(fields=["organization", "status", "asked_at"], name="help_contact_open"),
            models.Index(
                fields=["exchange", "asked_at"],
                name="help_contact_to_empty",
                condition=models.Q(emptied_at__isnull=True),
            ),
        ]
