"""The desk of mail coming in, through the API: what waits and what became of the rest.

A mail is decided on where its original can be read, on the portal's page.
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.inbound.models import RawMail
from portal.api.base import ListView
from portal.api.projections import Shape
from portal.ledger.services import record


class MailSerializer(Shape):
    """One mail, without its words."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RawMail.State.choices)
    reason = serializers.CharField(help_text="Key of why it is in this state.")
    sender = serializers.CharField(help_text="The address it says it is from.")
    is_verified = serializers.BooleanField(help_text="Whether our mail server proved the sender.")
    received_at = serializers.DateTimeField()
    case = serializers.CharField(allow_null=True, help_text="Number of the case it is on.")
    handler = serializers.CharField(allow_null=True, help_text="The colleague who looks at it.")


class MailFilter(FilterSet):
    class Meta:
        model = RawMail
        fields = ["state"]


class MailListView(ListView):
    """Mail that came in."""

    actions = {"GET": "inbound.triage"}
    queryset = RawMail.objects.none()
    serializer_class = MailSerializer
    filterset_class = MailFilter
    orderings = {"-received_at": "-received_at", "received_at": "received_at"}

    @extend_schema(operation_id="inbound_mail_list", tags=["inbound"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List mails, newest first. Only External Affairs may."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those of the exchange."""
        rows = RawMail.objects.visible_to(self.actor).defer("sealed", "subject", "note")
        return rows.select_related("case", "handler")

    def shown(self, page: list[Any]) -> Any:
        """Each mail's facts; that they were shown is recorded."""
        record(actor=self.actor, action="inbound.listed", fields=["sender"])
        lines = [
            {
                "id": row.pk,
                "state": row.state,
                "reason": row.reason,
                "sender": row.sender,
                "is_verified": row.is_verified,
                "received_at": row.received_at,
                "case": row.case.number if row.case else None,
                "handler": row.handler.full_name if row.handler else None,
            }
            for row in page
        ]
        return MailSerializer(lines, many=True).data


urlpatterns: list[URLPattern] = [
    path("inbound/mails/", MailListView.as_view(), name="inbound-mails"),
]
