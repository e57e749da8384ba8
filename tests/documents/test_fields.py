"""SC-28: what is encrypted can be read with a listed key, and with no other."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from portal import fields

OLD, NEW, FOREIGN = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]


def through_the_database(field: models.Field, value: object) -> object:
    """What a row would give back for ``value``."""
    return field.from_db_value(field.get_prep_value(value), None, connection)  # type: ignore[attr-defined]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_json_comes_back_as_it_went_in_with_its_types(value: object) -> None:
    assert through_the_database(fields.EncryptedJSONField(), value) == value


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_text_comes_back_as_it_went_in(value: str) -> None:
    assert through_the_database(fields.EncryptedTextField(), value) == value


def test_a_date_in_json_is_stored_in_iso_form() -> None:
    field = fields.EncryptedJSONField()
    assert through_the_database(field, {"on": dt.date(2026, 1, 2)}) == {"on": "2026-01-02"}


def test_the_stored_text_does_not_hold_the_value_and_differs_each_time() -> None:
    field = fields.EncryptedTextField()
    first, second = field.get_prep_value("canary"), field.get_prep_value("canary")
    assert first != second
    assert "canary" not in f"{first}{second}"


def test_no_value_stays_no_value() -> None:
    assert through_the_database(fields.EncryptedTextField(), None) is None


def test_after_a_key_was_put_in_front_old_values_are_read_and_new_ones_use_it(
    settings: Settings,
) -> None:
    old = fields.encrypt_bytes(b"value")
    settings.FIELD_KEYS = [NEW, OLD]
    assert fields.decrypt_bytes(old) == b"value"
    rotated = fields.rotate_bytes(old)
    settings.FIELD_KEYS = [NEW]
    assert fields.decrypt_bytes(rotated) == b"value"


def test_a_wrong_key_says_so_and_not_what_was_read(settings: Settings) -> None:
    token = fields.encrypt_bytes(b"canary")
    settings.FIELD_KEYS = [FOREIGN]
    with pytest.raises(fields.DecryptionError, match="not in FIELD_KEYS") as error:
        fields.decrypt_bytes(token)
    assert error.value.__cause__ is None
    with pytest.raises(fields.DecryptionError):
        fields.rotate_bytes(token)


def test_an_altered_token_is_refused() -> None:
    token = bytearray(fields.encrypt_bytes(b"value"))
    token[30] ^= 1
    with pytest.raises(fields.DecryptionError):
        fields.decrypt_bytes(bytes(token))


@pytest.mark.parametrize("keys", [[], ["not a key"]])
def test_without_a_usable_key_nothing_is_stored(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        fields.encrypt_bytes(b"value")


@isolate_apps("portal.documents")
def test_an_encrypted_column_cannot_be_searched() -> None:
    class Secret(models.Model):
        note = fields.EncryptedTextField()

        class Meta:
            app_label = "documents"

    for lookup in ("note", "note__contains", "note__startswith"):
        with pytest.raises(FieldError):
            Secret.objects.filter(**{lookup: "x"})
    assert Secret.objects.filter(note__isnull=True).query


def test_a_blind_index_is_the_same_for_the_same_value_and_purpose_only(settings: Settings) -> None:
    index = fields.blind_index("9165550123", "consumers.phone")
    assert index == fields.blind_index("9165550123", "consumers.phone")
    assert len(index) == 64
    assert index != fields.blind_index("9165550123", "offices.phone")
    assert index != fields.blind_index("9165550124", "consumers.phone")
    settings.FIELD_KEYS = [NEW, OLD]
    assert index in fields.blind_indexes("9165550123", "consumers.phone")
