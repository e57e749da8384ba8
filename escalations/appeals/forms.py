"""Forms of opening an appeal and of its acts. Cleaned data are the arguments of the services."""

from typing import Any

from django import forms

from escalations.appeals import common
from escalations.appeals.intake import EDITABLE
from escalations.appeals.models import (
    AppealDetail,
    AppealTask,
    Decision,
    Delivery,
    HearingFormat,
    Withdrawal,
)
from escalations.appeals.packets import AttachmentField
from portal.casework.common_acts import assignable_people
from portal.casework.forms import ActForm, find_case
from portal.casework.models import Attachment
from portal.tenancy.models import Organization, Person
from portal.ui.forms import DateInput, DateTimeInput, Section


def _text(label: str, help_text: str = "", *, required: bool = True, rows: int = 4) -> forms.Field:
    """A text of several lines."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """A date in the exchange's time zone."""
    return forms.DateField(label=label, help_text=help_text, required=required, widget=DateInput())


def a_file() -> AttachmentField:
    """A file that is on the case already."""
    return AttachmentField(
        label="File of the case",
        queryset=Attachment.objects.none(),
        required=False,
        empty_label="None",
        help_text="Add the file to the case first.",
    )


class AppealActForm(ActForm):
    """Offers the files of the case, and today for days."""

    #: Days that are today unless said otherwise.
    today: tuple[str, ...] = ()

    def prepare(self) -> None:
        now = common.today(self.actor.exchange)
        for name in self.today:
            self.fields[name].initial = now
        if self.case and "attachment" in self.fields:
            files = Attachment.objects.filter(case=self.case).select_related("document")
            self.offer("attachment", files)


