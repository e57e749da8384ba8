"""Answers kept by Idempotency-Key, so that a repeated request repeats the answer, not the act."""

from django.db import models
from django.utils import timezone

from portal.fields import EncryptedJSONField
from portal.tenancy.models import Exchange, Person


class IdempotentAnswer(models.Model):
    """The first answer to one key of one person; kept 24 hours."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "key"], name="idempotency_key_unique"
            )
        ]
