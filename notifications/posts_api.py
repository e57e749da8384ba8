"""Enroller portal notifications through the API: read, and marked as read (PN-01…PN-03)."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.api import MarkedSerializer
from notifications.posts import READ, Post
from notifications.posts_services import mark_posts_read
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.home.quick_links import MODULE


class PostSerializer(Shape):
    """One notification of Outreach and Sales: no personal data. Instants are UTC."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField(help_text="`outage`, `urgent`, `release` or `event`.")
    title = serializers.CharField()
    body = serializers.CharField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_read = serializers.BooleanField(help_text="Whether the reader has marked it as read.")


class _WithPortal(ApiView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As everywhere; an exchange without an enroller portal has no such addresses."""
        super().initial(request, *args, **kwargs)
        if not self.actor.has_module(MODULE):
            raise Http404


class PostListView(_WithPortal, ListView):
    """What is active for the reader."""

    actions = {"GET": READ}
    queryset = Post.objects.none()
    serializer_class = PostSerializer
    orderings = {"-starts_at": "-starts_at"}

    @extend_schema(operation_id="portal_notifications_list", tags=["bell"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List active enroller portal notifications, the most recent first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those meant for the reader's kind of organization, as of now."""
        return Post.objects.visible_to(self.actor).with_reading_of(self.actor)


class PostReadView(_WithPortal):
    """Having read one."""

    actions = {"POST": READ}

    @extend_schema(
        operation_id="portal_notifications_read",
        request=None,
        responses=MarkedSerializer,
        tags=["bell"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Mark one as read. Marking it twice changes nothing."""
        try:
            marked = mark_posts_read(actor=self.actor, post=Post(pk=pk))
        except Post.DoesNotExist:
            raise Http404 from None
        return Response(MarkedSerializer({"marked": marked}).data)


urlpatterns: list[URLPattern] = [
    path("portal-notifications/", PostListView.as_view(), name="posts"),
    path("portal-notifications/<int:pk>/read/", PostReadView.as_view(), name="post-read"),
]
