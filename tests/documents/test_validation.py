"""EA-06: forms and the API refuse a number in every field, file name and file."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings
from rest_framework import serializers

from portal.documents.serializers import NoSsnSerializerMixin
from portal.documents.ssn import REMOVED
from portal.documents.validation import NoSsnFormMixin, SsnRefused, validate_no_ssn
from tests.documents import hostile

BARE = hostile.SSN.replace("-", "")


@pytest.fixture(autouse=True)
def _files_settings(settings: Settings) -> None:
    settings.DOCUMENT_MAX_BYTES = 10 * 1024 * 1024
    settings.CLAMD_SOCKET = ""


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFilesField, self).clean(file, initial) for file in data]


class IntakeForm(NoSsnFormMixin, forms.Form):
    subject = forms.CharField(label="Subject", max_length=60)
    description = forms.CharField(label="What happened", widget=forms.Textarea)
    files = ManyFilesField(widget=ManyFilesInput, required=False)

    def clean(self) -> None:
        """Forgets ``super()``, as forms do."""


def submit(*files: SimpleUploadedFile, **values: str) -> IntakeForm:
    data = QueryDict(mutable=True)
    data.update({"subject": "Help", "description": "Please help.", **values})
    return IntakeForm(data, MultiValueDict({"files": list(files)}))


def test_a_clean_form_is_accepted_and_hands_on_its_screened_files() -> None:
    form = submit(SimpleUploadedFile("a.pdf", hostile.letter()))
    assert form.is_valid(), form.errors
    assert [file.original_name for file in form.screened["files"]] == ["a.pdf"]
    assert form.ssn_warnings == {}


@pytest.mark.parametrize("field", ["subject", "description"])
def test_a_number_in_any_field_is_refused_and_the_field_is_named(field: str) -> None:
    form = submit(**{field: f"SSN {BARE}"})
    assert not form.is_valid()
    (error,) = form.errors.as_data()[field]
    assert error.code == "ssn_refused"
    assert str(form.fields[field].label) in str(error)


def test_the_page_shown_again_does_not_repeat_the_number_and_sending_it_again_works() -> None:
    form = submit(description=f"Her number is {hostile.SSN}, call her.")
    page = form.as_p()
    assert "219" not in page
    assert "9999" not in page
    assert f"Her number is {REMOVED}, call her." in page
    assert IntakeForm(form.data).is_valid()


def test_a_number_in_a_field_that_is_wrong_for_another_reason_is_not_repeated() -> None:
    form = submit(subject=f"{'x' * 60} {hostile.SSN}")
    assert "9999" not in form.as_p()


def test_nine_digits_without_a_label_are_accepted_with_a_warning() -> None:
    form = submit(description=f"The value {BARE} was wrong")
    assert form.is_valid()
    assert "take it out" in form.ssn_warnings["description"]


def test_a_number_in_the_second_of_two_files_is_refused() -> None:
    form = submit(
        SimpleUploadedFile("a.pdf", hostile.letter()),
        SimpleUploadedFile("b.pdf", hostile.letter(hostile.SSN)),
    )
    assert form.errors.as_data()["files"][0].code == "ssn_refused"
    assert "files" not in form.screened


def test_a_refused_file_says_why_on_its_field() -> None:
    form = submit(SimpleUploadedFile("a.jpg", b"\0\0\0\x18ftypheic"))
    assert "HEIC" in form.errors["files"][0]


def test_a_plain_mapping_as_data_is_checked_too() -> None:
    form = IntakeForm({"subject": hostile.SSN, "description": "x"})
    assert not form.is_valid()
    assert "9999" not in form.as_p()


def test_the_validator_names_the_fix_and_never_the_number() -> None:
    validate_no_ssn("case 5001234567")
    with pytest.raises(SsnRefused, match="Remove the Social Security number") as refusal:
        validate_no_ssn(f"SSN {BARE}")
    assert BARE not in repr(refusal.value)


class NoteSerializer(NoSsnSerializerMixin, serializers.Serializer[Any]):
    text = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField(), required=False)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": f"SSN {BARE}"}, "text"),
        ({"text": "x", "tags": ["a", hostile.SSN]}, "tags"),
        ({"text": "x", "unknown": {"deep": [{"er": hostile.SSN}]}}, "unknown"),
        ({"text": "x", "unknown": {hostile.SSN: 1}}, "unknown"),
        ({"text": "x", hostile.SSN: 1}, "non_field_errors"),
    ],
)
def test_the_api_refuses_a_number_anywhere_in_the_body(data: dict[str, Any], field: str) -> None:
    serializer = NoteSerializer(data=data)
    assert not serializer.is_valid()
    (error,) = serializer.errors[field]
    assert error.code == "ssn_refused"
    assert "9999" not in repr(serializer.errors)


def test_the_api_takes_a_clean_body_and_screens_its_files() -> None:
    data = MultiValueDict(
        {"text": ["case 5001234567"], "file": [SimpleUploadedFile("a.pdf", hostile.letter())]}
    )
    serializer = NoteSerializer(data=data)
    assert serializer.is_valid(), serializer.errors
    assert serializer.screened["file"][0].pages == 1


def test_both_refusals_are_validation_errors() -> None:
    assert issubclass(SsnRefused, ValidationError)
