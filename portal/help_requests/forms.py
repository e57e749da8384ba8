"""Forms of the wizard's three steps, and of the acts on a help request."""

from typing import Any, cast

from django import forms

from portal.casework.forms import ActForm, AttachForm
from portal.casework.machine import Audience
from portal.documents.validation import NoSsnFormMixin
from portal.help_requests import selectors
from portal.help_requests.models import HelpTopic
from portal.help_requests.satisfaction import LONGEST_COMMENT
from portal.help_requests.services import LONGEST_SUBJECT, LONGEST_TEXT
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import MultipleFileField

FILES_HELP = "PDF, JPEG or PNG. Every file is checked before it is kept."
NO_SSN = "Never include a Social Security number."
_READ_BY_ENROLLER = "The enroller reads this here; the mail does not repeat it."


def _area(label: str, help_text: str = "", *, rows: int = 5, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        **more,
    )


# --- The wizard ---------------------------------------------------------------------------------


class TopicForm(forms.Form):
    """Step 1: one topic, by key."""

    topic = forms.ChoiceField(
        label="Topic",
        choices=(),
        widget=forms.RadioSelect,
        error_messages={"required": "Select the topic that best describes the issue."},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.topics_for(actor).values_list("key", "label")
        cast(forms.ChoiceField, self.fields["topic"]).choices = list(rows)


class DetailsForm(NoSsnFormMixin, forms.Form):
    """Step 2: what the issue is, and for the category about consumers whom to look for."""

    subject = forms.CharField(
        label="Subject",
        max_length=LONGEST_SUBJECT,
        help_text="A few words, without the consumer's name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = _area("Description", f"What happened, and what you need. {NO_SSN}", rows=7)
    text = forms.CharField(
        label="Consumer's name or case number",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, topic: HelpTopic | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if topic is None or topic.category != "consumer":
            del self.fields["text"]


class FilesForm(forms.Form):
    """Step 3: files; each is screened and kept with the draft by itself."""

    uploads = MultipleFileField(label="Files", required=False, help_text=FILES_HELP)


# --- Acts ---------------------------------------------------------------------------------------


class _WithFiles(ActForm):
    """A message and its files; the files are handed on as their screened copies."""

    uploads = MultipleFileField(label="Files", required=False, help_text=FILES_HELP)

    def full_clean(self) -> None:
        super().full_clean()
        if uploads := self.screened.get("uploads"):
            self.cleaned_data["uploads"] = uploads


class ReplyForm(_WithFiles):
    body = _area("Your message", f"The team that has your request reads it. {NO_SSN}")
    field_order = ["body"]


class WriteForm(_WithFiles):
    body = _area("Message", _READ_BY_ENROLLER)
    field_order = ["body"]


class AskForm(ActForm):
    missing = _area(
        "What is needed",
        f"{_READ_BY_ENROLLER} After ten business days without an answer the request is resolved.",
    )


class RecordAnswerForm(ActForm):
    answer = _area("What the enroller answered", "The enroller can read this.")


class RerouteForm(ActForm):
    queue = forms.ModelChoiceField(label="Team", queryset=Organization.objects.none())
    reason = _area("Why it belongs there", "The enroller can read this.", rows=3)

    def prepare(self) -> None:
        rows = selectors.teams(self.actor.exchange_id)
        self.offer("queue", rows.exclude(pk=self.case.queue_id or 0) if self.case else rows)


class EscalateForm(ActForm):
    summary = _area("What has to be done", "Our own staff read this; the enroller does not.")


class ResolveForm(ActForm):
    resolution = _area("Resolution", _READ_BY_ENROLLER)


class ReopenForm(ActForm):
    reason = _area("What is still open", f"The team reads it. {NO_SSN}", rows=3)


class ShareForm(AttachForm):
    """A file of the team's, for its own eyes or for the enroller's too."""

    def prepare(self) -> None:
        cast(forms.ChoiceField, self.fields["audience"]).choices = [
            (Audience.INTERNAL.value, "Internal: only our staff"),
            (Audience.DETAIL.value, "The enroller too"),
        ]


class RateForm(ActForm):
    """One question, and room for a sentence (CC-16)."""

    score = forms.TypedChoiceField(
        label="How satisfied are you with how this request was handled?",
        choices=[
            (5, "Very satisfied"),
            (4, "Satisfied"),
            (3, "Neither"),
            (2, "Dissatisfied"),
            (1, "Very dissatisfied"),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the five answers."},
    )
    comment = forms.CharField(
        label="What would have made it better?",
        required=False,
        max_length=LONGEST_COMMENT,
        help_text=f"Name no consumer. {NO_SSN}",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
