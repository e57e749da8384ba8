"""The demonstration's renewals at risk: two agencies and a clinic work them (CRW-01…CRW-16).

The exchange's renewal file comes every few days and opens cases; enrollers call, close and forget
one; a manager hands two over and takes one up again; the eligibility system closes the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import cycle, islice
from random import Random

from config.demo.stage import Stage
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.consumers.mirror import Consumer, Delegation
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person
from retention import services, set_acts, transfers
from retention.models import ResolutionReason
from retention.opening import NewCrwCase, open_cases
from retention.reasons import found_reasons

MANAGER = "manager@sunrise.example"
COLLEAGUE = "agent2b@sunrise.example"
#: Whose consumers come up for renewal: two agencies' and a clinic's.
_ENROLLERS = (
    "agent2@sunrise.example",
    "agent2b@sunrise.example",
    "agent1@sunrise.example",
    "agent2@harbor.example",
    "cec@bridge.example",
)
#: Open days ago a file came, and how many cases it opened.
_FILES: Sequence[tuple[int, int]] = ((44, 9), (38, 8), (29, 9), (22, 8), (14, 10), (6, 9), (2, 7))
_REASONS = (
    "Loses the federal subsidy",
    "Premium rises by 31 %",
    "Renewed late last year",
    "No automatic payment",
    "Enrolled for less than a year",
    "Could not be reached last year",
)


@dataclass(frozen=True)
class _Scene:
    """A case on the stage, and whose it is."""

    stage: Stage
    case: Case
    enroller: str

    @property
    def actor(self) -> Actor:
        return self.stage.actor(self.enroller)

    def log(
        self, outcome: str, note: str = "", *, channel: str = "phone", due: int | None = None
    ) -> None:
        """Log an interaction; ``due`` days after the demonstration's present the next is due."""
        today = self.stage.now.astimezone(zone(self.stage.exchange.time_zone)).date()
        services.log_interaction(
            case=self.case,
            actor=self.actor,
            channel=channel,
            outcome=outcome,
            note=note,
            next_contact_on=None if due is None else today + timedelta(days=due),
        )

    def close(self, reason: str, steps: str) -> None:
        services.close_case(
            case=Case.objects.get(pk=self.case.pk),
            actor=self.actor,
            status="closed",
            reason=ResolutionReason.objects.get(exchange=self.stage.exchange, key=reason),
            steps=steps,
        )


def _untouched(scene: _Scene) -> None:
    """Nobody has called yet."""


def _no_answer(scene: _Scene) -> None:
    scene.log("no_answer")


def _left_message(scene: _Scene) -> None:
    scene.log("left_message", "Asked for a call back about next year’s premium.", due=1)


def _reached(scene: _Scene) -> None:
    scene.log("reached", "Wants to compare two Silver plans before deciding.", due=3)


def _renewed(scene: _Scene) -> None:
    scene.log("reached", "Keeps the plan; the new premium was explained.")
    scene.close("renewed_same_plan", "Compared the premiums and confirmed the plan together.")


def _changed_plan(scene: _Scene) -> None:
    scene.log("reached", "The doctor is in the other network.", channel="in_person")
    scene.close("renewed_changed_plan", "Chose a Silver 87 plan with the same doctor.")


def _declined(scene: _Scene) -> None:
    scene.log("reached", "Will not pay the new premium.")
    scene.close("declined_cost", "Explained the state subsidy; declined all the same.")


def _unreachable(scene: _Scene) -> None:
    for _ in range(3):
        scene.log("no_answer")
    scene.close("unable_to_contact", "Three calls on three days, a letter and a text.")


def _closed_by_system(scene: _Scene) -> None:
    set_acts.close_by_system(
        actor=Actor.system(scene.stage.exchange, channel="feed"),
        case_ids=[scene.case.pk],
        reason_key="renewed",
        at=scene.stage.clock(),
    )


def _transferred(scene: _Scene) -> None:
    if not scene.enroller.startswith("agent2@sunrise"):
        _no_answer(scene)
        return
    scene.log("call_back", "Prefers Mandarin.", due=0)
    transfers.transfer_case(
        case=Case.objects.get(pk=scene.case.pk),
        actor=scene.stage.actor(MANAGER),
        person=Person.objects.get(email=COLLEAGUE),
    )


def _reopened(scene: _Scene) -> None:
    _renewed(scene)
    if scene.enroller.endswith("sunrise.example"):
        scene.stage.go_on(1)
        services.reopen_case(
            case=Case.objects.get(pk=scene.case.pk),
            actor=scene.stage.actor(MANAGER),
            reason="The consumer called: the automatic payment failed, coverage is in danger.",
        )


_PLOTS: Sequence[Callable[[_Scene], None]] = (
    _untouched,
    _no_answer,
    _renewed,
    _left_message,
    _untouched,
    _reached,
    _declined,
    _transferred,
    _untouched,
    _closed_by_system,
    _changed_plan,
    _unreachable,
    _reopened,
)


def play_retention(stage: Stage) -> int:
    """Let the renewal files come, and work the cases they open; returns how many."""
    found_reasons(exchange=stage.exchange)
    random = Random(4)  # noqa: S311 - nothing secret depends on it
    consumers = _delegated(stage, sum(count for _, count in _FILES))
    waiting = iter(consumers)
    plots = cycle(_PLOTS)
    for days_ago, count in _FILES:
        stage.begin(days_ago, time(6, 0))
        chosen = list(islice(waiting, count))
        cases = _open(stage, [consumer for consumer, _ in chosen], random)
        for consumer, enroller in chosen:
            plot = next(plots)
            stage.go_on(max(0, days_ago - random.randrange(1, 6)))
            plot(_Scene(stage, cases[consumer.pk], enroller))
    return len(consumers)


def _open(stage: Stage, consumers: Sequence[Consumer], random: Random) -> dict[int, Case]:
    """The cases one file opens, by consumer."""
    year = stage.now.astimezone(zone(stage.exchange.time_zone)).year + 1
    ids = open_cases(
        actor=Actor.system(stage.exchange, channel="feed"),
        rows=[
            NewCrwCase(
                consumer.pk,
                year,
                date(year, 1, 31) if random.random() < 0.7 else date(year - 1, 12, 31),
                risk=(risk := random.choices((5, 4, 3, 2, 1), (5, 6, 6, 4, 3))[0]),
                risk_reasons=tuple(random.sample(_REASONS, min(3, max(1, risk - 1)))),
            )
            for consumer in consumers
        ],
        at=stage.clock(),
    )
    return {case.crw.consumer_id: case for case in Case.objects.filter(pk__in=ids)}


def _delegated(stage: Stage, count: int) -> list[tuple[Consumer, str]]:
    """Consumers who have been with one of the enrollers since before the first file."""
    rows = Consumer.objects.filter(
        exchange=stage.exchange,
        is_primary_contact=True,
        enroller__email__in=_ENROLLERS,
        delegations__status=Delegation.Status.ACTIVE,
        delegations__decided_at__lt=stage.moment(_FILES[0][0], time(6, 0)),
    )
    chosen = rows.select_related("enroller").order_by("case_number")[:count]
    return [(consumer, consumer.enroller.email) for consumer in chosen if consumer.enroller]
