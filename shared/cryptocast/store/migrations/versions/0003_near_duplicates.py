"""Documents that say the same: a key of the title, so that reposts and syndicated headlines count once.

The key is made here and not in Python, so that every row has it by one rule. It leaves out case,
punctuation, and a source's name behind the last " - " or " | ". Titles of under 20 letters and digits
("Daily discussion") get none: those repeat without being copies. It stays when a post's text expires.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE FUNCTION title_key(title text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN length(bare) >= 20 THEN sha256(convert_to(bare, 'UTF8')) END FROM (SELECT
            regexp_replace(lower(regexp_replace(title, '\\s[-|–—]\\s[^-|–—]{1,30}$', '')),
                           '[^[:alnum:]]+', '', 'g') AS bare) AS cut
    $$;
    ALTER TABLE documents ADD COLUMN title_key bytea;
    UPDATE documents SET title_key = title_key(title);
    CREATE INDEX documents_title_key ON documents (title_key, first_seen_at, id) WHERE title_key IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute("""
    DROP INDEX documents_title_key;
    ALTER TABLE documents DROP COLUMN title_key;
    DROP FUNCTION title_key(text);
    """)
