"""The database role the application logs in as: it owns nothing, so row-level security binds it."""

from __future__ import annotations

from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from config.services import ServiceError

_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


def ensure_app_role(owner: dict[str, Any], *, role: str, password: str) -> None:
    """Create or update the application's role on the owner's database.

    The role may connect and see the schema ``public``; what it may do with each table is granted
    after migrating, by the rooms that own the tables.

    Args:
        owner: keyword arguments for ``psycopg2.connect``, of a role that may create roles.
        role: the application's role; by convention ``<database>_app``.
        password: its password; only a SCRAM verifier of it is sent to the server.

    Raises:
        ServiceError: the database cannot be reached, or its owner may not manage the role.
    """
    try:
        connection = psycopg2.connect(**owner)
    except psycopg2.OperationalError as error:
        raise ServiceError(f"The database cannot be reached: {str(error).strip()}") from error
    try:
        with connection, connection.cursor() as cursor:
            # Two processes that migrate at once would both find the role missing.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('liaison app role'))")
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            name = sql.Identifier(role)
            verifier = encrypt_password(password, role, connection, "scram-sha-256")
            cursor.execute(
                sql.SQL(f"{verb} ROLE {{}} {_ATTRIBUTES} PASSWORD {{}}").format(
                    name, sql.Literal(verifier)
                )
            )
            database = sql.Identifier(connection.info.dbname)
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
    except psycopg2.errors.InsufficientPrivilege as error:
        raise ServiceError(
            f"The owner of the database may not manage the role {role}; create it by hand "
            f"({_ATTRIBUTES}) and set APP_DATABASE_URL."
        ) from error
    finally:
        connection.close()
