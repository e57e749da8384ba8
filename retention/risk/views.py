"""Pages of the risk model: what each version learnt, how good it is, and which one is in use."""

import math
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework.machine import Refused
from portal.tenancy.actor import Actor
from retention.models import Risk
from retention.risk.features import FEATURES
from retention.risk.models import RiskModelVersion
from retention.risk.services import ACTION, put_into_use, take_out_of_use
from retention.views.requests import actor_with

#: Words for the columns of a feature that has several.
_PARTS = {
    "age_0_25": "Age band: up to 25",
    "age_26_34": "Age band: 26 to 34",
    "age_45_54": "Age band: 45 to 54",
    "age_55_64": "Age band: 55 to 64",
    "age_65_130": "Age band: 65 and over",
}
_LABELS = {column.key: feature.label for feature in FEATURES for column in feature.columns} | _PARTS


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Every version, the latest first."""
    actor = actor_with(request, ACTION)
    versions = RiskModelVersion.objects.visible_to(actor).select_related("trained_by")
    return render(request, "retention/risk/models.html", {"versions": versions})


@require_safe
def model(request: HttpRequest, number: int) -> HttpResponse:
    """One version: its measures, its calibration and what it weighs."""
    version = _version(actor_with(request, ACTION), number)
    context = {
        "version": version,
        "facts": _facts(version),
        "calibration": [_tenth(place, row) for place, row in enumerate(version.calibration, 1)],
        "weights": [_weight(column) for column in version.columns],
        "risks": _risks(version),
    }
    return render(request, "retention/risk/model.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then put a version into use."""
    actor = actor_with(request, ACTION)
    version = _version(actor, number)
    if request.method == "POST":
        try:
            put_into_use(actor=actor, version=version)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Version {number} scores renewal files from here on.")
        return redirect("retention:risk-model", number=number)
    text = (
        "It will score the rows of renewal files that come without a risk, in place of the"
        " version in use. Scores that cases have now stay until a file names their consumers again."
    )
    details = [("Version", str(number)), *_facts(version)]
    return _confirm(
        request, version, f"Use version {number}?", text, f"Use version {number}", details=details
    )


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then take a version out of use."""
    actor = actor_with(request, ACTION)
    version = _version(actor, number)
    if request.method == "POST":
        try:
            take_out_of_use(actor=actor, version=version)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Version {number} is not in use any more.")
        return redirect("retention:risk-model", number=number)
    text = "Rows of renewal files that come without a risk will be refused until a version is used."
    title = f"Stop using version {number}?"
    return _confirm(request, version, title, text, "Stop using it", danger=True)


def _confirm(
    request: HttpRequest,
    version: RiskModelVersion,
    title: str,
    text: str,
    submit_label: str,
    **more: Any,
) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "submit_label": submit_label,
        "action_url": request.path,
        "cancel_url": reverse("retention:risk-model", args=[version.number]),
        **more,
    }
    return render(request, "ui/confirm.html", context)


def _version(actor: Actor, number: int) -> RiskModelVersion:
    rows = RiskModelVersion.objects.visible_to(actor).select_related("trained_by", "activated_by")
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _facts(version: RiskModelVersion) -> list[tuple[str, str]]:
    metrics = version.metrics
    return [
        ("Learnt from", version.note or "A history file"),
        ("Consumers learnt from", f"{metrics['rows_learnt']:,}"),
        ("Consumers held out to judge it", f"{metrics['rows_held_out']:,}"),
        ("Did not renew", _percent(metrics["lapsed_share"])),
        ("Tells apart (AUC; 0.5 is chance, 1 is always right)", f"{metrics['auc']:.3f}"),
        ("Mean squared error (Brier score)", f"{metrics['brier']:.3f}"),
    ]


def _tenth(place: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": f"{place}",
        "predicted": _percent(row["predicted"]),
        "observed": _percent(row["observed"]),
        "count": row["count"],
    }


def _weight(column: Mapping[str, Any]) -> dict[str, str]:
    """A column, and what one typical step more of it does to the odds of not renewing."""
    odds = math.exp(column["coefficient"])
    if abs(odds - 1) < 0.005:
        effect = "No difference"
    elif odds > 1:
        effect = f"Raises the odds by {odds - 1:.0%}"
    else:
        effect = f"Lowers the odds by {1 - odds:.0%}"
    return {
        "label": _LABELS.get(column["key"], column["key"]),
        "coefficient": f"{column['coefficient']:+.3f}",
        "mean": f"{column['mean']:.2f}",
        "scale": f"{column['scale']:.2f}",
        "effect": effect,
    }


def _risks(version: RiskModelVersion) -> list[tuple[str, str]]:
    cuts = [0.0, *version.cut_points, 1.0]
    return [(str(risk.label), f"{cuts[risk - 1]:.0%} to under {cuts[risk]:.0%}") for risk in Risk]


def _percent(share: float) -> str:
    return f"{share:.1%}"
