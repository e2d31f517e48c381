"""How Alembic reaches the database; run by `cryptocast.store.migrate`, never imported."""

from alembic import context
from sqlalchemy import create_engine, make_url, pool

url = make_url(context.config.attributes["url"]).set(drivername="postgresql+psycopg")
engine = create_engine(url, poolclass=pool.NullPool, connect_args={"prepare_threshold": None})
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        # Two deployments at once take turns; the lock ends with the transaction.
        context.execute("SELECT pg_advisory_xact_lock(4242001)")
        context.run_migrations()
