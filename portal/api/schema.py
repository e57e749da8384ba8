"""How the OpenAPI document is drawn."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter

from portal.api.idempotency import HEADER, MAX_LENGTH
from portal.api.serializers import ErrorReportSerializer, StrictSerializer

_ERRORS = {
    "400": "Something in the request is not valid; each error names its field.",
    "401": "There is no token, or it is not valid.",
    "403": "The token's role does not allow this, or the token may only read.",
    "404": "There is nothing here that this token may know of.",
    "405": "The address does not know this method.",
    "406": "The answer does not come in that form.",
    "429": "Too many requests; Retry-After says when to go on (seconds).",
}
#: Of those, what an address open to anybody never answers.
_OF_TOKENS = {"401", "403"}
_ERRORS_OF_WRITES = {
    "409": "Not possible now, changed meanwhile, or the first request with the key still runs.",
    "413": "The request is too large.",
    "415": "The content type is not one this address reads.",
    "422": "The Idempotency-Key came with a different request before.",
}


class PortalSchema(AutoSchema):
    """Describes the one shape of errors next to each operation's own answers."""

    def get_override_parameters(self) -> list[Any]:
        """The header that makes a POST safe to repeat."""
        found = super().get_override_parameters()
        if self.method != "POST" or not hasattr(self.view, "creates"):
            return found
        key = OpenApiParameter(
            name=HEADER,
            location=OpenApiParameter.HEADER,
            required=self.view.creates,
            type={
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_LENGTH,
                "pattern": "^[!-~]+$",
            },
            description="Sent again with the same key, the request is answered alike and acts"
            " once. Kept 24 hours.",
        )
        return [*found, key]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        errors = _ERRORS | (_ERRORS_OF_WRITES if self.method == "POST" else {})
        if not self.view.get_authenticators():
            errors = {status: text for status, text in errors.items() if status not in _OF_TOKENS}
        for status, description in errors.items():
            if status not in responses:
                answer = self._get_response_for_code(
                    ErrorReportSerializer, status, ["application/json"]
                )
                responses[status] = {**answer, "description": description}
        return responses


class TokenScheme(OpenApiAuthenticationExtension):
    """Bearer tokens in the document."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """HTTP bearer authentication."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from your profile page: `Authorization: Bearer lsn_…`.",
        }


class StrictInput(OpenApiSerializerExtension):
    """Inputs refuse fields they do not name; the document says so."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The object, closed."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


#: Any of several shapes, not one: a body can fit several forms, and what an office learns of a
#: release is a part of what its examiner sees.
_OVERLAPPING = {"ActInputRequest", "Release"}
#: The pairs of shapes a reader gets one of, and what tells them apart.
_SHOWS_DETAILS = {
    "CaseStatus": False,
    "CaseStatusRow": False,
    "CaseDetail": True,
    "CaseDetailRow": True,
}


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say what serializers cannot: which value marks a shape, and that forms overlap."""
    schemas = result["components"]["schemas"]
    for name, shows in _SHOWS_DETAILS.items():
        schemas[name]["properties"]["shows_details"] = {"type": "boolean", "enum": [shows]}
    for name in _OVERLAPPING & schemas.keys():
        schemas[name]["anyOf"] = schemas[name].pop("oneOf")
    return result
