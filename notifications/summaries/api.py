"""One's own daily summaries through the API, with the same sight as the page."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.summaries.models import MODULE, READ, Alert, Summary
from notifications.summaries.page import (
    lines_of,
    mark_read,
    project_lines,
    record_look,
    summary_for,
    totals_of,
)
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.tenancy.actor import Actor


class SummaryRowSerializer(Shape):
    """A daily summary: no personal data."""

    id = serializers.IntegerField(source="pk")
    subject = serializers.CharField(help_text="One of four; “No Alerts …” where it has no line.")
    kind = serializers.CharField(help_text="own or manager.")
    local_date = serializers.DateField(help_text="The day it tells of, local to the exchange.")
    alerts = serializers.IntegerField(help_text="How many lines it has.")
    is_late = serializers.BooleanField(help_text="Made after its day had ended.")
    made_at = serializers.DateTimeField()


class TotalSerializer(Shape):
    """How many lines an enroller has."""

    enroller = serializers.CharField()
    lines = serializers.IntegerField()


class SummarySerializer(SummaryRowSerializer):
    """A daily summary, a manager's with its totals; its lines have an address of their own."""

    totals = TotalSerializer(many=True)


class SummaryLineSerializer(Shape):
    """One alert. Of a consumer no longer in the reader's book only the topic is told."""

    id = serializers.IntegerField(source="pk")
    topic = serializers.CharField()
    about = serializers.CharField(help_text="The plan or the notice's code, where there is one.")
    enroller = serializers.CharField()
    is_yours = serializers.BooleanField(help_text="Whether the consumer is in your book now.")
    consumer = serializers.IntegerField(source="consumer_id", allow_null=True)
    case_number = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()


def _found(actor: Actor, pk: int) -> Summary:
    if not actor.has_module(MODULE):
        raise Http404
    try:
        return summary_for(actor, pk)
    except Summary.DoesNotExist:
        raise Http404 from None


class SummaryListView(ListView):
    """One's own summaries."""

    actions = {"GET": READ}
    queryset = Summary.objects.none()
    serializer_class = SummaryRowSerializer
    orderings = {"-id": "-pk"}

    @extend_schema(operation_id="summaries_list", tags=["summaries"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List one's daily summaries, those made last first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """One's own, in an exchange that makes them."""
        rows = Summary.objects.visible_to(self.actor)
        return rows if self.actor.has_module(MODULE) else rows.none()


class SummaryView(ApiView):
    """One summary."""

    actions = {"GET": READ}

    @extend_schema(
        operation_id="summaries_retrieve", responses=SummarySerializer, tags=["summaries"]
    )
    def get(self, request: Request, pk: int) -> Response:
        """Show a summary, and a manager's totals by enroller."""
        found = _found(self.actor, pk)
        is_manager = found.kind == Summary.Kind.MANAGER
        totals = totals_of(lines_of(self.actor, found)) if is_manager else []
        shown = SummaryRowSerializer(found).data | {
            "totals": TotalSerializer(totals, many=True).data
        }
        return Response(shown)


class SummaryLinesView(ListView):
    """The lines of one summary."""

    actions = {"GET": READ}
    queryset = Alert.objects.none()
    serializer_class = SummaryLineSerializer

    @extend_schema(operation_id="summaries_lines", tags=["summaries"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List a summary's lines with the consumers' contacts. The look is recorded."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Within the organization the token's role is for."""
        self.summary = _found(self.actor, self.kwargs["pk"])
        return lines_of(self.actor, self.summary)

    def shown(self, page: list[Any]) -> Any:
        """With contacts as of now; marks the summary as read."""
        lines = project_lines(self.actor, page)
        record_look(self.actor, self.summary, lines, surface="api")
        mark_read(self.actor, self.summary)
        return SummaryLineSerializer(lines, many=True).data


urlpatterns: list[URLPattern] = [
    path("summaries/", SummaryListView.as_view(), name="summaries"),
    path("summaries/<int:pk>/", SummaryView.as_view(), name="summary"),
    path("summaries/<int:pk>/lines/", SummaryLinesView.as_view(), name="summary-lines"),
]
