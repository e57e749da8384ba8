"""Consumers through the API: the book of business, and one consumer, with the same sight."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.book.actions_table import SEES_CONSUMERS
from portal.book.consumer_page import consumer_for, look_at
from portal.book.listing import matching, project_book, today_of, with_coverage
from portal.consumers import needs
from portal.consumers.models import Consumer
from portal.consumers.needs_of_mirror import TOPICS
from portal.consumers.search import matching_consumers
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn


class NeedSerializer(Shape):
    """One thing to do for a consumer."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    due_on = serializers.DateField(allow_null=True, help_text="Local to the exchange.")


class CoverageSerializer(Shape):
    """The latest health enrollment."""

    plan_year = serializers.IntegerField()
    carrier = serializers.CharField()
    plan = serializers.CharField()
    status = serializers.CharField()


class ConsumerRowSerializer(Shape):
    """A consumer of the book."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    case_number = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField()
    best_time = serializers.CharField()
    enroller = serializers.CharField(help_text="Empty: given to nobody yet.")
    coverage = CoverageSerializer(allow_null=True)
    needs = NeedSerializer(many=True)


class MemberSerializer(Shape):
    """Somebody of the household whom the reader may see."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    is_primary_contact = serializers.BooleanField()


class EnrollmentSerializer(Shape):
    """Coverage under one plan in one year. Dollars are a month."""

    enrollment_id = serializers.CharField()
    plan_year = serializers.IntegerField()
    product = serializers.CharField()
    carrier = serializers.CharField()
    plan = serializers.CharField()
    metal_tier = serializers.CharField()
    status = serializers.CharField()
    status_since = serializers.DateField()
    updates_pending = serializers.BooleanField()
    effective_from = serializers.DateField(allow_null=True)
    effective_to = serializers.DateField(allow_null=True)
    premium = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    subsidy = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)


class ConsentSerializer(Shape):
    """A consent, and the last day it holds."""

    label = serializers.CharField()  # type: ignore[assignment]
    given_on = serializers.DateField()
    valid_through = serializers.DateField()


class NoticeSerializer(Shape):
    """A notice of the eligibility system."""

    code = serializers.CharField()
    title = serializers.CharField()
    generated_on = serializers.DateField()
    needs_action = serializers.BooleanField()
    act_by = serializers.DateField(allow_null=True)
    resolved_on = serializers.DateField(allow_null=True)


class ApplicationSerializer(Shape):
    """An application of the household."""

    application_id = serializers.CharField()
    year = serializers.IntegerField()
    program = serializers.CharField()
    status = serializers.CharField()
    signed_on = serializers.DateField(allow_null=True)


class DelegationSerializer(Shape):
    """A delegation the reader may know of: an enroller, those to the own organization."""

    organization = serializers.CharField()
    enroller = serializers.CharField()
    status = serializers.CharField()
    asked_on = serializers.DateField()
    decided_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class ConsumerCaseSerializer(Shape):
    """A case about the consumer; see `/cases/{number}/`."""

    number = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    opened_at = serializers.DateTimeField()


class ConsumerSerializer(Shape):
    """One consumer, as the reader may see them."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    case_number = serializers.CharField()
    application_id = serializers.CharField()
    is_primary_contact = serializers.BooleanField()
    phone = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField()
    best_time = serializers.CharField()
    zip_code = serializers.CharField()
    county = serializers.CharField()
    organization = serializers.CharField()
    enroller = serializers.CharField()
    needs = NeedSerializer(many=True)
    members = MemberSerializer(many=True)
    enrollments = EnrollmentSerializer(many=True)
    consents = ConsentSerializer(many=True)
    notices = NoticeSerializer(many=True)
    applications = ApplicationSerializer(many=True)
    delegations = DelegationSerializer(many=True)
    cases = ConsumerCaseSerializer(many=True)


class ConsumerFilters(filters.FilterSet):
    """Every parameter is named here; any other is refused."""

    q = filters.CharFilter(
        method="by_text", max_length=120, label="Name, case number, phone or email."
    )
    case_number = filters.CharFilter(max_length=10)
    need = filters.CharFilter(
        method="by_need",
        max_length=40,
        label=f"What they need: {', '.join(TOPICS)}, or a key of another room.",
    )

    class Meta:
        model = Consumer
        fields: list[str] = []

    def by_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Search as the portal's pages do."""
        if contains_ssn(value):
            raise ValidationError({name: SsnRefused("the search").messages})
        actor = self.request._request.actor
        if actor.may("consumers.view"):
            # Of millions: by whole words, which have an index; a book is small enough for parts.
            return matching_consumers(actor=actor, rows=queryset, text=value)
        return matching(queryset, value)

    def by_need(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those who have a need."""
        actor = self.request._request.actor
        try:
            return queryset.filter(needs.needing_q(actor, value, today_of(actor)))
        except KeyError:
            known = ", ".join(key for key, _ in needs.choices_for(actor))
            raise ValidationError({name: f"Choose one of: {known}."}) from None


class ConsumerListView(ListView):
    """The consumers the token's role sees at this moment."""

    actions = {"GET": SEES_CONSUMERS}
    queryset = Consumer.objects.none()
    serializer_class = ConsumerRowSerializer
    filterset_class = ConsumerFilters
    orderings = {"name": "full_name", "-name": "-full_name", "id": "pk", "-id": "-pk"}

    @extend_schema(operation_id="consumers_list", tags=["consumers"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List consumers with what each needs next. The look is recorded."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those delegated to the reader or their organization; for the exchange's people, all."""
        return with_coverage(Consumer.objects.visible_to(self.actor))

    def shown(self, page: list[Any]) -> Any:
        """Each as the book of business shows it."""
        rows = project_book(self.actor, page, today=today_of(self.actor), surface="api")
        return ConsumerRowSerializer(rows, many=True).data


class ConsumerView(ApiView):
    """One consumer."""

    actions = {"GET": SEES_CONSUMERS}

    @extend_schema(
        operation_id="consumers_retrieve", responses=ConsumerSerializer, tags=["consumers"]
    )
    def get(self, request: Request, pk: int) -> Response:
        """Show a consumer: contacts, coverage, papers, delegations, cases. The look is recorded."""
        try:
            found = consumer_for(self.actor, pk)
        except Consumer.DoesNotExist:
            raise Http404 from None
        shown = look_at(self.actor, found, today=today_of(self.actor), surface="api")
        return Response(ConsumerSerializer(shown).data)


urlpatterns: list[URLPattern] = [
    path("consumers/", ConsumerListView.as_view(), name="consumers"),
    path("consumers/<int:pk>/", ConsumerView.as_view(), name="consumer"),
]
