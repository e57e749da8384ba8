"""Exchanges founded before actions were noted know every action their roles have ever had."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def note_known_actions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Gather them from the history of the roles, which also knows what was taken away."""
    exchange_model = apps.get_model("tenancy", "Exchange")
    with schema_editor.connection.cursor() as cursor:
        for exchange_id in exchange_model.objects.values_list("pk", flat=True):
            # Row-level security binds the tables' owner too.
            cursor.execute("SELECT set_config('liaison.exchange', %s, true)", [str(exchange_id)])
            cursor.execute(
                "UPDATE tenancy_exchange SET known_actions = ARRAY("
                "   SELECT DISTINCT action FROM tenancy_roleevent, unnest(actions) AS action"
                "   WHERE exchange_id = %s ORDER BY action)"
                " WHERE id = %s",
                [exchange_id, exchange_id],
            )
        cursor.execute("SELECT set_config('liaison.exchange', '', true)")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_exchange_settings")]

    operations = [migrations.RunPython(note_known_actions, migrations.RunPython.noop)]
