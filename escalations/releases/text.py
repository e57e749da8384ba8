"""The release a constituent signs online, word for word, by version (EA-19, EA-22, EA-23).

A version that was ever sent is never changed: what was signed must stay readable as it was. New
wording is a new version.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wording:
    """What a version needs to be filled in."""

    exchange: str
    office: str
    case_number: str
    #: Last day on which the release counts, when it is signed today.
    until: date
    contact: str


def _november_2025(words: Wording) -> tuple[str, ...]:
    return (
        f"I authorize {words.exchange} to share information about me with {words.office} or a"
        f" member of its office, and to discuss specific details about my issue with them.",
        f"This covers case {words.case_number}: what the issue is, what is being done about it,"
        " and how it is resolved. It covers the information and documents in that case.",
        f"This release takes effect when {words.exchange} has checked it, and counts until the"
        f" end of {words.until:%B} {words.until.day}, {words.until.year}.",
        "I may take this release back at any time, for any reason, by writing to"
        f" {words.contact}. From then on nothing more is shared. What was shared before stays"
        " shared.",
        "I do not have to sign. My coverage, my application and any help I receive do not depend"
        " on it. Without this release the office learns only that the case was received, is in"
        " progress, was referred or is resolved.",
    )


#: The version new links carry.
CURRENT = "2025-11"

_VERSIONS: dict[str, Callable[[Wording], tuple[str, ...]]] = {CURRENT: _november_2025}

#: What the constituent ticks.
AGREEMENT = "I have read this release. I am the person it is about, and I agree to it."


def release_text(version: str, words: Wording) -> Sequence[str]:
    """The paragraphs of a version.

    Raises:
        KeyError: there never was such a version.
    """
    return _VERSIONS[version](words)
