"""Why a text or a file is not accepted, in words that say what to do next.

No sentence here ever holds what was found: a refusal that repeats a Social Security number would
put it on a page, in a log and in an error report.
"""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError

#: Codes of :class:`UploadRefused` and the sentence shown for each.
REASONS: Final[dict[str, str]] = {
    "empty": "The file is empty. Choose the file again.",
    "too_large": "The file is larger than {limit} MB. Make it smaller, or split it into parts.",
    "type": "Only PDF, JPEG and PNG files are accepted. Save it as one of these and add it again.",
    "heic": "This is a HEIC photo. Save it as JPEG or PNG and add it again.",
    "image_type": "This kind of picture is not accepted. Save it as JPEG or PNG and add it again.",
    "office": "This is an office document or an archive. Save it as PDF and add it again.",
    "web": "This is a web page or a drawing with code. Save it as PDF or PNG and add it again.",
    "damaged": "The file is damaged or incomplete. Open it, save it as a new file and add that.",
    "pixels": "The picture has too many pixels. Make it smaller than 40 megapixels.",
    "locked": "This PDF is locked with a password. Save a copy without a password and add that.",
    "active": "This PDF contains a program or starts actions. Print it to a new PDF and add that.",
    "embedded": "This PDF has other files inside it. Add each of those files by itself.",
    "xfa": "This PDF is an interactive form that cannot be checked. Print it to a new PDF and "
    "add that.",
    "pages": "This PDF has more than {pages} pages. Split it into parts.",
    "complex": "The file is too complicated to be checked. Print it to a new PDF, or save the "
    "picture again, and add that.",
    "virus": "The virus scanner refused this file. It was not accepted. Check your computer "
    "before you add another.",
    "scanner": "The file could not be checked for viruses, so it was not accepted. Try again in "
    "a few minutes.",
    "storage": "The file could not be stored, so it was not accepted. Try again in a few minutes.",
    "quota": "You have added as many files as one person may in a day. Try again tomorrow, or "
    "ask the exchange for help.",
}


class SsnRefused(ValidationError):
    """A Social Security number was found (EA-06). Names the place and the fix, never the number."""

    def __init__(self, where: str = "this text") -> None:
        super().__init__(
            f"Remove the Social Security number from {where}. We never need it here.",
            code="ssn_refused",
        )


class UploadRefused(ValidationError):
    """A file was not accepted; ``code`` is a key of :data:`REASONS`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(REASONS[code].format(**values), code=code)
