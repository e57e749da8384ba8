"""The message about a request for help from the public finder (FL-02, DL-06).

It bears the name under which the enroller portal prints pending delegations, and says nothing of
who asked.
"""

from notifications.catalogue.base import BELL, COMMON, Circle, MessageKind
from notifications.catalogue.delegations import those_concerned

MESSAGES = (
    MessageKind(
        key="storefronts.help_asked",
        label="Pending Delegations",
        circle=Circle.ENROLLER,
        channels=BELL,
        subject="Somebody asks for your help; accept or decline it",
        body="Somebody who found you in Find a Local Enroller asks for your help."
        "\n\nSee the requests:\n{link}",
        recipients=those_concerned,
        variables=COMMON,
        required=frozenset(),
        page="storefronts:contacts",
        source="FL-02, DL-06, BN-02",
    ),
)
