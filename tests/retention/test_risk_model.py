"""Training a risk model, keeping its versions, and a person's decision to use one."""

from __future__ import annotations

import builtins
import json
import math
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.casework.machine import Refused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from retention.models import CrwCase, RiskModelVersion
from retention.reasons import found_reasons
from retention.risk import features, history
from retention.risk.services import put_into_use, scorer_in_use, take_out_of_use
from retention.risk.training import calibrate, train
from tests.retention.consumers import add_consumer
from tests.retention.feeding import STEADY, feed, row
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented history of 12,000 consumers."""
    path = tmp_path_factory.mktemp("past") / "past.csv"
    history.write_invented(path, rows=12_000, seed=7, year=2025)
    return path


def _train(world: World, path: Path, **given: Any) -> RiskModelVersion:
    out = StringIO()
    call_command(
        "train_risk_model",
        file=path,
        exchange=world.exchange.slug,
        now=NOW,
        stdout=out,
        **given,
    )
    world.enter()
    number = json.loads(out.getvalue().splitlines()[-1])["version"]
    return RiskModelVersion.objects.get(number=number)


def test_a_trained_version_is_kept_with_its_measures_and_is_not_in_use(
    world: World, past: Path
) -> None:
    version = _train(world, past, note="Plan year 2025", by="admin@covered-california.example")

    assert (version.number, version.is_active, version.trained_at) == (1, False, NOW)
    assert version.trained_by == world.people["admin"]
    assert version.metrics["rows_learnt"] == 9_600
    assert version.metrics["rows_held_out"] == 2_400
    assert scorer_in_use(world.system) is None
    assert _train(world, past).number == 2
    assert LedgerEntry.objects.filter(action="retention.risk_model_trained").count() == 2


def test_the_model_learns_what_the_invented_consumers_go_by(world: World, past: Path) -> None:
    version = _train(world, past)
    learnt = {c["key"]: c["coefficient"] for c in version.columns}

    assert learnt["loses_subsidy"] > 0.1
    assert learnt["premium_change"] > 0.05
    for lowering in ("auto_pay", "renewed_actively", "contact_within_60_days", "months_enrolled"):
        assert learnt[lowering] < -0.05, lowering
    assert version.metrics["auc"] > 0.65


def test_the_model_is_calibrated_on_rows_it_has_not_seen(world: World, past: Path) -> None:
    version = _train(world, past)

    assert sum(tenth["count"] for tenth in version.calibration) == 2_400
    for tenth in version.calibration:
        p, n = tenth["predicted"], tenth["count"]
        # Four standard errors: a calibrated model is outside once in a thousand trainings.
        assert abs(tenth["observed"] - p) < 4 * math.sqrt(p * (1 - p) / n), tenth


def test_calibration_is_by_tenth_of_the_predictions() -> None:
    predicted = [place / 100 for place in range(100)]
    found = calibrate(predicted, [p >= 0.5 for p in predicted])

    assert [tenth["count"] for tenth in found] == [10] * 10
    assert found[0] == {"predicted": 0.045, "observed": 0.0, "count": 10}
    assert found[9] == {"predicted": 0.945, "observed": 1.0, "count": 10}


def test_the_same_history_gives_the_same_numbers(past: Path) -> None:
    consumers, sha256 = history.read(past, until=date(2026, 1, 1))
    one, other = (train(consumers, source_sha256=sha256).model for _ in range(2))

    assert (one.intercept, one.weights) == (other.intercept, other.weights)


def test_a_cases_score_can_be_reckoned_again_from_what_is_stored(world: World, past: Path) -> None:
    found_reasons(exchange=world.exchange)
    version = _train(world, past)
    put_into_use(actor=world.actor("osd.staff"), version=version, at=NOW)
    given = {**STEADY, "risk": "", "loses_subsidy": "yes", "premium_change": "62", "age": "29"}

    assert feed(world, [row(add_consumer(world), **given)]).new == 1

    crw = CrwCase.objects.get()
    numbers = {
        "months_enrolled": 40.0,
        "premium_change": 62.0,
        "loses_subsidy": 1.0,
        "auto_pay": 1.0,
        "renewed_actively": 1.0,
        "contact_within_60_days": 1.0,
        "english": 1.0,
        "age_26_34": 1.0,
    }
    parts = {
        c["key"]: c["coefficient"] * (numbers.get(c["key"], 0.0) - c["mean"]) / c["scale"]
        for c in version.columns
    }
    probability = 1 / (1 + math.exp(-version.intercept - sum(parts.values())))
    assert crw.risk == 1 + sum(probability >= cut for cut in version.cut_points)
    assert crw.risk_source == "model:1"
    by_feature = {
        feature.key: sum(parts[column.key] for column in feature.columns)
        for feature in features.FEATURES
    }
    weightiest = max(by_feature, key=lambda key: by_feature[key])
    words = {
        "premium_change": "Premium rises by half or more",
        "loses_subsidy": "Loses the federal subsidy",
    }
    assert crw.risk_reasons[0] == words[weightiest]


def test_only_a_person_who_may_puts_a_version_into_use_and_one_is_in_use(
    world: World, past: Path
) -> None:
    first, second = _train(world, past), _train(world, past)
    for stranger in ("agency.manager", "agent", "eru.lead"):
        with pytest.raises(NotAllowed):
            put_into_use(actor=world.actor(stranger), version=first)

    osd = world.actor("osd.staff")
    put_into_use(actor=osd, version=first, at=NOW)
    put_into_use(actor=world.actor("admin"), version=second, at=NOW)

    assert [v.number for v in RiskModelVersion.objects.filter(is_active=True)] == [2]
    assert RiskModelVersion.objects.get(number=2).activated_by == world.people["admin"]
    with pytest.raises(Refused, match="in use already"):
        put_into_use(actor=osd, version=second)
    take_out_of_use(actor=osd, version=second)
    assert scorer_in_use(world.system) is None
    with pytest.raises(Refused, match="not in use"):
        take_out_of_use(actor=osd, version=second)
    assert not RiskModelVersion.objects.visible_to(world.actor("agency.manager")).exists()


def test_a_version_of_other_features_cannot_be_put_into_use(world: World, past: Path) -> None:
    version = _train(world, past)
    RiskModelVersion.objects.update(columns=version.columns[1:])

    with pytest.raises(Refused, match="Train a new one"):
        put_into_use(actor=world.actor("osd.staff"), version=version)


def test_another_exchanges_version_is_not_found(
    world: World, other_world: World, past: Path
) -> None:
    version = _train(other_world, past)
    world.enter()

    with pytest.raises(RiskModelVersion.DoesNotExist):
        put_into_use(actor=world.actor("osd.staff"), version=version)


def test_decisions_after_the_day_given_are_not_learnt_from(past: Path) -> None:
    everybody, _ = history.read(past, until=date(2025, 1, 31))
    half, _ = history.read(past, until=date(2025, 1, 15))

    assert len(everybody) == 12_000
    assert 5_000 < len(half) < 7_000


def _cut(lines: list[str]) -> list[str]:
    return lines[:100]


def _spoil(place: int, text: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines[:place], text, *lines[place:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cut, "A model needs 500 consumers"),
        (_spoil(3, "2025-01-02,many,1,no,40,yes,yes,yes,English,yes"), "Line 4: months_enrolled"),
        (_spoil(3, "2025-01-02,4,1,no,40,yes,yes,yes,English,perhaps"), "renewed yes or no"),
        (_spoil(3, "2025-01-02,4"), "Line 4: it has too many or too few values"),
        (_spoil(0, "a,b,c"), "The columns must be: decided_on,"),
    ],
)
def test_a_history_that_cannot_be_learnt_from_is_refused_in_words(
    world: World,
    past: Path,
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    said: str,
) -> None:
    spoiled = tmp_path / "spoiled.csv"
    spoiled.write_text("\n".join(change(past.read_text().splitlines())))

    with pytest.raises(CommandError, match=said):
        _train(world, spoiled)
    assert not RiskModelVersion.objects.exists()


def test_without_scikit_learn_the_command_says_how_to_install_it(
    world: World, past: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **given: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *args, **given)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CommandError, match=r"requirements-training\.lock"):
        _train(world, past)
