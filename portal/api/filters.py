"""Which filters the list of cases knows, and what they may tell whom."""

from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django_filters.fields import IsoDateTimeField

from portal.casework import kinds
from portal.casework.machine import Coarse
from portal.casework.models import Case
from portal.casework.querysets import CaseQuerySet
from portal.casework.search import search_cases

_TRUTH = [("true", "true"), ("false", "false")]
#: Filters and orders by what is inside a case. For readers outside the exchange they reach only
#: cases that show them details: otherwise which rows come back would tell what is hidden (EA-19).
INNER = frozenset(
    {
        "status",
        "is_open",
        "is_urgent",
        "is_overdue",
        "owner",
        "queue",
        "due_before",
        "due_after",
        "updated_after",
        "updated_before",
    }
)
INNER_ORDERS = frozenset({"due_at", "updated_at", "-updated_at"})
#: Those of them that ask who works a case, and by when. No reader outside is ever told, so for
#: them no case answers.
STAFF_ONLY = frozenset({"is_urgent", "is_overdue", "owner", "queue", "due_before", "due_after"})
STAFF_ORDERS = frozenset({"due_at"})


def _statuses() -> list[tuple[str, str]]:
    return sorted(
        {key: s.label for k in kinds.all_kinds() for key, s in k.machine.statuses.items()}.items()
    )


class _InstantField(IsoDateTimeField):
    """An instant, in UTC: a database does not read every offset that ISO 8601 can write."""

    default_error_messages = {"out_of_range": "Choose an instant between 1900 and 2200."}

    def to_python(self, value: Any) -> datetime | None:
        """The instant.

        Raises:
            ValidationError: it is no instant, or none that a case could have.
        """
        found = super().to_python(value)
        if found is None:
            return None
        if not 1900 <= found.year < 2200:
            raise ValidationError(self.error_messages["out_of_range"], code="out_of_range")
        return found.astimezone(UTC)


class InstantFilter(filters.IsoDateTimeFilter):
    """A bound in time; without an offset it is read as UTC."""

    field_class = _InstantField


class CaseFilters(filters.FilterSet):
    """Every parameter is named here; any other is refused."""

    q = filters.CharFilter(
        method="by_text",
        max_length=200,
        label="A case number; and, in cases that show their details, a name, word or identifier.",
    )
    kind = filters.ChoiceFilter(choices=lambda: [(k.key, k.label) for k in kinds.all_kinds()])
    coarse_status = filters.ChoiceFilter(
        choices=[(c.value, c.value) for c in Coarse], method="by_coarse_status"
    )
    status = filters.ChoiceFilter(choices=_statuses)
    is_open = filters.ChoiceFilter(choices=_TRUTH, method="by_flag")
    is_urgent = filters.ChoiceFilter(choices=_TRUTH, method="by_flag")
    is_overdue = filters.ChoiceFilter(choices=[("true", "true")], method="by_overdue")
    owner = filters.ChoiceFilter(choices=[("me", "me"), ("nobody", "nobody")], method="by_owner")
    queue = filters.CharFilter(
        field_name="queue__code", max_length=60, label="Code of a unit; see /queues/."
    )
    opened_after = InstantFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = InstantFilter(field_name="opened_at", lookup_expr="lt")
    updated_after = InstantFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = InstantFilter(field_name="updated_at", lookup_expr="lt")
    due_after = InstantFilter(field_name="due_at", lookup_expr="gte")
    due_before = InstantFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields: list[str] = []

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        """Apply what was asked, no deeper than the reader may see."""
        queryset = super().filter_queryset(queryset)
        actor = self.request._request.actor
        asked = {name for name, value in self.form.cleaned_data.items() if value}
        order = self.request.query_params.get("ordering")
        if not actor.is_outside:
            return queryset
        if asked & STAFF_ONLY or order in STAFF_ORDERS:
            return queryset.none()
        return queryset.detailed_to(actor) if asked & INNER or order in INNER_ORDERS else queryset

    def by_text(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """Search as the page does."""
        found = search_cases(actor=self.request._request.actor, text=value)
        return queryset.filter(pk__in=found.values("pk"))

    def by_coarse_status(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """What everybody may know."""
        wanted = Q(pk__in=[])
        for kind in kinds.all_kinds():
            keys = [s.key for s in kind.machine.statuses.values() if s.coarse.value == value]
            wanted |= Q(kind=kind.key, status__in=keys)
        return queryset.filter(wanted)

    def by_flag(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """A yes or no column."""
        return queryset.filter(**{name: value == "true"})

    def by_overdue(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """Past a deadline now."""
        return queryset.overdue(timezone.now())

    def by_owner(self, queryset: CaseQuerySet, name: str, value: str) -> CaseQuerySet:
        """One's own, or nobody's."""
        actor = self.request._request.actor
        return queryset.owned_by(actor) if value == "me" else queryset.unassigned()


def rows_for(actor: Any, ordering: str | None) -> CaseQuerySet:
    """The cases an actor may know of; by deadline, only those that have one."""
    rows = Case.objects.visible_to(actor)
    return rows.filter(due_at__isnull=False) if ordering == "due_at" else rows
