"""Acts on cases: which are open, doing one, doing one on many. The kinds' tables decide."""

from functools import cache
from typing import Any

from django import forms
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView
from portal.api.errors import RefusedError
from portal.api.serializers import (
    StrictSerializer,
    clean_by_form,
    describe_form,
    input_of,
    needs_file,
)
from portal.casework import bulk, kinds
from portal.casework.common_acts import act_on_many
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.projection import acts_of
from portal.casework.services import check_allowed

MAX_BULK = 100


class ChoiceSerializer(projections.Shape):
    """One choice of a field."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class InputFieldSerializer(projections.Shape):
    """A field an act asks for."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    multiple = serializers.BooleanField()
    choices = ChoiceSerializer(many=True, allow_null=True)


class OpenActSerializer(projections.ActSerializer):
    """An act open to the reader now, with what it asks for."""

    help = serializers.CharField()
    guards = serializers.ListField(child=serializers.CharField())
    fields_ = InputFieldSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """``fields`` is a name of the serializer itself."""
        fields = super().get_fields()
        fields["fields"] = InputFieldSerializer(many=True)
        fields.pop("fields_")
        return fields


class CaseActsView(ApiView):
    """What may be done with a case."""

    actions = {"GET": "casework.view"}

    @extend_schema(operation_id="cases_acts", responses=OpenActSerializer(many=True), tags=["acts"])
    def get(self, request: Request, number: str) -> Response:
        """List the acts open to the reader now, read from the kind's transition table."""
        case = self.find_case(number)
        kind = kinds.get(case.kind)
        found = [
            {
                **act,
                "help": kind.doors[act["key"]].help,
                "guards": kind.machine.act(act["key"]).guards,
                "fields": describe_form(kind.doors[act["key"]].form(case=case, actor=self.actor)),
            }
            for act in acts_of(case, self.actor)
            if not needs_file(kind.doors[act["key"]].form)
        ]
        return Response(OpenActSerializer(found, many=True).data)


class _VersionMixin(serializers.Serializer[Any]):
    expected_version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The `version` you looked at; required for acts that change the status.",
    )


@cache
def _act_input(form: type[forms.Form]) -> type[StrictSerializer]:
    plain = input_of(form)
    name = plain.__name__.replace("InputSerializer", "ActInputSerializer")
    return type(name, (_VersionMixin, plain), {"__doc__": plain.__doc__})


def _act_inputs() -> list[type[StrictSerializer]]:
    """One input for each form of the registered kinds."""
    forms_of_acts = dict.fromkeys(
        door.form for kind in kinds.all_kinds() for door in kind.doors.values()
    )
    return [_act_input(form) for form in forms_of_acts if not needs_file(form)]


class CaseActView(ApiView):
    """Doing something with a case."""

    actions = {"POST": "casework.view"}

    @extend_schema(
        operation_id="cases_act",
        request=PolymorphicProxySerializer(
            component_name="ActInput", serializers=_act_inputs, resource_type_field_name=None
        ),
        responses=projections.DoneSerializer,
        tags=["acts"],
    )
    def post(self, request: Request, number: str, key: str) -> Response:
        """Perform an act. `GET …/acts/` says which are open and what each asks for."""
        case = self.find_case(number)
        door = kinds.get(case.kind).doors.get(key)
        if door is None or needs_file(door.form):
            raise Http404
        act = kinds.get(case.kind).machine.act(key)
        try:
            check_allowed(act, case, self.actor)
            serializer = _act_input(door.form)(data=request.data)
            serializer.is_valid(raise_exception=True)
            values = dict(serializer.validated_data)
            version = values.pop("expected_version", None)
            if act.is_transition and version is None and not self.actor.is_outside:
                raise exceptions.ValidationError(
                    {"expected_version": "Send the version of the case you looked at."},
                    code="required",
                )
            cleaned = clean_by_form(door.form, values, case=case, actor=self.actor)
            door.service(case=case, actor=self.actor, expected_version=version, **cleaned)
        except Refused as refusal:
            raise self._told(refusal, case) from refusal
        case.refresh_from_db(fields=["version"])
        return Response(projections.DoneSerializer(projections.done(case, self.actor)).data)

    def _told(self, refusal: Refused, case: Case) -> Exception:
        """A refusal names the inner status; who may not see that learns only that it is so."""
        known = Case.objects.filter(pk=case.pk).detailed_to(self.actor)
        if self.actor.is_outside and not known.exists():
            return RefusedError("This is not possible now.")
        return refusal


class BulkSerializer(StrictSerializer):
    """One act on many cases."""

    act = serializers.SlugField(
        max_length=60, help_text="Key of an act that each of the cases has and asks for alike."
    )
    numbers = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=1, max_length=MAX_BULK
    )
    values = serializers.DictField(
        required=False, help_text="The fields the act asks for, e.g. `person` or `reason`."
    )


class CaseBulkView(ApiView):
    """Doing one thing with many cases."""

    actions = {"POST": ("casework.take", "casework.assign", "casework.transfer", "casework.watch")}

    @extend_schema(
        operation_id="cases_bulk",
        request=BulkSerializer,
        responses=projections.DoneSerializer(many=True),
        tags=["acts"],
    )
    def post(self, request: Request) -> Response:
        """Perform one act on up to 100 cases: on all, or on none."""
        serializer = BulkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        form = self._form(data["act"], data["numbers"])
        values = input_of(form)(data=data.get("values", {}))
        if not values.is_valid():
            raise exceptions.ValidationError({"values": values.errors})
        cleaned = clean_by_form(form, values.validated_data, actor=self.actor)
        changed = act_on_many(
            actor=self.actor, numbers=data["numbers"], act_key=data["act"], **cleaned
        )
        shown = [projections.done(case, self.actor) for case in changed]
        return Response(projections.DoneSerializer(shown, many=True).data)

    def _form(self, key: str, numbers: list[str]) -> type[forms.Form]:
        """The form all the cases share for this act; unknown numbers are the service's to name."""
        cases = list(Case.objects.visible_to(self.actor).filter(number__in=numbers).order_by())
        keys = [case.kind for case in cases] or [kind.key for kind in kinds.all_kinds()]
        found = bulk.find_act(key, dict.fromkeys(keys))
        if found is None:
            raise exceptions.ValidationError(
                {"act": "These cases have no such act for many at once."}, code="invalid_choice"
            )
        act, door = found
        self._require(act.action)
        try:
            bulk.check_same(key, door, cases)
        except bulk.NotForAll as refusal:
            raise exceptions.ValidationError(
                {"act": f"{refusal.number} has no such act, or it asks for something else there."},
                code="invalid_choice",
            ) from refusal
        return door.form


urlpatterns: list[URLPattern] = [
    path("cases/bulk/", CaseBulkView.as_view(), name="case-bulk"),
    path("cases/<number:number>/acts/", CaseActsView.as_view(), name="case-acts"),
    path("cases/<number:number>/acts/<slug:key>/", CaseActView.as_view(), name="case-act"),
]
