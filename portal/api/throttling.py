"""So many requests a minute for each token."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView


class TokenRateThrottle(SimpleRateThrottle):
    """Counts per token; a request without one counts per address."""

    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        token = getattr(request.auth, "pk", None)
        ident = f"token-{token}" if token else f"address-{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}
