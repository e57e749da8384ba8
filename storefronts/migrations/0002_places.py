"""Distances on the earth, the index that finds the nearest listings, and the ZIP codes."""

from typing import Any

import zipcodes
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

NEAREST = """
CREATE INDEX listing_place ON storefronts_listing
USING gist (ll_to_earth(latitude, longitude)) WHERE state = 'active';
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Every active ZIP code, once."""
    area = apps.get_model("storefronts", "ZipArea")
    rows = {row["zip_code"]: row for row in zipcodes.list_all() if row["active"]}
    area.objects.bulk_create(
        [
            area(
                zip_code=code,
                city=row["city"],
                state=row["state"],
                county=row["county"] or "",
                latitude=float(row["lat"]),
                longitude=float(row["long"]),
            )
            for code, row in rows.items()
        ],
        batch_size=5_000,
    )


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0001_initial")]

    operations = [
        CreateExtension("cube"),
        CreateExtension("earthdistance"),
        migrations.RunSQL(NEAREST, "DROP INDEX listing_place"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
