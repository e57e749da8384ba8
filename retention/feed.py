"""The renewal feed: who has to renew, and what came of it (CRW-03, CRW-04; C.5 rows 1, 7, 8).

The format is in ``docs/reference/renewal-feed.md``. A row is known by case number, person and plan
year; the same file twice changes nothing. A batch is one look at what stands and then a handful of
statements, whatever its size.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from portal.clocks.reckoning import zone
from portal.consumers.feeds import Applied, FeedKind, FeedRefused, FeedRow, RowRefused
from portal.tenancy.actor import Actor
from retention import set_acts
from retention.feed_standing import Standing, look_up
from retention.models import ResolutionReason
from retention.opening import NewCrwCase, open_cases
from retention.risk import features
from retention.risk.services import Scorer, scorer_in_use

#: Rows of a batch: what is written at once is worth the statements it takes.
BATCH_ROWS: Final = 2_500

UP_FOR_RENEWAL, RENEWED, TERMINATED = "up_for_renewal", "renewed", "terminated"
SITUATIONS: Final = frozenset({UP_FOR_RENEWAL, RENEWED, TERMINATED})
#: Situations that end the work, and the reason each closes a case with.
_CLOSING: Final = {RENEWED: "renewed", TERMINATED: "terminated"}

COLUMNS: Final = (
    "case_number",
    "person_id",
    "plan_year",
    "situation",
    "risk",
    "deadline",
    *features.KEYS,
)
_CASE_NUMBER: Final = re.compile(r"[15][0-9]{9}")
_PERSON_ID: Final = re.compile(r"[A-Za-z0-9-]{1,12}")
_YEARS: Final = {str(year): year for year in range(2014, 2100)}
_RISKS: Final = {str(risk): risk for risk in range(1, 6)} | {"": None}


def parse_row(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """One consumer and plan year.

    Raises:
        RowRefused: a value breaks the format.
    """
    case_number, person_id = values["case_number"], values["person_id"]
    if not _CASE_NUMBER.fullmatch(case_number):
        raise RowRefused("The case number must have 10 digits and begin with 5 or 1.")
    if not _PERSON_ID.fullmatch(person_id):
        raise RowRefused("The person_id must be 1 to 12 letters, digits or hyphens.")
    year = _YEARS.get(values["plan_year"])
    if year is None:
        raise RowRefused("The plan_year must be a year, e.g. 2026.")
    situation = values["situation"].lower()
    if situation not in SITUATIONS:
        raise RowRefused(f"The situation must be one of {', '.join(sorted(SITUATIONS))}.")
    data: dict[str, Any] = {
        "case_number": case_number,
        "person_id": person_id,
        "plan_year": year,
        "situation": situation,
    }
    if situation == UP_FOR_RENEWAL:
        data |= _need(values)
    return f"{case_number}:{person_id}:{year}", data


def _need(values: Mapping[str, str]) -> Mapping[str, Any]:
    """Deadline and risk of somebody who has to renew, or what the risk is reckoned from."""
    try:
        deadline = date.fromisoformat(values["deadline"])
    except ValueError:
        raise RowRefused("The deadline must be a day such as 2026-01-31.") from None
    risk = _RISKS.get(values["risk"], 0)
    if risk == 0:
        raise RowRefused("The risk must be 1, 2, 3, 4 or 5, or empty.")
    if risk is not None:
        return {"deadline": deadline, "risk": risk}
    try:
        return {"deadline": deadline, "risk": None, "features": features.parse(values)}
    except features.BadFeature as problem:
        raise RowRefused(f"The row has no risk, so every feature is needed: {problem}") from None


def apply_batch(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Open, score, reopen and close cases as the rows ask; what stands already is left alone.

    Raises:
        FeedRefused: the exchange has not been given its resolution reasons.
    """
    return _Batch(actor, at).apply(rows)


