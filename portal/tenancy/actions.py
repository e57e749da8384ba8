"""What a person may do: every action of the portal, registered by the room that offers it.

The table role × action is data. A room registers its actions with the roles that have them when
an exchange is founded; from then on the exchange's own :class:`~portal.tenancy.models.Role` rows
say who may what, and an administrator can edit them within each action's *reach*.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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


_registry: dict[str, Action] = {}


def register(
    key: str, label: str, *, roles: Iterable[str], reach: Reach = Reach.EXCHANGE
) -> Action:
    """Make an action known.

    Raises:
        ValueError: the key is taken by a different action, or a role is unknown.
    """
    from portal.tenancy.roles import ROLES

    action = Action(key, label, frozenset(roles), reach)
    unknown = action.roles - ROLES.keys()
    if unknown:
        raise ValueError(f"Action {key} names unknown roles: {sorted(unknown)}")
    beyond = {r for r in action.roles if reach is Reach.EXCHANGE and ROLES[r].outside}
    if beyond:
        raise ValueError(f"Action {key} stays inside the exchange but names {sorted(beyond)}")
    if _registry.setdefault(key, action) != action:
        raise ValueError(f"Action {key} is registered twice")
    return action


def all_actions() -> list[Action]:
    """Every registered action, ordered by key."""
    return [_registry[key] for key in sorted(_registry)]


def default_actions(role_key: str) -> list[str]:
    """Action keys a role starts with when an exchange is founded, sorted."""
    return [action.key for action in all_actions() if role_key in action.roles]


def get(key: str) -> Action:
    """The action with this key.

    Raises:
        KeyError: nobody registered it.
    """
    return _registry[key]
