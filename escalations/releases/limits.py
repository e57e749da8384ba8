"""A brake for pages that anybody may open. Losing the counters loses the brake, nothing else."""

from typing import Final

from django.http import HttpRequest

from portal.brakes import count
from portal.proxies import client_address

_SECONDS: Final = 600
#: Requests in ten minutes by one address, and for one link.
_PER_ADDRESS: Final = 300
_PER_LINK: Final = 60


def is_over_limit(request: HttpRequest, token: str) -> bool:
    """Count a request for a link; True when its sender, or the link, has had too many."""
    counts = [
        count("releases:address", client_address(request), seconds=_SECONDS) > _PER_ADDRESS,
        count("releases:link", token, seconds=_SECONDS) > _PER_LINK,
    ]
    return any(counts)
