"""The order of work, urgent cases first, as one column that an index can hold."""

from django.conf import settings
from django.db import migrations, models


# An urgent case stands a hundred years before its deadline, and before every one without.
TRIGGER = """
CREATE FUNCTION casework_order_of_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.work_at := CASE WHEN NEW.is_urgent
        THEN coalesce(NEW.due_at, '2100-01-01T00:00:00Z') - interval '876600 hours'
        ELSE NEW.due_at END;
    RETURN NEW;
END $$;
CREATE TRIGGER casework_order_of_work BEFORE INSERT OR UPDATE ON casework_case
FOR EACH ROW EXECUTE FUNCTION casework_order_of_work();
"""
DROP = """
DROP TRIGGER casework_order_of_work ON casework_case;
DROP FUNCTION casework_order_of_work();
"""
FILL = """
ALTER TABLE casework_case NO FORCE ROW LEVEL SECURITY;
UPDATE casework_case SET is_urgent = is_urgent;
ALTER TABLE casework_case FORCE ROW LEVEL SECURITY;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0007_workbench'),
        ('tenancy', '0005_service_center'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='work_at',
            field=models.DateTimeField(editable=False, help_text='Where the case stands in the order of work: urgent ones first, then by deadline. Kept by a trigger (migration 0008).', null=True),
        ),
        migrations.RunSQL(TRIGGER, DROP),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['exchange', 'queue', 'work_at', 'id'], name='case_queue_work'),
        ),
    ]
