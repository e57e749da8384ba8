"""Rules of an exchange, preferences of a person, and the hours in which nothing is sent."""

from django.core.exceptions import ValidationError
from django.db import models

from portal.tenancy.models import Exchange, Person


class Way(models.TextChoices):
    """A channel somebody who signs in can be told by."""

    BELL = "bell", "Bell"
    MAILBOX = "mailbox", "Secure Mailbox"
    MAIL = "mail", "Mail"


class ChannelRule(models.Model):
    """Whether an exchange tells a group of messages by a channel, and whether people may choose."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=40)
    way = models.CharField(max_length=8, choices=Way.choices)
    is_on = models.BooleanField(help_text="What holds for whoever has not chosen.")
    is_fixed = models.BooleanField(default=False, help_text="Nobody can choose otherwise.")
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["group", "way"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "group", "way"], name="channel_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_way_display()}"


class Preference(models.Model):
    """What one person chose otherwise than the exchange's rule says."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=40)
    way = models.CharField(max_length=8, choices=Way.choices)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["group", "way"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "person", "group", "way"], name="channel_preference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_way_display()}"


class QuietHours(models.Model):
    """Hours on the exchange's clock in which mails and texts wait; no row: there are none."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="+")
    starts = models.TimeField(help_text="On the exchange's clock, e.g. 21:00.")
    ends = models.TimeField(help_text="Of the next day, if it is not later than the start.")
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.starts:%H:%M} to {self.ends:%H:%M}"

    def clean(self) -> None:
        """Raise unless the hours have a length and leave part of the day."""
        if self.starts == self.ends:
            raise ValidationError({"ends": "Quiet hours must end at another time than they start."})
