"""Entries about cases or consumers, by index; see ``portal.ledger.selectors.EntriesAbout``."""

from django.db import migrations

# Reads as the owner of the tables, who may pass row-level security, and so names the exchange
# itself. Where the owner may not pass it, the policy filters once more: slower, never wider.
FORWARDS = """
CREATE FUNCTION ledger_entries_about(cases bigint[], consumers bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
    SELECT id FROM ledger_entry
    WHERE exchange_id = nullif(current_setting('liaison.exchange', true), '')::bigint
      AND (case_ids && cases OR consumer_ids && consumers)
$$;
"""
BACKWARDS = "DROP FUNCTION ledger_entries_about(bigint[], bigint[])"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
