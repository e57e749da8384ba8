"""Forms of a ticket's acts, of opening one, and of what an exchange configures."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from escalations.tickets.models import (
    ConsumerContact,
    ResolutionCode,
    RoutingRule,
    TicketType,
)
from portal.casework.forms import ActForm
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": 4})
    )


class AskConsumerForm(ActForm):
    missing = _text("What is missing", "The unit's clock pauses until the consumer answers.")


class AnswerForm(ActForm):
    answer = _text("What the consumer answered")


class ContactForm(ActForm):
    channel = forms.ChoiceField(label="How", choices=ConsumerContact.Channel.choices)
    outcome = forms.ChoiceField(label="Outcome", choices=ConsumerContact.Outcome.choices)
    summary = _text("What was said")


class ResolveForm(ActForm):
    code = forms.ModelChoiceField(label="Resolution code", queryset=ResolutionCode.objects.none())
    steps = _text("Steps taken", "An office with a release in force can read this.")

    def prepare(self) -> None:
        codes = ResolutionCode.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        self.offer("code", codes)


class OpenTicketForm(ActForm):
    """A new ticket of a type that was chosen before, with its advice in sight (ES-06)."""

    summary = _text("What it is about")
    is_urgent = forms.BooleanField(
        label="Urgent",
        required=False,
        help_text="Access to care: immediate care or medicines are needed.",
    )
    consumer_name = forms.CharField(label="Consumer's name", max_length=120, required=False)
    consumer_case_number = forms.CharField(
        label="Case # or Application ID #",
        max_length=40,
        required=False,
        help_text="A case number has ten digits and begins with 5 or 1.",
    )
    consumer_phone = forms.CharField(
        label="Telephone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    consumer_email = forms.EmailField(label="Email", required=False)
    queue = forms.ModelChoiceField(
        label="Unit",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="As the routing table says",
    )

    def prepare(self) -> None:
        units = Organization.objects.queues()
        self.offer("queue", units.filter(exchange_id=self.actor.exchange_id))


class RouteForm(forms.Form):
    """Try the routing table out: a type, urgent or not."""

    ticket_type = forms.ModelChoiceField(label="Type", queryset=TicketType.objects.none())
    is_urgent = forms.BooleanField(label="Urgent", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["ticket_type"]).queryset = active_types(actor)


class RuleForm(forms.ModelForm):
    """One line of the routing table; its place is changed by moving it."""

    class Meta:
        model = RoutingRule
        fields = ("ticket_type", "only_urgent", "queue", "why")
        labels = {
            "ticket_type": "Type",
            "only_urgent": "Urgent tickets only",
            "queue": "Unit",
            "why": "Why",
        }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = cast(forms.ModelChoiceField, self.fields["ticket_type"])
        types.queryset = TicketType.objects.filter(exchange_id=actor.exchange_id)
        types.empty_label, types.help_text = "Any type", ""
        units = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
        cast(forms.ModelChoiceField, self.fields["queue"]).queryset = units


class _TypeFields(forms.Form):
    """What a type is called and what is advised about it."""

    label = forms.CharField(label="Name", max_length=120)
    best_practices = forms.CharField(
        label="Best practices",
        help_text="One a line. Shown to whoever opens a ticket of this type.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def clean_best_practices(self) -> list[str]:
        lines = self.cleaned_data["best_practices"].splitlines()
        return [line.strip() for line in lines if line.strip()]


class TypeForm(_TypeFields):
    """A type that is there."""

    is_active = forms.BooleanField(
        label="In use", required=False, help_text="New tickets can have this type."
    )


class NewTypeForm(_TypeFields):
    """A type that does not exist yet; its key never changes afterwards."""

    key = forms.SlugField(
        label="Key", max_length=60, help_text="Short and lasting, e.g. access-to-care."
    )
    field_order = ["label", "key"]


def active_types(actor: Actor) -> QuerySet[TicketType]:
    """The types new tickets of the actor's exchange can have."""
    return TicketType.objects.filter(exchange_id=actor.exchange_id, is_active=True)
