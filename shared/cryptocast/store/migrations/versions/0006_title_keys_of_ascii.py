"""A title's key is of ASCII letters and digits, whatever the database's locale.

What a letter is, and its lower case, differed between databases: "É" is one where the locale knows it and
none under "C". Files are read by the same rule without a database (`collect.near_duplicates`). Keys that
are stored stay: only those of the last 24 hours are ever compared.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE OR REPLACE FUNCTION title_key(title text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN length(bare) >= 20 THEN sha256(convert_to(bare, 'UTF8')) END FROM (SELECT
            lower(regexp_replace(regexp_replace(title, '\\s[-|–—]\\s[^-|–—]{1,30}$', ''),
                                 '[^A-Za-z0-9]+', '', 'g') COLLATE "C") AS bare) AS cut
    $$;
    """)


def downgrade() -> None:
    op.execute("""
    CREATE OR REPLACE FUNCTION title_key(title text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN length(bare) >= 20 THEN sha256(convert_to(bare, 'UTF8')) END FROM (SELECT
            regexp_replace(lower(regexp_replace(title, '\\s[-|–—]\\s[^-|–—]{1,30}$', '')),
                           '[^[:alnum:]]+', '', 'g') AS bare) AS cut
    $$;
    """)
