"""An exchange that takes appeals, and one appeal walked along its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from escalations.appeals import decisions, hearings, intake, packets, resolution, routing, steps
from escalations.appeals.models import PacketItem
from portal.casework.common_acts import take_case
from portal.casework.models import Case
from portal.clocks.models import Timer
from tests.world import World

PACIFIC = ZoneInfo("America/Los_Angeles")
#: The hearing of the walked appeal: a Wednesday, four weeks after the world's now.
HEARING = "2025-12-03T10:00"
PAPERS = (
    packets.PacketPaper("position", "Statement of position"),
    packets.PacketPaper("notice", "Notice of determination", "received"),
    packets.PacketPaper("letters", "Letters of the appellant", "received", is_required=False),
)


def pacific(text: str) -> datetime:
    """A wall time in Los Angeles, as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


@contextmanager
def at(text: str) -> Iterator[None]:
    """Live at a wall time in Los Angeles."""
    with time_machine.travel(pacific(text), tick=False):
        yield


def configure(world: World, *, capacity: int | None = 40) -> None:
    """Appeals take up to a capacity, the Program Assistance Unit the rest; three papers."""
    units = world.organizations
    routing.found_units(
        exchange=world.exchange,
        units=[(units["appeals"], capacity), (units["program-assistance-unit"], None)],
    )
    packets.found_packet(exchange=world.exchange, case_kind="appeal", papers=PAPERS)


def open_appeal(world: World, who: str = "appeals.specialist", **values: Any) -> Case:
    """An appeal asked for today, of a notice three weeks old."""
    given = {
        "appellant_name": "Marisol Vega",
        "appellant_case_number": "5001234567",
        "appellant_email": "marisol@example.com",
        "notice_title": "NOD01",
        "notice_date": date(2025, 10, 15),
        "requested_on": date(2025, 11, 5),
        "subject": "tax_credit",
        "grounds": "The income counted is last year's.",
        "channel": "phone",
        "came_by": "unit",
    }
    return intake.open_appeal(actor=world.actor(who), **(given | values))


@dataclass
class Walk:
    """One appeal and the specialist who works it; every step is taken on the fresh row."""

    world: World
    case: Case
    who: str = "appeals.specialist"

    def do(self, service: Callable[..., Case], **values: Any) -> Walk:
        """Perform a service as the specialist."""
        self.case = Case.objects.get(pk=self.case.pk)
        self.case = service(case=self.case, actor=self.world.actor(self.who), **values)
        return self

    def step(self, act_key: str, on: str | None = None) -> Walk:
        """Record a dated step, by default today."""
        day = date.fromisoformat(on) if on else datetime.now(PACIFIC).date()
        return self.do(steps.service_of(act_key), on=day)

    @property
    def status(self) -> str:
        return Case.objects.get(pk=self.case.pk).status

    def timer(self, key: str) -> Timer:
        """The newest clock of a policy."""
        found = Timer.objects.filter(case_id=self.case.pk, policy__key=key).order_by("pk").last()
        assert found is not None, f"{key} was never started"
        return found

    def started(self, key: str) -> bool:
        return Timer.objects.filter(case_id=self.case.pk, policy__key=key).exists()

    # --- the way of an appeal, each from the one before -----------------------------------------

    def to_valid(self) -> Walk:
        return self.do(take_case).do(intake.record_valid)

    def to_informal(self) -> Walk:
        return self.to_valid().do(resolution.begin_informal)

    def with_hearing(self, when: str = HEARING, **values: Any) -> Walk:
        return self.do(hearings.schedule_hearing, at=pacific(when), format="phone", **values)

    def to_position(self) -> Walk:
        return self.to_informal().with_hearing().do(hearings.begin_sop)

    def with_packet(self) -> Walk:
        for item in PacketItem.objects.filter(case=self.case, is_required=True, state="needed"):
            self.do(packets.record_item, item=item)
        return self

    def deliver(self, recipient: str, when: str | None = None) -> Walk:
        moment = pacific(when) if when else datetime.now(UTC)
        return self.do(
            hearings.deliver, recipient=recipient, at=moment, way="mail", evidence="Track 1"
        )

    def to_scheduled(self) -> Walk:
        return self.to_position().with_packet().deliver("appellant").deliver("cdss")

    def hold(self) -> Walk:
        return self.do(hearings.hold_hearing, judge="Robin Ashdown")

    def to_heard(self, when: str = "2025-12-03T12:00") -> Walk:
        self.to_scheduled()
        with at(when):
            return self.hold()

    def decide(self, outcome: str = "granted", on: str = "2025-12-10") -> Walk:
        return self.do(
            decisions.issue_decision,
            outcome=outcome,
            text="The appeal is granted.",
            decided_on=date.fromisoformat(on),
            effective_on=date(2026, 1, 1),
        )

    def to_decision(self, outcome: str = "granted") -> Walk:
        self.to_heard()
        with at("2025-12-10T15:00"):
            return self.decide(outcome)


def walk(world: World, **values: Any) -> Walk:
    """A new appeal in an exchange that takes them."""
    configure(world)
    return Walk(world, open_appeal(world, **values))
