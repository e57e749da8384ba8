"""Keeping the versions of the risk model, and putting one into use: always a person's decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portal.casework.machine import Refused
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person
from retention.risk.models import RiskModelVersion
from retention.risk.scoring import CUT_POINTS, Model, UnknownColumn

ACTION: Final = "retention.risk_models"


@dataclass(frozen=True)
class Trained:
    """What a training found; see :mod:`retention.risk.training`."""

    model: Model
    metrics: Mapping[str, Any]
    #: ``predicted``, ``observed`` and ``count`` of each tenth of the rows held out.
    calibration: Sequence[Mapping[str, Any]]
    source_sha256: str


@dataclass(frozen=True)
class Scorer:
    """A model in use, and what cases scored with it carry as their risk's source."""

    model: Model
    source: str


def scorer_in_use(actor: Actor) -> Scorer | None:
    """What scores rows that come without a risk; None: no version is in use."""
    version = RiskModelVersion.objects.filter(exchange_id=actor.exchange_id, is_active=True).first()
    return Scorer(version.as_model(), version.source) if version else None


@transaction.atomic
def keep_version(
    *,
    actor: Actor,
    trained: Trained,
    trained_by: Person | None = None,
    note: str = "",
    at: datetime | None = None,
) -> RiskModelVersion:
    """Keep what a training found as the exchange's next version; it is not in use by that.

    Args:
        trained_by: whoever ran the training.
        at: the instant of the training (UTC); default now.
    """
    versions = RiskModelVersion.objects.select_for_update().filter(exchange_id=actor.exchange_id)
    list(versions.values_list("pk"))  # two trainings at once take two numbers
    last = versions.aggregate(last=Max("number"))["last"] or 0
    version = RiskModelVersion.objects.create(
        exchange=actor.exchange,
        number=last + 1,
        trained_at=at or timezone.now(),
        trained_by=trained_by,
        note=note,
        source_sha256=trained.source_sha256,
        intercept=trained.model.intercept,
        columns=[
            {
                "key": weight.key,
                "coefficient": weight.coefficient,
                "mean": weight.mean,
                "scale": weight.scale,
            }
            for weight in trained.model.weights
        ],
        cut_points=list(CUT_POINTS),
        metrics=dict(trained.metrics),
        calibration=[dict(row) for row in trained.calibration],
    )
    record(actor=actor, action="retention.risk_model_trained", data={"version": version.number})
    return version


@transaction.atomic
def put_into_use(
    *, actor: Actor, version: RiskModelVersion, at: datetime | None = None
) -> RiskModelVersion:
    """Let a version score the feeds' rows that have no risk, instead of the one in use.

    Scores that stand stay as they are until a feed brings their consumers again.

    Raises:
        NotAllowed: the actor's role may not decide this.
        RiskModelVersion.DoesNotExist: the exchange has no such version.
        Refused: it is in use already, or was made for other features.
    """
    actor.require(ACTION)
    version = _lock(actor, version)
    if version.is_active:
        raise Refused(f"Version {version.number} is in use already.")
    try:
        version.as_model().check()
    except UnknownColumn:
        raise Refused(
            f"Version {version.number} was trained on other features than the portal knows now."
            " Train a new one."
        ) from None
    _retire(actor)
    version.is_active = True
    version.activated_at, version.activated_by = at or timezone.now(), actor.person
    version.save(update_fields=["is_active", "activated_at", "activated_by"])
    record(actor=actor, action="retention.risk_model_used", data={"version": version.number})
    return version


@transaction.atomic
def take_out_of_use(*, actor: Actor, version: RiskModelVersion) -> RiskModelVersion:
    """Score nothing from here on; rows without a risk are refused until a version is in use.

    Raises:
        NotAllowed: the actor's role may not decide this.
        RiskModelVersion.DoesNotExist: the exchange has no such version.
        Refused: it is not in use.
    """
    actor.require(ACTION)
    version = _lock(actor, version)
    if not version.is_active:
        raise Refused(f"Version {version.number} is not in use.")
    _retire(actor)
    version.is_active = False
    record(actor=actor, action="retention.risk_model_retired", data={"version": version.number})
    return version


def _lock(actor: Actor, version: RiskModelVersion) -> RiskModelVersion:
    """The version as it stands, with all of the exchange's locked: one of them is in use."""
    rows = RiskModelVersion.objects.visible_to(actor).select_for_update().order_by("pk")
    list(rows.values_list("pk"))
    return rows.get(pk=version.pk)


def _retire(actor: Actor) -> None:
    in_use = RiskModelVersion.objects.filter(exchange_id=actor.exchange_id, is_active=True)
    in_use.update(is_active=False)
