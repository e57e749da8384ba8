"""Members' cases through the API: opening one. Reading and acts are every kind's."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.tickets.models import TicketDetail
from escalations.tiers import levels, services
from escalations.tiers.forms import open_types
from escalations.tiers.models import MemberDetail
from portal.api import projections
from portal.api.base import ApiView
from portal.api.serializers import MAX_TEXT, StrictSerializer
from portal.tenancy.models import Organization


def _length(name: str) -> int:
    return int(TicketDetail._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]


class MemberCaseInputSerializer(StrictSerializer):
    """A new member's case, or a formal appeal: the type decides."""

    ticket_type = serializers.CharField(max_length=60, help_text="Key; see /ticket-types/.")
    summary = serializers.CharField(max_length=MAX_TEXT, help_text="What the member says.")
    channel = serializers.ChoiceField(choices=MemberDetail.Channel.choices, default="voice")
    consumer_name = serializers.CharField(
        required=False, allow_blank=True, max_length=_length("consumer_name")
    )
    consumer_case_number = serializers.CharField(
        required=False, allow_blank=True, max_length=_length("consumer_case_number")
    )
    consumer_phone = serializers.CharField(
        required=False, allow_blank=True, max_length=_length("consumer_phone")
    )
    consumer_email = serializers.EmailField(
        required=False, allow_blank=True, max_length=_length("consumer_email")
    )
    employer = serializers.CharField(
        required=False, max_length=60, help_text="Code of the member's company."
    )
    brought_by_employer = serializers.BooleanField(
        default=False, help_text="The company may see number, status and dates."
    )


class MemberCaseOpenView(ApiView):
    """Opening a member's case."""

    actions = {"POST": "tiers.open"}
    creates = True

    @extend_schema(
        operation_id="member_cases_open",
        request=MemberCaseInputSerializer,
        responses={201: projections.DoneSerializer},
        tags=["tickets"],
    )
    def post(self, request: Request) -> Response:
        """Open a member's case; its type decides which tier begins with it."""
        serializer = MemberCaseInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        types = open_types(self.actor).filter(key=data["ticket_type"])
        data["ticket_type"] = self._one("ticket_type", types)
        if code := data.pop("employer", None):
            employers = Organization.objects.filter(
                exchange_id=self.actor.exchange_id, kind=Organization.Kind.EMPLOYER, code=code
            )
            data["employer"] = self._one("employer", employers)
        elif data["brought_by_employer"]:
            raise exceptions.ValidationError(
                {"employer": "Say which employer brought this case."}, code="required"
            )
        case = services.open_member_case(actor=self.actor, **data)
        return Response(projections.done(case, self.actor), status=201)

    def _one(self, name: str, rows: QuerySet[Any]) -> Any:
        found = rows.first()
        if found is None:
            raise exceptions.ValidationError(
                {name: "Choose one that the list offers."}, code="invalid_choice"
            )
        return found


class WindowSerializer(projections.Shape):
    """How the clocks of a level ended in the last days."""

    days = serializers.IntegerField()
    met = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Of those met: after the warning.")
    missed = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True, help_text="Kept; null: nothing ended.")
    grade = serializers.CharField()


class ServiceLevelSerializer(projections.Shape):
    """One published level."""

    key = serializers.CharField()
    subject = serializers.CharField()
    wording = serializers.CharField()
    is_measured = serializers.BooleanField()
    windows = WindowSerializer(many=True)


class ServiceLevelsView(ApiView):
    """The published service levels."""

    actions = {"GET": "tiers.view_levels"}

    @extend_schema(
        operation_id="service_levels_list",
        responses=ServiceLevelSerializer(many=True),
        tags=["tickets"],
    )
    def get(self, request: Request) -> Response:
        """List what is promised, and how it has been kept in the last 30 and 90 days."""
        return Response(ServiceLevelSerializer(levels.levels_for(self.actor), many=True).data)


urlpatterns: list[URLPattern] = [
    path("member-cases/", MemberCaseOpenView.as_view(), name="member-case-open"),
    path("service-levels/", ServiceLevelsView.as_view(), name="service-levels"),
]
