"""Forms of the producer's path, of recording a call, and of the acts on an escalation."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from escalations.producers import calls, conversation, selectors
from escalations.producers.models import CallItem, Channel, HeldReply
from escalations.producers.services import LONGEST_TEXT
from escalations.tickets.models import ResolutionCode, TicketType
from portal.casework.forms import ActForm, find_case
from portal.consumers.models import Consumer
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import MultipleFileField, Section

NO_PII = (
    "Do not include personal information: no names, dates of birth, telephone numbers, email"
    " addresses, Person IDs or Social Security numbers."
)
FILES_HELP = "PDF, JPEG or PNG. Every file is checked before it is kept."


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SearchForm(NoSsnFormMixin, forms.Form):
    """Find consumers: by name or Person ID, and for commission by health plan (MD-14, MD-22)."""

    text = forms.CharField(
        label="Consumer's name or Person ID",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    carrier = forms.ModelChoiceField(
        label="Carrier",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="Any carrier",
    )

    def __init__(self, *args: Any, actor: Actor, with_carrier: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_carrier:
            carriers = selectors.carriers_of(actor)
            cast(forms.ModelChoiceField, self.fields["carrier"]).queryset = carriers
        else:
            del self.fields["carrier"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("text") and not data.get("carrier"):
            self.add_error("text", "Enter a name or a Person ID.")
        return data


class DetailsForm(ActForm):
    """Type, check of the consumer, and description (MD-15, MD-16); for commission no type."""

    ticket_type = forms.ChoiceField(label="Escalation type")
    verified = forms.BooleanField(label="I have checked that this is the correct consumer.")
    description = _text("Description", "Never include a Social Security number.")

    def __init__(self, *args: Any, is_commission: bool, **kwargs: Any) -> None:
        self.is_commission = is_commission
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        if self.is_commission:
            del self.fields["ticket_type"]
            self.fields["verified"].label = "I have checked that these are the correct consumers."
            return
        types = selectors.types_for(self.actor, is_commission=False)
        choices = [("", "Select"), *types.values_list("key", "label")]
        cast(forms.ChoiceField, self.fields["ticket_type"]).choices = choices


class FilesForm(forms.Form):
    """Additional documents; each is screened and kept with the draft by itself."""

    uploads = MultipleFileField(label="Additional documents", required=False, help_text=FILES_HELP)


class CallForm(ActForm):
    """Who called, and for each consumer the issue and what became of it (MD-07)."""

    channel = forms.ChoiceField(
        label="How it came",
        choices=[(c.value, c.label) for c in (Channel.HOTLINE, Channel.MAIL)],
    )
    caller_name = forms.CharField(label="Producer's name", max_length=120)
    npn = forms.CharField(
        label="NPN",
        max_length=10,
        help_text="National producer number, up to ten digits.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, consumers: Sequence[Consumer], **kwargs: Any) -> None:
        self.consumers = consumers
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        types = list(selectors.types_for(self.actor).values_list("key", "label"))
        found = [Section("The producer", ("channel", "caller_name", "npn"))]
        for one in self.consumers:
            names = (f"type-{one.pk}", f"outcome-{one.pk}", calls.text_field(one))
            self.fields[names[0]] = forms.ChoiceField(
                label="Escalation type", choices=[("", "Select"), *types]
            )
            self.fields[names[1]] = forms.ChoiceField(
                label="What becomes of it",
                choices=[
                    (CallItem.Outcome.ESCALATED.value, "Escalate"),
                    (CallItem.Outcome.RESOLVED.value, "Resolved in the call"),
                ],
                widget=forms.RadioSelect,
                initial=CallItem.Outcome.ESCALATED,
            )
            self.fields[names[2]] = _text("What the issue is, or how it was resolved")
            born = one.date_of_birth.strftime("%m/%d/%Y")
            hint = f"Person ID {one.person_id or 'not known'} · born {born} · {one.phone}"
            found.append(Section(one.full_name, names, hint))
        self.sections = tuple(found)

    def lines(self) -> list[calls.CallLine]:
        """What the valid form says of each consumer."""
        types = {row.key: row for row in selectors.types_for(self.actor)}
        return [
            calls.CallLine(
                consumer=one,
                ticket_type=types[self.cleaned_data[f"type-{one.pk}"]],
                outcome=self.cleaned_data[f"outcome-{one.pk}"],
                text=self.cleaned_data[calls.text_field(one)],
            )
            for one in self.consumers
        ]


# --- Acts -----------------------------------------------------------------------------------


class ReplyForm(ActForm):
    body = _text("Your reply", NO_PII)


class MessageForm(ActForm):
    body = _text("What the producer said", "The producer can read this.")


class AnswerProducerForm(ActForm):
    body = _text(
        "Reply or next steps", "The producer reads this here; the mail does not repeat it."
    )


class AskProducerForm(ActForm):
    missing = _text(
        "What is needed",
        "The producer reads this here; the mail only asks them to sign in. The reply clock"
        " pauses until they answer.",
    )


class RecordAnswerForm(ActForm):
    answer = _text("What the producer answered")


class ResolveEscalationForm(ActForm):
    code = forms.ModelChoiceField(label="Resolution code", queryset=ResolutionCode.objects.none())
    steps = _text("Resolution or next steps", "The producer can read this.")

    def prepare(self) -> None:
        codes = ResolutionCode.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        self.offer("code", codes)


class DuplicateForm(ActForm):
    number = forms.CharField(
        label="Incident number of the original",
        max_length=32,
        help_text="The producer is given this number to follow up with.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if number := data.pop("number", None):
            data["original"] = find_case(self.actor, number, field="number")
        return data


class ScreenReplyForm(ActForm):
    """The oldest held reply, for whoever may release or redact it."""

    held = forms.ModelChoiceField(queryset=HeldReply.objects.none(), widget=forms.HiddenInput)
    text = _text(
        "The reply",
        "Send it as it is to release it, or take out what identifies a person. What you take out"
        " is erased.",
    )

    def prepare(self) -> None:
        rows = HeldReply.objects.filter(case=self.case, state=HeldReply.State.HELD)
        self.offer("held", rows)
        if self.case is None or self.is_bound:
            return
        if oldest := conversation.open_held_reply(case=self.case, actor=self.actor):
            self.initial = {"held": oldest, "text": oldest.body}


def type_named(actor: Actor, key: str) -> TicketType | None:
    """The type with this key among those producers may choose."""
    return selectors.types_for(actor).filter(key=key).first()
