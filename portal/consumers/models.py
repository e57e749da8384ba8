"""The mirror of the eligibility system, and the record of the feeds that fill the portal."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from portal.consumers.mirror import Application as Application
from portal.consumers.mirror import Consent as Consent
from portal.consumers.mirror import Consumer as Consumer
from portal.consumers.mirror import Delegation as Delegation
from portal.consumers.mirror import Enrollment as Enrollment
from portal.consumers.mirror import Household as Household
from portal.consumers.mirror import Notice as Notice
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person

#: A batch takes about a second; a run silent for this long has lost its worker.
SILENCE = timedelta(minutes=2)


class FeedRun(models.Model):
    """One run of one file of a feed."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        STOPPED = "stopped", "Stopped before its end"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(
        default=timezone.now, help_text="When the run last gave a sign of life."
    )
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    problem = models.CharField(
        max_length=500, blank=True, help_text="Why the file as a whole was refused."
    )
    stored_as = models.CharField(
        max_length=60, blank=True, help_text="An uploaded file that waits; empty once it is read."
    )
    file_size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    bytes_read = models.PositiveBigIntegerField(
        default=0, help_text="Where the last whole batch ends, and reading goes on."
    )
    lines_read = models.PositiveIntegerField(default=0, help_text="Lines up to there.")
    rows_read = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["exchange", "-started_at"], name="feed_run_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def may_continue(self, at: datetime) -> bool:
        """Whether it was uploaded, stopped or fell silent, and can go on."""
        silent = self.state == self.State.RUNNING and at - self.seen_at > SILENCE
        return bool(self.stored_as) and (silent or self.state == self.State.STOPPED)

    @property
    def is_over(self) -> bool:
        return self.state != self.State.RUNNING


class RefusedRow(models.Model):
    """A row of a feed that was not taken, with its line and the reason; never the row itself."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    run = SameExchangeForeignKey(FeedRun, on_delete=models.CASCADE, related_name="refused")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=240)

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="refused_row_once_per_line")
        ]
