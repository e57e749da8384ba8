"""The kinds of ticket. A kind is its machine, its clocks and its doors; all else is shared.

Which of them a type of ticket is worked as is configuration: ``TicketType.kind``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from escalations.tickets.machines import RESOLVED, Outcome
from portal.casework.kinds import ActDoor
from portal.casework.machine import Machine
from portal.casework.models import Case
from portal.clocks.effects import ClockEffect
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class WorkKind:
    """Everything in which one kind of ticket differs from another."""

    machine: Machine
    label: str
    plural: str
    number_prefix: str
    #: Clocks a new ticket starts with; an urgent one's, when they differ.
    opening: tuple[ClockEffect, ...]
    opening_urgent: tuple[ClockEffect, ...] = ()
    #: URL name of the page that opens its tickets, where the kind's room has an opener of its own:
    #: the generic page and the generic service then open none.
    opened_elsewhere: str = ""
    #: Doors to the acts only this kind has; they win over the shared ones.
    doors: Mapping[str, ActDoor] = field(default_factory=dict)
    #: What a new ticket of the kind needs besides, in the opening transaction: ``(case, actor)``.
    opened: Callable[[Case, Actor], None] | None = None
    #: Its own rule of who may know of its tickets, and what they see; None: as all tickets.
    visible: Callable[[Actor], Q | None] | None = None
    project: Callable[..., Any] | None = None
    #: Which of them show the actor their details; None: all that the actor may know of.
    detailed: Callable[[Actor], Q | None] | None = None
    #: Whether somebody outside can be among them.
    shares_details: bool = True
    brought_by: str = "Enroller"
    #: How its work ends; those its machine was built with.
    outcomes: tuple[Outcome, ...] = (RESOLVED,)
    #: Clocks of a contact in which the consumer was reached, written to, or left a message.
    on_contact: tuple[ClockEffect, ...] = ()
    #: Clocks of a ticket whose urgency changes: ``(case, is_urgent)``.
    on_urgency: Callable[[Case, bool], Sequence[ClockEffect]] | None = None
    #: Clocks a reopened ticket starts with besides those of its table, by its urgency.
    on_reopening: Callable[[Case], Sequence[ClockEffect]] | None = None
    #: What enrollers and consumers are told to expect; empty: the policy's limit in words.
    promise: str = ""
    #: Rows to show beside its facts, as key, label and value: ``(case)``.
    remarks: Callable[[Case], Sequence[tuple[str, str, Any]]] | None = None

    @property
    def key(self) -> str:
        return self.machine.kind

    def outcome_of(self, act_key: str) -> Outcome:
        """The outcome an act records.

        Raises:
            KeyError: it records none.
        """
        return {outcome.act: outcome for outcome in self.outcomes}[act_key]

    def clocks(self, *, is_urgent: bool) -> tuple[ClockEffect, ...]:
        """What a new ticket's clocks start with."""
        return self.opening_urgent if is_urgent and self.opening_urgent else self.opening


_kinds: dict[str, WorkKind] = {}


def add(kind: WorkKind) -> WorkKind:
    """Make a kind of ticket known; :func:`escalations.tickets.kind.register_work_kind` calls it.

    Raises:
        ValueError: another one has the key.
    """
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"The kind of ticket {kind.key} is registered twice")
    return kind


def get(key: str) -> WorkKind:
    """The kind of ticket with this key.

    Raises:
        KeyError: there is none.
    """
    return _kinds[key]


def all_work_kinds() -> list[WorkKind]:
    """Every kind of ticket, in order of registration."""
    return list(_kinds.values())


def opened_here(has_module: Callable[[str], bool]) -> frozenset[str]:
    """The kinds an exchange works with whose tickets the generic page opens."""
    return frozenset(
        key for key, kind in _kinds.items() if not kind.opened_elsewhere and has_module(key)
    )


def kind_keys() -> frozenset[str]:
    """The keys of every kind of ticket: ``Case.kind`` is one of them where a case is a ticket."""
    return frozenset(_kinds)
