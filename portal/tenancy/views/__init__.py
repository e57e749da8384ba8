"""Pages of the tenancy room: one's account, one's people, the exchange's organizations."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def show_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's errors beside the form's fields; what has no field goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)
