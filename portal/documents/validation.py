"""The firewall in front of every form: no text and no file with a Social Security number.

Use :class:`NoSsnFormMixin` on browser forms, ``serializers.NoSsnSerializerMixin`` on the API and
:func:`validate_no_ssn` where a single value comes in by another door (mail, feed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File

from portal.documents.refusals import SsnRefused, UploadRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.ssn import contains_ssn, find, redact

__all__ = ["NoSsnFormMixin", "SsnRefused", "UploadRefused", "validate_no_ssn"]

#: Shown beside a field with nine digits that may be anything; the form is accepted.
POSSIBLE_SSN = "This looks as if it could be a Social Security number. If it is one, take it out."


def validate_no_ssn(value: str) -> None:
    """Validator for a text: raises :class:`SsnRefused` when it holds a Social Security number."""
    if contains_ssn(value):
        raise SsnRefused


def texts_within(value: Any) -> Iterator[str]:
    """Every string within ``value``: itself, members of lists, keys and values of mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from texts_within(key)
            yield from texts_within(member)
    elif isinstance(value, list | tuple | set):
        for member in value:
            yield from texts_within(member)


def files_within(value: Any) -> Iterator[File[bytes]]:
    """Every uploaded file within ``value``: itself, or members of a list."""
    if isinstance(value, list | tuple):
        for member in value:
            yield from files_within(member)
    elif isinstance(value, File):
        yield value


class NoSsnFormMixin(forms.BaseForm):
    """A form that refuses Social Security numbers in every field, file name and file (EA-06).

    Stands before the form class: ``class IntakeForm(NoSsnFormMixin, forms.Form)``. It works in
    ``full_clean``, so a form's own ``clean`` cannot switch it off by forgetting ``super()``.

    When a number is refused, the text the form shows again has it replaced by
    ``[number removed]``: nothing is echoed, and sending the form again is the fix.

    After validation ``screened`` maps file fields to what may be handed to
    ``services.store_document``, and ``ssn_warnings`` maps fields with nine unexplained digits to
    a sentence to show.
    """

    screened: dict[str, list[ScreenedFile]]
    ssn_warnings: dict[str, str]

    def full_clean(self) -> None:
        self.screened = {}
        self.ssn_warnings = {}
        super().full_clean()
        if not self.is_bound or not hasattr(self, "cleaned_data"):
            return
        for name, field in self.fields.items():
            self._check_texts(name, str(field.label or name.replace("_", " ")))
            self._check_files(name)

    def _check_texts(self, name: str, label: str) -> None:
        raw = self._raw(name)
        # What was typed and what it was cleaned to can differ; neither may hold a number.
        texts = [*raw, *texts_within(self.cleaned_data.get(name))]
        spans = [span for text in texts for span in find(text)]
        if any(span.confidence == "certain" for span in spans):
            # Another objection to the field may quote what was typed.
            self.errors.pop(name, None)
            self.add_error(name, SsnRefused(f"“{label}”"))
            self._take_out(name, raw)
        elif spans:
            self.ssn_warnings[name] = POSSIBLE_SSN

    def _check_files(self, name: str) -> None:
        screened = []
        for file in files_within(self.cleaned_data.get(name)):
            try:
                screened.append(screen_upload(file))
            except ValidationError as refusal:
                self.add_error(name, refusal)
                return
        if screened:
            self.screened[name] = screened

    def _raw(self, name: str) -> list[str]:
        html_name = self.add_prefix(name)
        if hasattr(self.data, "getlist"):
            return [value for value in self.data.getlist(html_name) if isinstance(value, str)]
        return list(texts_within(self.data.get(html_name)))

    def _take_out(self, name: str, raw: list[str]) -> None:
        # A copied QueryDict can be changed; the one of the request cannot.
        data: Any = copy(self.data)
        redacted = [redact(value) for value in raw]
        if hasattr(data, "setlist"):
            data.setlist(self.add_prefix(name), redacted)
        elif redacted:
            data[self.add_prefix(name)] = redacted[0] if len(redacted) == 1 else redacted
        self.data = data
