"""From a consumer's features to a risk of 1 to 5 and its reasons, with the stored numbers alone.

A logistic regression: each column is brought to a common scale, ``(x - mean) / scale``, and
weighed; the sum with the intercept is the log of the odds of not renewing. What a feature adds to
that sum, compared with an average consumer for whom it is nothing, is its contribution; the
largest ones are the reasons, so a reason never says more than the score. Pure; no Django, no I/O.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from retention.risk.features import FEATURES, Column, Feature, Values

#: Probabilities from which on the risk is 2, 3, 4 and 5. About one consumer in nine does not
#: renew in an ordinary year, and more than one in five of those who lost the federal subsidy: an
#: ordinary consumer has a low or medium risk, and twice the ordinary probability is high.
CUT_POINTS: Final = (0.05, 0.10, 0.20, 0.35)
#: How many reasons a case is given at most.
REASONS: Final = 3
#: What adds less than this to the log of the odds is no reason: it changes them by a twentieth.
_WORTH_SAYING: Final = 0.05


@dataclass(frozen=True)
class Weight:
    """What the model learnt of one column."""

    key: str
    coefficient: float
    mean: float
    scale: float


@dataclass(frozen=True)
class Scored:
    """One consumer's score, and what it consists of."""

    probability: float
    #: 1 to 5; 5 is worst (CRW-10).
    risk: int
    #: In words, the weightiest first.
    reasons: tuple[str, ...]
    #: What each feature adds to the log of the odds, by key.
    contributions: Mapping[str, float]


class UnknownColumn(ValueError):
    """A stored model weighs a column that the portal no longer knows, or lacks one."""


@dataclass(frozen=True)
class Model:
    """The numbers of one version."""

    intercept: float
    weights: Sequence[Weight]
    cut_points: Sequence[float] = CUT_POINTS

    @classmethod
    def from_stored(
        cls,
        intercept: float,
        columns: Sequence[Mapping[str, Any]],
        cut_points: Sequence[float] = CUT_POINTS,
    ) -> "Model":
        """The model a version row holds."""
        return cls(intercept, [Weight(**column) for column in columns], tuple(cut_points))

    @cached_property
    def _features(self) -> Sequence[tuple[Feature, Sequence[tuple[Column, Weight]]]]:
        by_key = {weight.key: weight for weight in self.weights}
        try:
            found = [
                (feature, [(column, by_key.pop(column.key)) for column in feature.columns])
                for feature in FEATURES
            ]
        except KeyError as missing:
            raise UnknownColumn(f"The model does not weigh {missing}") from None
        if by_key:
            raise UnknownColumn(f"The model weighs unknown columns {sorted(by_key)}")
        return found

    def check(self) -> None:
        """See that the portal knows what the model weighs.

        Raises:
            UnknownColumn: the model was made for other features.
        """
        _ = self._features

    def score(self, values: Values) -> Scored:
        """Score a consumer by the values of all features.

        Raises:
            UnknownColumn: the model was made for other features.
        """
        contributions: dict[str, float] = {}
        for feature, parts in self._features:
            contributions[feature.key] = sum(
                weight.coefficient * (column.of(values) - weight.mean) / weight.scale
                for column, weight in parts
            )
        probability = logistic(self.intercept + sum(contributions.values()))
        return Scored(
            probability,
            risk_of(probability, self.cut_points),
            self._reasons(values, contributions),
            contributions,
        )

    def _reasons(self, values: Values, contributions: Mapping[str, float]) -> tuple[str, ...]:
        raising = [
            (contributions[feature.key], feature)
            for feature, _ in self._features
            if contributions[feature.key] >= _WORTH_SAYING
        ]
        raising.sort(key=lambda pair: -pair[0])
        return tuple(feature.reason(values) for _, feature in raising[:REASONS])


def logistic(log_odds: float) -> float:
    """The probability that belongs to the log of the odds."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)


def risk_of(probability: float, cut_points: Sequence[float] = CUT_POINTS) -> int:
    """1 to 5: one more than the number of cut points the probability reaches."""
    return 1 + sum(probability >= cut for cut in cut_points)
