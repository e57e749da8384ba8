"""Producers' escalations through the API: bringing one, one's own list, and replying."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.producers import conversation, selectors, services
from escalations.producers.forms import type_named
from escalations.producers.services import LONGEST_TEXT
from escalations.producers.table import KIND
from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.serializers import StrictSerializer
from portal.casework.models import Case
from portal.casework.rows import for_rows, project_rows
from portal.tenancy.actor import NotAllowed


class EscalationInputSerializer(StrictSerializer):
    """A new escalation of a producer."""

    escalation_type = serializers.CharField(
        max_length=60, help_text="Key of one of the exchange's types, e.g. consumer-enrollment."
    )
    person_ids = serializers.ListField(
        child=serializers.CharField(max_length=12),
        max_length=100,
        help_text="Person IDs: one, or for a commission issue any number.",
    )
    description = serializers.CharField(max_length=LONGEST_TEXT)
    verified = serializers.BooleanField(
        help_text="That the consumers were checked to be the right ones."
    )


class ReplyInputSerializer(StrictSerializer):
    """A producer's message; it must hold no personal data."""

    body = serializers.CharField(max_length=LONGEST_TEXT)


class RepliedSerializer(projections.Shape):
    """What became of a reply."""

    number = serializers.CharField()
    is_held = serializers.BooleanField(
        help_text="It seems to hold personal data and waits for the team to check it."
    )
    found = serializers.ListField(
        child=serializers.CharField(), help_text="The kinds of data it seems to hold."
    )


class EscalationRowSerializer(projections.Shape):
    """One escalation in a list."""

    number = serializers.CharField()
    status = serializers.CharField()
    about = serializers.CharField(source="summary")
    opened_at = serializers.DateTimeField()


class EscalationsView(ListView):
    """Producers' escalations."""

    actions = {"GET": "producers.view_own", "POST": "producers.escalate"}
    creates = True
    queryset = Case.objects.none()
    serializer_class = EscalationRowSerializer
    orderings = {"-opened_at": "-opened_at", "opened_at": "opened_at"}

    @extend_schema(
        operation_id="producer_escalations_list",
        responses=EscalationRowSerializer(many=True),
        tags=["producers"],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List one's own escalations; a manager's list is the agency's."""
        _require_module(self)
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="producer_escalations_open",
        request=EscalationInputSerializer,
        responses={201: projections.DoneSerializer},
        tags=["producers"],
    )
    def post(self, request: Request) -> Response:
        """Escalate; the answer bears the incident number. An open one is refused with its own."""
        _require_module(self)
        serializer = EscalationInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        ticket_type = type_named(self.actor, data["escalation_type"])
        if ticket_type is None:
            raise exceptions.ValidationError(
                {"escalation_type": "Choose one that the exchange offers."}, code="invalid_choice"
            )
        wanted = set(data["person_ids"])
        consumers = list(
            selectors.consumers_for(self.actor).filter(person_id__in=wanted - {""}).order_by("pk")
        )
        if {one.person_id for one in consumers} != wanted:
            raise exceptions.ValidationError(
                {"person_ids": "One of them is not found in your agency's book."}, code="not_found"
            )
        case = services.submit_escalation(
            actor=self.actor,
            ticket_type=ticket_type,
            consumers=consumers,
            description=data["description"],
            verified=data["verified"],
        )
        return Response(projections.done(case, self.actor), status=201)

    def rows(self) -> QuerySet[Any]:
        """Those the actor may know of."""
        cases = Case.objects.visible_to(self.actor).filter(kind=KIND)
        return for_rows(cases, self.actor)

    def shown(self, page: list[Any]) -> Any:
        """As their reader may see them; recorded."""
        rows = project_rows(self.actor, page, surface="api")
        return EscalationRowSerializer(rows, many=True).data


class ReplyView(ApiView):
    """A producer's reply on an escalation."""

    actions = {"POST": "producers.reply"}

    @extend_schema(
        operation_id="producer_escalations_reply",
        request=ReplyInputSerializer,
        responses=RepliedSerializer,
        tags=["producers"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Reply; what seems to hold personal data is kept and checked by the team first."""
        case = self.find_case(number)
        if case.kind != KIND:
            raise Http404
        serializer = ReplyInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data["body"]
        found = conversation.personal_data_in(case=case, text=body)
        conversation.reply_to_team(
            case=case, actor=self.actor, act_key=conversation.reply_act(case), body=body
        )
        answer = {
            "number": case.number,
            "is_held": bool(found),
            "found": [kind.value for kind in found],
        }
        return Response(RepliedSerializer(answer).data)


def _require_module(view: ApiView) -> None:
    if KIND not in view.actor.exchange.modules:
        raise NotAllowed("producers.view_own")


urlpatterns: list[URLPattern] = [
    path("producer-escalations/", EscalationsView.as_view(), name="producer-escalations"),
    path(
        "producer-escalations/<str:number>/reply/",
        ReplyView.as_view(),
        name="producer-escalation-reply",
    ),
]
