"""A run knows its exact place in the file; a person's number is there once in an exchange."""

from django.db import migrations, models

# Earlier versions knew the place only roughly: such a run goes on from the start of its file.
RESTART = """
ALTER TABLE consumers_feedrun NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consumers_refusedrow NO FORCE ROW LEVEL SECURITY;
DELETE FROM consumers_refusedrow WHERE run_id IN
    (SELECT id FROM consumers_feedrun WHERE state IN ('running', 'stopped'));
UPDATE consumers_feedrun
    SET bytes_read = 0, rows_read = 0, rows_new = 0, rows_known = 0, rows_refused = 0
    WHERE state IN ('running', 'stopped');
ALTER TABLE consumers_refusedrow FORCE ROW LEVEL SECURITY;
ALTER TABLE consumers_feedrun FORCE ROW LEVEL SECURITY;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consumers', '0004_the_mirror'),
    ]

    operations = [
        migrations.RunSQL(RESTART, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='consumer',
            name='consumer_by_person_id',
        ),
        migrations.AddField(
            model_name='feedrun',
            name='lines_read',
            field=models.PositiveIntegerField(default=0, help_text='Lines up to there.'),
        ),
        migrations.AddField(
            model_name='feedrun',
            name='rows_changed',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='feedrun',
            name='bytes_read',
            field=models.PositiveBigIntegerField(default=0, help_text='Where the last whole batch ends, and reading goes on.'),
        ),
        migrations.AddConstraint(
            model_name='consumer',
            constraint=models.UniqueConstraint(condition=models.Q(('person_id', ''), _negated=True), fields=('exchange', 'person_id'), name='consumer_person_id_once'),
        ),
    ]
