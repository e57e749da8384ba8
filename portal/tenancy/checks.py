"""Refuse to serve as an owner or a superuser: such a role steps over row-level security."""

import os
from typing import Any

from django.core.checks import Critical, Tags, register
from django.db import OperationalError, connections

_HINT = (
    "Let APP_DATABASE_URL name a role that owns nothing; see docs/explanation/embedded-services.md."
)


def database_role_problem(alias: str = "default") -> str | None:
    """One sentence about what is wrong with the role the application logs in as, or None."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT session_user, current_user, r.rolsuper OR r.rolbypassrls,"
            " EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p'))"
            " FROM pg_roles r WHERE r.rolname = session_user"
        )
        session_user, current_user, may_bypass, owns = cursor.fetchone()
    if may_bypass:
        return f"The database role {session_user} is a superuser or bypasses row-level security."
    if owns:
        return f"The database role {session_user} owns tables, so row-level security can be off."
    if session_user != current_user:
        return "The database connection has changed its role."
    return None


def refusal_to_serve() -> str | None:
    """Why the web server must not start, with what to do; None when all is well.

    The connection is closed again: workers must not share one they inherited. A database that is
    not there is no reason: the health page says so until it is.
    """
    try:
        problem = database_role_problem()
    except OperationalError:
        return None
    finally:
        connections.close_all()
    return f"{problem} {_HINT}" if problem else None


@register(Tags.database)
def application_role_owns_nothing(databases: Any = None, **_: Any) -> list[Critical]:
    """Run with ``manage.py check --database default`` (A.9).

    A command that logs in as the owner on purpose (``migrate``) passes; the web server does not
    ask here but :func:`refusal_to_serve`, which knows no exception.
    """
    if not databases or "default" not in databases:
        return []
    if os.environ.get("LIAISON_DB_ROLE") == "owner":
        return []
    problem = database_role_problem()
    if problem is None:
        return []
    return [
        Critical(
            problem,
            hint=_HINT,
            id="tenancy.E001",
        )
    ]
