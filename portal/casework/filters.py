"""What people may narrow a list of cases by; the names are addresses, so they are lasting.

Pages that count cases link to the list that makes up a number:
``type``, ``party``, ``due`` (``risk``, ``overdue``, ``today``), ``breached=1``, ``queue``,
``owner_id`` (``none``: nobody's), ``urgent=1``, ``kind``, ``status``.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import cached_property
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from portal.casework import kinds
from portal.casework.kinds import CaseKind
from portal.casework.machine import Coarse, Status
from portal.casework.querysets import CaseQuerySet
from portal.clocks.explanations import party_label
from portal.clocks.models import Timer
from portal.clocks.services import zone
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization
from portal.ui.forms import DateInput, PlainSelect

#: ``owner_id`` of a case that nobody owns.
NOBODY: Final = "none"


@dataclass(frozen=True)
class Moment:
    """The instant a list is read, and the bounds of the exchange's local day around it (UTC)."""

    now: datetime
    day_start: datetime
    day_end: datetime

    @classmethod
    def of(cls, actor: Actor) -> "Moment":
        """Now, and today in the exchange's time zone."""
        now = timezone.now()
        today = now.astimezone(zone(actor.exchange.time_zone)).date()
        return cls(now, midnight(today, actor), midnight(today + timedelta(days=1), actor))


def midnight(day: date, actor: Actor) -> datetime:
    """The first instant of a day in the exchange's time zone."""
    return datetime.combine(day, time_of_day.min, zone(actor.exchange.time_zone))


def coarse_q(*wanted: Coarse) -> Q:
    """Cases whose coarse status is one of these, over all kinds."""
    return _by_status(lambda status: status.coarse in wanted)


def party_q(party: str) -> Q:
    """Open cases that this party holds now, over all kinds (decision 10).

    Who holds a case follows from its status alone, so nothing but the row is read.
    """
    return _by_status(lambda status: status.is_open and status.party == party) & Q(is_open=True)


def at_risk_q(at: datetime) -> Q:
    """Open cases of which a running clock is past its warning and not yet at its deadline.

    The warning is the promise's own: its target, or the share of the time after which it warns
    (75 % unless an administrator said otherwise), so that a promise of two days and one of sixty
    are each at risk in their own measure. Read from the timers: a warning that was raised leaves
    ``warn_at`` empty, one that is due and not swept yet lies before ``at``. Both are found
    through the partial indexes of running clocks (``timer_to_breach``, ``timer_to_warn``).
    """
    warned = Timer.objects.filter(
        Q(warn_at=None) | Q(warn_at__lte=at),
        state=Timer.State.RUNNING,
        breached_at=None,
        due_at__gt=at,
    )
    return Q(is_open=True, pk__in=warned.values("case_id"))


def _by_status(holds: Callable[[Status], bool]) -> Q:
    found = Q(pk__in=[])
    for kind in kinds.all_kinds():
        keys = [status.key for status in kind.machine.statuses.values() if holds(status)]
        if keys:
            found |= Q(kind=kind.key, status__in=keys)
    return found


class Choices:
    """What the filters of one reader offer: read when asked for, and once for the page and all
    saved views on it."""

    def __init__(self, actor: Actor, *, wanted_type: str = "") -> None:
        self.actor, self.wanted_type = actor, wanted_type

    @cached_property
    def _offered(self) -> list[CaseKind]:
        return kinds.listed_kinds(self.actor)

    @cached_property
    def _statuses(self) -> list[Status]:
        return [status for kind in self._offered for status in kind.machine.statuses.values()]

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        return [(kind.key, kind.plural) for kind in self._offered]

    @cached_property
    def types(self) -> list[tuple[str, str]]:
        return _remembered_topics(self._offered, self.actor, self.wanted_type)

    @cached_property
    def statuses(self) -> list[tuple[str, str]]:
        return _sorted((status.key, status.label) for status in self._statuses)

    @cached_property
    def parties(self) -> list[tuple[str, str]]:
        return _sorted(
            (status.party, party_label(status.party)) for status in self._statuses if status.is_open
        )

    @cached_property
    def queues(self) -> list[tuple[str, str]]:
        rows = Organization.objects.queues().filter(exchange_id=self.actor.exchange_id)
        return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")]


