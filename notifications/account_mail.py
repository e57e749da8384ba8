"""Mail about an account: password links and security notices, for django-allauth.

Its own texts are not used: they would tell where somebody signed in from. An address nobody has
gets no mail, and the same work is done for it, so that neither answer nor time says who has an
account (ASVS 6.3.8).
"""

import secrets
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from notifications.catalogue import MessageKind, get
from notifications.mail_rows import write_mail
from notifications.wording import absolute, fill, values_for, wording_of
from portal.casework.services import wake_dispatcher
from portal.tenancy.models import Exchange, Person
from portal.tenancy.scope import current_exchange_id, set_scope, use_exchange
from portal.tenancy.selectors import current_membership_keys

_RESET = "account/email/password_reset_key"
#: Notices that a password or a second factor changed.
_CHANGES = (
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
    "mfa/email/",
    "socialaccount/email/",
)


def send_account_mail(*, template_prefix: str, to: str, context: dict[str, Any]) -> None:
    """Write the mail allauth asks for in the words of the catalogue.

    It leaves through the person's exchange. A platform superuser, who has none, is written to
    directly. Anything else allauth might want to say, e.g. to an unknown address, is not said.

    Args:
        template_prefix: which mail, by the name of allauth's template.
        context: allauth's; only ``password_reset_url`` is used.
    """
    kind = _kind(template_prefix)
    person = Person.objects.filter(email__iexact=to, is_active=True).first()
    if kind is None or person is None:
        _spend_the_same_effort(to)
        return
    exchange = _exchange_of(person.pk)
    if exchange is not None:
        with use_exchange(exchange, person_id=person.pk):
            _write(exchange, person, kind, context)
        wake_dispatcher()
    elif person.is_superuser:
        transaction.on_commit(lambda: _send_directly(person, kind, context), robust=True)


def _kind(template_prefix: str) -> MessageKind | None:
    if template_prefix == _RESET:
        return get("account.password_reset")
    return get("account.changed") if template_prefix.startswith(_CHANGES) else None


def _exchange_of(person_id: int) -> Exchange | None:
    """The exchange of the request, or else of the person's first membership."""
    key = current_exchange_id()
    if key is None:
        keys = current_membership_keys(person_id)
        set_scope(exchange_id=None)
        key = keys[0][0] if keys else None
    return Exchange.objects.filter(pk=key).first() if key else None


def _write(exchange: Exchange, person: Person, kind: MessageKind, context: dict[str, Any]) -> None:
    values = values_for(kind, exchange=exchange, case=None, link=_link(context))
    write_mail(
        exchange=exchange,
        key=kind.key,
        to=person.email,
        wording=fill(kind, wording_of(kind, exchange_id=exchange.pk), values),
        now=timezone.now(),
        unique=secrets.token_hex(16),
        person=person,
    )


def _link(context: dict[str, Any]) -> str:
    """The reset link's path on our own address; allauth takes the host from the request."""
    url = str(context.get("password_reset_url") or "")
    path = "/" + url.partition("://")[2].partition("/")[2] if "://" in url else url
    return absolute(path or "/")


def _send_directly(person: Person, kind: MessageKind, context: dict[str, Any]) -> None:
    values = {"exchange": "Liaison", "contact": "your operator", "link": _link(context)}
    wording = fill(kind, wording_of(kind, exchange_id=0), values)
    EmailMessage(
        wording.subject,
        wording.body,
        settings.DEFAULT_FROM_EMAIL,
        [person.email],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    ).send(fail_silently=True)


#: No person has this id.
_NOBODY = 0


class _Undo(Exception):
    """Takes back what was written only for the time it takes."""


def _spend_the_same_effort(address: str) -> None:
    kind = get("account.password_reset")
    _exchange_of(_NOBODY)
    exchange = Exchange.objects.filter(is_active=True).first()
    if exchange is None:
        return
    try:
        with use_exchange(exchange):
            values = values_for(kind, exchange=exchange, case=None, link=absolute("/"))
            write_mail(
                exchange=exchange,
                key=kind.key,
                to=address[:254],
                wording=fill(kind, wording_of(kind, exchange_id=exchange.pk), values),
                now=timezone.now(),
                unique=secrets.token_hex(16),
            )
            raise _Undo
    except _Undo:
        return
