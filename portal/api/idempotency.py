"""``Idempotency-Key``: a request sent twice acts once, and is answered alike both times.

The key's row is written in the transaction of the act. A second request with the same key waits
at the unique index until the first has committed, and then repeats its answer; when the first
has failed, nothing of it is left and the second acts.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from portal.api.models import IdempotentAnswer
from portal.tenancy.actor import Actor

HEADER = "Idempotency-Key"
MAX_LENGTH = 80
#: How long an answer is kept.
KEPT = timedelta(hours=24)
#: How long a second request waits for the first, in milliseconds.
_PATIENCE = 5000


class KeyReused(exceptions.APIException):
    """The key came with another request before (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = (
        "This Idempotency-Key came with a different request before. Use a new key for each"
        " request you mean."
    )
    default_code = "idempotency_key_reused"


class StillRunning(exceptions.APIException):
    """The first request with the key has not ended yet (409)."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "The first request with this Idempotency-Key is still running. Try again."
    default_code = "still_running"


def key_of(request: Request, *, required: bool) -> str | None:
    """The key of a request.

    Raises:
        ValidationError: it is required and missing, too long, or not visible ASCII.
    """
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            raise exceptions.ValidationError(
                {HEADER: "Send an Idempotency-Key header, e.g. a new UUID, with this request."},
                code="required",
            )
        return None
    if not 1 <= len(key) <= MAX_LENGTH or any(not "!" <= character <= "~" for character in key):
        raise exceptions.ValidationError(
            {HEADER: f"An Idempotency-Key has 1 to {MAX_LENGTH} visible ASCII characters."}
        )
    return key


def claim(*, actor: Actor, key: str, fingerprint: str) -> tuple[IdempotentAnswer, bool]:
    """The answer kept for a key, and whether it is new and this request has to act.

    Raises:
        KeyReused: the key stands for a different request.
        StillRunning: the first request holds the key for longer than we wait.
    """
    kept = IdempotentAnswer.objects.filter(exchange=actor.exchange, person=actor.person, key=key)
    kept.filter(created_at__lt=timezone.now() - KEPT).delete()
    answer = IdempotentAnswer(
        exchange=actor.exchange, person=actor.person, key=key, request_sha256=fingerprint
    )
    if _insert(answer):
        return answer, True
    first = kept.get()
    if first.request_sha256 != fingerprint:
        raise KeyReused
    return first, False


def keep(*, answer: IdempotentAnswer, status_code: int, data: Any) -> None:
    """Keep what was answered, encrypted, as it went over the wire."""
    answer.status = status_code
    answer.body = json.loads(JSONRenderer().render(data))
    answer.save(update_fields=["status", "body"])


def forget_old_answers() -> int:
    """Delete what is older than 24 hours; the exchange must be set. Returns how many."""
    old = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def fingerprint_of(request: Request, actor: Actor) -> str:
    """SHA-256 over who asks (their membership), what, and with which content.

    Of a multipart body the fields and files count, not the boundary: clients draw a new one for
    each attempt.
    """
    data = request.data
    if hasattr(data, "lists"):
        data = [
            [name, [_value(value) for value in values]] for name, values in sorted(data.lists())
        ]
    text = json.dumps(
        [actor.membership.pk if actor.membership else 0, request.method, request.path, data],
        sort_keys=True,
        ensure_ascii=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _value(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]


def _insert(answer: IdempotentAnswer) -> bool:
    """Whether this request is the first with its key; waits for one that is under way."""
    try:
        with transaction.atomic():
            _wait_at_most(f"{_PATIENCE}ms")
            answer.save(force_insert=True)
            _wait_at_most("0")
    except IntegrityError:
        return False
    except OperationalError:
        raise StillRunning from None
    return True


def _wait_at_most(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [time])
