"""Who sends a request, when proxies of ours stand before the portal."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address a request comes from.

    Each of our proxies (``settings.TRUSTED_PROXIES``) adds to ``X-Forwarded-For`` the address it
    was called from. What stands before those, the sender has written; it counts for nothing.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    trusted: int = settings.TRUSTED_PROXIES
    if not trusted:
        return direct
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return forwarded[-min(trusted, len(forwarded))] or direct
