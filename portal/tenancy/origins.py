"""Origins of other web sites: what a browser compares before it lets one site into another."""

import re

from django.core.exceptions import ValidationError

#: Scheme, host and port as a browser writes them in ``Origin``: lower case, no path, no wildcard;
#: nothing that could end the source list of a Content-Security-Policy and begin another rule.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(
    rf"https://(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])(?::[1-9][0-9]{{0,4}})?"
    r"|http://(?:localhost|127\.0\.0\.1)(?::[1-9][0-9]{0,4})?"
)


def validate_origin(value: str) -> None:
    """Accept ``https://www.example.org`` and, to try things out, ``http://localhost:3000``.

    Raises:
        ValidationError: it is no origin, or one whose pages anybody on the way could change.
    """
    if not _ORIGIN.fullmatch(value):
        raise ValidationError(
            f"“{value[:80]}” is not the address of a site. Enter it like https://www.example.org,"
            " in lower case, without a path and without a * in it.",
            code="origin",
        )
