from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="activated_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When an administrator last switched the account on again.",
                null=True,
            ),
        ),
    ]
