"""Forms of what a unit keeps for its work: texts and macros."""

from typing import Any, cast

from django import forms

from portal.casework import kinds
from portal.casework.texts import LIMIT, PLACES
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import PlainSelect


class UnitForm(NoSsnFormMixin, forms.Form):
    """Something that belongs to a unit the actor makes things for."""

    organization = forms.ModelChoiceField(
        label="Unit",
        queryset=Organization.objects.none(),
        empty_label=None,
        help_text="Its people, and those of the units below it, can use it.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organization.objects.active().filter(
            exchange_id=actor.exchange_id, pk__in=actor.organization_ids
        )
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = own.order_by("path")


class TextForm(UnitForm):
    """A text with places for facts of the case."""

    name = forms.CharField(label="Name", max_length=80)
    body = forms.CharField(
        label="Text",
        max_length=LIMIT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Places: "
        + ", ".join(f"{{{name}}} ({place.label})" for name, place in PLACES.items())
        + ". Nothing about a person belongs in it.",
    )
    field_order = ["name", "organization", "body"]


class MacroForm(UnitForm):
    """Name and unit of a macro, and whether people can run it."""

    name = forms.CharField(label="Name", max_length=80)
    is_active = forms.BooleanField(
        label="In use", required=False, help_text="People of the unit can run it."
    )
    field_order = ["name", "organization", "is_active"]


class NewMacroForm(UnitForm):
    """A macro that does not exist yet; which cases it is for stays."""

    name = forms.CharField(label="Name", max_length=80)
    kind = forms.ChoiceField(
        label="For",
        required=False,
        widget=PlainSelect,
        help_text="Decides which actions it can have. It cannot be changed later.",
    )
    field_order = ["name", "organization", "kind"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        cast(forms.ChoiceField, self.fields["kind"]).choices = [
            ("", "Every kind of case"),
            *((kind.key, kind.plural) for kind in kinds.listed_kinds(actor)),
        ]
