"""The third wall: row-level security, and what the application's role may touch.

Every migration that creates tenant tables (tables with an ``exchange`` foreign key) ends with
:class:`ProtectTenantTables`. After each ``migrate`` the application's role is granted exactly what
it needs: no schema changes, no ``TRUNCATE``, and on append-only tables no ``UPDATE`` or
``DELETE``.
"""

from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from portal.tenancy.fields import SAME_EXCHANGE

#: Read once per statement: the sub-select makes PostgreSQL evaluate the setting a single time.
EXCHANGE_SETTING = "(SELECT nullif(current_setting('liaison.exchange', true), '')::bigint)"
PERSON_SETTING = "(SELECT nullif(current_setting('liaison.person', true), '')::bigint)"


def is_tenant_model(model: type[models.Model]) -> bool:
    """True when rows of the model belong to one exchange."""
    return any(field.name == "exchange" and field.is_relation for field in model._meta.local_fields)


class ProtectTenantTables(Operation):
    """Put row-level security and same-exchange foreign keys on every tenant table of the app.

    Harmless to repeat: each migration that adds a tenant table or key simply ends with it.
    """

    reversible = True
    reduces_to_sql = True
    atomic = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: policies are no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        # Foreign keys Django has deferred to the end of the migration do not matter here: ours
        # name their own constraints.
        for model in to_state.apps.get_models():
            meta = model._meta
            if meta.app_label == app_label and meta.managed and is_tenant_model(model):
                for statement in self._statements(model):
                    schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing: dropping a table drops its policies."""

    def describe(self) -> str:
        return "Row-level security on every tenant table of the app"

    def _statements(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        condition = f"exchange_id = {EXCHANGE_SETTING}"
        own_rows = getattr(model, "person_policy_column", None) or _OWN_ROWS.get(table)
        readable = f"{condition} OR {own_rows} = {PERSON_SETTING}" if own_rows else condition
        statements = [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'DROP POLICY IF EXISTS exchange_wall ON "{table}"',
            f'CREATE POLICY exchange_wall ON "{table}" USING ({readable}) WITH CHECK ({condition})',
        ]
        if any(field.name == "pgh_id" for field in model._meta.local_fields):
            return statements  # a history row outlives what it tells of
        for field in model._meta.local_fields:
            if isinstance(field, SAME_EXCHANGE):
                statements += _composite_key(table, field)
        return statements


#: Tables whose rows a person may read across exchanges because the rows are about that person:
#: one signs in before an exchange is chosen.
_OWN_ROWS = {"tenancy_membership": "person_id"}


def _composite_key(table: str, field: models.ForeignKey) -> list[str]:
    target = field.remote_field.model._meta.db_table
    unique, constraint = f"{target}_exchange_uq", f"{table}_{field.column}_exchange_fk"[-63:]
    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{unique}')"
        f' THEN ALTER TABLE "{target}" ADD CONSTRAINT "{unique}" UNIQUE (exchange_id, id);'
        " END IF; END $$",
        f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{constraint}"',
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{constraint}"'
        f' FOREIGN KEY (exchange_id, "{field.column}") REFERENCES "{target}" (exchange_id, id)'
        " DEFERRABLE INITIALLY DEFERRED",
    ]


def grant_application_role(*, using: str, apps: Apps, **_: Any) -> None:
    """After ``migrate``: the application's role may read and write rows, and nothing else.

    A model that sets ``append_only = True`` may be read and added to, never changed; the rows of
    one that sets ``write_once = True`` end when their time is over, and are not changed before;
    one that sets ``read_only = True`` is written by triggers alone.
    """
    role = settings.APP_DATABASE_ROLE
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            return
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        name = connection.ops.quote_name(role)
        cursor.execute(  # the name is quoted by the driver
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};"
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name};"
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}"
        )
        tables = set(connection.introspection.table_names(cursor))
        from django.apps import apps as real_apps

        for model in real_apps.get_models():
            table = connection.ops.quote_name(model._meta.db_table)
            if model._meta.db_table not in tables:
                continue
            if getattr(model, "append_only", False) is True:
                cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
            if getattr(model, "write_once", False) is True:
                cursor.execute(f"REVOKE UPDATE ON {table} FROM {name}")
            if getattr(model, "read_only", False) is True:  # not a column of that name
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {name}")