def _topics(offered: Iterable[CaseKind], actor: Actor) -> list[tuple[str, str]]:
    """Every type of every kind; kinds built from one mechanism share one list, asked once."""
    hooks = dict.fromkeys(kind.topics for kind in offered if kind.topics)
    return _sorted(pair for hook in hooks for pair in hook(actor))


#: A new type shows among the choices after at most this many seconds.
_REMEMBERED_SECONDS: Final = 60
_remembered: dict[tuple[int, tuple[str, ...]], tuple[float, list[tuple[str, str]]]] = {}


def _remembered_topics(
    offered: Sequence[CaseKind], actor: Actor, wanted: str
) -> list[tuple[str, str]]:
    """The types, remembered for a minute: every kind with types would cost each list a statement.

    A type that is asked for and not remembered is looked up anew.
    """
    key = (actor.exchange_id, tuple(kind.key for kind in offered))
    at, topics = _remembered.get(key, (0.0, []))
    is_known = not wanted or any(topic == wanted for topic, _ in topics)
    if not at or not is_known or time.monotonic() - at > _REMEMBERED_SECONDS:
        topics = _topics(offered, actor)
        _remembered[key] = (time.monotonic(), topics)
    return topics


def _sorted(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    labels: dict[str, str] = {}
    for key, label in pairs:
        labels.setdefault(key, label)
    return sorted(labels.items(), key=lambda item: item[1].lower())


class StaffFilters(forms.Form):
    """What the exchange's own people narrow a list by."""

    kind = forms.ChoiceField(required=False, widget=PlainSelect)
    type = forms.ChoiceField(required=False, widget=PlainSelect)
    status = forms.ChoiceField(required=False, widget=PlainSelect)
    party = forms.ChoiceField(label="Waits for", required=False, widget=PlainSelect)
    due = forms.ChoiceField(
        choices=[
            ("", "Any time"),
            ("risk", "At risk: past the warning"),
            ("today", "Due today"),
            ("overdue", "Overdue"),
        ],
        required=False,
        widget=PlainSelect,
    )
    owner = forms.CharField(label="Owner's name", max_length=120, required=False)
    owner_id = forms.ChoiceField(label="Owner", required=False, widget=PlainSelect)
    queue = forms.ChoiceField(required=False, widget=PlainSelect)
    office = forms.CharField(label="Office or organization", max_length=160, required=False)
    opened_from = forms.DateField(label="Received from", widget=DateInput, required=False)
    opened_to = forms.DateField(label="Received to", widget=DateInput, required=False)
    urgent = forms.BooleanField(label="Urgent only", required=False)
    breached = forms.BooleanField(label="Deadline passed", required=False)

    def __init__(self, data: QueryDict, *, actor: Actor, choices: Choices | None = None) -> None:
        super().__init__(data)
        self.actor = actor
        self.choices = choices or Choices(actor, wanted_type=data.get("type", ""))
        self._choose("kind", "All kinds", lambda: self.choices.kinds)
        self._choose("type", "All types", lambda: self.choices.types)
        self._choose("status", "Any status", lambda: self.choices.statuses)
        self._choose("party", "Anybody", lambda: self.choices.parties)
        self._choose("queue", "Any queue", lambda: self.choices.queues)
        if owner := data.get("owner_id"):
            found = _owner(owner, actor)
            self._choose("owner_id", "Anybody", lambda: found)
        else:
            del self.fields["owner_id"]  # only links bring one; people type a name

    def _choose(
        self, name: str, empty: str, choices: Callable[[], Sequence[tuple[str, str]]]
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = lambda: [("", empty), *choices()]

    @cached_property
    def is_asked(self) -> bool:
        """Whether the address narrows the list by anything at all."""
        return any(self.data.get(name) for name in self.fields)

    @cached_property
    def asked(self) -> tuple[tuple[str, Any], ...]:
        """What was asked and understood: names and values."""
        if not self.is_asked:
            return ()
        self.is_valid()
        return tuple(item for item in self.cleaned_data.items() if item[1] not in (None, "", False))

    @property
    def fixed(self) -> tuple[tuple[str, Any], ...] | None:
        """What was asked, when all of it is from closed lists: such a list may be prepared."""
        return self.asked if all(name in _CLOSED for name, _ in self.asked) else None

    @property
    def bar_key(self) -> Hashable | None:
        """What the controls depend on; None where somebody typed, since names may be in that."""
        if self.fixed is None or not _LIST_PARAMETERS.issuperset(self.data):
            return None
        if self.is_asked and not self.is_valid():
            return None
        exchange = self.actor.exchange
        return ("casework.staff", exchange.pk, tuple(exchange.modules), self.fixed)

    def narrow(self, rows: CaseQuerySet) -> CaseQuerySet:
        """The rows that match every filter that was understood; the others show their error."""
        for name, value in self.asked:
            rows = rows.filter(_FILTERS[name](value, self.actor))
        return rows


def _owner(value: str, actor: Actor) -> list[tuple[str, str]]:
    """The one owner a link asks for, if they work or worked in this exchange."""
    if value == NOBODY:
        return [(NOBODY, "Nobody yet")]
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return []
    people = Membership.objects.filter(exchange_id=actor.exchange_id, person_id=int(value))
    return [(value, name) for name in people.values_list("person__full_name", flat=True)[:1]]


class OutsideFilters(forms.Form):
    """What people outside narrow their list by: nothing that a status page would not say."""

    opened_from = forms.DateField(label="Received from", widget=DateInput, required=False)
    opened_to = forms.DateField(label="Received to", widget=DateInput, required=False)
    status = forms.ChoiceField(
        choices=[("", "Any status"), *((c.value, c.value) for c in Coarse)], required=False
    )

    def __init__(self, data: QueryDict, *, actor: Actor, choices: Choices | None = None) -> None:
        super().__init__(data)
        self.actor = actor

    @cached_property
    def is_asked(self) -> bool:
        """Whether the address narrows the list by anything at all."""
        return any(self.data.get(name) for name in self.fields)

    #: Lists of people outside are never prepared (see :mod:`portal.tenancy.sight`).
    fixed: None = None

    def narrow(self, rows: CaseQuerySet) -> CaseQuerySet:
        """The rows that match every filter that was understood; the others show their error."""
        self.is_valid()
        if status := self.cleaned_data.get("status"):
            rows = rows.filter(coarse_q(Coarse(status)))
        for name in ("opened_from", "opened_to"):
            if value := self.cleaned_data.get(name):
                rows = rows.filter(_FILTERS[name](value, self.actor))
        return rows


def _due_q(value: str, actor: Actor) -> Q:
    moment = Moment.of(actor)
    if value == "risk":
        return at_risk_q(moment.now)
    if value == "overdue":
        return Q(is_open=True, due_at__lt=moment.now)
    return Q(is_open=True, due_at__gte=moment.day_start, due_at__lt=moment.day_end)


def _owner_q(value: str, actor: Actor) -> Q:
    return Q(owner=None) if value == NOBODY else Q(owner_id=int(value))


#: Filters whose values come from closed lists and whose conditions need nothing else.
_CLOSED: Final = frozenset(
    {"kind", "type", "status", "party", "queue", "urgent", "breached"},
)
#: What the address of a list consists of, when nobody typed anything.
_LIST_PARAMETERS: Final = _CLOSED | {"view", "sort", "after", "before"}

_FILTERS: Final[Mapping[str, Callable[[Any, Actor], Q]]] = {
    "kind": lambda value, actor: Q(kind=value),
    "type": lambda value, actor: Q(topic=value),
    "status": lambda value, actor: Q(status=value),
    "party": lambda value, actor: party_q(value),
    "due": _due_q,
    "owner": lambda value, actor: Q(owner__full_name__icontains=value),
    "owner_id": _owner_q,
    "queue": lambda value, actor: Q(queue_id=int(value)),
    "office": lambda value, actor: Q(organization__name__icontains=value),
    "opened_from": lambda value, actor: Q(opened_at__gte=midnight(value, actor)),
    "opened_to": lambda value, actor: Q(opened_at__lt=midnight(value + timedelta(days=1), actor)),
    "urgent": lambda value, actor: Q(is_urgent=True),
    "breached": lambda value, actor: Q(is_breached=True),
}
