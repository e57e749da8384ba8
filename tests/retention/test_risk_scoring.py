"""From features to a risk and its reasons: reckoned by hand (CRW-04, C.5 row 8)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.risk import features
from retention.risk.features import COLUMNS, FEATURES
from retention.risk.scoring import CUT_POINTS, Model, UnknownColumn, Weight, risk_of
from tests.retention.feeding import STEADY

#: Numbers that can be followed on paper; every column that is not named weighs nothing.
_BY_HAND = {
    "premium_change": Weight("premium_change", 0.4, mean=10.0, scale=20.0),
    "loses_subsidy": Weight("loses_subsidy", 0.5, mean=0.3, scale=0.5),
    "auto_pay": Weight("auto_pay", -0.3, mean=0.5, scale=0.5),
}


def _model(weights: dict[str, Weight] = _BY_HAND, intercept: float = -2.0) -> Model:
    return Model(
        intercept,
        [weights.get(c.key, Weight(c.key, 0.0, mean=0.0, scale=1.0)) for c in COLUMNS],
    )


def _values(**given: str) -> dict[str, float]:
    return features.parse({**STEADY, **given})


def test_a_score_can_be_reckoned_by_hand() -> None:
    scored = _model().score(_values(premium_change="50", loses_subsidy="yes", auto_pay="no"))

    # 0.4 * (50 - 10) / 20 = 0.8; 0.5 * (1 - 0.3) / 0.5 = 0.7; -0.3 * (0 - 0.5) / 0.5 = 0.3
    assert scored.contributions["premium_change"] == pytest.approx(0.8)
    assert scored.contributions["loses_subsidy"] == pytest.approx(0.7)
    assert scored.contributions["auto_pay"] == pytest.approx(0.3)
    # -2 + 1.8 = -0.2; 1 / (1 + e ** 0.2) = 0.4502
    assert scored.probability == pytest.approx(0.4502, abs=1e-4)
    assert scored.risk == 5
    assert scored.reasons == (
        "Premium rises by half or more",
        "Loses the federal subsidy",
        "Does not pay automatically",
    )


def test_what_lowers_the_risk_is_no_reason() -> None:
    scored = _model().score(_values(premium_change="-10", auto_pay="yes"))

    assert scored.contributions["premium_change"] < 0
    assert scored.reasons == ()


_flags = st.sampled_from(["yes", "no"])
_rows = st.fixed_dictionaries(
    {
        "months_enrolled": st.integers(0, 600).map(str),
        "premium_change": st.integers(-100, 1000).map(str),
        "loses_subsidy": _flags,
        "age": st.integers(0, 130).map(str),
        "auto_pay": _flags,
        "renewed_actively": _flags,
        "contact_within_60_days": _flags,
        "language": st.sampled_from(["English", "Korean"]),
    }
)
_weights = st.builds(
    lambda numbers: {
        column.key: Weight(column.key, coefficient, mean, 10.0)
        for column, (coefficient, mean) in zip(COLUMNS, numbers, strict=True)
    },
    st.lists(
        st.tuples(st.floats(-2, 2), st.floats(0, 1)),
        min_size=len(COLUMNS),
        max_size=len(COLUMNS),
    ),
)


@given(row=_rows, weights=_weights)
def test_reasons_are_the_largest_contributions_and_these_add_up_to_the_score(
    row: dict[str, str], weights: dict[str, Weight]
) -> None:
    values = features.parse(row)
    scored = _model(weights).score(values)

    if abs(sum(scored.contributions.values())) < 20:  # beyond that, 1 - p has no digits left
        log_odds = math.log(scored.probability / (1 - scored.probability))
        assert sum(scored.contributions.values()) - 2 == pytest.approx(log_odds, abs=1e-6)
    reason_of = {feature.key: feature.reason(values) for feature in FEATURES}
    raising = sorted((c for c in scored.contributions.items() if c[1] >= 0.05), key=lambda c: -c[1])
    assert scored.reasons == tuple(reason_of[key] for key, _ in raising[:3])


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_probable_is_never_less_risky(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1 <= risk_of(low) <= risk_of(high) <= 5


@pytest.mark.parametrize(
    ("probability", "risk"),
    [(0.0499, 1), (0.05, 2), (0.0999, 2), (0.10, 3), (0.20, 4), (0.35, 5), (1.0, 5)],
)
def test_the_cut_points_are_those_written_down(probability: float, risk: int) -> None:
    assert CUT_POINTS == (0.05, 0.10, 0.20, 0.35)
    assert risk_of(probability) == risk


@given(row=_rows)
def test_reasons_fit_a_case_and_name_no_number_of_the_person(row: dict[str, str]) -> None:
    values = features.parse(row)
    for feature in FEATURES:
        reason = feature.reason(values)
        assert 0 < len(reason) <= 120
        said = reason.replace("20%", "").replace("60 days", "").split()
        assert "age" not in row or row["age"] not in said


@pytest.mark.parametrize("change", [{"missing": "age_26_34"}, {"extra": "shoe_size"}])
def test_a_model_of_other_features_is_not_used(change: dict[str, str]) -> None:
    stored: list[dict[str, Any]] = [
        {"key": c.key, "coefficient": 0.1, "mean": 0.0, "scale": 1.0}
        for c in COLUMNS
        if c.key != change.get("missing")
    ]
    if "extra" in change:
        stored.append({**stored[0], "key": change["extra"]})
    with pytest.raises(UnknownColumn):
        Model.from_stored(-2.0, stored).score(_values())
