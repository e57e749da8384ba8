"""What a reviewer is asked for by each act."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from portal.casework.forms import ActForm
from portal.ui.forms import Section
from storefronts.review.services import LONGEST_QUESTION, LONGEST_REASON, MOST_ITEMS, Item

#: Rows the form begins with; “Add another” adds one at a time.
_ROWS: Final = 3


class AnsweredBy(models.TextChoices):
    """What the applicant answers an item with (SF-08)."""

    ANSWER = "answer", "Answer"
    FILE = "file", "File required"


class RequestInformationForm(ActForm):
    """Things the applicant is asked for, each with “answer” or “file required” (SF-07)."""

    template_name = "storefronts/review/ask_form.html"

    def prepare(self) -> None:
        """Keep the rows in use; one more when that is what was pressed."""
        sent = [n for n in range(1, MOST_ITEMS + 1) if f"question_{n}" in self.data]
        last = max(sent, default=0) + self._asks_for_more
        self.rows = min(max(_ROWS, last), MOST_ITEMS)
        for number in range(self.rows + 1, MOST_ITEMS + 1):
            del self.fields[f"question_{number}"], self.fields[f"needs_{number}"]

    @property
    def sections(self) -> tuple[Section, ...]:
        """One fieldset an item."""
        return tuple(
            Section(f"Item {n}", (f"question_{n}", f"needs_{n}")) for n in range(1, self.rows + 1)
        )

    @property
    def takes_more(self) -> bool:
        """Whether another row may be added."""
        return self.rows < MOST_ITEMS

    @property
    def _asks_for_more(self) -> bool:
        return "look" in self.data

    def clean(self) -> dict[str, Any]:
        """The filled rows as items; empty rows are left out."""
        data = super().clean() or self.cleaned_data
        items = []
        for number in range(1, self.rows + 1):
            question = data.get(f"question_{number}", "")
            if question:
                needs_file = data.get(f"needs_{number}") == AnsweredBy.FILE
                items.append(Item(question, file_required=needs_file))
        if not items and not self.errors and not self._asks_for_more:
            raise ValidationError({"question_1": "Say what you need from the applicant."})
        return {"items": items}


for _number in range(1, MOST_ITEMS + 1):
    RequestInformationForm.base_fields |= {
        f"question_{_number}": forms.CharField(
            label="What you need",
            required=False,
            max_length=LONGEST_QUESTION,
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        f"needs_{_number}": forms.ChoiceField(
            label="How it is answered",
            required=False,
            choices=AnsweredBy.choices,
            initial=AnsweredBy.ANSWER,
            widget=forms.RadioSelect,
        ),
    }


class RejectForm(ActForm):
    """Why an application is rejected, in words for its applicant."""

    reason = forms.CharField(
        label="Reason",
        help_text="The applicant reads this here; the mail does not repeat it.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ReopenForm(ActForm):
    """Why a rejected application is looked at again."""

    reason = forms.CharField(
        label="Reason",
        help_text="Only the exchange's own staff can read this.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
