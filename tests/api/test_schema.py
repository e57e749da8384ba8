"""The OpenAPI document: complete, and closed to strangers."""

from io import StringIO

from django.core.management import call_command


def test_the_document_is_valid_and_drawn_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())
