"""How the ledger's pages write a release: the authority under which something was shown."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from escalations.releases.models import Release
from escalations.releases.projection import days_text
from portal.clocks.services import zone
from portal.ledger.names import Directory


def _label(ids: Collection[int]) -> Mapping[int, str]:
    return {
        row.pk: _in_words(row)
        for row in Release.objects.filter(pk__in=ids).select_related("exchange")
    }


def _in_words(row: Release) -> str:
    if row.valid_from is None or row.valid_until is None:
        return f"Release form {row.pk}"
    tz = zone(row.exchange.time_zone)
    last = row.valid_until.astimezone(tz).date() - timedelta(days=1)
    days = days_text(row.valid_from.astimezone(tz).date(), last)
    return f"Release form {row.pk}, {days}, {row.get_scope_display().lower()}"


#: What the ledger's pages call the steps of a release.
ACTIONS = {
    "releases.received": "Took in a release form",
    "releases.valid": "Accepted a release form",
    "releases.deficient": "Marked a release form deficient",
    "releases.override_asked": "Asked a second person to let a release form count",
    "releases.revoked": "Revoked a release form",
    "releases.replaced": "Replaced a release form",
    "releases.lapsed": "Removed grants of lapsed release forms",
    "releases.link_sent": "Sent a link to sign a release",
    "releases.link_locked": "Locked a link to sign a release",
    "releases.passcode_sent": "Sent a passcode to the constituent",
    "releases.passcode_accepted": "The constituent entered the passcode",
    "releases.passcode_refused": "A wrong passcode was entered",
    "releases.signed": "The constituent signed a release",
    "releases.declined": "The constituent declined to sign",
}

DIRECTORY = Directory(label=_label)
