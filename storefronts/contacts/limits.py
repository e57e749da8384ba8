"""A brake for the public form. Losing the counters loses the brake, nothing else."""

from typing import Final

from django.http import HttpRequest

from portal.brakes import count
from portal.proxies import client_address
from storefronts.models import Listing

_SECONDS: Final = 3_600
#: Requests within an hour by one address, and for one place.
PER_ADDRESS: Final = 10
PER_PLACE: Final = 60


def is_over_limit(request: HttpRequest, listing: Listing) -> bool:
    """Count a request for help; True when its sender, or the place, has had too many.

    What is refused to a sender does not count for the place, or one sender could close it to all.
    """
    address = client_address(request)
    if count("finder-help:address", address, seconds=_SECONDS) > PER_ADDRESS:
        return True
    place = str(listing.public_id)
    return count("finder-help:place", place, seconds=_SECONDS) > PER_PLACE
