"""Forms of a ticket's acts, of opening one, and of what an exchange configures."""

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from escalations.tickets import help_desk, workkinds
from escalations.tickets.carriers import carriers_of
from escalations.tickets.duplicates import require_no_duplicate
from escalations.tickets.enrollers import find_enroller
from escalations.tickets.fact_forms import PREFIX, FactsForm
from escalations.tickets.facts import When, asked, read_fields
from escalations.tickets.models import (
    CarrierRequest,
    ConsumerContact,
    HelpDeskTicket,
    ResolutionCode,
    RoutingRule,
    TicketDetail,
    TicketType,
)
from escalations.tickets.services import editable_fields
from portal.casework.forms import ActForm, find_case
from portal.casework.models import Case
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization


class HelpDeskChoice(forms.ModelChoiceField):
    """Help desk tickets by number, system and subject."""

    def label_from_instance(self, case: Case) -> str:
        ticket = case.help_desk_ticket
        return f"{case.number} · {ticket.get_system_display()} · {ticket.subject}"


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": 4})
    )


class AskForm(ActForm):
    missing = _text("What is missing", "Their clock runs until they answer.")


class AnswerForm(ActForm):
    answer = _text("What they answered")


class AskCarrierForm(ActForm):
    """What to ask which health plan (C.2a 6)."""

    carrier = forms.ModelChoiceField(label="Health plan", queryset=Organization.objects.none())
    contact_person = forms.CharField(label="Contact at the plan", max_length=120, required=False)
    channel = forms.ChoiceField(label="How", choices=CarrierRequest.Channel.choices)
    asked = _text("What you ask for", "A follow-up is due every five business days.")

    def prepare(self) -> None:
        self.offer("carrier", carriers_of(self.actor.exchange))


class CarrierFollowUpForm(ActForm):
    summary = _text("What was said")


class CarrierAnswerForm(ActForm):
    answer = _text("What the health plan answered")


class HelpDeskFieldsForm(ActForm):
    """What a help desk ticket says to the vendor."""

    system = forms.ChoiceField(label="System", choices=HelpDeskTicket.System.choices)
    subject = forms.CharField(
        label="Subject line", max_length=120, help_text="The standard one. Name no person in it."
    )
    description = _text("What the vendor should fix")


class EditHelpDeskForm(HelpDeskFieldsForm):
    """A draft as it stands."""

    def prepare(self) -> None:
        if self.case is not None:
            ticket = HelpDeskTicket.objects.get(case=self.case)
            detail = TicketDetail.objects.get(case=self.case)
            self.initial.update(
                system=ticket.system, subject=ticket.subject, description=detail.summary
            )


