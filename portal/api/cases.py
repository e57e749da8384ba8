"""Cases: the list, one case, and what hangs on it. All of it behind the gate."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Subquery
from django.http import Http404
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.filters import CaseFilters, rows_for
from portal.api.serializers import clean_by_form, input_of
from portal.casework import kinds
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import NoteForm
from portal.casework.machine import Audience, Refused
from portal.casework.models import Case, TimelineEvent
from portal.casework.services import allowed_acts
from portal.clocks.explanations import explain_case


class CaseListView(ListView):
    """The cases the token's role may know of. Rows hold no personal data."""

    actions = {"GET": "casework.view"}
    queryset = Case.objects.none()
    filterset_class = CaseFilters
    orderings = {
        "-opened_at": "-opened_at",
        "opened_at": "opened_at",
        "-updated_at": "-updated_at",
        "updated_at": "updated_at",
        "due_at": "due_at",
    }

    @extend_schema(operation_id="cases_list", responses=projections.CASE_ROW, tags=["cases"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List cases. `ordering=due_at` lists those with a deadline."""
        return super().get(request, **kwargs)

    def rows(self) -> Any:
        """Each with whether it shows its details, and when its reader was last told anything."""
        told = TimelineEvent.objects.filter(case=OuterRef("pk"), audience=Audience.STATUS)
        return (
            rows_for(self.actor, self.request.query_params.get("ordering"))
            .select_related("organization", "queue", "owner")
            .annotate(
                shows_details=ExpressionWrapper(
                    kinds.detailed_q(self.actor), output_field=BooleanField()
                ),
                told_at=Subquery(told.order_by("-at", "-pk").values("at")[:1]),
            )
        )

    def shown(self, page: list[Any]) -> Any:
        """Each row in the shape its reader may see."""
        return [_row(case, inside=not self.actor.is_outside) for case in page]


def _row(case: Any, *, inside: bool) -> dict[str, Any]:
    """One row; who works a case, and by when, is told to the exchange's own staff alone."""
    kind = kinds.get(case.kind)
    status = kind.machine.statuses[case.status]
    shared = {
        "number": case.number,
        "kind": case.kind,
        "kind_label": kind.label,
        "opened_at": case.opened_at,
        "shows_details": bool(case.shows_details),
    }
    if not case.shows_details:
        told = {"status": status.coarse.value, "updated_at": case.told_at or case.opened_at}
        return projections.CaseStatusRowSerializer({**shared, **told}).data
    late = bool(case.due_at and case.due_at < timezone.now())
    return projections.CaseDetailRowSerializer(
        {
            **shared,
            "status": status.label,
            "status_key": case.status,
            "updated_at": case.updated_at,
            "closed_at": case.closed_at,
            "due_at": case.due_at if inside else None,
            "is_open": case.is_open,
            "is_urgent": inside and case.is_urgent,
            "is_breached": inside and (case.is_breached or late),
            "office": case.organization.name if case.organization else "",
            "queue": case.queue.name if inside and case.queue else "",
            "owner": case.owner.full_name if inside and case.owner else "",
        }
    ).data


class CaseView(ApiView):
    """One case."""

    actions = {"GET": "casework.view"}

    @extend_schema(operation_id="cases_retrieve", responses=projections.CASE, tags=["cases"])
    def get(self, request: Request, number: str) -> Response:
        """Show a case: its status, or its details where the gate opens. The look is recorded."""
        return Response(
            projections.case_data(projections.project(self.actor, self.find_case(number), "api"))
        )


class CaseTimelineView(ApiView):
    """What happened to a case."""

    actions = {"GET": "casework.view"}

    @extend_schema(
        operation_id="cases_timeline",
        responses=projections.EventSerializer(many=True),
        tags=["cases"],
        filters=False,
    )
    def get(self, request: Request, number: str) -> Response:
        """Show the reader's part of the timeline, oldest first."""
        seen = projections.project(self.actor, self.find_case(number), "api.timeline")
        return Response(projections.EventSerializer(seen.timeline, many=True).data)


class NoteSerializer(projections.Shape):
    """A text on a case."""

    at = serializers.DateTimeField()
    actor = serializers.CharField()
    note_kind = serializers.CharField()
    text = serializers.CharField()


class CaseNotesView(ApiView):
    """The texts on a case, for the exchange's own staff."""

    actions = {"GET": "casework.note", "POST": "casework.note"}
    creates = True

    @extend_schema(operation_id="cases_notes", responses=NoteSerializer(many=True), tags=["cases"])
    def get(self, request: Request, number: str) -> Response:
        """List notes, reasons, updates and messages, oldest first."""
        seen = projections.project(self.actor, self.find_case(number), "api.notes")
        notes = [event for event in seen.timeline if event.text]
        return Response(NoteSerializer(notes, many=True).data)

    @extend_schema(
        operation_id="cases_note_add",
        request=input_of(NoteForm),
        responses={201: projections.DoneSerializer},
        tags=["cases"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Write an internal note; colleagues named in `mentions` are told."""
        case = self.find_case(number)
        if kinds.get(case.kind).machine.act("note") not in allowed_acts(case, self.actor):
            raise Refused("No note can be written on this case.")
        serializer = input_of(NoteForm)(data=request.data)
        serializer.is_valid(raise_exception=True)
        cleaned = clean_by_form(NoteForm, serializer.validated_data, case=case, actor=self.actor)
        changed = COMMON_DOORS["note"].service(case=case, actor=self.actor, **cleaned)
        data = projections.DoneSerializer(projections.done(changed, self.actor)).data
        return Response(data, status=201)


class StretchSerializer(projections.Shape):
    """One party's uninterrupted hold of a clock."""

    party = serializers.CharField()
    party_label = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    counted = serializers.BooleanField()
    business_seconds = serializers.IntegerField()


class TimerSerializer(projections.Shape):
    """A clock: its promise, its state, its deadline and where the time went."""

    policy = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    promise = serializers.CharField()
    citation = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    zone = serializers.CharField(help_text="IANA name of the zone days are reckoned in.")
    started_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    warn_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null while the clock stands.")
    breached_at = serializers.DateTimeField(allow_null=True)
    counted_seconds = serializers.IntegerField()
    paused_seconds = serializers.IntegerField()
    stretches = StretchSerializer(many=True)


class CaseTimersView(ApiView):
    """The clocks of a case."""

    actions = {"GET": "casework.view"}

    @extend_schema(
        operation_id="cases_timers", responses=TimerSerializer(many=True), tags=["cases"]
    )
    def get(self, request: Request, number: str) -> Response:
        """Explain each clock stretch by stretch, to the staff who are shown details."""
        case = self.find_case(number)
        if (
            self.actor.is_outside
            or not Case.objects.filter(pk=case.pk).detailed_to(self.actor).exists()
        ):
            raise Http404
        return Response(TimerSerializer(explain_case(case.pk, timezone.now()), many=True).data)


urlpatterns: list[URLPattern] = [
    path("cases/", CaseListView.as_view(), name="cases"),
    path("cases/<number:number>/", CaseView.as_view(), name="case"),
    path("cases/<number:number>/timeline/", CaseTimelineView.as_view(), name="case-timeline"),
    path("cases/<number:number>/notes/", CaseNotesView.as_view(), name="case-notes"),
    path("cases/<number:number>/timers/", CaseTimersView.as_view(), name="case-timers"),
]
