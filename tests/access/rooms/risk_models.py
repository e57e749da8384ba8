"""Who may look at risk models and decide on them: administrators, and Outreach and Sales."""

from __future__ import annotations

from typing import Any

from retention.models import RiskModelVersion
from retention.risk.features import COLUMNS
from tests.access.policy import ADMIN, OSD, Route, page, thing
from tests.world import World

READERS = ADMIN | OSD

ROUTES: dict[str, Route] = {
    "retention:risk-models": page(READERS),
    "retention:risk-model": thing(READERS, number="risk_model"),
    "retention:risk-model-use": thing(READERS, number="risk_model", post=True),
    "retention:risk-model-retire": thing(READERS, number="risk_model", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A version that is not in use."""
    version = RiskModelVersion.objects.create(
        exchange=world.exchange,
        number=7,
        source_sha256="0" * 64,
        intercept=-2.0,
        columns=[{"key": c.key, "coefficient": 0.1, "mean": 0.0, "scale": 1.0} for c in COLUMNS],
        cut_points=[0.05, 0.1, 0.2, 0.35],
        metrics={
            "rows_learnt": 800,
            "rows_held_out": 200,
            "lapsed_share": 0.11,
            "auc": 0.7,
            "brier": 0.09,
            "log_loss": 0.3,
        },
        calibration=[{"predicted": 0.1, "observed": 0.1, "count": 200}],
    )
    return {"risk_model": version.number}
