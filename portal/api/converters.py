"""What may stand in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class NumberConverter(StringConverter):
    """A case number: nothing a database would choke on gets as far as the database."""

    regex = r"[A-Za-z0-9._-]{1,32}"


register_converter(NumberConverter, "number")
