from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="bell",
            name="text",
            field=models.CharField(
                blank=True,
                help_text="Words of its own; empty: those of the message.",
                max_length=160,
            ),
        ),
        migrations.AddField(
            model_name="bell",
            name="ends_at",
            field=models.DateTimeField(
                help_text="From this instant (UTC) it is not shown.", null=True
            ),
        ),
    ]
