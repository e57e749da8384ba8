"""Runs of the feeds that fill the portal."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ListView
from portal.api.projections import Shape
from portal.consumers.models import FeedRun


class FeedRunSerializer(Shape):
    """One run of one file; counts of rows."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    file_sha256 = serializers.CharField()
    state = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    rows_read = serializers.IntegerField()
    rows_new = serializers.IntegerField()
    rows_known = serializers.IntegerField()
    rows_refused = serializers.IntegerField()


class FeedRunListView(ListView):
    """What came in by feed."""

    actions = {"GET": "tenancy.administer"}
    queryset = FeedRun.objects.none()
    serializer_class = FeedRunSerializer
    orderings = {"-started_at": "-started_at", "started_at": "started_at"}

    @extend_schema(operation_id="feeds_list", tags=["feeds"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List runs, newest first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return FeedRun.objects.filter(exchange_id=self.actor.exchange_id)


urlpatterns: list[URLPattern] = [path("feeds/", FeedRunListView.as_view(), name="feeds")]
