"""Forms of a ticket's acts."""

from django import forms

from escalations.tickets.models import ConsumerContact, ResolutionCode
from portal.casework.forms import ActForm


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
