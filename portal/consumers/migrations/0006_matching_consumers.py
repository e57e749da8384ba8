"""Text search over consumers that may use its index; see :mod:`portal.consumers.search`."""

from django.db import migrations

# The words of a name, and whole numbers and addresses as one word each.
WORDS = r"""
CREATE FUNCTION consumers_words(
    full_name text, email text, phone text, application_id text, case_number text
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple'::regconfig, full_name) || array_to_tsvector(
        array_remove(ARRAY[
            lower(email),
            regexp_replace(phone, '\D', '', 'g'),
            lower(regexp_replace(application_id, '[^0-9A-Za-z]', '', 'g')),
            case_number
        ], '')
    )
$$;
CREATE INDEX consumer_words ON consumers_consumer
    USING gin (consumers_words(full_name, email, phone, application_id, case_number));
"""
# Reads as the owner of the tables, who may pass row-level security, and so names the exchange
# itself. Where the owner may not pass it, the policy filters once more: slower, never wider.
MATCHING = """
CREATE FUNCTION consumers_matching(wanted text, identifier text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
    SELECT id FROM consumers_consumer
    WHERE exchange_id = nullif(current_setting('liaison.exchange', true), '')::bigint
      AND consumers_words(full_name, email, phone, application_id, case_number) @@ (
        plainto_tsquery('simple', wanted)
        || CASE WHEN identifier ~ '^[0-9a-z@.+_-]+$'
                THEN quote_literal(identifier)::tsquery ELSE ''::tsquery END
      )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("consumers", "0005_feeds_go_on")]
    operations = [
        migrations.RunSQL(
            WORDS,
            "DROP INDEX consumer_words;"
            " DROP FUNCTION consumers_words(text, text, text, text, text)",
        ),
        migrations.RunSQL(MATCHING, "DROP FUNCTION consumers_matching(text, text)"),
    ]
