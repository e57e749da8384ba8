"""Escalation tickets through the API: opening one, and the lists its fields choose from."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.tickets import services
from escalations.tickets.duplicates import require_no_duplicate
from escalations.tickets.enrollers import find_enroller
from escalations.tickets.models import ResolutionCode, TicketDetail, TicketType
from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.serializers import MAX_TEXT, StrictSerializer
from portal.casework.forms import find_case
from portal.tenancy.models import Membership, Organization


def _length(name: str) -> int:
    return int(TicketDetail._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]


class TicketInputSerializer(StrictSerializer):
    """A new ticket."""

    ticket_type = serializers.CharField(max_length=60, help_text="Key; see /ticket-types/.")
    summary = serializers.CharField(max_length=MAX_TEXT, help_text="What it is about.")
    is_urgent = serializers.BooleanField(default=False)
    queue = serializers.CharField(
        required=False,
        max_length=60,
        help_text="Code of a unit; without one the routing table decides.",
    )
    parent = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=32, help_text="Number of the case it is work for."
    )
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
    language = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=_length("language"),
        help_text="What the consumer speaks.",
    )
    enroller = serializers.EmailField(
        required=False, help_text="Address of the enroller who called: they are told."
    )
    facts = serializers.DictField(
        required=False, help_text="The type's own fields, by key; see /ticket-types/."
    )
    open_another = serializers.BooleanField(
        default=False, help_text="Open it although one is open about the same case."
    )


class TicketOpenView(ApiView):
    """Opening a ticket."""

    actions = {"POST": "tickets.open"}
    creates = True

    @extend_schema(
        operation_id="tickets_open",
        request=TicketInputSerializer,
        responses={201: projections.DoneSerializer},
        tags=["tickets"],
    )
    def post(self, request: Request) -> Response:
        """Open a ticket; it is routed, and linked to the case it is work for."""
        serializer = TicketInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        types = TicketType.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        data["ticket_type"] = self._one("ticket_type", types.filter(key=data["ticket_type"]))
        if code := data.pop("queue", None):
            queues = Organization.objects.visible_to(self.actor).queues()
            data["queue"] = self._one("queue", queues.filter(code=code))
        if number := data.pop("parent", None):
            data["parent"] = find_case(self.actor, number, field="parent")
        if address := data.pop("enroller", ""):
            data["enroller"] = self._enroller(address)
        if not data.pop("open_another"):
            require_no_duplicate(
                actor=self.actor,
                ticket_type=data["ticket_type"],
                consumer_case_number=data.get("consumer_case_number", ""),
            )
        case = services.open_ticket(actor=self.actor, **data)
        return Response(projections.done(case, self.actor), status=201)

    def _enroller(self, address: str) -> Membership | None:
        try:
            return find_enroller(self.actor, address)
        except ValidationError as error:
            raise exceptions.ValidationError(
                {"enroller": error.messages}, code="invalid_choice"
            ) from None

    def _one(self, name: str, rows: QuerySet[Any]) -> Any:
        found = rows.first()
        if found is None:
            raise exceptions.ValidationError(
                {name: "Choose one that the list offers."}, code="invalid_choice"
            )
        return found


class ChoiceRowSerializer(projections.Shape):
    """Something to choose: by key, or by id."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class TicketTypeSerializer(ChoiceRowSerializer):
    """A type of ticket: what it asks for, and what is good to know first."""

    kind = serializers.CharField(help_text="How its tickets are worked.")
    best_practices = serializers.ListField(child=serializers.CharField())
    usual_exception = serializers.CharField()
    facts = serializers.ListField(
        child=serializers.DictField(), help_text="Its own fields, in order; the keys of `facts`."
    )

    def to_representation(self, row: Any) -> dict[str, Any]:
        """``fields`` is a name of the serializer's own."""
        names = ("id", "key", "label", "kind", "best_practices", "usual_exception")
        return {name: getattr(row, name) for name in names} | {"facts": row.fields}


class TicketTypeListView(ListView):
    """Types of ticket."""

    actions = {"GET": "tickets.view"}
    queryset = TicketType.objects.none()
    serializer_class = TicketTypeSerializer
    orderings = {"label": "label", "-label": "-label"}

    @extend_schema(operation_id="ticket_types_list", tags=["tickets"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the types in use."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return TicketType.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)


class ResolutionCodeListView(ListView):
    """How a ticket can end."""

    actions = {"GET": "tickets.view"}
    queryset = ResolutionCode.objects.none()
    serializer_class = ChoiceRowSerializer
    orderings = {"label": "label", "-label": "-label"}

    @extend_schema(operation_id="resolution_codes_list", tags=["tickets"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the resolution codes in use."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return ResolutionCode.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)


urlpatterns: list[URLPattern] = [
    path("tickets/", TicketOpenView.as_view(), name="ticket-open"),
    path("ticket-types/", TicketTypeListView.as_view(), name="ticket-types"),
    path("resolution-codes/", ResolutionCodeListView.as_view(), name="resolution-codes"),
]
