"""Who has a CRW case and whether it is open, kept beside it as the case changes."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION retention_crw_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE retention_crwcase
    SET organization_id = NEW.organization_id, enroller_id = NEW.owner_id, is_open = NEW.is_open
    WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER retention_crw_follow AFTER UPDATE OF organization_id, owner_id, is_open
ON casework_case FOR EACH ROW WHEN (NEW.kind = 'crw' AND (
    OLD.organization_id IS DISTINCT FROM NEW.organization_id
    OR OLD.owner_id IS DISTINCT FROM NEW.owner_id
    OR OLD.is_open IS DISTINCT FROM NEW.is_open))
EXECUTE FUNCTION retention_crw_follow();
"""
DROP = """
DROP TRIGGER retention_crw_follow ON casework_case;
DROP FUNCTION retention_crw_follow();
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("casework", "0008_urgent_first")]

    operations = [migrations.RunSQL(TRIGGER, DROP)]
