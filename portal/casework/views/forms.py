"""What views of forms share: errors of a service go back beside the field they are about."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def put_errors(form: forms.Form, error: ValidationError) -> None:
    """Errors of the service beside their fields; those of no field above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        for each in errors:
            field = name if name in form.fields and name != NON_FIELD_ERRORS else None
            form.add_error(field, each)
