from cryptocast.store.database import Database


def test_a_dropped_connection_is_opened_again(db: Database) -> None:
    with db.connection() as connection:
        connection.execute("SELECT 1")
