"""Text search that may use its index; see :class:`portal.casework.search.MatchingCases`."""

from django.db import migrations

# Reads as the owner of the tables, who may pass row-level security, and so names the exchange
# itself. Where the owner may not pass it, the policy filters once more: slower, never wider.
FORWARDS = """
CREATE FUNCTION casework_matching_cases(wanted tsquery, identifier text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
    SELECT case_id FROM casework_casetext
    WHERE exchange_id = nullif(current_setting('liaison.exchange', true), '')::bigint
      AND (words @@ wanted OR identifiers @> ARRAY[identifier]::varchar[])
$$;
"""
BACKWARDS = "DROP FUNCTION casework_matching_cases(tsquery, text)"


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
