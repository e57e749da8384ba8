"""A ticket type can name its tickets; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations

import portal.tenancy.fields


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="ticketdetail",
            name="ticket_type",
            field=portal.tenancy.fields.SameExchangeForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="tickets.tickettype",
            ),
        )
    ]
