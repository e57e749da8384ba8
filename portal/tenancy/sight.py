"""Prepared queries over what somebody may see, shared by all who see alike.

A rule of sight is a condition built from an actor, and building it takes longer than asking it.
Two specialists of one role get the same condition with other ids in it, so it is built once from a
:class:`Sight`: what the two have in common, and placeholders for what is each one's own. The key
it is remembered under is :attr:`portal.tenancy.actor.Actor.shape`, read anew from role, modules
and membership with each request, so a right that is taken away takes effect at the next one.

A sight has nothing but its key and its placeholders. A rule that reads more of an actor, the clock
or the database cannot be prepared and is asked the plain way, as are people outside the exchange:
the gate judges those with dates.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from portal.prepared import Prepared, Slots, prepared
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family, RoleSpec

Row = TypeVar("Row")


class CannotBePrepared(Exception):
    """A rule reads what a sight does not know, so its query is asked the plain way."""


class _Ids(tuple[int, ...]):
    """Placeholders of ids; whether somebody's id is among them cannot be said while building."""

    def __contains__(self, item: object) -> NoReturn:
        raise CannotBePrepared("A rule compares an actor's organizations with a value.")


class Sight:
    """What all actors of one shape have in common; it stands in for them where a rule is built."""

    is_system: Final = False
    is_outside: Final = False

    def __init__(self, actor: Actor, slots: Slots) -> None:
        self._slots = slots
        self._modules = frozenset(actor.exchange.modules)
        self._organizations = len(actor.organization_ids)
        self.exchange_id = actor.exchange_id
        self.actions = actor.actions
        self.role: RoleSpec | None = actor.role
        self.read_only = actor.read_only

    @property
    def person_id(self) -> int:
        return self._slots.integer("person")

    @property
    def organization_ids(self) -> _Ids:
        return _Ids(self._slots.integers("organization", self._organizations))

    @property
    def family(self) -> Family | None:
        return self.role.family if self.role else None

    @property
    def is_lead(self) -> bool:
        return self.role is not None and self.role.lead

    @property
    def role_key(self) -> str:
        return self.role.key if self.role else ""

    def may(self, action: str) -> bool:
        return action in self.actions

    def may_any(self, actions: Iterable[str]) -> bool:
        return any(action in self.actions for action in actions)

    def has_module(self, key: str) -> bool:
        return key in self._modules

    def __getattr__(self, name: str) -> NoReturn:
        raise CannotBePrepared(f"A rule reads {name} of the actor.")


@dataclass(frozen=True)
class PreparedFor(Generic[Row]):
    """A prepared query with one actor's own values filled in."""

    query: Prepared[Row]
    own: dict[str, int]

    def rows(self, **values: Any) -> list[Row]:
        return self.query.rows(**self.own, **values)

    def first(self, **values: Any) -> Row | None:
        return self.query.first(**self.own, **values)

    def sql(self, **values: Any) -> tuple[str, list[Any]]:
        return self.query.sql(**self.own, **values)


#: Keys of queries that cannot be prepared, so that this is found out once; forgotten when full.
_plain: set[Hashable] = set()
_REMEMBERED: Final = 4_096


def prepared_for(
    actor: Actor, name: Hashable, build: Callable[[Actor, Slots], QuerySet[Any, Row]]
) -> PreparedFor[Row] | None:
    """The query ``build`` makes for an actor; None: ask it the plain way.

    Args:
        name: stands for one ``build``, and for every other value its shape depends on.
        build: gets a sight in the place of an actor; the ids it finds there are placeholders.
    """
    if actor.is_outside or actor.is_system:
        return None
    key = (name, actor.shape)
    if key in _plain:
        return None
    try:
        query = prepared(key, lambda slots: build(cast(Actor, Sight(actor, slots)), slots))
    except (CannotBePrepared, EmptyResultSet, ValueError):
        if len(_plain) >= _REMEMBERED:
            _plain.clear()
        _plain.add(key)
        return None
    return PreparedFor(query, actor.own_values)
