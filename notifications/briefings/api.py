"""Alerts and briefings through the API, for their readers."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.briefings import services
from notifications.briefings.models import OUT, Briefing, contact_of
from notifications.briefings.names import MODULE, READ
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape


class BriefingRowSerializer(Shape):
    """One alert or briefing in a list."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField(help_text="`alert` or `briefing`.")
    category = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    sent_at = serializers.DateTimeField()
    is_archived = serializers.BooleanField()


class BriefingSerializer(BriefingRowSerializer):
    """One alert or briefing with its text."""

    body = serializers.CharField(help_text="Markdown.")
    contact = serializers.CharField(help_text="Who answers questions on it.")


def _plain(briefing: Briefing) -> dict[str, Any]:
    names = ("pk", "kind", "category", "title", "summary", "sent_at")
    plain = {name: getattr(briefing, name) for name in names}
    return plain | {"is_archived": briefing.state == "archived"}


class BriefingListView(ListView):
    """What was sent to people like the reader."""

    actions = {"GET": READ}
    queryset = Briefing.objects.none()
    serializer_class = BriefingRowSerializer
    orderings = {"-sent_at": "-sent_at"}

    @extend_schema(operation_id="briefings_list", tags=["briefings"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List alerts and briefings, most recent first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """What is out, and the reader may read."""
        rows = Briefing.objects.visible_to(self.actor).filter(state__in=OUT)
        return rows.defer("words", "body", "text")

    def shown(self, page: list[Any]) -> Any:
        """The rows of a page as plain data."""
        return BriefingRowSerializer([_plain(row) for row in page], many=True).data


class BriefingView(ApiView):
    """One alert or briefing."""

    actions = {"GET": READ}

    @extend_schema(
        operation_id="briefings_retrieve", responses=BriefingSerializer, tags=["briefings"]
    )
    def get(self, request: Request, pk: int) -> Response:
        """Show one with its text, and mark it as read."""
        rows = Briefing.objects.visible_to(self.actor).filter(state__in=OUT).defer("words")
        found = rows.filter(pk=pk).first() if self.actor.has_module(MODULE) else None
        if found is None:
            raise Http404
        services.mark_read(actor=self.actor, briefing=found)
        shown = _plain(found) | {
            "body": found.body,
            "contact": contact_of(self.actor.exchange),
        }
        return Response(BriefingSerializer(shown).data)


urlpatterns: list[URLPattern] = [
    path("briefings/", BriefingListView.as_view(), name="briefings"),
    path("briefings/<int:pk>/", BriefingView.as_view(), name="briefing"),
]
