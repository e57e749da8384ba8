import django.utils.timezone
from django.db import migrations, models

import portal.fields


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="mailmessage",
            name="give_up_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                help_text="After this no further attempt is made.",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="mailmessage",
            name="body",
            field=portal.fields.EncryptedTextField(
                help_text="Encrypted, since some mails carry a link that opens something by itself."
            ),
        ),
    ]
