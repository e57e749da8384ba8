"""Finding the consumer an enroller describes, among all consumers of the exchange (DL-02).

The one read that does not start at what the actor may see: the tool exists to find a consumer
nobody has yet. What leaves this module is how many cases fit, never anything about them.
"""

import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.views.decorators.debug import sensitive_variables

from portal.consumers.mirror import SSN_PURPOSE, Consumer
from portal.delegations.models import ToolSearch
from portal.fields import blind_indexes
from portal.tenancy.models import Exchange

_PARTS: Final = re.compile(r"[\s,.\-‐‑–—·]+")
_APOSTROPHES: Final = re.compile(r"['’‘ʼ`´]")


@dataclass(frozen=True)
class Match:
    """How many cases fit, and the consumer where it is one."""

    found: ToolSearch.Found
    consumer_id: int | None = None


@sensitive_variables("ssn")
def match_consumer(*, exchange: Exchange, name: str, born: date, ssn: str = "") -> Match:
    """Find who has this name and date of birth, and this number where both sides have one.

    Args:
        ssn: nine digits, or nothing. It is compared by keyed hash and goes no further.
    """
    wanted = name_forms(name)
    indexes = blind_indexes(ssn, SSN_PURPOSE) if ssn else []
    rows = Consumer.objects.filter(exchange=exchange, date_of_birth=born).order_by(
        "-is_primary_contact", "pk"
    )
    fitting = [
        (case_number, pk)
        for pk, case_number, full_name, index in rows.values_list(
            "pk", "case_number", "full_name", "ssn_index"
        )
        if name_forms(full_name) & wanted and _agrees(index, indexes)
    ]
    cases = {case_number for case_number, _ in fitting}
    if not cases:
        return Match(ToolSearch.Found.NONE)
    if len(cases) > 1:
        return Match(ToolSearch.Found.SEVERAL)
    return Match(ToolSearch.Found.ONE, fitting[0][1])


def name_forms(name: str) -> frozenset[str]:
    """The forms under which a name is compared: its parts in any order, and without spaces.

    Case, accents, apostrophes, hyphens and the order of given and family name make no difference.
    """
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name))
        if not unicodedata.combining(character)
    )
    parts = [part for part in _PARTS.split(plain.casefold()) if part]
    return frozenset({" ".join(sorted(parts)), "".join(parts)}) - {""}


def ssn_digits(text: str) -> str:
    """The nine digits of a typed Social Security number; empty where it is none.

    Spaces and dashes are taken out, and digits of other scripts are read.
    """
    bare = re.sub(r"[\s\-‐‑–—.]", "", unicodedata.normalize("NFKC", text))
    return bare if re.fullmatch(r"[0-9]{9}", bare) else ""


def phone_digits(text: str) -> str:
    """The ten digits of a telephone number of this country; empty where it is none."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    return digits if len(digits) == 10 else ""


def phones_on_file(consumer: Consumer) -> list[str]:
    """The numbers a passcode may go to: the consumer's, and that of the case's primary contact."""
    contacts = Consumer.objects.filter(
        exchange_id=consumer.exchange_id,
        case_number=consumer.case_number,
        is_primary_contact=True,
    ).exclude(pk=consumer.pk)
    numbers = [consumer.phone, *contacts.values_list("phone", flat=True)]
    return [digits for number in numbers if (digits := phone_digits(number))]


def _agrees(index: str, indexes: Sequence[str]) -> bool:
    """Whether the number does not speak against the row: it counts where both sides have one."""
    if not index or not indexes:
        return True
    return any(hmac.compare_digest(index, one) for one in indexes)
