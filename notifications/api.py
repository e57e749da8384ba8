"""One's own bell, and for operators how sending stands, through the API."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import operations
from notifications.models import Bell
from notifications.services import mark_all_read
from notifications.wording import line_of, own_subjects
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.api.serializers import MAX_ID, StrictSerializer


class BellSerializer(Shape):
    """One line of the bell: no personal data."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    text = serializers.CharField()
    case = serializers.CharField(allow_null=True, help_text="Case number.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadSerializer(StrictSerializer):
    """How far one has read."""

    until = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_ID,
        help_text="Id of the newest line one has seen; without it, all.",
    )


class MarkedSerializer(Shape):
    """How many lines were news."""

    marked = serializers.IntegerField()


class BellListView(ListView):
    """One's own bell."""

    actions = {"GET": "notifications.read"}
    queryset = Bell.objects.none()
    serializer_class = BellSerializer
    orderings = {"-created_at": "-created_at"}

    @extend_schema(operation_id="bell_list", tags=["bell"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List lines, newest first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """One's own."""
        return Bell.objects.visible_to(self.actor).select_related("case")

    def shown(self, page: list[Any]) -> Any:
        """With the sentence the page shows, in the exchange's own words."""
        exchange = self.actor.exchange
        own = own_subjects(exchange)
        lines = [
            {
                "id": row.pk,
                "key": row.key,
                "text": line_of(row, exchange=exchange, own=own),
                "case": row.case.number if row.case else None,
                "created_at": row.created_at,
                "read_at": row.read_at,
            }
            for row in page
        ]
        return BellSerializer(lines, many=True).data


class BellReadView(ApiView):
    """Having read the bell."""

    actions = {"POST": "notifications.read"}

    @extend_schema(
        operation_id="bell_read", request=ReadSerializer, responses=MarkedSerializer, tags=["bell"]
    )
    def post(self, request: Request) -> Response:
        """Mark one's lines as read, up to `until`. What rang later stays unread."""
        serializer = ReadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        marked = mark_all_read(actor=self.actor, until=serializer.validated_data.get("until"))
        return Response(MarkedSerializer({"marked": marked}).data)


class OutboxLineSerializer(Shape):
    """What waits and what is stuck of one message on one channel."""

    lane = serializers.ChoiceField(choices=[lane.value for lane in operations.Lane])
    key = serializers.CharField()
    waiting = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Due for more than ten minutes.")
    stuck = serializers.IntegerField(help_text="Parked or failed: a person decides.")
    oldest = serializers.DateTimeField(allow_null=True)


class OutboxSerializer(Shape):
    """How sending stands; a monitor asks `is_well`."""

    is_well = serializers.BooleanField(help_text="Nothing is late and nothing is stuck.")
    waiting = serializers.IntegerField()
    late = serializers.IntegerField()
    stuck = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    lines = OutboxLineSerializer(many=True)


class OutboxView(ApiView):
    """What waits, and what could not be sent."""

    actions = {"GET": "notifications.operate"}

    @extend_schema(operation_id="outbox_retrieve", responses=OutboxSerializer, tags=["outbox"])
    def get(self, request: Request) -> Response:
        """Count what waits, is late or is stuck, by channel and message: no address, no words."""
        lines = operations.figures(self.actor.exchange, timezone.now())
        health = operations.health_of(lines)
        answer = {
            "is_well": health.is_well,
            "waiting": health.waiting,
            "late": health.late,
            "stuck": health.stuck,
            "oldest": health.oldest,
            "lines": lines,
        }
        return Response(OutboxSerializer(answer).data)


urlpatterns: list[URLPattern] = [
    path("outbox/", OutboxView.as_view(), name="outbox"),
    path("bell/", BellListView.as_view(), name="bell"),
    path("bell/read/", BellReadView.as_view(), name="bell-read"),
]