class _Batch:
    """What a batch asks for, collected row by row and then written set by set."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        self.actor, self.at = actor, at
        self.today = at.astimezone(zone(actor.exchange.time_zone)).date()
        self.refused: list[tuple[int, str]] = []
        self.new: list[NewCrwCase] = []
        self.scores: dict[int, set_acts.Score] = {}
        self.deadlines: dict[int, date] = {}
        self.reopening: list[int] = []
        self.closing: dict[str, list[int]] = defaultdict(list)
        self._scorer: Scorer | None = None
        self._has_looked = False

    def apply(self, rows: Sequence[FeedRow]) -> Applied:
        for row, standing in zip(rows, look_up(self.actor, rows), strict=True):
            problem = self._take(row.data, standing)
            if problem:
                self.refused.append((row.line, problem))
        return self._write()

    def _take(self, data: Mapping[str, Any], standing: Standing) -> str:
        """Note what the row asks for; returns why it cannot be taken, or nothing."""
        if standing.consumer_id is None:
            return "The portal knows no consumer with this case number and person_id."
        if data["situation"] in _CLOSING:
            if standing.is_open:
                self.closing[_CLOSING[data["situation"]]].append(standing.case)
            return ""
        if data["plan_year"] < self.today.year:
            return "The plan year is over."
        if not standing.is_delegated:
            return ""  # nobody's work: known, and counted as such
        if standing.has_case and not standing.is_open and not standing.was_closed_by_system:
            return ""  # an enroller has finished with it
        score = self._score(data)
        if isinstance(score, str):
            return score
        risk, source, reasons = score
        if not standing.has_case:
            self.new.append(
                NewCrwCase(
                    consumer_id=standing.consumer_id,
                    plan_year=data["plan_year"],
                    deadline=data["deadline"],
                    risk=risk,
                    risk_source=source,
                    risk_reasons=reasons,
                )
            )
            return ""
        if not standing.is_open:
            self.reopening.append(standing.case)
        if (risk, list(reasons)) != (standing.risk, standing.reasons):
            self.scores[standing.case] = set_acts.Score(standing.case, risk, source, reasons)
        if data["deadline"] != standing.deadline:
            self.deadlines[standing.case] = data["deadline"]
        return ""

    def _score(self, data: Mapping[str, Any]) -> tuple[int, str, tuple[str, ...]] | str:
        """Risk, source and reasons; or why there are none."""
        if data["risk"] is not None:
            return data["risk"], "feed", ()
        if not self._has_looked:
            self._scorer, self._has_looked = scorer_in_use(self.actor), True
        if self._scorer is None:
            return "The row has no risk, and no risk model is in use."
        scored = self._scorer.model.score(data["features"])
        return scored.risk, self._scorer.source, scored.reasons

    def _write(self) -> Applied:
        actor, at = self.actor, self.at
        changed: set[int] = set()
        for reason, ids in self.closing.items():
            changed.update(self._close(ids, reason))
        if self.reopening:
            why = "up_for_renewal_again"
            changed.update(
                set_acts.reopen_by_system(actor=actor, case_ids=self.reopening, why=why, at=at)
            )
        if self.scores:
            set_acts.rescore(actor=actor, scores=list(self.scores.values()), at=at)
            changed.update(self.scores)
        if self.deadlines:
            changed.update(set_acts.move_deadlines(actor=actor, deadlines=self.deadlines, at=at))
        opened = open_cases(actor=actor, rows=self.new, at=at)
        return Applied(new=len(opened), changed=len(changed), refused=self.refused)

    def _close(self, case_ids: Sequence[int], reason_key: str) -> list[int]:
        try:
            return set_acts.close_by_system(
                actor=self.actor, case_ids=case_ids, reason_key=reason_key, at=self.at
            )
        except ResolutionReason.DoesNotExist:
            raise FeedRefused(
                "The exchange has not been given its resolution reasons. Found them first."
            ) from None


RENEWALS = FeedKind(
    key="renewals",
    label="Renewals",
    columns=COLUMNS,
    parse_row=parse_row,
    apply_batch=apply_batch,
    action="retention.import",
    batch_rows=BATCH_ROWS,
    updates=True,
    example={
        "case_number": "5001234567",
        "person_id": "1000234501",
        "plan_year": "2026",
        "situation": UP_FOR_RENEWAL,
        "risk": "",
        "deadline": "2026-01-31",
        **{feature.key: feature.example for feature in features.FEATURES},
    },
)
