"""What is announced by bell, through the API: read only; it is written on the portal's pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.bells.notices import READ, Notice
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape


class AnnouncementSerializer(Shape):
    """A system outage, or other words to many: no personal data. Instants are UTC."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField(help_text="`outage` or `custom`.")
    audience = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    state = serializers.CharField(
        help_text="Readers find what is Active; its writers also what is Scheduled, Expired or"
        " Withdrawn."
    )


def _plain(notice: Notice) -> dict[str, Any]:
    names = ("pk", "kind", "audience", "title", "body", "starts_at", "expires_at")
    plain = {name: getattr(notice, name) for name in names}
    return plain | {"state": notice.state(timezone.now()).value}


class NoticeListView(ListView):
    """What is announced to the reader."""

    actions = {"GET": READ}
    queryset = Notice.objects.none()
    serializer_class = AnnouncementSerializer
    orderings = {"-starts_at": "-starts_at"}

    @extend_schema(operation_id="notices_list", tags=["bell"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List announcements by bell, the last to begin first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """What is for the reader now; to those who write them, all."""
        return Notice.objects.visible_to(self.actor)

    def shown(self, page: list[Any]) -> Any:
        """With how each stands."""
        return AnnouncementSerializer([_plain(row) for row in page], many=True).data


class NoticeView(ApiView):
    """One announcement."""

    actions = {"GET": READ}

    @extend_schema(operation_id="notices_retrieve", responses=AnnouncementSerializer, tags=["bell"])
    def get(self, request: Request, pk: int) -> Response:
        """Show one; its line in the bell stays as it is."""
        found = Notice.objects.visible_to(self.actor).filter(pk=pk).first()
        if found is None:
            raise Http404
        return Response(AnnouncementSerializer(_plain(found)).data)


urlpatterns: list[URLPattern] = [
    path("notices/", NoticeListView.as_view(), name="notices"),
    path("notices/<int:pk>/", NoticeView.as_view(), name="notice"),
]
