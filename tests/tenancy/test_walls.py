"""The third wall: what the database itself keeps apart (T-01…T-08, A.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config import services
from portal.casework.models import Case
from portal.ledger.models import LedgerEntry
from portal.tenancy import checks
from portal.tenancy.models import Membership, Organization
from portal.tenancy.rls import is_tenant_model
from portal.tenancy.scope import current_exchange_id, set_scope, use_exchange, use_person
from tests.world import World

#: Tables without an exchange, each with the reason why it may be so.
WITHOUT_EXCHANGE = {
    "storefronts_ziparea": "ZIP codes of the United States: the same for everybody",
    "tenancy_exchange": "sign-in must find the exchange first; holds configuration only",
    "tenancy_exchangeevent": "history of the exchange's configuration",
    "tenancy_person": "a person may work for several exchanges; reached through memberships",
    "tenancy_person_groups": "carries releases; rights are checked with the case's exchange",
    "tenancy_person_user_permissions": "unused: rights come from roles",
    "auth_group": "offices' groups; names hold no personal data",
    "auth_group_permissions": "unused: rights come from roles",
    "auth_permission": "Django's own list",
    "django_content_type": "Django's own list",
    "django_admin_log": "unused: the ledger records",
    "django_session": "sessions are found before an exchange is chosen",
    "usersessions_usersession": "where a person is signed in; read by that person only",
    "mfa_authenticator": "second factors belong to the person, not to an exchange",
    "account_emailaddress": "unused: the person's address is the sign-in address",
    "account_emailconfirmation": "unused",
    "socialaccount_socialaccount": "single sign-on belongs to the person",
    "socialaccount_socialapp": "unused: providers come from the environment",
    "socialaccount_socialtoken": "unused: no token is kept",
    "pghistory_context": "who and when of a change, by id",
    "guardian_groupobjectpermission": "unused: direct foreign keys are used instead",
    "guardian_userobjectpermission": "unused: direct foreign keys are used instead",
}
_PREFIXES_WITHOUT_EXCHANGE = ("django_celery_beat_", "django_migrations")


def test_a_9_every_table_with_an_exchange_has_a_forced_policy(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*')"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'exchange_id'"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
        tables = cursor.fetchall()
    assert len(tables) > 20
    assert [name for name, forced, policies in tables if not forced or policies != 1] == []


def test_a_9_a_table_without_an_exchange_has_been_thought_about(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT EXISTS"
            " (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'exchange_id')"
        )
        names = {name for (name,) in cursor.fetchall()}
    names = {name for name in names if not name.startswith(_PREFIXES_WITHOUT_EXCHANGE)}
    assert names - WITHOUT_EXCHANGE.keys() == set()


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if is_tenant_model(m)], ids=lambda m: m._meta.label_lower
)
def test_t_02_without_an_exchange_no_row_of_a_tenant_table_is_seen(
    world: World, model: Any
) -> None:
    set_scope(exchange_id=None)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        assert cursor.fetchone() == (0,)


def test_t_02_the_rows_that_were_not_seen_are_there(world: World) -> None:
    """The twin of the test above: it would also pass over empty tables."""
    assert Organization.objects.count() > 5
    assert Membership.objects.count() > 10
    assert LedgerEntry.objects.count() > 10


def test_t_08_a_forgotten_filter_shows_one_exchanges_rows_only(
    world: World, other_world: World
) -> None:
    with use_exchange(other_world.exchange):
        theirs = {row.exchange_id for row in Organization.objects.all()}
    assert theirs == {other_world.exchange.pk}
    assert {row.exchange_id for row in Organization.objects.all()} == {world.exchange.pk}


def test_t_08_a_row_cannot_be_written_into_another_exchange(
    world: World, other_world: World
) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Organization.objects.create(
            exchange=other_world.exchange, kind="unit", code="spy", name="Spy"
        )
    theirs = other_world.organizations["appeals"].pk
    assert Organization.objects.filter(pk=theirs).update(name="Mine now") == 0
    assert Organization.objects.filter(pk=theirs).delete()[0] == 0


def test_t_08_a_row_cannot_be_moved_into_another_exchange(world: World, other_world: World) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Organization.objects.filter(pk=world.organizations["appeals"].pk).update(
            exchange=other_world.exchange
        )


def commit(write: Callable[[], object]) -> None:
    """Write, and check what a commit would check; undone when that fails."""
    with transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("field", ["organization_id", "queue_id"])
def test_t_02_a_case_cannot_name_another_exchanges_organization(
    world: World, other_world: World, field: str
) -> None:
    theirs = other_world.organizations["assembly-13"].pk
    case = Case(
        exchange=world.exchange,
        kind="constituent",
        number="EA-2025-900001",
        status="received",
    )
    setattr(case, field, theirs)
    with pytest.raises(IntegrityError, match="exchange_fk"):
        commit(case.save)


def test_t_02_a_membership_cannot_join_two_exchanges(world: World, other_world: World) -> None:
    membership = Membership(
        exchange=world.exchange,
        person=world.people["ea.analyst"],
        organization=other_world.organizations["exchange"],
        role=world.memberships["admin"].role,
    )
    with pytest.raises(IntegrityError, match="exchange_fk"):
        commit(membership.save)


def test_the_scope_ends_with_its_transaction(transactional_db: None) -> None:
    with transaction.atomic():
        set_scope(exchange_id=7)
        assert current_exchange_id() == 7
    assert current_exchange_id() is None
    with pytest.raises(RuntimeError, match="inside a transaction"):
        set_scope(exchange_id=7)


def test_the_outer_exchange_comes_back_after_an_inner_one(world: World, other_world: World) -> None:
    with use_exchange(other_world.exchange):
        assert current_exchange_id() == other_world.exchange.pk
    assert current_exchange_id() == world.exchange.pk
    with use_person(world.people["admin"].pk):
        assert current_exchange_id() is None
        assert Membership.objects.count() == 1  # one's own, and nobody else's
    assert current_exchange_id() == world.exchange.pk


def test_a_9_the_application_owns_nothing_and_bypasses_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
            " (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, 0)
    assert checks.database_role_problem() is None


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE tenancy_organization CASCADE",
        "ALTER TABLE tenancy_organization NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY exchange_wall ON tenancy_organization",
        "CREATE TABLE mine (id int)",
        "UPDATE ledger_entry SET action = 'nothing'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_head SET seq = 0",
        "INSERT INTO ledger_seal (exchange_id, seq, entry_id, prev_hash, hash)"
        " VALUES (1, 1, 1, '', '')",
        "DELETE FROM django_migrations",
    ],
)
def test_a_9_the_application_may_not(world: World, statement: str) -> None:
    with (
        pytest.raises((ProgrammingError, InternalError)) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    text = str(refused.value)
    assert "permission denied" in text or "must be owner" in text or "does not exist" in text


def test_a_9_the_application_cannot_become_the_owner(db: None) -> None:
    owner = services.database_settings("owner")["USER"]
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'SET ROLE "{owner}"')


@pytest.fixture
def _logged_in_as_owner(transactional_db: None) -> Iterator[None]:
    settings = connection.settings_dict
    application = {key: settings[key] for key in ("USER", "PASSWORD")}
    owner = services.database_settings("owner")
    connection.close()
    settings.update(USER=owner["USER"], PASSWORD=owner["PASSWORD"])
    yield
    connection.close()
    settings.update(application)


@pytest.mark.usefixtures("_logged_in_as_owner")
def test_a_9_the_web_server_refuses_to_serve_as_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIAISON_DB_ROLE")
    refusal = checks.refusal_to_serve()
    assert refusal is not None
    assert "row-level security" in refusal
    assert "APP_DATABASE_URL" in refusal
    found = checks.application_role_owns_nothing(databases=["default"])
    assert [problem.id for problem in found] == ["tenancy.E001"]


@pytest.mark.usefixtures("_logged_in_as_owner")
def test_a_9_a_command_of_the_owner_passes_the_check_and_the_web_server_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIAISON_DB_ROLE", "owner")
    assert checks.application_role_owns_nothing(databases=["default"]) == []
    assert checks.refusal_to_serve() is not None


def test_a_9_the_web_server_serves_as_the_application(transactional_db: None) -> None:
    assert checks.refusal_to_serve() is None


def test_choosing_an_actor_takes_the_same_statements_for_one_role_as_for_many(
    world: World,
) -> None:
    """P11: what a page costs before it begins does not grow with the exchange."""
    with CaptureQueriesContext(connection) as statements:
        world.actor("admin")
    assert len(statements) == 2
