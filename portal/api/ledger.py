"""The ledger, for privacy and compliance officers."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ListView
from portal.api.filters import InstantFilter
from portal.api.projections import Shape
from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from portal.ledger.services import record


class LedgerEntrySerializer(Shape):
    """One act: ids, names of fields and keys of actions, never a value of personal data."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor_id = serializers.IntegerField(allow_null=True, help_text="Null: the system.")
    actor_role = serializers.CharField()
    organization_id = serializers.IntegerField(allow_null=True)
    channel = serializers.CharField()
    request_id = serializers.CharField()
    action = serializers.CharField()
    outcome = serializers.CharField()
    cases = serializers.ListField(child=serializers.CharField(), help_text="Case numbers.")
    disclosed_to_id = serializers.IntegerField(allow_null=True)
    release_id = serializers.IntegerField(allow_null=True)
    fields_ = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field]:
        """``fields`` is a name of the serializer itself."""
        fields = super().get_fields()
        del fields["fields_"]
        names = serializers.ListField(child=serializers.CharField(), source="fields_")
        return {**fields, "fields": names}


class LedgerFilters(filters.FilterSet):
    """Whose acts, on what, when."""

    case = filters.CharFilter(method="by_case", max_length=32, label="Case number.")
    person = filters.NumberFilter(
        field_name="actor_id", min_value=1, max_value=2**31 - 1, label="Id of who acted."
    )
    action = filters.CharFilter(max_length=80)
    outcome = filters.ChoiceFilter(choices=LedgerEntry.Outcome.choices)
    disclosed_to = filters.NumberFilter(
        field_name="disclosed_to_id", min_value=1, max_value=2**31 - 1, label="Id of an office."
    )
    since = InstantFilter(field_name="at", lookup_expr="gte")
    until = InstantFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def by_case(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries that name the case."""
        actor = self.request._request.actor
        found = Case.objects.filter(exchange_id=actor.exchange_id, number=value)
        keys = list(found.values_list("pk", flat=True))
        return queryset.filter(case_ids__contains=keys) if keys else queryset.none()


class LedgerListView(ListView):
    """Who saw and changed what, under what authority."""

    actions = {"GET": "ledger.view"}
    queryset = LedgerEntry.objects.none()
    serializer_class = LedgerEntrySerializer
    filterset_class = LedgerFilters
    orderings = {"-id": "-pk", "id": "pk"}

    @extend_schema(operation_id="ledger_list", tags=["ledger"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List entries, newest first. Looking is itself recorded."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return LedgerEntry.objects.filter(exchange_id=self.actor.exchange_id)

    def shown(self, page: list[Any]) -> Any:
        """With case numbers instead of ids, read in one statement."""
        ids = {case_id for entry in page for case_id in entry.case_ids}
        numbers = dict(Case.objects.filter(pk__in=ids).values_list("pk", "number"))
        record(actor=self.actor, action="ledger.viewed", cases=ids)
        for entry in page:
            entry.cases = [numbers[pk] for pk in entry.case_ids if pk in numbers]
            entry.fields_ = entry.fields
        return LedgerEntrySerializer(page, many=True).data


urlpatterns: list[URLPattern] = [path("ledger/", LedgerListView.as_view(), name="ledger")]
