"""What a person may do: every action of the portal, registered by the room that offers it.

The table role × action is data. A room registers its actions with the roles that have them when
an exchange is founded; from then on the exchange's own :class:`~portal.tenancy.models.Role` rows
say who may what, and an administrator can edit them within each action's *reach*.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Reach(StrEnum):
    """The furthest circle of people an action may ever be given to (deny by default)."""

    EXCHANGE = "exchange"  # the exchange's own staff only
    ANYONE = "anyone"  # offices, agencies, entities, employers as well


@dataclass(frozen=True)
class Action:
    """One thing a person may do, e.g. ``constituent.acknowledge``."""

    key: str
    label: str
    roles: frozenset[str]
    reach: Reach = Reach.EXCHANGE

    @property
    def room(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Widening:
    """Roles an action starts with since a later version of the portal."""

    #: What an exchange that has learned it remembers, e.g. ``casework.assign+unled-units``.
    key: str
    action: str
    roles: frozenset[str]


_registry: dict[str, Action] = {}
_widenings: dict[str, Widening] = {}


def register(
    key: str, label: str, *, roles: Iterable[str], reach: Reach = Reach.EXCHANGE
) -> Action:
    """Make an action known.

    Raises:
        ValueError: the key is taken by a different action, or a role is unknown.
    """
    action = Action(key, label, frozenset(roles), reach)
    _check_roles(action)
    if _registry.setdefault(key, action) != action:
        raise ValueError(f"Action {key} is registered twice")
    return action


def widen(action_key: str, name: str, *, roles: Iterable[str]) -> Widening:
    """Let an action that exchanges know already start with further roles.

    A new exchange gives it to them from the start, one that is there learns it once
    (:func:`portal.tenancy.services.learn_actions`). ``name`` never changes afterwards.

    Raises:
        KeyError: nobody registered the action.
        ValueError: the action has a widening of this name, or a role may not have it.
    """
    widening = Widening(f"{action_key}+{name}", action_key, frozenset(roles))
    if widening.key in _widenings:
        raise ValueError(f"{widening.key} is registered twice")
    action = _registry[action_key]
    action = replace(action, roles=action.roles | widening.roles)
    _check_roles(action)
    _registry[action_key] = action
    _widenings[widening.key] = widening
    return widening


def _check_roles(action: Action) -> None:
    from portal.tenancy.roles import ROLES

    key, reach = action.key, action.reach
    unknown = action.roles - ROLES.keys()
    if unknown:
        raise ValueError(f"Action {key} names unknown roles: {sorted(unknown)}")
    beyond = {r for r in action.roles if reach is Reach.EXCHANGE and ROLES[r].outside}
    if beyond:
        raise ValueError(f"Action {key} stays inside the exchange but names {sorted(beyond)}")


def all_actions() -> list[Action]:
    """Every registered action, ordered by key."""
    return [_registry[key] for key in sorted(_registry)]


def all_widenings() -> list[Widening]:
    """Every widening, ordered by key."""
    return [_widenings[key] for key in sorted(_widenings)]


def default_actions(role_key: str) -> list[str]:
    """Action keys a role starts with when an exchange is founded, sorted."""
    return [action.key for action in all_actions() if role_key in action.roles]


def get(key: str) -> Action:
    """The action with this key.

    Raises:
        KeyError: nobody registered it.
    """
    return _registry[key]
