"""The kinds of case the wings make known. The spine knows a kind only through this table."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from portal.casework.machine import Act, Machine
from portal.tenancy import modules
from portal.tenancy.actor import Actor

if TYPE_CHECKING:
    from portal.casework.forms import ActForm

#: Performs one act: ``service(case=…, actor=…, expected_version=…, **cleaned_data)``.
ActService = Callable[..., Any]


@dataclass(frozen=True)
class ActDoor:
    """How people perform an act: the form that asks for what it needs, and the service."""

    form: "type[ActForm]"
    service: ActService
    #: One sentence above the form.
    help: str = ""
    #: Whose eyes the text is for, when it can be written beside the timeline: ``internal`` or
    #: ``shared``; empty when the act has a page of its own only.
    composer: str = ""


@dataclass(frozen=True)
class CaseKind:
    """A kind of case as the spine sees it."""

    key: str
    label: str
    plural: str
    machine: Machine
    #: Which cases of this kind an actor may know of; None: none.
    visible: Callable[[Actor], Q | None]
    #: URL name of the case page; takes the number.
    url_name: str
    #: Prefix of case numbers when the exchange sets no format of its own.
    number_prefix: str
    doors: Mapping[str, ActDoor] = field(default_factory=dict)
    #: Which of the visible cases show the actor their details; used by search and export.
    detailed: Callable[[Actor], Q | None] | None = None
    #: Called when a linked child case changed its status: ``(parent, child, act, actor)``.
    child_changed: Callable[[Any, Any, Act, Actor], None] | None = None
    #: Labels for queue rows behind the gate: ``(actor, cases) -> {case id: text}``.
    summaries: Callable[[Actor, Sequence[Any]], Mapping[int, str]] | None = None
    #: Under which release an outside reader is shown details: ``(actor, case ids) -> {case id:
    #: release id}``; a case that is not in it is shown its status only, or under none.
    releases: Callable[[Actor, Collection[int]], Mapping[int, int]] | None = None
    #: What a person may see of a case, as plain data; the only thing pages and API render.
    project: Callable[[Actor, Any], Any] | None = None
    #: Tickets a unit opens for another case: ``open(parent=…, actor=…, queue=…, **data)``.
    open_for: Callable[..., Any] | None = None
    #: How the work on a case ended, in a few words and in full: ``(case) -> (label, steps)``.
    outcome: Callable[[Any], tuple[str, str]] | None = None
    #: Types its cases can have, by ``Case.topic``: ``(actor) -> [(key, label)]``; for filters.
    topics: Callable[[Actor], Sequence[tuple[str, str]]] | None = None
    #: URL name of the list that those outside have of it; empty: the general list.
    own_list: str = ""
    #: What pages call whoever brought it, e.g. “Enroller can see this”.
    brought_by: str = "Office"
    #: Whether those outside to whom ``detailed`` applies can ever be shown details.
    shares_details: bool = True
    #: Whether its cases are worked in pages of their own: the general lists leave them out, search
    #: and the case's page do not.
    has_workspace: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether an outside organization may ever be shown the details of such a case."""
        return self.detailed is not None and self.shares_details


_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> CaseKind:
    """Make a kind known; called from a wing's ``AppConfig.ready``.

    Raises:
        ValueError: another kind has the key, or a door leads to an act that does not exist.
    """
    if kind.key in _kinds:
        raise ValueError(f"The kind {kind.key} is registered twice")
    if unknown := set(kind.doors) - set(kind.machine.acts):
        raise ValueError(f"{kind.key} has doors to unknown acts {sorted(unknown)}")
    _kinds[kind.key] = kind
    modules.register(kind.key, kind.plural)
    return kind


def get(key: str) -> CaseKind:
    """The kind with this key.

    Raises:
        KeyError: no wing registered it.
    """
    return _kinds[key]


def all_kinds() -> list[CaseKind]:
    """Every registered kind, in order of registration."""
    return list(_kinds.values())


def listed_kinds(actor: Actor) -> list[CaseKind]:
    """The kinds the actor's exchange works in the general lists; not those with a workspace."""
    return [
        kind
        for kind in _kinds.values()
        if kind.key in actor.exchange.modules and not kind.has_workspace
    ]


def visible_q(actor: Actor) -> Q:
    """Which cases an actor may know of, over all kinds; nobody in particular knows of none."""
    return _either(actor, lambda kind: kind.visible)


def listed_q(actor: Actor) -> Q:
    """As :func:`visible_q`, without the kinds that are worked in pages of their own."""
    return _either(actor, lambda kind: kind.visible, lambda kind: not kind.has_workspace)


def detailed_q(actor: Actor) -> Q:
    """Which visible cases show the actor their details; kinds without a gate show all."""
    return _either(actor, lambda kind: kind.detailed or kind.visible)


def _either(
    actor: Actor,
    rule_of: Callable[[CaseKind], Callable[[Actor], Q | None]],
    wanted: Callable[[CaseKind], bool] = lambda kind: True,
) -> Q:
    if actor.is_system:
        unwanted = [kind.key for kind in _kinds.values() if not wanted(kind)]
        return Q(exchange_id=actor.exchange_id) & ~Q(kind__in=unwanted)
    # Kinds with one rule share one condition: a query compiles in the time of its rules.
    by_rule: dict[Any, list[CaseKind]] = {}
    for kind in _kinds.values():
        if actor.has_module(kind.key) and wanted(kind):
            by_rule.setdefault(rule_of(kind), []).append(kind)
    found = Q(pk__in=[])
    for rule, alike in by_rule.items():
        if (q := rule(actor)) is not None:
            found |= Q(kind__in=[kind.key for kind in alike]) & q
    return Q(exchange_id=actor.exchange_id) & found
