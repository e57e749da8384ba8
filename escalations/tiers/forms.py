"""Forms of the tiers' acts, of opening a member's case, and of what an exchange configures."""

from typing import Any, cast

from django import forms
from django.utils import timezone

from escalations.tickets.models import ConsumerContact, ResolutionCode, TicketType
from escalations.tiers.appeal_table import KIND as PLAN_APPEAL
from escalations.tiers.handoffs import NO_DOCUMENTS, NO_RATIONALE, NO_TIME
from escalations.tiers.models import MemberDetail, PlanAppealDetail, ServiceLevel
from escalations.tiers.table import KIND as MEMBER_CASE
from portal.casework.common_acts import assignable_people
from portal.casework.forms import ActForm
from portal.casework.models import Attachment
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person
from portal.ui.forms import DateTimeInput, Section


def _text(label: str, help_text: str = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": 4}), **more
    )


class AttachmentsField(forms.ModelMultipleChoiceField):
    """Files of the case, by name, as check boxes."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.document.original_name)


class HandoffForm(ActForm):
    """The three contents every handoff and resolution must record (CC-19)."""

    rationale = _text(
        "Decision rationale",
        "What was decided, and why.",
        error_messages={"required": NO_RATIONALE},
    )
    documents = AttachmentsField(
        label="Documents exchanged: files of this case",
        queryset=Attachment.objects.none(),
        required=False,
    )
    documents_text = forms.CharField(
        label="Other documents exchanged",
        required=False,
        max_length=500,
        help_text="Papers that are no files of this case. Write “none” if there were none at all.",
    )
    took_place_at = forms.DateTimeField(
        label="When it took place",
        widget=DateTimeInput,
        help_text="The contact or the decision, not the writing down.",
        error_messages={"required": NO_TIME},
    )

    def prepare(self) -> None:
        # To the minute, as the control shows it: never a moment that is still to come.
        self.fields["took_place_at"].initial = lambda: timezone.now().replace(
            second=0, microsecond=0
        )
        rows = Attachment.objects.filter(case=self.case) if self.case else Attachment.objects.none()
        self.offer("documents", rows.select_related("document"))
        if not rows.exists():
            del self.fields["documents"]
            field = self.fields["documents_text"]
            field.label = "Documents exchanged"
            field.help_text = "Name them, or write “none”. The case has no files."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        named = data.get("documents_text", "").strip()
        if "documents_text" not in self.errors and not named and not data.get("documents"):
            self.add_error("documents_text", NO_DOCUMENTS)
        return data


class ResolveForm(HandoffForm):
    code = forms.ModelChoiceField(label="Resolution code", queryset=ResolutionCode.objects.none())
    field_order = ["code"]

    def prepare(self) -> None:
        super().prepare()
        codes = ResolutionCode.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)
        self.offer("code", codes)


class DecideForm(HandoffForm):
    decision = forms.ChoiceField(
        label="Decision", choices=PlanAppealDetail.Decision.choices, widget=forms.RadioSelect
    )
    field_order = ["decision"]


class AskForm(ActForm):
    missing = _text("What is missing", "The tier's clock stands until the answer is recorded.")


class AnswerForm(ActForm):
    answer = _text("What was answered")


class EmailReplyForm(ActForm):
    summary = _text("What was answered")


class ResearchForm(ActForm):
    findings = _text("What the research found", "Only the exchange's own staff can read this.")


class AcknowledgeForm(ActForm):
    channel = forms.ChoiceField(label="How", choices=ConsumerContact.Channel.choices)
    summary = _text("What the member was told")


class CaseManagerForm(ActForm):
    person = forms.ModelChoiceField(label="Case manager", queryset=Person.objects.none())

    def prepare(self) -> None:
        if self.case:
            self.offer("person", assignable_people(self.case.queue))


class ExpediteForm(ActForm):
    reason = _text("Why it is medically necessary", "From now on the appeal has 72 hours.")


class OpenCaseForm(ActForm):
    """A member's call, email or chat, as a case (CC-09)."""

    ticket_type = forms.ModelChoiceField(
        label="What it is about",
        queryset=TicketType.objects.none(),
        help_text="The type decides which tier begins with it.",
    )
    summary = _text("What the member says")
    channel = forms.ChoiceField(label="How it came", choices=MemberDetail.Channel.choices)
    consumer_name = forms.CharField(label="Member's name", max_length=120, required=False)
    consumer_case_number = forms.CharField(label="Member number", max_length=40, required=False)
    consumer_phone = forms.CharField(
        label="Telephone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    consumer_email = forms.EmailField(label="Email", required=False)
    employer = forms.ModelChoiceField(
        label="Employer",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="Not known",
    )
    brought_by_employer = forms.BooleanField(
        label="The employer brought this case",
        required=False,
        help_text="Its Group Plan Administrator then sees the number, the status and the dates,"
        " and nothing else. An appeal is never shown to an employer.",
    )
    sections = (
        Section("The issue", ("ticket_type", "summary", "channel")),
        Section(
            "The member",
            ("consumer_name", "consumer_case_number", "consumer_phone", "consumer_email"),
        ),
        Section("The employer", ("employer", "brought_by_employer")),
    )

    def prepare(self) -> None:
        self.offer("ticket_type", open_types(self.actor))
        employers = Organization.objects.filter(
            exchange_id=self.actor.exchange_id,
            kind=Organization.Kind.EMPLOYER,
            is_active=True,
        )
        self.offer("employer", employers)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("brought_by_employer") and data.get("employer") is None:
            self.add_error("employer", "Choose the employer who brought this case.")
        return data


def open_types(actor: Actor) -> Any:
    """The types a member's case or appeal can have in the actor's exchange."""
    return TicketType.objects.filter(
        exchange_id=actor.exchange_id, is_active=True, kind__in=[MEMBER_CASE, PLAN_APPEAL]
    )


class TierSettingsForm(forms.Form):
    """The unit of each tier, and which types start the two further promises."""

    tier_1 = forms.ModelChoiceField(label="Tier 1", queryset=Organization.objects.none())
    tier_2 = forms.ModelChoiceField(label="Tier 2", queryset=Organization.objects.none())
    tier_3 = forms.ModelChoiceField(label="Tier 3", queryset=Organization.objects.none())
    email_types = forms.ModelMultipleChoiceField(
        label="Email answered within its promise",
        queryset=TicketType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Types whose cases always start the clock of an email's answer. A case that"
        " came by email starts it whatever its type.",
    )
    research_types = forms.ModelMultipleChoiceField(
        label="Initial claim or billing research",
        queryset=TicketType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Types whose cases start the clock of the research.",
    )
    sections = (
        Section("Units", ("tier_1", "tier_2", "tier_3")),
        Section("Promises by type", ("email_types", "research_types")),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
        types = TicketType.objects.filter(exchange_id=actor.exchange_id, kind=MEMBER_CASE)
        for name in ("tier_1", "tier_2", "tier_3"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = units
        for name in ("email_types", "research_types"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = types

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        units = [data[name] for name in ("tier_1", "tier_2", "tier_3") if data.get(name)]
        if len(set(units)) < len(units):
            self.add_error(None, "Choose a different unit for each tier.")
        return data


class ServiceLevelForm(forms.ModelForm):
    """One sentence of the published service levels."""

    class Meta:
        model = ServiceLevel
        fields = ("subject", "wording", "goal_low", "goal_high", "is_published")
        labels = {
            "subject": "About",
            "wording": "Promise",
            "goal_low": "Red under (percent kept)",
            "goal_high": "Green from (percent kept)",
            "is_published": "Published",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        low, high = data.get("goal_low"), data.get("goal_high")
        if low is not None and high is not None and low > high:
            self.add_error("goal_high", "Green cannot begin under the red end.")
        return data
