"""The ledger: who saw and changed what, under what authority; append-only and chained.

An entry is written in the transaction of the act it records. When that transaction commits, a
deferred trigger seals it: the next number in the exchange's chain and a hash over the entry and
the hash before it. The application's role may read and add entries; it can neither change one
nor write a seal (CC-14, AU-9).
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person


class LedgerEntry(models.Model):
    """One act. Holds ids, names of fields and keys of actions; never a value of personal data."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: system."
    )
    actor_role = models.CharField(max_length=60)
    organization_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20)
    request_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    case_ids = ArrayField(models.BigIntegerField(), default=list)
    consumer_ids = ArrayField(models.BigIntegerField(), default=list)
    disclosed_to_id = models.BigIntegerField(
        null=True, help_text="The outside organization that was shown details."
    )
    release_id = models.BigIntegerField(null=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    data = models.JSONField(default=dict)

    append_only = True

    class Meta:
        db_table = "ledger_entry"
        ordering = ["pk"]
        indexes = [
            GinIndex(fields=["case_ids"], name="ledger_by_case"),
            GinIndex(fields=["consumer_ids"], name="ledger_by_consumer"),
            models.Index(fields=["exchange", "-at"], name="ledger_by_time"),
            models.Index(fields=["exchange", "actor", "-at"], name="ledger_by_actor"),
            models.Index(
                fields=["exchange", "disclosed_to_id", "-at"],
                name="ledger_disclosures",
                condition=models.Q(disclosed_to_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M} UTC"


class LedgerSeal(models.Model):
    """An entry's place in its exchange's chain. Written by the database alone."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    entry = SameExchangeForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="seals")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    read_only = True

    class Meta:
        db_table = "ledger_seal"
        ordering = ["exchange", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "seq"], name="ledger_seal_seq_unique"),
            models.UniqueConstraint(fields=["entry"], name="ledger_seal_entry_unique"),
        ]


class LedgerHead(models.Model):
    """The last seal of each exchange; the row every sealing transaction locks, at its commit."""

    exchange = models.OneToOneField(
        Exchange, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    read_only = True

    class Meta:
        db_table = "ledger_head"
