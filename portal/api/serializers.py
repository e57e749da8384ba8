"""What comes in and goes out: strict inputs, and inputs made from the forms of acts."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from portal.casework.forms import ActForm
from portal.casework.models import Case
from portal.documents.serializers import NoSsnSerializerMixin
from portal.tenancy.actor import Actor
from portal.ui.forms import MultipleFileField

#: The longest free text taken in (characters).
MAX_TEXT = 20_000
#: The most members a list of ids may have.
MAX_LIST = 100
MAX_ID = 2**63 - 1


class StrictSerializer(NoSsnSerializerMixin, serializers.Serializer[Any]):
    """Takes in the fields it names and refuses all others, and Social Security numbers."""

    def to_internal_value(self, data: Any) -> Any:
        """The values of the fields.

        Raises:
            ValidationError: a field is unknown or not valid; names it.
        """
        values = super().to_internal_value(data)
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                detail = ErrorDetail("There is no such field.", code="unknown")
                raise serializers.ValidationError({name[:60]: [detail] for name in unknown})
        return values


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="A key for programs, e.g. `required`.")
    detail = serializers.CharField(help_text="A sentence for people.")
    attr = serializers.CharField(allow_null=True, help_text="The field it is about.")


class ErrorReportSerializer(serializers.Serializer[Any]):
    """Every error, in one shape."""

    type = serializers.CharField(help_text="`validation_error`, `client_error` or `server_error`.")
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


@cache
def input_of(form: type[forms.Form]) -> type[StrictSerializer]:
    """The serializer of an act's form: same names, same limits; rows are named by their id.

    Files are not among its fields: they have addresses of their own.
    """
    room = form.__module__.split(".")[-2].title()
    fields: dict[str, Any] = {
        name: _field(field)
        for name, field in form.base_fields.items()
        if not isinstance(field, forms.FileField)
    }
    if nested := getattr(form, "nested", ""):
        fields[nested] = serializers.DictField(
            required=False, help_text="Fields that depend on the case, by key."
        )
    fields["__doc__"] = (form.__doc__ or "").strip().partition("\n")[0]
    name = f"{room}{form.__name__.removesuffix('Form')}InputSerializer"
    return type(name, (StrictSerializer,), fields)


def needs_file(form: type[forms.Form]) -> bool:
    """Whether the form asks for a file, so that its act has an address of its own."""
    return any(
        isinstance(field, forms.FileField) and field.required for field in form.base_fields.values()
    )


def clean_by_form(
    form: type[forms.Form], values: Mapping[str, Any], *, actor: Actor, case: Case | None = None
) -> dict[str, Any]:
    """What the form makes of values of the right shape: the arguments of its service.

    Rows are looked up among those the form offers this actor.

    Raises:
        ValidationError: as the form says, by field and with its codes.
    """
    assert issubclass(form, ActForm)
    data = {k: v for k, v in values.items() if v is not None}
    inner = {f"{form.nested}-{key}": value for key, value in data.pop(form.nested, {}).items()}
    bound = form(data=data | inner, case=case, actor=actor)
    if unknown := sorted(set(inner) - set(bound.fields)):
        detail = ErrorDetail("There is no such field.", code="unknown")
        raise serializers.ValidationError({name[:60]: [detail] for name in unknown})
    if bound.is_valid():
        return bound.cleaned_data
    raise serializers.ValidationError(
        {
            api_settings.NON_FIELD_ERRORS_KEY if name == NON_FIELD_ERRORS else name: [
                ErrorDetail(message, code=error.code or "invalid")
                for error in errors.as_data()
                for message in error.messages
            ]
            for name, errors in bound.errors.items()
        }
    )


def describe_form(form: forms.Form) -> list[dict[str, Any]]:
    """The fields of an act's form as data, with the choices it offers its actor."""
    return [
        {
            "name": name,
            "label": str(field.label or name),
            "help": str(field.help_text),
            "required": field.required,
            "multiple": isinstance(field, forms.MultipleChoiceField | MultipleFileField),
            "choices": _choices(field),
        }
        for name, field in form.fields.items()
        if not isinstance(field, forms.FileField)
    ]


def _choices(field: forms.Field) -> list[dict[str, str]] | None:
    if isinstance(field, forms.ModelChoiceField):
        rows = field.queryset if field.queryset is not None else ()
        return [{"value": str(row.pk), "label": field.label_from_instance(row)} for row in rows]
    if isinstance(field, forms.ChoiceField):
        return [{"value": str(key), "label": str(label)} for key, label in _pairs(field) if key]
    return None


def _pairs(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    return list(cast(Iterable[tuple[Any, Any]], field.choices))


def _field(field: forms.Field) -> serializers.Field:
    """The serializer field of a form field; it checks shape, the form checks sense."""
    common: dict[str, Any] = {
        "required": field.required,
        "label": str(field.label) if field.label else None,
        "help_text": str(field.help_text) or None,
    }
    match field:
        case forms.ModelMultipleChoiceField():
            ids = serializers.IntegerField(min_value=1, max_value=MAX_ID)
            return serializers.ListField(child=ids, max_length=MAX_LIST, **common)
        case forms.ModelChoiceField():
            return serializers.IntegerField(min_value=1, max_value=MAX_ID, **common)
        case forms.MultipleChoiceField():
            one = serializers.ChoiceField(choices=_pairs(field))
            return serializers.ListField(child=one, max_length=MAX_LIST, **common)
        case forms.ChoiceField():
            choices = [(key, label) for key, label in _pairs(field) if key != ""]
            return serializers.ChoiceField(choices=choices, **common)
        case forms.BooleanField():
            return serializers.BooleanField(**common)
        case forms.DateTimeField():
            return serializers.DateTimeField(**common)
        case forms.DateField():
            return serializers.DateField(allow_null=not field.required, **common)
        case forms.DecimalField():
            return serializers.DecimalField(
                max_digits=field.max_digits or 12,
                decimal_places=field.decimal_places or 2,
                **common,
            )
        case forms.IntegerField():
            return serializers.IntegerField(
                min_value=cast(int | None, field.min_value),
                max_value=cast(int | None, field.max_value),
                **common,
            )
        case forms.EmailField():
            return serializers.EmailField(
                max_length=field.max_length, allow_blank=not field.required, **common
            )
        case forms.CharField():
            return serializers.CharField(
                max_length=field.max_length or MAX_TEXT, allow_blank=not field.required, **common
            )
    raise TypeError(f"The API does not know how to take in a {type(field).__name__}.")
