"""Reports as people made them: which columns, narrowed by what, and under which name."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.fields import EncryptedJSONField
from portal.tenancy.models import Exchange, Person


class SavedReport(models.Model):
    """A report one person ran, and may have kept under a name in “Private Reports” (RP-07, RP-08).

    It is its maker's alone. The rows are read anew each time, by what its reader may see then.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    report = models.SlugField(max_length=60, db_index=False, help_text="Key of its kind of report.")
    name = models.CharField(
        max_length=60, blank=True, help_text="Empty: it was run and not saved; it leaves in time."
    )
    columns = ArrayField(models.CharField(max_length=60), default=list)
    #: What it is narrowed by. Names of consumers may be in it.
    chosen = EncryptedJSONField(default=dict)
    ran_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-ran_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "name"],
                condition=~Q(name=""),
                name="saved_report_name_unique",
            )
        ]
        indexes = [
            models.Index(fields=["exchange", "person", "-ran_at"], name="saved_report_recent")
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"
