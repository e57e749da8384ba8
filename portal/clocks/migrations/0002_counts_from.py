from django.db import migrations, models

_MEASURES = [
    ("business_days", "Business days"),
    ("business_minutes", "Business minutes"),
    ("open_day_hours", "Clock hours on open days"),
    ("calendar_days", "Calendar days"),
    ("clock_hours", "Clock hours"),
    ("business_days_before", "Business days before"),
    ("calendar_days_before", "Calendar days before"),
]


class Migration(migrations.Migration):
    """Deadlines that lie before an event, or are reckoned from a day before their clock began."""

    dependencies = [("clocks", "0001_initial")]

    operations = [
        migrations.AddField(
            "timer",
            "counts_from",
            models.DateTimeField(
                help_text="What the deadline is reckoned from, when that is not the start: a day"
                " before it, or the event the deadline lies before.",
                null=True,
            ),
        ),
        *(
            migrations.AlterField(
                model, "measure", models.CharField(choices=_MEASURES, max_length=20)
            )
            for model in ("slapolicy", "slapolicyevent")
        ),
    ]
