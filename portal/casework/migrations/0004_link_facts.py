"""Who works the child of a link and what for, kept beside the link by triggers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.tenancy.fields
from portal.tenancy.rls import ProtectTenantTables

# The child's row is written first by whoever locks it; the link follows in the same statement, so
# no other case is locked and nothing can lock crosswise.
TRIGGERS = """
CREATE FUNCTION casework_link_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT queue_id, owner_id INTO NEW.from_queue_id, NEW.from_owner_id
    FROM casework_case WHERE id = NEW.from_case_id;
    SELECT kind INTO NEW.to_kind FROM casework_case WHERE id = NEW.to_case_id;
    RETURN NEW;
END $$;
CREATE TRIGGER casework_link_facts BEFORE INSERT ON casework_caselink
FOR EACH ROW EXECUTE FUNCTION casework_link_facts();

CREATE FUNCTION casework_link_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casework_caselink SET from_queue_id = NEW.queue_id, from_owner_id = NEW.owner_id
    WHERE from_case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER casework_link_follow AFTER UPDATE OF queue_id, owner_id ON casework_case
FOR EACH ROW WHEN (OLD.queue_id IS DISTINCT FROM NEW.queue_id
    OR OLD.owner_id IS DISTINCT FROM NEW.owner_id)
EXECUTE FUNCTION casework_link_follow();

ALTER TABLE casework_caselink NO FORCE ROW LEVEL SECURITY;
ALTER TABLE casework_case NO FORCE ROW LEVEL SECURITY;
UPDATE casework_caselink l SET from_queue_id = f.queue_id, from_owner_id = f.owner_id,
    to_kind = t.kind
FROM casework_case f, casework_case t WHERE f.id = l.from_case_id AND t.id = l.to_case_id;
ALTER TABLE casework_case FORCE ROW LEVEL SECURITY;
ALTER TABLE casework_caselink FORCE ROW LEVEL SECURITY;
SET CONSTRAINTS ALL IMMEDIATE;
"""
DROP = """
DROP TRIGGER casework_link_follow ON casework_case;
DROP FUNCTION casework_link_follow();
DROP TRIGGER casework_link_facts ON casework_caselink;
DROP FUNCTION casework_link_facts();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0003_lists_in_order"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "caselink",
            "from_owner",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "caselink",
            "from_queue",
            portal.tenancy.fields.SameExchangeForeignKey(
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organization",
            ),
        ),
        migrations.AddField(
            "caselink",
            "to_kind",
            models.CharField(default="", editable=False, max_length=30),
            preserve_default=False,
        ),
        migrations.RunSQL(TRIGGERS, DROP),
        ProtectTenantTables(),
    ]
