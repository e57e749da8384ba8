"""Who is acting: a person in one membership, or the system. Every service takes an actor."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

from portal.prepared import numbered
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.roles import Family, RoleSpec


class NotAllowed(Exception):
    """The actor may not do this. Pages answer 403, with a sentence; the refusal is recorded."""

    def __init__(self, action: str, message: str = "") -> None:
        self.action = action
        super().__init__(message or "Your role does not allow this.")


@dataclass(frozen=True, eq=False)
class Actor:
    """The one who asks: what they may see and do follows from this object alone."""

    exchange: Exchange
    person: Person | None = None
    membership: Membership | None = None
    actions: frozenset[str] = frozenset()
    #: The actor's organization and everything below it.
    organization_ids: frozenset[int] = frozenset()
    channel: str = "web"
    request_id: str = ""
    is_system: bool = False
    read_only: bool = False
    has_other_memberships: bool = False

    @classmethod
    def system(cls, exchange: Exchange, *, channel: str = "system") -> "Actor":
        """Timers, feeds and mail intake act as the exchange's system."""
        return cls(exchange=exchange, channel=channel, is_system=True)

    @property
    def exchange_id(self) -> int:
        return self.exchange.pk

    @property
    def person_id(self) -> int | None:
        return self.person.pk if self.person else None

    @property
    def organization(self) -> Organization | None:
        return self.membership.organization if self.membership else None

    @property
    def organization_id(self) -> int | None:
        return self.membership.organization_id if self.membership else None

    @cached_property
    def role(self) -> RoleSpec | None:
        return self.membership.role.spec if self.membership else None

    @cached_property
    def memberships(self) -> list[Membership]:
        """What the person may act as. Costs a query only for somebody with several roles."""
        if self.person is None or self.membership is None:
            return []
        if not self.has_other_memberships:
            return [self.membership]
        from portal.tenancy.selectors import memberships_to_switch_to

        return memberships_to_switch_to(self.person)

    @cached_property
    def shape(self) -> Hashable:
        """All that rules of sight read of an actor, but for :attr:`own_values`.

        Who has the same shape may share a prepared query (:mod:`portal.tenancy.sight`).
        """
        return (
            self.exchange_id,
            frozenset(self.exchange.modules),
            self.role,
            self.actions,
            len(self.organization_ids),
            self.is_system,
            self.read_only,
        )

    @cached_property
    def own_values(self) -> dict[str, int]:
        """The actor's ids, under the names a sight's placeholders have."""
        own = numbered("organization", sorted(self.organization_ids))
        return own | {"person": self.person_id} if self.person_id else own

    @property
    def role_key(self) -> str:
        return self.role.key if self.role else ("system" if self.is_system else "")

    @property
    def role_label(self) -> str:
        return self.role.label if self.role else ("System" if self.is_system else "")

    @property
    def family(self) -> Family | None:
        return self.role.family if self.role else None

    @property
    def is_outside(self) -> bool:
        """True for people who do not work for the exchange, and for nobody-in-particular."""
        return not self.is_system and (self.role is None or self.role.outside)

    @property
    def is_lead(self) -> bool:
        return self.role is not None and self.role.lead

    def may(self, action: str) -> bool:
        """Whether the actor has the action at all (which rows it applies to is asked elsewhere).

        The system may do what transition tables allow it by name; it holds no actions.
        """
        return action in self.actions

    def has_module(self, key: str) -> bool:
        """Whether the exchange works with this kind of case."""
        return key in self.exchange.modules

    def may_any(self, actions: Iterable[str]) -> bool:
        return any(action in self.actions for action in actions)

    def require(self, action: str) -> None:
        """Raise :class:`NotAllowed` unless the actor has the action."""
        if not self.may(action):
            raise NotAllowed(action)
