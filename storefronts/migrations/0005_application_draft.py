"""Which draft an application was, so that it is submitted once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0004_state_code")]

    operations = [
        migrations.AddField(
            model_name="storefrontapplication",
            name="draft",
            field=models.UUIDField(help_text="The draft it was; submitted once.", null=True),
        ),
        migrations.AddConstraint(
            model_name="storefrontapplication",
            constraint=models.UniqueConstraint(
                fields=("exchange", "draft"), name="storefront_application_once"
            ),
        ),
    ]
