"""Forms of the acts every kind of case has. A door's cleaned data are its service's arguments."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.casework import kinds
from portal.casework.common_acts import assignable_people
from portal.casework.machine import Audience
from portal.casework.models import Case, CaseLink
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person


class ActForm(NoSsnFormMixin, forms.Form):
    """Base of every act's form: knows the case and the actor, refuses SSNs."""

    #: Fields that depend on the case begin with this and a hyphen; through the API, where a form
    #: has one shape, they are one object of this name.
    nested = ""

    def __init__(self, *args: Any, case: Case | None = None, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.actor = case, actor
        self.prepare()

    def prepare(self) -> None:
        """Narrow the choices to what the actor may choose."""

    def offer(self, name: str, rows: QuerySet[Any]) -> None:
        """Let the model choice field ``name`` choose among these rows and no others."""
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset = rows
        if field.empty_label and not field.empty_label.strip("-"):
            field.empty_label = "Choose"


class PlainForm(ActForm):
    """An act that asks nothing."""


class ReasonForm(ActForm):
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(ActForm):
    body = forms.CharField(
        label="Internal note",
        help_text="Only the exchange's own staff can read this.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    mentions = forms.ModelMultipleChoiceField(
        label="Tell colleagues", queryset=Person.objects.none(), required=False
    )

    def prepare(self) -> None:
        writers = Membership.objects.current().filter(
            exchange_id=self.actor.exchange_id, role__actions__contains=["casework.note"]
        )
        colleagues = Person.objects.filter(pk__in=writers.values("person_id"))
        self.offer("mentions", colleagues.exclude(pk=self.actor.person_id or 0))

    def clean(self) -> dict[str, Any]:
        """Add the colleagues whose full names follow an @ in the text to the chosen ones."""
        data = super().clean() or self.cleaned_data
        colleagues = cast(forms.ModelMultipleChoiceField, self.fields["mentions"]).queryset
        if (body := data.get("body", "")) and "@" in body and colleagues is not None:
            named = people_named(body, colleagues)
            data["mentions"] = {*data.get("mentions", ()), *named}
        return data


def people_named(text: str, people: Iterable[Person]) -> list[Person]:
    """The people whose full name stands right behind an @ in the text, in any case.

    A name that begins another's ("Ana Li", "Ana Lima") is found only where it ends.
    """
    return [
        person
        for person in people
        if re.search(rf"@{re.escape(person.full_name)}(?!\w)", text, re.IGNORECASE)
    ]


class AttachForm(ActForm):
    """A file for the case. Its clean value is the screened copy, checked once."""

    file = forms.FileField(label="File")
    audience = forms.ChoiceField(
        label="Who may open it", choices=(), widget=forms.RadioSelect, initial=Audience.INTERNAL
    )

    def prepare(self) -> None:
        choices = [(Audience.INTERNAL.value, "Internal: only our staff")]
        if self.case and self.case.organization_id and kinds.get(self.case.kind).is_shared:
            choices.append((Audience.DETAIL.value, "The office too, while a release is in force"))
        cast(forms.ChoiceField, self.fields["audience"]).choices = choices

    def full_clean(self) -> None:
        super().full_clean()
        if self.screened.get("file"):
            self.cleaned_data["file"] = self.screened["file"][0]


class AssignForm(ActForm):
    person = forms.ModelChoiceField(label="Colleague", queryset=Person.objects.none())

    def prepare(self) -> None:
        people = (
            assignable_people(self.case.queue)
            if self.case
            else Person.objects.filter(
                pk__in=Membership.objects.current()
                .filter(organization_id__in=self.actor.organization_ids)
                .values("person_id")
            )
        )
        self.offer("person", people)


class TransferForm(ActForm):
    queue = forms.ModelChoiceField(label="Queue", queryset=Organization.objects.none())
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}))

    def prepare(self) -> None:
        queues = Organization.objects.queues().filter(exchange_id=self.actor.exchange_id)
        self.offer("queue", queues.exclude(pk=self.case.queue_id or 0) if self.case else queues)


class LinkForm(ActForm):
    number = forms.CharField(label="Case number", max_length=32)
    kind = forms.ChoiceField(
        label="How they belong together",
        choices=[
            (CaseLink.Kind.RELATED, "Related to"),
            (CaseLink.Kind.DUPLICATE, "Duplicate of"),
        ],
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if number := data.pop("number", None):
            data["other"] = find_case(self.actor, number, field="number")
        return data


def find_case(actor: Actor, number: str, *, field: str) -> Case:
    """The actor's case with this number.

    Raises:
        ValidationError: there is none they may know of; the two are one answer.
    """
    case = Case.objects.visible_to(actor).filter(number__iexact=number.strip()).first()
    if case is None:
        raise ValidationError({field: "There is no such case. Check the number."})
    return case
