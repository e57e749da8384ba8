"""Finding a model's numbers from past renewals; the only part that needs scikit-learn.

A fifth of the rows is held out and decides the measures, so that the model is judged on consumers
it has not seen. Columns are brought to mean 0 and scale 1 first, so that coefficients compare.
"""

from collections.abc import Sequence
from typing import Any, Final

from retention.risk.features import COLUMNS
from retention.risk.history import PastConsumer
from retention.risk.scoring import Model, Weight, logistic
from retention.risk.services import Trained

#: Share of the rows held out to judge by.
HELD_OUT: Final = 0.2
_TENTHS: Final = 10
_HOW_TO_INSTALL: Final = (
    "Training needs scikit-learn, which the portal runs without. Install it beside the portal:"
    " .venv/bin/python -m pip install --require-hashes -r requirements-training.lock"
)


class CannotTrain(Exception):
    """The packages for training are not installed; the message says how to install them."""


def train(consumers: Sequence[PastConsumer], *, source_sha256: str, seed: int = 1) -> Trained:
    """Fit a logistic regression; the same rows and seed give the same numbers.

    Raises:
        CannotTrain: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise CannotTrain(_HOW_TO_INSTALL) from None
    rows = [[column.of(consumer.values) for column in COLUMNS] for consumer in consumers]
    lapsed = [consumer.lapsed for consumer in consumers]
    learn_rows, held_rows, learn_lapsed, held_lapsed = train_test_split(
        rows, lapsed, test_size=HELD_OUT, random_state=seed, stratify=lapsed
    )
    scaler = StandardScaler().fit(learn_rows)
    fitted = LogisticRegression(C=1.0, max_iter=1_000).fit(
        scaler.transform(learn_rows), learn_lapsed
    )
    model = Model(
        float(fitted.intercept_[0]),
        [
            Weight(column.key, float(coefficient), float(mean), float(scale))
            for column, coefficient, mean, scale in zip(
                COLUMNS, fitted.coef_[0], scaler.mean_, scaler.scale_, strict=True
            )
        ],
    )
    predicted = [_probability(model, row) for row in held_rows]
    return Trained(
        model=model,
        metrics={
            "rows_learnt": len(learn_rows),
            "rows_held_out": len(held_rows),
            "lapsed_share": round(sum(lapsed) / len(lapsed), 4),
            "auc": round(float(roc_auc_score(held_lapsed, predicted)), 4),
            "brier": round(float(brier_score_loss(held_lapsed, predicted)), 4),
            "log_loss": round(float(log_loss(held_lapsed, predicted)), 4),
        },
        calibration=calibrate(predicted, held_lapsed),
        source_sha256=source_sha256,
    )


def calibrate(predicted: Sequence[float], lapsed: Sequence[bool]) -> list[dict[str, Any]]:
    """By tenth of the predictions, lowest first: mean prediction, observed share, and number."""
    ordered = sorted(zip(predicted, lapsed, strict=True))
    found = []
    for tenth in range(_TENTHS):
        part = ordered[len(ordered) * tenth // _TENTHS : len(ordered) * (tenth + 1) // _TENTHS]
        if part:
            found.append(
                {
                    "predicted": round(sum(p for p, _ in part) / len(part), 4),
                    "observed": round(sum(was for _, was in part) / len(part), 4),
                    "count": len(part),
                }
            )
    return found


def _probability(model: Model, row: Sequence[float]) -> float:
    """By the numbers that are stored, in the way cases will be scored."""
    return logistic(
        model.intercept
        + sum(
            weight.coefficient * (value - weight.mean) / weight.scale
            for weight, value in zip(model.weights, row, strict=True)
        )
    )
