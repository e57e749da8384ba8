"""What the portal may do, as rows for a page or a document. Reads code tables, never a case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.casework import kinds
from portal.casework.machine import ANY, ANY_OPEN, Act, Audience, Machine
from portal.clocks.effects import ClockEffect
from portal.tenancy import actions
from portal.tenancy.actions import Reach
from portal.tenancy.roles import ROLES, Family, in_family

#: Role key → the keys of the actions it has.
Grants = Mapping[str, frozenset[str]]

_FAMILIES = {
    Family.OFFICE: "Government offices (all roles)",
    Family.ENROLLER: "Agencies and entities (all roles)",
    Family.EXTERNAL_AFFAIRS: "External Affairs (all roles)",
    Family.UNIT: "Units (all roles)",
}
_AUDIENCES = {
    Audience.STATUS: "everyone on the case",
    Audience.DETAIL: "those shown details",
    Audience.INTERNAL: "the exchange's staff",
}


@dataclass(frozen=True)
class ActionRow:
    """One action and the roles that have it."""

    key: str
    label: str
    roles: tuple[str, ...]
    reach: str


@dataclass(frozen=True)
class ActRow:
    """One row of a transition table, in words."""

    key: str
    label: str
    who: tuple[str, ...]
    starts_from: tuple[str, ...]
    leads_to: str
    guards: tuple[str, ...]
    clocks: tuple[str, ...]
    seen_by: str
    messages: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class StatusRow:
    key: str
    label: str
    coarse: str
    is_open: bool
    is_waiting: bool


@dataclass(frozen=True)
class KindTable:
    """A kind of case: its statuses and everything that can be done to it."""

    key: str
    label: str
    initial: str
    statuses: tuple[StatusRow, ...]
    acts: tuple[ActRow, ...]


def founding_grants() -> dict[str, frozenset[str]]:
    """What every role may do when an exchange is founded."""
    return {key: frozenset(actions.default_actions(key)) for key in ROLES}


def permissions(grants: Grants, *, role: str = "") -> dict[str, list[ActionRow]]:
    """Actions by room; with ``role``, only those which that role has."""
    rooms: dict[str, list[ActionRow]] = {}
    for action in actions.all_actions():
        if role and action.key not in grants.get(role, frozenset()):
            continue
        rooms.setdefault(action.room, []).append(
            ActionRow(
                key=action.key,
                label=action.label,
                roles=_holders(action.key, grants),
                reach="anyone" if action.reach is Reach.ANYONE else "the exchange's staff",
            )
        )
    return rooms


def transitions(grants: Grants, *, only: Iterable[str] | None = None) -> list[KindTable]:
    """Every kind's table; ``only`` limits it to kinds an exchange works."""
    return [
        KindTable(
            key=kind.key,
            label=kind.label,
            initial=kind.machine.statuses[kind.machine.initial].label,
            statuses=tuple(
                StatusRow(s.key, s.label, s.coarse.value, s.is_open, s.is_waiting)
                for s in kind.machine.statuses.values()
            ),
            acts=tuple(_act_row(act, kind.machine, grants) for act in kind.machine.acts.values()),
        )
        for kind in kinds.all_kinds()
        if only is None or kind.key in only
    ]


def _holders(action_key: str, grants: Grants) -> tuple[str, ...]:
    """Who has the action, in the order of the roles; a family that has it whole is named once."""
    held = {key for key in ROLES if action_key in grants.get(key, frozenset())}
    if held == set(ROLES):
        return ("Everyone",)
    whole = {family for family in _FAMILIES if in_family(family) <= held}
    names = [
        _FAMILIES[spec.family] if spec.family in whole else spec.label
        for key, spec in ROLES.items()
        if key in held
    ]
    return tuple(dict.fromkeys(names))


def _act_row(act: Act, machine: Machine, grants: Grants) -> ActRow:
    who = [*_holders(act.action, grants)]
    if act.by_owner:
        who = [f"The owner of the case or a lead, of: {', '.join(who)}"]
    if act.by_system:
        who.append("System")
    return ActRow(
        key=act.key,
        label=act.label,
        who=tuple(who),
        starts_from=_sources(act, machine),
        leads_to=machine.statuses[act.target].label if act.target else "",
        guards=act.guards,
        clocks=tuple(_in_words(effect) for effect in act.clocks),
        seen_by=_AUDIENCES[act.audience],
        messages=act.notifies,
        source=act.source,
    )


def _sources(act: Act, machine: Machine) -> tuple[str, ...]:
    if act.sources == ANY:
        return ("any status",)
    if act.sources == ANY_OPEN:
        return ("any open status",)
    return tuple(s.label for s in machine.statuses.values() if s.key in act.sources)


def _in_words(effect: ClockEffect) -> str:
    clock = "every running clock" if effect.policy == "*" else effect.policy
    return f"{effect.effect.value} {clock}"
