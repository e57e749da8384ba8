"""A purpose of its own for the files of toolkits; nothing in the database changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="document",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("attachment", "attachment"),
                    ("release_form", "release form"),
                    ("evidence", "evidence"),
                    ("letter", "letter"),
                    ("toolkit", "toolkit"),
                ],
                max_length=20,
            ),
        ),
    ]
