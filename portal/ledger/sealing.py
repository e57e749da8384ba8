"""How entries are sealed: SQL of the migration, and the same reckoning in Python to verify it.

The trigger is deferred to the commit, so the chain's head is locked only for that moment: the
exchange's transactions do not queue behind one another while they work. It runs as the owner of
the tables; the application's role can neither write a seal nor move the head.
"""

import hashlib
from collections.abc import Sequence

#: Columns in the order they are hashed, as text the database itself renders.
CANONICAL = (
    "e.id::text",
    "e.exchange_id::text",
    "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "coalesce(e.actor_id::text, '')",
    "e.actor_role",
    "coalesce(e.organization_id::text, '')",
    "e.channel",
    "e.request_id",
    "e.action",
    "e.outcome",
    "array_to_string(e.case_ids, ',')",
    "array_to_string(e.consumer_ids, ',')",
    "coalesce(e.disclosed_to_id::text, '')",
    "coalesce(e.release_id::text, '')",
    "array_to_string(e.fields, ',')",
    "e.data::text",
)
#: The hash before the first entry of a chain.
GENESIS = "0" * 64
_SEPARATOR = "\x1f"


def seal_hash(*, seq: int, prev_hash: str, canonical: Sequence[str]) -> str:
    """The SHA-256 (hex) of one entry in its place; the twin of the trigger's."""
    # A separator inside a value is doubled, so that two entries never render alike.
    values = [value.replace(_SEPARATOR, _SEPARATOR * 2) for value in canonical]
    text = _SEPARATOR.join([str(seq), prev_hash, *values])
    return hashlib.sha256(text.encode()).hexdigest()


_VALUES = ",\n        ".join(f"replace({c}, chr(31), chr(31) || chr(31))" for c in CANONICAL)

FORWARDS = f"""
CREATE FUNCTION ledger_seal_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    head ledger_head%ROWTYPE;
    canonical text;
    sealed text;
BEGIN
    INSERT INTO ledger_head (exchange_id, seq, hash)
    VALUES (NEW.exchange_id, 0, '{GENESIS}') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM ledger_head WHERE exchange_id = NEW.exchange_id FOR UPDATE;
    SELECT concat_ws(chr(31), (head.seq + 1)::text, head.hash,
        {_VALUES})
    INTO canonical FROM ledger_entry e WHERE e.id = NEW.id;
    sealed := encode(sha256(convert_to(canonical, 'UTF8')), 'hex');
    INSERT INTO ledger_seal (exchange_id, seq, entry_id, prev_hash, hash)
    VALUES (NEW.exchange_id, head.seq + 1, NEW.id, head.hash, sealed);
    UPDATE ledger_head SET seq = head.seq + 1, hash = sealed
    WHERE exchange_id = NEW.exchange_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION ledger_seal_entry() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER ledger_seal_entry AFTER INSERT ON ledger_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_seal_entry();
"""

BACKWARDS = """
DROP TRIGGER ledger_seal_entry ON ledger_entry;
DROP FUNCTION ledger_seal_entry();
"""
