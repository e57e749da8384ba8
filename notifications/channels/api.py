"""How one is told, and the log of one's organization's webhooks, through the API."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.channels.choices import Way
from notifications.channels.groups import GROUPS, ways_of
from notifications.channels.hooks import MANAGE, Webhook, WebhookDelivery
from notifications.channels.rules import standing_of
from notifications.channels.services import CHOOSE, has_mailbox
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape


class ChannelSerializer(Shape):
    """What holds for one group of messages and one channel."""

    group = serializers.CharField()
    channel = serializers.ChoiceField(choices=Way.choices)
    is_on = serializers.BooleanField()
    is_fixed = serializers.BooleanField(help_text="It cannot be chosen otherwise.")


class ChannelsView(ApiView):
    """One's own channels."""

    actions = {"GET": CHOOSE}

    @extend_schema(
        operation_id="channels_list", responses=ChannelSerializer(many=True), tags=["channels"]
    )
    def get(self, request: Request) -> Response:
        """List by which channels one is told of which messages. They are chosen on the page."""
        actor = self.actor
        standing = standing_of(exchange=actor.exchange, person_id=actor.person_id)
        rows = [
            {
                "group": group.key,
                "channel": way.value,
                "is_on": standing[group.key, way].is_on,
                "is_fixed": standing[group.key, way].is_fixed,
            }
            for group in GROUPS
            for way in ways_of(group, has_mailbox=has_mailbox(actor))
        ]
        return Response(ChannelSerializer(rows, many=True).data)


class WebhookSerializer(Shape):
    """One address that is told; its secret is in no answer."""

    id = serializers.IntegerField(source="pk")
    url = serializers.CharField()
    groups = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="First of the failures in a row; null: it answers."
    )
    disabled_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was switched off, since nobody answered for days."
    )


class WebhookListView(ListView):
    """The addresses of one's organization, or of the exchange."""

    actions = {"GET": MANAGE}
    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    orderings = {"id": "pk"}

    @extend_schema(operation_id="webhooks_list", tags=["channels"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the webhooks one manages. They are registered and changed on the page."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those the actor manages."""
        return Webhook.objects.visible_to(self.actor)


class DeliverySerializer(Shape):
    """One event for one address."""

    id = serializers.IntegerField(source="pk")
    webhook = serializers.IntegerField(source="webhook_id")
    event = serializers.CharField(source="key")
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    error = serializers.CharField(source="last_error")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DeliveryListView(ListView):
    """The log of webhooks."""

    actions = {"GET": MANAGE}
    queryset = WebhookDelivery.objects.none()
    serializer_class = DeliverySerializer
    orderings = {"-id": "-pk"}

    @extend_schema(operation_id="webhook_deliveries_list", tags=["channels"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List events of one's organization's webhooks, newest first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those of webhooks the actor manages."""
        mine = Webhook.objects.visible_to(self.actor)
        return WebhookDelivery.objects.filter(webhook__in=mine)


urlpatterns: list[URLPattern] = [
    path("channels/", ChannelsView.as_view(), name="channels"),
    path("webhooks/", WebhookListView.as_view(), name="webhooks"),
    path("webhook-deliveries/", DeliveryListView.as_view(), name="webhook-deliveries"),
]
