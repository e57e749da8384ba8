"""Whether the portal lives, and whether it can do its work."""

import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from portal.tenancy.checks import database_role_problem

#: A worker that has not shown itself for this many seconds is taken for dead.
WORKER_SILENCE_SECONDS = 120


@login_not_required
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches nothing else."""
    return JsonResponse({"status": "live"})


@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, cache and worker answer; 503 with the names of those that do not.

    The worker's part is a round trip: a beat tick that went through the broker and was worked
    on, since a live worker process may consume nothing.
    """
    parts = {"database": _database, "cache": _cache, "worker": _worker}
    states = {name: _holds(check) for name, check in parts.items()}
    ok = all(states.values())
    return JsonResponse(
        {"status": "ready" if ok else "not ready", **states}, status=200 if ok else 503
    )


def _holds(check) -> bool:
    try:
        return bool(check())
    except Exception:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return database_role_problem() is None


def _cache() -> bool:
    cache.set("health", "ok", 10)
    return cache.get("health") == "ok"


def _worker() -> bool:
    pulse = cache.get(settings.WORKER_PULSE_KEY)
    return pulse is not None and time.time() - pulse < WORKER_SILENCE_SECONDS
