"""How the OpenAPI document is drawn."""

from drf_standardized_errors.openapi import AutoSchema


class PortalSchema(AutoSchema):
    """Describes the standard error shapes next to each operation's own answers."""
