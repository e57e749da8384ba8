"""One shape for every error the API gives."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from drf_standardized_errors.handler import exception_handler as standard_handler
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case
from portal.tenancy.actor import NotAllowed


class RefusedError(exceptions.APIException):
    """An act that the case does not allow now (409); says what is allowed."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class ConflictError(RefusedError):
    """Somebody changed the case in between (409)."""

    default_code = "changed_meanwhile"


def exception_handler(exc: Exception, context: Any) -> Response | None:
    """Turn the portal's own errors into the API's, and mark the transaction for rollback."""
    request = context["request"]._request
    request.failed = True
    if isinstance(exc, NotAllowed):
        request.refusals.append(exc.action)
        exc = exceptions.PermissionDenied(str(exc))
    elif isinstance(exc, Conflict):
        exc = ConflictError(str(exc))
    elif isinstance(exc, Refused):
        exc = RefusedError(str(exc))
    elif isinstance(exc, Case.DoesNotExist):
        exc = Http404()
    elif isinstance(exc, DjangoValidationError):
        detail = exc.message_dict if hasattr(exc, "error_dict") else exc.messages
        exc = exceptions.ValidationError(detail)
    return standard_handler(exc, context)
