"""Encryption at rest: model fields and helpers over one rotating list of keys.

``settings.FIELD_KEYS`` is a list of Fernet keys. The first encrypts; all of them decrypt. To
rotate, put a new key in front, save every row again, then drop the old key. The keys have nothing
to do with ``SECRET_KEY``, so either can change without the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = [
    "DecryptionError",
    "EncryptedJSONField",
    "EncryptedTextField",
    "blind_index",
    "blind_indexes",
    "decrypt_bytes",
    "encrypt_bytes",
    "rotate_bytes",
]


class DecryptionError(Exception):
    """Stored data cannot be read with any key in ``FIELD_KEYS``, or was altered."""

    def __init__(self) -> None:
        super().__init__(
            "Encrypted data could not be read: its key is not in FIELD_KEYS, or it was altered."
        )


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: nothing can be encrypted.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        # The chained message would not name the key, but a traceback shows the frame's values.
        raise ImproperlyConfigured(
            "FIELD_KEYS holds something that is no Fernet key (32 bytes, url-safe base64)."
        ) from None


def _keys() -> MultiFernet:
    return _ring(tuple(settings.FIELD_KEYS))


def encrypt_bytes(content: bytes) -> bytes:
    """``content`` encrypted and authenticated with the first key."""
    return _keys().encrypt(content)


def decrypt_bytes(token: bytes) -> bytes:
    """What :func:`encrypt_bytes` was given. Raises :class:`DecryptionError`."""
    try:
        return _keys().decrypt(token)
    except InvalidToken:
        raise DecryptionError from None


def rotate_bytes(token: bytes) -> bytes:
    """``token`` encrypted anew with the first key. Raises :class:`DecryptionError`."""
    try:
        return _keys().rotate(token)
    except InvalidToken:
        raise DecryptionError from None


def _index(key: str, value: str, purpose: str) -> str:
    # The purpose makes one person's phone number look different in two tables.
    message = f"{purpose}\x00{value}".encode()
    return hmac.new(key.encode(), b"blind-index\x00" + message, hashlib.sha256).hexdigest()


def blind_index(value: str, purpose: str) -> str:
    """A keyed hash (64 hex digits) to store beside an encrypted value that must be found again.

    The caller normalises ``value`` first. ``purpose`` names the column, for example
    ``"consumers.phone"``. Look rows up with :func:`blind_indexes`.
    """
    return _index(settings.FIELD_KEYS[0], value, purpose)


def blind_indexes(value: str, purpose: str) -> list[str]:
    """Every index ``value`` may be stored under, newest key first; for ``column__in``."""
    return [_index(key, value, purpose) for key in settings.FIELD_KEYS]


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class _EncryptedField(_TextField):
    """Text in the database, ciphertext in the text. Only ``isnull`` can be asked of it."""

    def _dump(self, value: Any) -> str:
        return str(value)

    def _load(self, text: str) -> Any:
        return text

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return encrypt_bytes(self._dump(value).encode()).decode("ascii")

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> Any:
        if value is None:
            return None
        return self._load(decrypt_bytes(value.encode()).decode())

    def get_lookup(self, lookup_name: str) -> Any:
        # The same value encrypts differently every time, so a comparison would silently find
        # nothing; without a lookup Django raises FieldError instead.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> None:
        return None


class EncryptedTextField(_EncryptedField):
    """Text that is plain in Python and encrypted in the database.

    Reading raises :class:`DecryptionError` when no key fits. Searching raises ``FieldError``:
    store a :func:`blind_index` beside it.
    """


class EncryptedJSONField(_EncryptedField):
    """JSON that is a plain value in Python and encrypted in the database; types come back as is."""

    def _dump(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False)

    def _load(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        return self.value_from_object(obj)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return models.Field.formfield(
            self, **{"form_class": forms.JSONField, "encoder": DjangoJSONEncoder, **kwargs}
        )
