"""The feeds that fill the mirror of the eligibility system.

Each row is one thing of the eligibility system under its own number. A new number adds, a known
one changes what differs, and a row that says what is known already changes nothing.
"""

from portal.consumers import feeds
from portal.consumers.mirror_feeds.coverage import APPLICATIONS, ENROLLMENTS
from portal.consumers.mirror_feeds.hands import DELEGATIONS
from portal.consumers.mirror_feeds.papers import CONSENTS, NOTICES
from portal.consumers.mirror_feeds.people import CONSUMERS

#: In the order in which they are imported: later ones name what earlier ones bring.
KINDS = (CONSUMERS, APPLICATIONS, ENROLLMENTS, CONSENTS, NOTICES, DELEGATIONS)


def register_all() -> None:
    """Make the mirror's feeds known; called once, from ``AppConfig.ready``."""
    for kind in KINDS:
        feeds.register(kind)
