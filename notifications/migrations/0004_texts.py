"""A message may be a text to a telephone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_posts'),
    ]

    operations = [
        migrations.AddField(
            model_name='mailmessage',
            name='medium',
            field=models.CharField(choices=[('mail', 'Mail'), ('text', 'Text message')], default='mail', max_length=4),
        ),
        migrations.AlterField(
            model_name='mailmessage',
            name='to',
            field=models.CharField(help_text='An address, or a masked number.', max_length=254),
        ),
    ]
