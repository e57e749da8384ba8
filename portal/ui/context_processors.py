"""What every template may rely on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

from portal.ui import live, navigation


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the layout's variables; runs no query of its own.

    ``person_key`` is an opaque keyed hash. The browser files unsaved text under it, so that text
    one person typed is never offered to the next person at the same desk.
    """
    actor = getattr(request, "actor", None)
    links: Any = SimpleLazyObject(lambda: navigation.links_for(actor, request.path))
    return {
        "actor": actor,
        "navigation": links,
        "navigation_bar": SimpleLazyObject(lambda: navigation.lay_out(links, actor)),
        "live_counts": SimpleLazyObject(lambda: live.shown_to(actor)),
        "product_name": "Liaison",
        "product_version": settings.VERSION,
        "demo": bool(actor and actor.exchange.is_demo),
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "idle_warning_seconds": settings.SESSION_IDLE_WARNING_SECONDS,
        "person_key": SimpleLazyObject(lambda: _person_key(request)),
        "request_id": getattr(request, "request_id", ""),
    }


def _person_key(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return salted_hmac("portal.ui.person_key", str(user.pk)).hexdigest()[:16]
