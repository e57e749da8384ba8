"""Macros through the API: those one can run, what one would do, and running it."""

from typing import Any

from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView
from portal.api.serializers import StrictSerializer
from portal.casework import macro_runs, macros
from portal.casework.models import Macro


class MacroStepSerializer(projections.Shape):
    """One step: an act with what is filled in."""

    act = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class MacroSerializer(projections.Shape):
    """A macro the reader can run."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    unit = serializers.CharField()
    kind = serializers.CharField(help_text="Key of the kind of case it is for; empty: every kind.")
    version = serializers.IntegerField()
    steps = MacroStepSerializer(many=True)


class OutcomeSerializer(projections.Shape):
    """What one step would do."""

    label = serializers.CharField()  # type: ignore[assignment]
    possible = serializers.BooleanField(
        allow_null=True, help_text="Null: a step before it is not possible."
    )
    reason = serializers.CharField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()


class MacroPreviewSerializer(projections.Shape):
    """What a macro would do to one case."""

    number = serializers.CharField()
    version = serializers.IntegerField()
    possible = serializers.BooleanField()
    outcomes = OutcomeSerializer(many=True)


class MacroRunSerializer(StrictSerializer):
    """A macro on cases."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=32),
        min_length=1,
        max_length=macro_runs.MOST_CASES,
    )
    preview = serializers.BooleanField(
        default=False, help_text="Say what would happen, and change nothing."
    )
    macro_version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The `version` you looked at; another one is refused.",
    )
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        required=False,
        help_text="Number of each case → its `version` in the preview; one that has changed since"
        " stops the run.",
    )


class MacroAnswerSerializer(projections.Shape):
    """What was done, or would be."""

    done = serializers.ListField(
        child=serializers.CharField(), help_text="Numbers of the cases; empty for a preview."
    )
    preview = MacroPreviewSerializer(many=True)


class MacroListView(ApiView):
    """Macros."""

    actions = {"GET": "casework.workbench"}

    @extend_schema(
        operation_id="macros_list", responses=MacroSerializer(many=True), tags=["macros"]
    )
    def get(self, request: Request) -> Response:
        """List the macros in use of which the reader's role has every step."""
        found: list[dict[str, Any]] = [
            {
                "id": macro.pk,
                "name": macro.name,
                "unit": macro.organization.name,
                "kind": macro.kind,
                "version": macro.version,
                "steps": macros.steps_of(macro, self.actor),
            }
            for macro in macros.usable_macros(self.actor)
        ]
        return Response(MacroSerializer(found, many=True).data)


class MacroRunView(ApiView):
    """Running a macro."""

    actions = {"POST": "casework.workbench"}

    @extend_schema(
        operation_id="macros_run",
        request=MacroRunSerializer,
        responses=MacroAnswerSerializer,
        tags=["macros"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Perform every step on up to 50 cases: on all, or on none."""
        serializer = MacroRunSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        macro = Macro.objects.usable_by(self.actor).filter(pk=pk, is_active=True).first()
        if macro is None:
            raise Http404
        if data["preview"]:
            found = macro_runs.preview_macro(actor=self.actor, macro=macro, numbers=data["numbers"])
            return Response(MacroAnswerSerializer({"done": [], "preview": found}).data)
        done = macro_runs.run_macro(
            actor=self.actor,
            macro=macro,
            numbers=data["numbers"],
            seen=data.get("versions"),
            macro_version=data.get("macro_version"),
        )
        return Response(MacroAnswerSerializer({"done": done, "preview": []}).data)


urlpatterns: list[URLPattern] = [
    path("macros/", MacroListView.as_view(), name="macros"),
    path("macros/<int:pk>/run/", MacroRunView.as_view(), name="macro-run"),
]
