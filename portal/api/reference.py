"""Who is asking, who works here, and by which hours and deadlines."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.clocks.explanations import promise_of
from portal.clocks.models import BusinessCalendar, SlaPolicy
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import STAFF


class MeSerializer(Shape):
    """The person and role a token stands for."""

    full_name = serializers.CharField()
    email = serializers.EmailField()
    exchange = serializers.CharField()
    time_zone = serializers.CharField(help_text="IANA name; the exchange's days are reckoned in it")
    organization = serializers.CharField()
    role = serializers.CharField()
    role_label = serializers.CharField()
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    actions = serializers.ListField(child=serializers.CharField())


class MeView(ApiView):
    """Oneself."""

    actions = {"GET": "tenancy.sign_in"}

    @extend_schema(operation_id="me", responses=MeSerializer, tags=["people"])
    def get(self, request: Request) -> Response:
        """Show whom the token stands for, and which actions it has."""
        actor = self.actor
        assert actor.person is not None
        assert actor.organization is not None
        data = {
            "full_name": actor.person.full_name,
            "email": actor.person.email,
            "exchange": actor.exchange.name,
            "time_zone": actor.exchange.time_zone,
            "organization": actor.organization.name,
            "role": actor.role_key,
            "role_label": actor.role_label,
            "read_only": actor.read_only,
            "actions": sorted(actor.actions),
        }
        return Response(MeSerializer(data).data)


class OrganizationSerializer(Shape):
    """A body in or around the exchange."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True)
    has_queue = serializers.BooleanField()


class OrganizationListView(ListView):
    """One's own organization and those below; the exchange's staff see all."""

    actions = {"GET": "tenancy.sign_in"}
    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    orderings = {"name": "name", "-name": "-name"}

    @extend_schema(operation_id="organizations_list", tags=["people"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List organizations."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those in use."""
        return Organization.objects.visible_to(self.actor).active()


class QueueListView(ListView):
    """The units that hold cases in a queue."""

    actions = {"GET": ("casework.transfer", "casework.take")}
    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    orderings = {"name": "name", "-name": "-name"}

    @extend_schema(operation_id="queues_list", tags=["people"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List queues."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return Organization.objects.visible_to(self.actor).queues()


class ColleagueSerializer(Shape):
    """Somebody who works for the exchange, in one role."""

    id = serializers.IntegerField(source="person_id", help_text="Use it as `person`.")
    full_name = serializers.CharField(source="person.full_name")
    organization = serializers.CharField(source="organization.name")
    role = serializers.CharField(source="role.spec.label")


class ColleagueListView(ListView):
    """Colleagues, one row for each role somebody holds."""

    actions = {"GET": ("casework.note", "casework.assign", "tenancy.administer")}
    queryset = Membership.objects.none()
    serializer_class = ColleagueSerializer
    orderings = {"since": "since", "-since": "-since"}

    @extend_schema(operation_id="people_list", tags=["people"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the exchange's own staff."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Staff roles only: who works for an office is no colleague."""
        return (
            Membership.objects.current()
            .filter(exchange_id=self.actor.exchange_id, role__key__in=STAFF)
            .select_related("person", "organization", "role")
        )


class DaySerializer(Shape):
    """A dated exception."""

    date = serializers.DateField()
    label = serializers.CharField()  # type: ignore[assignment]
    hours = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Empty: closed."
    )


class CalendarSerializer(Shape):
    """Opening hours; local times of the zone."""

    key = serializers.CharField()
    name = serializers.CharField()
    zone = serializers.CharField()
    is_default = serializers.BooleanField()
    week = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    )
    exceptions = DaySerializer(many=True)


class CalendarView(ApiView):
    """When the exchange is open."""

    actions = {"GET": "clocks.view_calendar"}

    @extend_schema(
        operation_id="calendar", responses=CalendarSerializer(many=True), tags=["deadlines"]
    )
    def get(self, request: Request) -> Response:
        """Show every calendar with its hours and exceptions, the default one first."""
        rows = BusinessCalendar.objects.filter(exchange_id=self.actor.exchange_id)
        rows = rows.prefetch_related("exceptions")
        data = [
            {
                "key": row.key,
                "name": row.name,
                "zone": row.zone,
                "is_default": row.is_default,
                "week": row.week,
                "exceptions": list(row.exceptions.all()),
            }
            for row in rows
        ]
        return Response(CalendarSerializer(data, many=True).data)


class PolicySerializer(Shape):
    """A promise with its clock."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    case_kind = serializers.CharField()
    calendar = serializers.CharField(source="calendar.key")
    measure = serializers.CharField()
    target = serializers.IntegerField(allow_null=True, help_text="Warned here, in the measure.")
    limit = serializers.IntegerField(help_text="Breached here, in the measure.")
    promise = serializers.SerializerMethodField(help_text="The same in words.")
    citation = serializers.CharField()

    def get_promise(self, policy: SlaPolicy) -> str:
        return promise_of(policy)


class PolicyListView(ListView):
    """The deadlines of each kind of case."""

    actions = {"GET": "clocks.view_policies"}
    queryset = SlaPolicy.objects.none()
    serializer_class = PolicySerializer
    orderings = {"key": "key", "-key": "-key"}

    @extend_schema(operation_id="policies_list", tags=["deadlines"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the policies in use."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        rows = SlaPolicy.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        return rows.select_related("calendar")


urlpatterns: list[URLPattern] = [
    path("me/", MeView.as_view(), name="me"),
    path("organizations/", OrganizationListView.as_view(), name="organizations"),
    path("queues/", QueueListView.as_view(), name="queues"),
    path("people/", ColleagueListView.as_view(), name="people"),
    path("calendar/", CalendarView.as_view(), name="calendar"),
    path("policies/", PolicyListView.as_view(), name="policies"),
]
