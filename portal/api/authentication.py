"""Bearer tokens: from a request of a program to an actor, in the request's own transaction."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.tenancy import selectors
from portal.tenancy.models import ApiToken, Person
from portal.tenancy.scope import set_scope
from portal.tenancy.services import hash_token

_REFUSED = "The token is not valid. Create one on your profile page."
#: How often a token's last use is written down.
_TOUCH_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer lsn_…``. The token names its exchange, the row the person.

    Unknown, expired, revoked and switched off are one answer.
    """

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        secret = parts[1].decode("latin-1") if len(parts) == 2 else ""
        prefix, _, rest = secret.partition("_")
        exchange_id, _, _ = rest.partition("_")
        if prefix != "lsn" or not exchange_id.isdecimal() or len(exchange_id) > 18:
            raise AuthenticationFailed(_REFUSED)
        set_scope(exchange_id=int(exchange_id))
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("membership__person")
            .filter(token_hash=hash_token(secret), revoked_at=None, expires_at__gt=now)
            .first()
        )
        person = token.membership.person if token else None
        if token is None or person is None:
            raise AuthenticationFailed(_REFUSED)
        set_scope(exchange_id=token.exchange_id, person_id=person.pk)
        membership = selectors.membership_for_actor(token.membership_id, person_id=person.pk)
        if membership is None:
            raise AuthenticationFailed(_REFUSED)
        if token.last_used_at is None or now - token.last_used_at > _TOUCH_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        actor = selectors.actor_for(
            person,
            membership,
            channel="api",
            request_id=getattr(request, "request_id", ""),
            read_only=token.read_only,
        )
        # The middleware records refusals under it.
        request._request.actor = actor  # type: ignore[attr-defined]
        return person, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Liaison"'
