"""Deny by default: without an actor nothing, with a read-only token nothing that writes."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView


class HasActor(BasePermission):
    """The request carries a token of somebody who currently works for an exchange."""

    message = "This token may only read."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        actor = getattr(request._request, "actor", None)
        if actor is None or request.auth is None:
            return False
        return request.method in SAFE_METHODS or not actor.read_only
