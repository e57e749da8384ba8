"""The shapes of cases in the API: what :mod:`portal.casework.projection` shows, as JSON.

Field lists are written out: what a projection gains does not reach the API by itself.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from portal.casework import kinds
from portal.casework.models import Case
from portal.casework.projection import CaseStatusView, Section
from portal.tenancy.actor import Actor


@extend_schema_field({})
class _AnyValue(serializers.Field):
    """A value as its kind of case has it: text, a date, or an object."""

    def to_representation(self, value: Any) -> Any:
        return value


class Shape(serializers.Serializer[Any]):
    """Something that goes out and never comes in."""


class EventSerializer(Shape):
    """One line of the timeline, as its reader may see it. Instants are UTC."""

    at = serializers.DateTimeField()
    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    actor = serializers.CharField(help_text="Empty where the reader may not know.")
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    text = serializers.CharField()
    note_kind = serializers.CharField()


class FileSerializer(Shape):
    """A file the reader may fetch."""

    public_id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    added_at = serializers.DateTimeField()
    audience = serializers.CharField()


class LinkSerializer(Shape):
    """A linked case the reader may know of."""

    number = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    status = serializers.CharField()
    queue = serializers.CharField()
    owner = serializers.CharField()


class RowSerializer(Shape):
    """A labelled value."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = _AnyValue(allow_null=True)


class SectionSerializer(Shape):
    """A titled block of labelled values."""

    key = serializers.CharField()
    title = serializers.CharField()
    rows = RowSerializer(many=True)

    def to_representation(self, section: Section) -> dict[str, Any]:
        rows = [dict(zip(("key", "label", "value"), row, strict=True)) for row in section.rows]
        return super().to_representation({"key": section.key, "title": section.title, "rows": rows})


class ActSerializer(Shape):
    """An act open to the reader now."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    confirm = serializers.BooleanField(help_text="Ask before: it cannot be undone.")
    is_transition = serializers.BooleanField(help_text="Needs `expected_version`.")


class ReferralSerializer(Shape):
    """Whom to contact instead."""

    name = serializers.CharField()
    helps_with = serializers.CharField()
    phone = serializers.CharField()
    url = serializers.CharField()
    address = serializers.CharField()


class _CaseBase(Shape):
    number = serializers.CharField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    status = serializers.CharField()
    opened_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class _FullRow(_CaseBase):
    shows_details = serializers.BooleanField()
    status_key = serializers.CharField()
    is_open = serializers.BooleanField()
    is_urgent = serializers.BooleanField()
    is_breached = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    office = serializers.CharField()
    queue = serializers.CharField()
    owner = serializers.CharField()


class CaseStatusRowSerializer(_CaseBase):
    """A row for a reader without leave to see details: received, in progress, referred,
    resolved, and the dates of what they were told (EA-20)."""

    shows_details = serializers.BooleanField()


class CaseDetailRowSerializer(_FullRow):
    """A row for a reader who is shown details."""


class CaseStatusSerializer(_CaseBase):
    """A case for a reader without leave to see its details (EA-20)."""

    shows_details = serializers.BooleanField()
    closed_at = serializers.DateTimeField(allow_null=True)
    timeline = EventSerializer(many=True)
    requests = serializers.ListField(
        child=serializers.CharField(), help_text="What the reader is asked for."
    )
    referral = ReferralSerializer(allow_null=True)


class CaseDetailSerializer(_FullRow):
    """A case with its details."""

    version = serializers.IntegerField(help_text="Send it back as `expected_version`.")
    timeline = EventSerializer(many=True)
    requests = serializers.ListField(child=serializers.CharField())
    referral = ReferralSerializer(allow_null=True)
    sections = SectionSerializer(many=True)
    files = FileSerializer(many=True)
    links = LinkSerializer(many=True)
    acts = ActSerializer(many=True)


#: Either of the two, told apart by ``shows_details``.
CASE = PolymorphicProxySerializer(
    component_name="Case",
    serializers=[CaseStatusSerializer, CaseDetailSerializer],
    resource_type_field_name=None,
)
CASE_ROW = PolymorphicProxySerializer(
    component_name="CaseRow",
    serializers=[CaseStatusRowSerializer, CaseDetailRowSerializer],
    resource_type_field_name=None,
)


class DoneSerializer(Shape):
    """What a change answers: where to look. Details come from the case itself, behind the gate,
    so that a repeated answer never shows what has since been closed."""

    number = serializers.CharField()
    url = serializers.CharField(help_text="Address of the case, without the host.")
    version = serializers.IntegerField(
        allow_null=True, help_text="Null for readers outside the exchange."
    )


def case_data(seen: CaseStatusView) -> Mapping[str, Any]:
    """A projection as JSON."""
    chosen = CaseDetailSerializer if seen.shows_details else CaseStatusSerializer
    return chosen(seen).data


def done(case: Case, actor: Actor) -> dict[str, Any]:
    """The answer to a change."""
    return {
        "number": case.number,
        "url": reverse("api:case", args=[case.number]),
        "version": None if actor.is_outside else case.version,
    }


def project(actor: Actor, case: Case, surface: str) -> CaseStatusView:
    """The case as the actor may see it; the look is recorded under ``surface``."""
    kind = kinds.get(case.kind)
    if kind.project is None:
        raise Http404
    return kind.project(actor, case, surface=surface)  # type: ignore[call-arg]
