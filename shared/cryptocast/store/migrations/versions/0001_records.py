"""The records: bars, documents, sentiments, feature rows, forecasts, outcomes.

Each table's primary or unique key is the record's natural key, so that a step may run twice. A year
of 20 coins at 15 minutes is 700,000 bars: one B-tree on (symbol, interval_s, opened_at) answers
latest-N in a few page reads, so nothing is partitioned.

Feature rows and contributions keep numbers in arrays and their names once, in name_lists: as JSON
they would take three times the space, and the free tier has half a gigabyte.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BARS = """
CREATE TABLE bars (
    symbol           text NOT NULL,
    interval_s       integer NOT NULL CHECK (interval_s > 0),
    opened_at        timestamptz NOT NULL,
    open             float8 NOT NULL,
    high             float8 NOT NULL,
    low              float8 NOT NULL CHECK (low > 0),
    close            float8 NOT NULL,
    volume           float8 CHECK (volume >= 0 AND volume < 'Infinity'),
    source           text NOT NULL,
    volume_source    text,
    trade_count      bigint CHECK (trade_count >= 0),
    taker_buy_volume float8 CHECK (taker_buy_volume >= 0 AND taker_buy_volume < 'Infinity'),
    first_seen_at    timestamptz NOT NULL,
    PRIMARY KEY (symbol, interval_s, opened_at),
    CHECK (high < 'Infinity' AND low <= LEAST(open, close) AND high >= GREATEST(open, close))
);
"""

_TEXTS = """
CREATE TABLE documents (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind                 text NOT NULL CHECK (kind IN ('news', 'post')),
    source               text NOT NULL,
    external_id          text NOT NULL,
    url                  text NOT NULL,
    title                text NOT NULL,
    body                 text NOT NULL,
    text_sha256          bytea NOT NULL,
    published_at         timestamptz NOT NULL,
    first_seen_at        timestamptz NOT NULL CHECK (first_seen_at >= published_at),
    first_seen_estimated boolean NOT NULL,
    symbols              text[] NOT NULL,
    text_expired_at      timestamptz,
    deleted_at           timestamptz,
    UNIQUE (kind, source, external_id)
);
CREATE INDEX documents_first_seen ON documents (first_seen_at, id);
CREATE INDEX documents_readable ON documents (first_seen_at, id)
    WHERE deleted_at IS NULL AND text_expired_at IS NULL;
CREATE INDEX documents_symbols ON documents USING gin (symbols);
CREATE INDEX documents_post_text ON documents (published_at)
    WHERE kind = 'post' AND text_expired_at IS NULL;

CREATE TABLE sentiments (
    document_id   bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
    model_version text NOT NULL,
    p_bearish     float8 NOT NULL CHECK (p_bearish BETWEEN 0 AND 1),
    p_neutral     float8 NOT NULL CHECK (p_neutral BETWEEN 0 AND 1),
    p_bullish     float8 NOT NULL CHECK (p_bullish BETWEEN 0 AND 1),
    PRIMARY KEY (document_id, model_version)
);
"""

_FEATURES = """
CREATE TABLE name_lists (
    id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    names text[] NOT NULL UNIQUE
);

CREATE TABLE feature_rows (
    symbol          text NOT NULL,
    as_of           timestamptz NOT NULL,
    name_list       integer NOT NULL REFERENCES name_lists,
    numbers         float8[] NOT NULL,
    missing         text[] NOT NULL,
    feature_version text NOT NULL,
    PRIMARY KEY (symbol, as_of)
);
CREATE INDEX feature_rows_as_of ON feature_rows (as_of);
"""

_FORECASTS = """
CREATE TABLE forecasts (
    sequence      bigint NOT NULL UNIQUE,
    symbol        text NOT NULL,
    horizon       text NOT NULL CHECK (horizon IN ('15m', '1h', '4h', '24h')),
    as_of         timestamptz NOT NULL,
    issued_at     timestamptz NOT NULL,
    p_up          float8 NOT NULL CHECK (p_up BETWEEN 0 AND 1),
    call          text NOT NULL CHECK (call IN ('up', 'down', 'abstain')),
    confidence    float8 NOT NULL CHECK (confidence BETWEEN 0.5 AND 1),
    price         float8 NOT NULL CHECK (price > 0 AND price < 'Infinity'),
    name_list     integer NOT NULL REFERENCES name_lists,
    contributions float8[] NOT NULL,
    model_version text NOT NULL,
    data_label    text NOT NULL,
    missing       text[] NOT NULL,
    hash          bytea NOT NULL,
    PRIMARY KEY (symbol, horizon, as_of)
);
CREATE INDEX forecasts_as_of ON forecasts (as_of DESC);

CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'forecasts are a public record: % is refused', TG_OP;
END $$;
CREATE TRIGGER forecasts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON forecasts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
"""

_OUTCOMES = """
-- Forecasts whose outcome is open: the forecasts themselves cannot carry a flag.
CREATE TABLE open_forecasts (
    symbol  text NOT NULL,
    horizon text NOT NULL,
    as_of   timestamptz NOT NULL,
    due_at  timestamptz NOT NULL,
    PRIMARY KEY (symbol, horizon, as_of),
    FOREIGN KEY (symbol, horizon, as_of) REFERENCES forecasts
);
CREATE INDEX open_forecasts_due ON open_forecasts (due_at);

CREATE TABLE outcomes (
    symbol     text NOT NULL,
    horizon    text NOT NULL,
    as_of      timestamptz NOT NULL,
    known_at   timestamptz NOT NULL,
    return_log float8 NOT NULL,
    went_up    boolean NOT NULL,
    correct    boolean,
    brier      float8 NOT NULL CHECK (brier BETWEEN 0 AND 1),
    PRIMARY KEY (horizon, as_of, symbol),
    FOREIGN KEY (symbol, horizon, as_of) REFERENCES forecasts
);
"""


def upgrade() -> None:
    for part in (_BARS, _TEXTS, _FEATURES, _FORECASTS, _OUTCOMES):
        op.execute(part)


def downgrade() -> None:
    raise NotImplementedError("history is not taken back; write a new migration")
