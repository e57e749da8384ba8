"""The part of a form that asks for a type's own fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from escalations.tickets.facts import FactField, FieldType, clean_facts
from portal.casework.forms import ActForm

#: Names of such fields in a form begin with this; through the API they are one object, ``facts``.
PREFIX = "facts-"


class FactsForm(ActForm):
    """Asks for facts besides what the act asks for: ``facts`` is one of its cleaned values."""

    nested = "facts"

    def ask(self, fields: Sequence[FactField], known: Mapping[str, Any] | None = None) -> None:
        """Add the fields, with what is known of them already."""
        self._asked = list(fields)
        for field in self._asked:
            name = f"{PREFIX}{field.key}"
            self.fields[name] = _form_field(field)
            if known and field.key in known:
                self.initial[name] = known[field.key]
            reason = f"{PREFIX}{field.reason_key}"
            if field.same_as and self._needs_reason(field, known or {}):
                self.fields[reason] = forms.CharField(
                    label=f"{field.label}: this date is right because…",
                    required=False,
                    max_length=400,
                    initial=(known or {}).get(field.reason_key, ""),
                )

    def _needs_reason(self, field: FactField, known: Mapping[str, Any]) -> bool:
        """Asked only of somebody whose dates differ, or who has said why they do."""
        if not self.is_bound:
            return field.reason_key in known
        given = [self.data.get(f"{PREFIX}{key}") for key in (field.key, field.same_as)]
        return all(given) and given[0] != given[1]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        values = {
            name.removeprefix(PREFIX): data.pop(name)
            for name in list(data)
            if name.startswith(PREFIX)
        }
        if not any(name.startswith(PREFIX) for name in self.errors):
            try:
                data["facts"] = clean_facts(getattr(self, "_asked", ()), values, prefix=PREFIX)
            except ValidationError as error:
                if not hasattr(error, "error_dict"):
                    raise
                for name, reasons in error.error_dict.items():
                    self.add_error(name if name in self.fields else None, reasons)
        return data


def _form_field(field: FactField) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": field.required,
    }
    match field.type:
        case FieldType.LONG:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)
        case FieldType.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
        case FieldType.CHOICE:
            chosen = [("", "Choose…"), *((c, c) for c in field.choices)]
            return forms.ChoiceField(choices=chosen, **common)
        case FieldType.YES_NO:
            pairs = [("yes", "Yes"), ("no", "No")]
            return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect, **common)
        case FieldType.NUMBER | FieldType.MONEY:
            attrs = {"inputmode": "decimal", "autocomplete": "off"}
            return forms.CharField(max_length=20, widget=forms.TextInput(attrs=attrs), **common)
    return forms.CharField(max_length=400, **common)
