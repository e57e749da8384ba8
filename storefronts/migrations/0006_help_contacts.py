"""Requests for help from the finder, and the two questions it asks the database."""

import django.db.models.deletion
import django.utils.timezone
import portal.fields
import portal.tenancy.fields
from django.conf import settings
from django.db import migrations, models

from portal.tenancy.rls import ProtectTenantTables

# Reads as the owner of the tables, who may pass row-level security, and so names the exchange
# itself (decision 7): under a policy the index of places would never be used, since `@>` is not
# leakproof. The box is a little larger than the circle, so the distance is compared as well.
WITHIN = """
CREATE FUNCTION storefronts_within(
    from_latitude float8, from_longitude float8, most_meters float8
) RETURNS TABLE (listing_id bigint, meters float8)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 500 SET search_path = pg_catalog, public AS $$
    SELECT id, earth_distance(
        ll_to_earth(from_latitude, from_longitude), ll_to_earth(latitude, longitude)
    )
    FROM storefronts_listing
    WHERE exchange_id = nullif(current_setting('liaison.exchange', true), '')::bigint
      AND state = 'active'
      AND earth_box(ll_to_earth(from_latitude, from_longitude), most_meters)
          @> ll_to_earth(latitude, longitude)
      AND earth_distance(
          ll_to_earth(from_latitude, from_longitude), ll_to_earth(latitude, longitude)
      ) <= most_meters
$$;
"""
# The question of storefronts.hours.is_open_at, for rows. A special day replaces its weekday.
IS_OPEN = """
CREATE FUNCTION storefronts_is_open(
    hours jsonb, special_days jsonb, day text, weekday text, clock text
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM jsonb_array_elements(coalesce(
            (
                SELECT special -> 'hours' FROM jsonb_array_elements(special_days) AS special
                WHERE special ->> 'date' = day LIMIT 1
            ),
            hours -> weekday,
            '[]'
        )) AS span
        WHERE (span ->> 0) COLLATE "C" <= clock AND clock < (span ->> 1) COLLATE "C"
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("storefronts", "0005_application_draft"),
        ("tenancy", "0006_enroller_portal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HelpContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                (
                    "name",
                    portal.fields.EncryptedTextField(
                        blank=True, help_text="Emptied with the rest after 30 days."
                    ),
                ),
                ("phone", portal.fields.EncryptedTextField(blank=True)),
                ("email", portal.fields.EncryptedTextField(blank=True)),
                ("message", portal.fields.EncryptedTextField(blank=True)),
                (
                    "language",
                    models.CharField(
                        blank=True, help_text="They would like to speak it.", max_length=40
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "emptied_at",
                    models.DateTimeField(help_text="When who asked was forgotten.", null=True),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enroller",
                    models.ForeignKey(
                        help_text="The agent or counselor asked; empty: a storefront, whose leads answer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.exchange",
                    ),
                ),
                (
                    "listing",
                    portal.tenancy.fields.SameExchangeForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="storefronts.listing",
                    ),
                ),
                (
                    "organization",
                    portal.tenancy.fields.SameExchangeForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "indexes": [
                    models.Index(
                        fields=["organization", "status", "asked_at"], name="help_contact_open"
                    ),
                    models.Index(
                        condition=models.Q(("emptied_at__isnull", True)),
                        fields=["exchange", "asked_at"],
                        name="help_contact_to_empty",
                    ),
                ],
            },
        ),
        ProtectTenantTables(),
        migrations.RunSQL(WITHIN, "DROP FUNCTION storefronts_within(float8, float8, float8)"),
        migrations.RunSQL(
            IS_OPEN, "DROP FUNCTION storefronts_is_open(jsonb, jsonb, text, text, text)"
        ),
    ]
