"""One shape for every error the API gives."""

import math
from typing import Any, cast

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, UnreadablePostError
from drf_standardized_errors.handler import exception_handler as standard_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions, status
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.settings import api_settings

from portal.api.parsers import BodyTooLarge
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case
from portal.documents.services import DocumentUnavailable
from portal.tenancy.actor import NotAllowed


class RefusedError(exceptions.APIException):
    """An act that the case does not allow now (409); says what is allowed."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class ConflictError(RefusedError):
    """Somebody changed the case in between (409)."""

    default_code = "changed_meanwhile"


class Unavailable(exceptions.APIException):
    """A stored file cannot be read now (503)."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The file cannot be read at the moment. Try again in a few minutes."
    default_code = "unavailable"


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn the portal's own errors into the API's, and mark the transaction for rollback."""
    request = context["request"]._request
    request.failed = True
    if isinstance(exc, NotAllowed):
        request.refusals.append(exc.action)
    if isinstance(exc, exceptions.Throttled):
        wait = math.ceil(getattr(exc, "wait", None) or 1)
        who = "This token has" if context["request"].auth else "You have"
        exc.detail = ErrorDetail(
            f"{who} sent too many requests. Try again in {wait} seconds.", exc.default_code
        )
    return standard_handler(_translated(exc), cast(ExceptionHandlerContext, context))


def details_of(error: DjangoValidationError) -> dict[str, list[ErrorDetail]]:
    """Django's validation errors by field, with their codes, in the API's words."""
    by_field = (
        error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    )
    return {
        api_settings.NON_FIELD_ERRORS_KEY if name == NON_FIELD_ERRORS else name: [
            ErrorDetail(message, code=found.code or "invalid")
            for found in errors
            for message in found.messages
        ]
        for name, errors in by_field.items()
    }


def _translated(exc: Exception) -> Exception:
    match exc:
        case NotAllowed():
            return exceptions.PermissionDenied(str(exc))
        case Conflict():
            return ConflictError(str(exc))
        case Refused():
            return RefusedError(str(exc))
        case Case.DoesNotExist():
            return Http404()
        case DjangoValidationError():
            return exceptions.ValidationError(details_of(exc))
        case RequestDataTooBig():
            return BodyTooLarge()
        case SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError("The request could not be read.")
        case DocumentUnavailable():
            return Unavailable()
    return exc
