"""State machines as data: the one table that services, pages, API, admin and documents read.

A kind of case declares its statuses and its acts. An act changes the status (a transition) or
leaves it as it is (a note, an assignment). What is not in the table is refused, with the reason
and with what would be allowed instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.clocks.effects import ClockEffect, Effect

ANY_OPEN = "any open"
ANY = "any"


class Coarse(StrEnum):
    """All that an office without a release in force may learn of a case (EA-20)."""

    RECEIVED = "Received"
    IN_PROGRESS = "In progress"
    REFERRED = "Referred"
    RESOLVED = "Resolved"


class Audience(StrEnum):
    """Who may see a timeline event or a note, from the widest circle to the narrowest."""

    STATUS = "status"  # everyone on the case: the bare fact and its date
    DETAIL = "detail"  # those to whom the gate shows details
    INTERNAL = "internal"  # the exchange's own staff


@dataclass(frozen=True)
class Status:
    key: str
    label: str
    coarse: Coarse
    is_open: bool = True
    #: The case waits for somebody outside the unit that works it.
    is_waiting: bool = False
    #: Who holds an open case while it stands here; the party clock is derived from it
    #: (decision 10), so at every moment exactly one party's clock runs.
    party: str = "unit"


@dataclass(frozen=True)
class Act:
    """One row of a transition table."""

    key: str
    label: str
    #: The permission action the actor must have (:mod:`portal.tenancy.actions`).
    action: str
    sources: frozenset[str] | str = ANY_OPEN
    #: None leaves the status as it is.
    target: str | None = None
    #: Timers, feeds and other cases' events may perform it.
    by_system: bool = False
    #: Only the owner of the case, or a lead, may perform it.
    by_owner: bool = False
    #: Sentences for people: what else must hold. Checked by the service of the act.
    guards: tuple[str, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    audience: Audience = Audience.INTERNAL
    #: Messages to enqueue (keys of the notification catalogue).
    notifies: tuple[str, ...] = ()
    #: Ask before doing it: it tells somebody outside, or cannot be undone.
    confirm: bool = False
    #: It overwrites nothing a colleague may have in an open form, so the version stays and nobody
    #: is made to compare.
    quiet: bool = False
    #: Whether to offer the act on a case to an actor: spares people a button that can only be
    #: refused. It decides nothing; the service of the act does.
    offered: Callable[[Any, Any], bool] | None = None
    #: What the timeline says once it is done; empty: the label.
    done: str = ""
    source: str = ""

    @property
    def is_transition(self) -> bool:
        return self.target is not None

    def starts_from(self, status: Status) -> bool:
        if self.sources == ANY:
            return True
        if self.sources == ANY_OPEN:
            return status.is_open
        return status.key in self.sources


class Refused(Exception):
    """An act that the table, a guard or the case's condition does not allow now.

    ``allowed`` holds the labels of what the actor could do instead.
    """

    def __init__(self, message: str, *, allowed: tuple[str, ...] = ()) -> None:
        self.allowed = allowed
        super().__init__(message)


class Conflict(Refused):
    """Somebody else changed the case since the actor looked at it."""

    def __init__(self, message: str, *, current_version: int) -> None:
        self.current_version = current_version
        super().__init__(message)


@dataclass(frozen=True)
class Machine:
    """The statuses and acts of one kind of case."""

    kind: str
    initial: str
    statuses: Mapping[str, Status]
    acts: Mapping[str, Act] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for act in self.acts.values():
            sources = set() if isinstance(act.sources, str) else set(act.sources)
            unknown = (sources | ({act.target} if act.target else set())) - set(self.statuses)
            if unknown:
                raise ValueError(f"{self.kind}.{act.key} names unknown statuses {unknown}")
            self._check_parties(act)

    def _check_parties(self, act: Act) -> None:
        """A clock that is paused or resumed goes to the party that holds the case afterwards."""
        if act.target is None:
            return
        party = self.statuses[act.target].party
        for effect in act.clocks:
            if effect.effect in (Effect.PAUSE, Effect.RESUME) and effect.party != party:
                raise ValueError(
                    f"{self.kind}.{act.key} hands a clock to {effect.party}, the case to {party}"
                )

    def act(self, key: str) -> Act:
        """The act with this key.

        Raises:
            Refused: this kind of case has no such act.
        """
        try:
            return self.acts[key]
        except KeyError:
            raise Refused("There is no such action on this kind of case.") from None

    def from_status(self, status: str) -> list[Act]:
        """Every act that may start from a status, in table order."""
        return [act for act in self.acts.values() if act.starts_from(self.statuses[status])]


def machine(
    kind: str, *, initial: str, statuses: tuple[Status, ...], acts: tuple[Act, ...]
) -> Machine:
    """Build a machine from its table.

    Raises:
        ValueError: two rows share a key, or a row names a status that is not there.
    """
    by_key = {act.key: act for act in acts}
    if len(by_key) != len(acts):
        raise ValueError(f"{kind} declares an act twice")
    return Machine(kind, initial, {s.key: s for s in statuses}, by_key)