class _Particulars(AppealActForm):
    """Who appeals, and how they want to be heard."""

    appellant_name = forms.CharField(label="Appellant's name", max_length=120)
    appellant_case_number = forms.CharField(
        label="Case # or Application ID #",
        max_length=40,
        required=False,
        help_text="A case number has ten digits and begins with 5 or 1.",
    )
    appellant_phone = forms.CharField(
        label="Telephone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    appellant_email = forms.EmailField(label="Email", required=False)
    language = forms.CharField(label="Language", max_length=40, initial="English")
    needs_interpreter = forms.BooleanField(label="Needs an interpreter", required=False)
    hearing_format = forms.ChoiceField(
        label="Hearing", choices=HearingFormat.choices, initial=HearingFormat.PHONE
    )
    representative_name = forms.CharField(
        label="Authorized representative", max_length=120, required=False
    )
    representative_contact = forms.CharField(
        label="Representative's telephone or email", max_length=120, required=False
    )
    representative_basis = forms.ChoiceField(
        label="What authorizes the representative",
        choices=[("", "No representative"), *AppealDetail.Basis.choices],
        required=False,
    )


class OpenAppealForm(_Particulars):
    """A new appeal (C.8 1)."""

    notice_title = forms.CharField(
        label="Notice that is appealed", max_length=120, help_text="Its title or number."
    )
    notice_date = day("Date of the notice")
    requested_on = day("Appeal asked for on", "The day the consumer asked, however they did.")
    good_cause = _text(
        "Good cause for the delay",
        "Only when the request came later than the notice allows (90 days).",
        required=False,
        rows=3,
    )
    subject = forms.ChoiceField(label="What is appealed", choices=AppealDetail.Subject.choices)
    grounds = _text("What the appellant says")
    channel = forms.ChoiceField(label="Asked by", choices=AppealDetail.Channel.choices)
    came_by = forms.ChoiceField(
        label="Came from",
        choices=AppealDetail.CameBy.choices,
        initial=AppealDetail.CameBy.SERVICE_CENTER,
    )
    cdss_number = forms.CharField(label="CDSS number", max_length=40, required=False)
    parent = forms.CharField(
        label="Work for the case",
        max_length=32,
        required=False,
        help_text="Number of the case this appeal is work for, if there is one.",
    )
    today = ("requested_on",)
    sections = (
        Section(
            "The appeal",
            (
                "notice_title",
                "notice_date",
                "requested_on",
                "good_cause",
                "subject",
                "grounds",
                "channel",
                "came_by",
                "cdss_number",
                "parent",
            ),
        ),
        Section(
            "The appellant",
            (
                "appellant_name",
                "appellant_case_number",
                "appellant_phone",
                "appellant_email",
                "language",
                "needs_interpreter",
                "hearing_format",
            ),
        ),
        Section(
            "Authorized representative",
            ("representative_name", "representative_contact", "representative_basis"),
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number = data.pop("parent", "")
        data["parent"] = find_case(self.actor, number, field="parent") if number else None
        return data


class EditAppealForm(_Particulars):
    """Correct what is known of the appellant."""

    cdss_number = forms.CharField(label="CDSS number", max_length=40, required=False)

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            for name in EDITABLE:
                self.initial.setdefault(name, getattr(self.case.appeal, name))


class DatedForm(AppealActForm):
    """A step that was done on a day."""

    on = day("Done on")
    remark = forms.CharField(label="Remark", max_length=500, required=False)
    today = ("on",)


class RemarkForm(AppealActForm):
    """A step with a remark."""

    remark = _text("Remark", required=False, rows=3)


class ValidForm(AppealActForm):
    """CDSS found the request valid."""

    cdss_number = forms.CharField(label="CDSS number", max_length=40, required=False)


class InvalidForm(AppealActForm):
    """CDSS found the request invalid."""

    reason = _text("Why it is invalid")
    cure_by = day("Can be cured until")


class CureForm(AppealActForm):
    """The appellant cured the request."""

    cure = _text("What was cured")


class AskExpeditedForm(AppealActForm):
    """An expedited appeal is asked for."""

    need = _text("Immediate need for health services", "What could happen if the appeal waits.")


class ContinuedForm(AppealActForm):
    """Eligibility stays as it was while the appeal runs, if the appellant wants it and pays."""

    accepted_on = day("Appellant accepted on", required=False)
    paid_on = day("Premium paid on", "Both days set continued enrollment.", required=False)

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            self.initial.setdefault("accepted_on", self.case.appeal.continued_accepted_on)
            self.initial.setdefault("paid_on", self.case.appeal.continued_paid_on)


class ResolveForm(AppealActForm):
    """The appellant withdraws."""

    form = forms.ChoiceField(label="Withdrawn", choices=Withdrawal.Form.choices)
    withdrawn_on = day("Withdrawn on")
    outcome = _text("Outcome", "What was found or agreed, in words for the notice.")
    is_conditional = forms.BooleanField(
        label="Conditional",
        required=False,
        help_text="Each side does what is listed below within 30 calendar days.",
    )
    exchange_does = _text("What the exchange does", "One a line.", required=False, rows=3)
    appellant_does = _text("What the appellant does", "One a line.", required=False, rows=3)
    today = ("withdrawn_on",)


class ObjectForm(AppealActForm):
    """The appellant objects to the withdrawal."""

    on = day("Objected on")
    reason = _text("Why")
    today = ("on",)


class ScheduleForm(AppealActForm):
    """The hearing CDSS set."""

    at = forms.DateTimeField(
        label="Date and time", widget=DateTimeInput(), help_text="In the exchange's time zone."
    )
    format = forms.ChoiceField(label="Held", choices=HearingFormat.choices)
    place = forms.CharField(
        label="Place, number or link", max_length=200, required=False, help_text="As CDSS gave it."
    )
    judge = forms.CharField(
        label="Administrative Law Judge", max_length=120, required=False, help_text="If named."
    )
    notice_on = day(
        "Notice of hearing sent on", "By CDSS, at least 15 days before.", required=False
    )

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            self.initial.setdefault("format", self.case.appeal.hearing_format)


class DeliverForm(AppealActForm):
    """The statement of position and its documents reached somebody."""

    recipient = forms.ChoiceField(label="Delivered to", choices=Delivery.Recipient.choices)
    at = forms.DateTimeField(label="Delivered at", widget=DateTimeInput())
    way = forms.ChoiceField(label="How", choices=Delivery.Way.choices)
    evidence = forms.CharField(
        label="Evidence", max_length=200, help_text="E.g. a tracking, fax or upload number."
    )
    attachment = a_file()


class HoldForm(AppealActForm):
    """The hearing was held."""

    judge = forms.CharField(label="Administrative Law Judge", max_length=120)
    remark = _text("Remark", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        hearing = getattr(self.case, "hearing", None) if self.case else None
        if hearing is not None:
            self.initial.setdefault("judge", hearing.judge)


class DecisionForm(AppealActForm):
    """What the judge decided."""

    outcome = forms.ChoiceField(label="Outcome", choices=Decision.Outcome.choices)
    text = _text("Decision", rows=6)
    decided_on = day("Decided on")
    effective_on = day("Effective on")
    attachment = a_file()


class ToDoForm(AppealActForm):
    """What implements the decision."""

    to_do = _text("What has to be done", "One task a line; all are due with the decision.")


class AddTaskForm(AppealActForm):
    """One more task."""

    what = forms.CharField(label="What has to be done", max_length=300)
    due_on = day("By")
    side = forms.ChoiceField(label="By whom", choices=AppealTask.Side.choices)
    assigned_to = forms.ModelChoiceField(
        label="Colleague", queryset=Person.objects.none(), required=False, empty_label="Nobody yet"
    )

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            self.offer("assigned_to", assignable_people(self.case.queue))


class FinishTaskForm(AppealActForm):
    """A task is done."""

    task = forms.ModelChoiceField(label="Task", queryset=AppealTask.objects.none())
    done_on = day("Done on")
    evidence = _text(
        "Evidence", "What shows it; or choose a file of the case.", required=False, rows=3
    )
    attachment = a_file()
    today = ("done_on",)

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            self.offer("task", AppealTask.objects.filter(case=self.case, done_on=None))


class DismissForm(AppealActForm):
    """CDSS dismissed the appeal."""

    ground = forms.ChoiceField(label="Ground", choices=AppealDetail.Dismissal.choices)
    on = day("Dismissed on")
    remark = _text("Remark", required=False, rows=3)
    today = ("on",)


class VacateForm(AppealActForm):
    """The appellant asks to vacate the dismissal."""

    on = day("Asked on")
    good_cause = _text("Good cause")
    today = ("on",)


class TransferOutForm(AppealActForm):
    """DMHC has jurisdiction."""

    reason = _text("Why DMHC has jurisdiction")
    reference = forms.CharField(label="DMHC reference", max_length=60, required=False)


class SecondLevelForm(AppealActForm):
    """The appellant goes to CMS/HHS."""

    on = day("Appealed on")
    legal = forms.ModelChoiceField(
        label="Office of Legal Affairs", queryset=Organization.objects.none()
    )
    number = forms.CharField(label="CMS/HHS number", max_length=60, required=False)
    good_cause = _text("Good cause for the delay", "Only when late.", required=False, rows=3)
    today = ("on",)

    def prepare(self) -> None:
        super().prepare()
        units = Organization.objects.filter(
            exchange_id=self.actor.exchange_id, kind=Organization.Kind.UNIT, is_active=True
        )
        legal = units.filter(code__startswith="legal")
        self.offer("legal", legal if legal.exists() else units)
        if (only := legal.first()) is not None:
            self.initial.setdefault("legal", only)


class UpheldForm(AppealActForm):
    """CMS/HHS upheld the decision."""

    text = _text("What CMS/HHS decided")
    decided_on = day("Decided on")


class ChangedForm(UpheldForm):
    """CMS/HHS changed the decision."""

    outcome = forms.ChoiceField(label="Outcome", choices=Decision.Outcome.choices)
    effective_on = day("Effective on")
    to_do = _text("What has to be done", "One task a line.")
