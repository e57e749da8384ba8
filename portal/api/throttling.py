"""So many requests a minute, as the settings say for each scope."""

import logging
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView


logger = logging.getLogger(__name__)


class RateThrottle(SimpleRateThrottle):
    """The counters stand in the cache. Losing them loses the brake and nothing else."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request is one of those of this minute; without a cache, every one is."""
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            logger.warning("Requests are not counted: the cache does not answer.")
            return True


class TokenRateThrottle(RateThrottle):
    """Counts per token; a request without one counts per address."""

    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        token = getattr(request.auth, "pk", None)
        ident = f"token-{token}" if token else f"address-{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}
