"""What can be chosen on an application and on a listing, and what is attested (SF-02, C.6).

Keys are stored and never change; words may. What was attested is kept with the version of its
words, so that a changed sentence is not read into an old signature.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

#: Languages an enroller may offer; stored by these names, as languages are everywhere here.
LANGUAGES: Final = (
    _("English"),
    _("Spanish"),
    _("Arabic"),
    _("Armenian"),
    _("Cambodian"),
    _("Cantonese"),
    _("Farsi"),
    _("Hindi"),
    _("Hmong"),
    _("Japanese"),
    _("Korean"),
    _("Lao"),
    _("Mandarin"),
    _("Mien"),
    _("Punjabi"),
    _("Russian"),
    _("Tagalog"),
    _("Thai"),
    _("Ukrainian"),
    _("Vietnamese"),
    _("American Sign Language"),
)

WALK_IN: Final = "walk-in"
APPOINTMENTS: Final = "appointments"

#: How consumers are served. A storefront takes people without an appointment.
SERVICES: Final = (
    (WALK_IN, _("Walk-ins welcome")),
    (APPOINTMENTS, _("Appointments")),
    ("evenings", _("Help after 5 p.m.")),
    ("weekends", _("Help on weekends")),
    ("phone-help", _("Help by phone")),
    ("medi-cal", _("Help with Medi-Cal applications")),
    ("small-business", _("Help for small businesses")),
)

ACCESSIBILITY: Final = (
    ("step-free", _("Step-free entrance")),
    ("accessible-parking", _("Accessible parking")),
    ("accessible-restroom", _("Accessible restroom")),
    ("near-transit", _("Near public transit")),
    ("hearing-loop", _("Hearing loop")),
)


@dataclass(frozen=True)
class Attestation:
    """A sentence the applicant signs; ``version`` grows whenever its words change."""

    key: str
    words: str
    version: int = 1

    @property
    def field(self) -> str:
        """The name of its check box."""
        return f"attest_{self.key}"


ATTESTATIONS: Final = (
    Attestation("walk_in", "Consumers can walk in during the hours given, without an appointment."),
    Attestation(
        "signage", "A sign with the exchange's logo can be seen and read from outside the building."
    ),
    Attestation(
        "certified_staff", "A certified enroller is at the location during the hours given."
    ),
    Attestation(
        "private_space", "Consumers can speak about their application without being heard."
    ),
    Attestation("free_help", "Consumers pay nothing for help with enrollment."),
    Attestation("accurate", "All that this application says is true, and we will keep it current."),
)


def labels_of(keys: Iterable[str], choices: Iterable[tuple[str, str]]) -> list[str]:
    """The labels of those keys that are still offered, in order and in the page's language."""
    wanted = set(keys)
    return [gettext(label) for key, label in choices if key in wanted]
