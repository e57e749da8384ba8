"""The tests' own ground: what it promises is what every other test relies on."""

from __future__ import annotations

import socket
from typing import Any

import psycopg2
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection


@pytest.mark.django_db
def test_tests_run_as_a_role_that_row_level_security_binds() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
            " EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("portal_app", False, False, False, False, False)


@pytest.mark.django_db(transaction=True)
def test_rows_a_test_commits_are_gone_before_the_next_and_migrated_rows_stay(
    owner_connection: Any,
) -> None:
    from tests import database

    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_content_type")
        before = cursor.fetchone()
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('gone', 'gone')")
        database.restore_baseline()
        cursor.execute("SELECT count(*) FROM django_content_type")
        assert cursor.fetchone() == before
    assert not ContentType.objects.filter(app_label="gone").exists()


@pytest.mark.django_db
def test_the_application_may_not_empty_a_table() -> None:
    from django.db import ProgrammingError

    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("TRUNCATE django_content_type CASCADE")


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.getaddrinfo("exchange.example", 443)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_does_not_log_in(owner_connection: Any) -> None:
    parameters = owner_connection.get_dsn_parameters() | {"password": "wrong"}
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(**parameters)
