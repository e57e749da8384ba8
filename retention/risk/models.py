"""Versions of the risk model: what was learnt, how good it was, and which one is in use."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.tenancy.models import Exchange, Person
from retention.risk.scoring import Model

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


class RiskModelVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "RiskModelVersionQuerySet":
        """All of the exchange's, for those who answer for the model."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or actor.may("retention.risk_models"):
            return rows
        return rows.none()


class RiskModelVersion(models.Model):
    """One trained model. Its numbers never change; whether it is in use, a person decides."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    trained_at = models.DateTimeField(default=timezone.now)
    trained_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whoever the command was told ran it.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="What it was trained on.")
    source_sha256 = models.CharField(max_length=64, help_text="Of the history it learnt from.")

    intercept = models.FloatField()
    columns = models.JSONField(
        help_text="Key, coefficient, mean and scale of each column, in order."
    )
    cut_points = ArrayField(
        models.FloatField(), help_text="Probabilities from which on the risk is 2, 3, 4 and 5."
    )
    metrics = models.JSONField(help_text="Rows, shares and measures of the rows held out.")
    calibration = models.JSONField(
        help_text="Of the rows held out: predicted and observed share and number, by tenth."
    )

    is_active = models.BooleanField(default=False, help_text="Feeds without a risk use it.")
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RiskModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "number"], name="risk_model_number_once"),
            models.UniqueConstraint(
                fields=["exchange"], condition=Q(is_active=True), name="risk_model_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"Risk model {self.number}"

    @property
    def source(self) -> str:
        """What cases scored with it carry as their risk's source."""
        return f"model:{self.number}"

    def as_model(self) -> Model:
        """The numbers, ready to score with."""
        return Model.from_stored(self.intercept, self.columns, self.cut_points)