class WaitForHelpDeskForm(ActForm):
    """Choose a help desk ticket that is there, or draft one (C.2a 5)."""

    help_desk = HelpDeskChoice(
        label="Help desk ticket",
        queryset=Case.objects.none(),
        required=False,
        empty_label="Draft a new one",
    )
    system = forms.ChoiceField(
        label="System", choices=HelpDeskTicket.System.choices, required=False
    )
    subject = forms.CharField(
        label="Subject line of a new one",
        max_length=120,
        required=False,
        help_text="The standard one. Name no person in it.",
    )
    description = forms.CharField(
        label="What the vendor should fix",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def prepare(self) -> None:
        self.offer("help_desk", help_desk.holding(self.actor))

    def clean_system(self) -> str:
        return self.cleaned_data["system"] or HelpDeskTicket.System.CALHEERS


class VendorNumberForm(ActForm):
    vendor_number = forms.CharField(label="The vendor's ticket number", max_length=40)


class FixForm(ActForm):
    fix = _text("What was fixed", "Every case that waits for this goes on.")


class DuplicateForm(ActForm):
    number = forms.CharField(
        label="Number of the ticket that goes on", max_length=32, help_text="This one ends."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if number := data.pop("number", None):
            data["of"] = find_case(self.actor, number, field="number")
        return data


class EditFactsForm(FactsForm):
    """The facts of the ticket's type, as they stand."""

    def prepare(self) -> None:
        if self.case is not None:
            detail = TicketDetail.objects.select_related("ticket_type").get(case=self.case)
            self.ask(editable_fields(detail), detail.facts)


class ContactForm(ActForm):
    channel = forms.ChoiceField(label="How", choices=ConsumerContact.Channel.choices)
    outcome = forms.ChoiceField(label="Outcome", choices=ConsumerContact.Outcome.choices)
    summary = _text("What was said")


class EndForm(FactsForm):
    """The end of a piece of work whose outcome says how it ended."""

    steps = _text("Steps taken")

    def prepare(self) -> None:
        if self.case is not None:
            detail = TicketDetail.objects.select_related("ticket_type").get(case=self.case)
            fields = read_fields(detail.ticket_type.fields)
            self.ask(asked(fields, When.RESOLVING), detail.facts)


class ResolveForm(EndForm):
    """The end of a piece of work, with the code that says how it ended."""

    code = forms.ModelChoiceField(label="Resolution code", queryset=ResolutionCode.objects.none())
    steps = _text("Steps taken", "An office with a release in force can read this.")

    field_order = ["code", "steps"]

    def prepare(self) -> None:
        super().prepare()
        codes = ResolutionCode.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        self.offer("code", codes)


class OpenTicketForm(FactsForm):
    """A new ticket of a type that was chosen before, with its advice in sight (ES-06)."""

    ticket_type: TicketType | None = None

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
    language = forms.CharField(label="Language the consumer speaks", max_length=40, required=False)
    enroller = forms.EmailField(
        label="Enroller who called",
        required=False,
        help_text="Their address here. They see where the ticket stands, and are told.",
    )
    open_another = forms.BooleanField(
        label="Open another one about the same case", required=False, widget=forms.HiddenInput
    )
    queue = forms.ModelChoiceField(
        label="Unit",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="As the routing table says",
    )

    def prepare(self) -> None:
        units = Organization.objects.queues()
        self.offer("queue", units.filter(exchange_id=self.actor.exchange_id))

    def ask_facts_of(self, ticket_type: TicketType) -> None:
        """Ask for the type's own fields, and whether there is such a ticket already."""
        self.ticket_type = ticket_type
        self.ask(asked(read_fields(ticket_type.fields), When.OPENING))
        own = [name for name in self.fields if name.startswith(PREFIX)]
        self.order_fields(["summary", "is_urgent", *own])

    def clean_enroller(self) -> Membership | None:
        return find_enroller(self.actor, self.cleaned_data["enroller"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_wanted = data.pop("open_another", False)
        number = data.get("consumer_case_number", "")
        if self.ticket_type is not None and number:
            try:
                require_no_duplicate(
                    actor=self.actor, ticket_type=self.ticket_type, consumer_case_number=number
                )
            except ValidationError as found:
                self.fields["open_another"].widget = forms.CheckboxInput()
                if not is_wanted:
                    self.add_error(None, found)
        return data


class RouteForm(forms.Form):
    """Try the routing table out: a type, urgent or not, in a language."""

    ticket_type = forms.ModelChoiceField(label="Type", queryset=TicketType.objects.none())
    is_urgent = forms.BooleanField(label="Urgent", required=False)
    language = forms.CharField(label="Language", max_length=40, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["ticket_type"]).queryset = active_types(actor)


class RuleForm(forms.ModelForm):
    """One line of the routing table; its place is changed by moving it."""

    class Meta:
        model = RoutingRule
        fields = (
            *("ticket_type", "only_urgent", "language", "queue", "why"),
            *("auto_assign", "skill"),
        )
        labels = {
            "ticket_type": "Type",
            "only_urgent": "Urgent tickets only",
            "language": "Language",
            "queue": "Unit",
            "why": "Why",
            "auto_assign": "Assign automatically",
            "skill": "Skill",
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

    usual_exception = forms.ChoiceField(
        label="Usual exception to the promise",
        choices=TicketType.UsualException.choices,
        required=False,
        help_text="Its step is offered first on tickets of this type.",
    )
    fields_text = forms.CharField(
        label="Fields of its own",
        required=False,
        help_text="A list of objects with key, label and type (text, long, date, choice, yes_no,"
        " number, money); also required, help, choices, when, must_be, same_as and because.",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "ui-code"}),
    )

    def clean_fields_text(self) -> list[dict[str, Any]]:
        text = self.cleaned_data["fields_text"].strip()
        try:
            raw = json.loads(text) if text else []
        except ValueError:
            raise ValidationError("This is no list in JSON. Check brackets and commas.") from None
        try:
            read_fields(raw)
        except ValidationError as error:
            raise ValidationError(error.messages) from None
        return raw


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
    kind = forms.ChoiceField(
        label="Worked as",
        choices=(),
        initial="ticket",
        help_text="The steps and promises of its tickets. It never changes afterwards.",
    )
    field_order = ["label", "key", "kind"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = actor.exchange.modules
        cast(forms.ChoiceField, self.fields["kind"]).choices = [
            (kind.key, kind.label) for kind in workkinds.all_work_kinds() if kind.key in on
        ]


def active_types(actor: Actor) -> QuerySet[TicketType]:
    """The types new tickets of the actor's exchange can have."""
    return TicketType.objects.filter(exchange_id=actor.exchange_id, is_active=True)


def openable_types(actor: Actor) -> QuerySet[TicketType]:
    """Those of them that are opened as tickets, and not on a page of their kind's own room."""
    return active_types(actor).filter(kind__in=workkinds.opened_here(actor.has_module))
