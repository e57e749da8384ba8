"""Which acts can be done to many cases at once: all whose form asks the same of each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from portal.casework import kinds
from portal.casework.kinds import ActDoor
from portal.casework.machine import Act
from portal.casework.macros import fits_many
from portal.casework.models import Case
from portal.tenancy.actor import Actor

#: Cases of one bulk act.
MOST: Final = 200
#: Acts on one case alone: what they ask for belongs to that case.
_SINGLE: Final = frozenset({"edit", "link", "mark_duplicate"})
#: Acts offered as buttons under a list; the others are chosen from a list of actions.
FIRST: Final = ("take", "assign", "transfer", "note")


@dataclass(frozen=True)
class BulkAct:
    """An act as a list offers it for the chosen rows."""

    key: str
    label: str


class NotForAll(Exception):
    """A chosen case is of a kind that has no such act, or asks for something else."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(number)


def offered(actor: Actor, kind_keys: Iterable[str]) -> tuple[list[BulkAct], list[BulkAct]]:
    """What the actor may do to many cases of these kinds: as buttons, and to choose from."""
    if actor.read_only or actor.is_outside:
        return [], []
    found: dict[str, BulkAct] = {}
    for key in dict.fromkeys(kind_keys):
        kind = kinds.get(key)
        for act_key, door in kind.doors.items():
            act = kind.machine.act(act_key)
            if allows_many(act, door) and actor.may(act.action):
                found.setdefault(act_key, BulkAct(act_key, label_of(act)))
    first = [found.pop(key) for key in FIRST if key in found]
    return first, sorted(found.values(), key=lambda act: act.label)


def allows_many(act: Act, door: ActDoor) -> bool:
    """Whether one filled-in form of the act can stand for many cases."""
    return act.key not in _SINGLE and fits_many(door.form)


def find_act(key: str, kind_keys: Iterable[str]) -> tuple[Act, ActDoor] | None:
    """The act with this key as one of these kinds has it; None: none has it for many cases."""
    for kind_key in kind_keys:
        kind = kinds.get(kind_key)
        if (door := kind.doors.get(key)) and allows_many(kind.machine.act(key), door):
            return kind.machine.act(key), door
    return None


def check_same(key: str, door: ActDoor, cases: Iterable[Case]) -> None:
    """Make sure that each case's kind has the act and asks for the same.

    Raises:
        NotForAll: one does not; names it.
    """
    for case in cases:
        other = kinds.get(case.kind).doors.get(key)
        if other is None or other.form is not door.form:
            raise NotForAll(case.number)


def label_of(act: Act) -> str:
    """The act's label without "this case"."""
    return {"take": "Take"}.get(act.key, act.label)
