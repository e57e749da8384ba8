"""The firewall in front of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile, screen_upload
from portal.documents.ssn import contains_ssn
from portal.documents.validation import files_within, texts_within

__all__ = ["NoSsnSerializerMixin"]


class NoSsnSerializerMixin(serializers.BaseSerializer[Any]):
    """A serializer that refuses Social Security numbers anywhere in what was sent (EA-06).

    Unknown members are read too, so that a number cannot ride in a field that is ignored today
    and stored tomorrow. Errors carry the code ``ssn_refused`` or an upload code and never the
    value. ``screened`` maps file members to what may be given to ``services.store_document``.
    """

    def to_internal_value(self, data: Any) -> Any:
        self.screened: dict[str, list[ScreenedFile]] = {}
        if isinstance(data, Mapping):
            errors = {}
            for name in data:
                if contains_ssn(str(name)):
                    # A name cannot head its own error: that would repeat the number.
                    refusal = SsnRefused("the names of the fields")
                    errors[api_settings.NON_FIELD_ERRORS_KEY] = _details(refusal)
                    continue
                value = data.getlist(name) if hasattr(data, "getlist") else data[name]
                if refused := self._refusal(str(name), value):
                    errors[name] = refused
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)

    def _refusal(self, name: str, value: Any) -> list[ErrorDetail]:
        try:
            if any(contains_ssn(text) for text in texts_within(value)):
                raise SsnRefused(f"“{name}”")
            if files := [screen_upload(file) for file in files_within(value)]:
                self.screened[name] = files
        except ValidationError as refusal:
            return _details(refusal)
        return []


def _details(refusal: ValidationError) -> list[ErrorDetail]:
    return [ErrorDetail(refusal.messages[0], code=refusal.code)]
