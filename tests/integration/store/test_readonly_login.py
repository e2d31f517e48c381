"""How the API's login at Postgres is made, who may make it, and which login is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from cryptocast import wiring
from cryptocast.cli import app
from cryptocast.errors import SettingsError
from cryptocast.store import bars
from cryptocast.store.database import Database
from cryptocast.store.migrate import migrate
from cryptocast.store.readonly import GROUP, login_name, make_login
from local.postgres import Postgres
from tests.factories import AS_OF, make_bar
from tests.fixtures_aws import REGION
from tests.fixtures_store import sql_of

pytestmark = pytest.mark.integration

LOGIN = "cryptocast_api_dev"


@pytest.fixture
def cluster(server_folder: Path) -> Iterator[Postgres]:
    """Two databases that nobody migrated; their owner is no superuser and may make roles, as Neon's first.

    `LOGIN` needs its password, the others none.
    """
    hba = server_folder / "pg_hba.conf"
    hba.write_text(f"host all {LOGIN} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")
    hba.chmod(0o644)
    with Postgres(server_folder / "server", settings={"hba_file": str(hba)}) as server:
        admin = server.url("postgres")
        sql_of(admin, "CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
        for name in ("one", "two"):
            sql_of(admin, f"CREATE DATABASE {name} OWNER owner")
        yield server


def by(role: str, cluster: Postgres, database: str) -> str:
    return f"postgresql://{role}@127.0.0.1:{cluster.port}/{database}"


def hash_of_password(cluster: Postgres) -> object:
    return sql_of(cluster.url("postgres"), f"SELECT rolpassword FROM pg_authid WHERE rolname = '{LOGIN}'")[0][
        0
    ]


def test_an_owner_who_is_no_superuser_makes_it_and_gives_it_a_new_password(cluster: Postgres) -> None:
    owner = by("owner", cluster, "one")
    migrate(owner)
    first = make_login(owner, LOGIN)
    hashed = hash_of_password(cluster)
    second = make_login(owner, LOGIN)
    assert str(hashed).startswith("SCRAM-SHA-256$")
    assert hash_of_password(cluster) != hashed
    passwords = [str(conninfo_to_dict(made)["password"]) for made in (first, second)]
    assert len(set(passwords)) == 2 and min(map(len, passwords)) >= 43
    bars.upsert(Database(owner), [make_bar()])
    reader = Database(second)
    assert len(bars.latest(reader, "BTC", 1)) == 1
    with pytest.raises(SettingsError):
        bars.upsert(reader, [make_bar(closed_at=AS_OF)])
    reader.close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        sql_of(first)


def test_several_databases_of_a_cluster_share_the_group_and_not_the_login(cluster: Postgres) -> None:
    migrate(by("owner", cluster, "one"))
    sql_of(cluster.url("postgres"), "CREATE ROLE other LOGIN CREATEROLE", "ALTER DATABASE two OWNER TO other")
    migrate(by("other", cluster, "two"))
    logins = [login_name("dev", by("owner", cluster, database)) for database in ("one", "two")]
    assert logins == ["cryptocast_api_dev_one", "cryptocast_api_dev_two"]
    make_login(by("owner", cluster, "one"), LOGIN)
    with pytest.raises(SettingsError, match=f'denied to grant role "{GROUP}": as the role that') as caught:
        make_login(by("other", cluster, "two"), logins[1])
    told = re.search(r"GRANT .* WITH ADMIN OPTION", str(caught.value))
    assert told is not None
    sql_of(by("owner", cluster, "one"), told.group())
    hashed = hash_of_password(cluster)
    assert sql_of(make_login(by("other", cluster, "two"), logins[1]), "SELECT count(*) FROM bars") == [(0,)]
    assert hash_of_password(cluster) == hashed


@pytest.mark.parametrize(
    ("url", "stage", "said"),
    [
        ("postgresql://u:p@host", "dev", "names no database"),
        ("postgresql://u:a@b@host/x", "dev", "percent-encoded"),
        ("postgresql://u:p@host/" + 40 * "x", "a-long-stage", "more than 63 bytes"),
    ],
)
def test_a_login_that_can_have_no_name_is_told(url: str, stage: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        login_name(stage, url)


def test_who_may_make_no_roles_is_told_what_is_needed(cluster: Postgres) -> None:
    sql_of(cluster.url("postgres"), "ALTER ROLE owner NOCREATEROLE")
    with pytest.raises(SettingsError, match=r"permission denied to create role; .*CREATEROLE"):
        migrate(by("owner", cluster, "one"))
    sql_of(cluster.url("postgres"), f"CREATE ROLE {GROUP}")
    migrate(by("owner", cluster, "one"))
    with pytest.raises(SettingsError, match=r'permission denied to create role: "owner" needs CREATEROLE$'):
        make_login(by("owner", cluster, "one"), LOGIN)


def test_it_is_not_made_before_the_migration(cluster: Postgres) -> None:
    with pytest.raises(SettingsError, match="cryptocast migrate"):
        make_login(by("owner", cluster, "one"), LOGIN)


def test_a_login_that_may_more_is_refused_and_left_alone(cluster: Postgres) -> None:
    """Neon makes every role of its console a member of one that may write all; the owner may not drop it."""
    owner = by("owner", cluster, "one")
    migrate(owner)
    for given, more in (
        ("GRANT pg_write_all_data TO {}", "is a member of pg_write_all_data"),
        ("GRANT pg_read_all_data TO {}", "is a member of pg_read_all_data"),
        ("ALTER ROLE {} CREATEDB", "has CREATEDB"),
        ("GRANT SELECT ON quarantine TO {}", "may SELECT on quarantine"),
        ("GRANT INSERT ON bars TO {}", "may INSERT on bars"),
        ("GRANT CREATE ON SCHEMA public TO {}", "may CREATE in schema public"),
    ):
        sql_of(cluster.url("one"), f"CREATE ROLE {LOGIN} LOGIN PASSWORD 'old'", given.format(LOGIN))
        hashed = hash_of_password(cluster)
        said = rf'{LOGIN} {more}, .*remove it in Neon\'s console \(or DROP ROLE "{LOGIN}"\)'
        with pytest.raises(SettingsError, match=said):
            make_login(owner, LOGIN)
        assert hash_of_password(cluster) == hashed
        sql_of(cluster.url("one"), f"DROP OWNED BY {LOGIN}", f"DROP ROLE {LOGIN}")


def test_none_is_made_where_everybody_or_the_group_may_more(cluster: Postgres) -> None:
    owner = by("owner", cluster, "one")
    migrate(owner)
    for what, role, more in (
        ("CREATE ON SCHEMA public", "public", "may CREATE in schema public"),
        ("DELETE ON bars", "public", "may DELETE on bars"),
        ("UPDATE ON bars", GROUP, "may UPDATE on bars"),
        ("pg_read_all_data", GROUP, "is a member of pg_read_all_data"),
    ):
        sql_of(cluster.url("one"), f"GRANT {what} TO {role}")
        with pytest.raises(SettingsError, match=rf"role {role} {more}, .*take that from {role} \(REVOKE"):
            make_login(owner, LOGIN)
        assert sql_of(owner, f"SELECT FROM pg_roles WHERE rolname = '{LOGIN}'") == []
        sql_of(cluster.url("one"), f"REVOKE {what} FROM {role}")
    make_login(owner, LOGIN)


def test_a_harmless_login_that_another_made_says_what_its_maker_does(cluster: Postgres) -> None:
    owner = by("owner", cluster, "one")
    migrate(owner)
    sql_of(cluster.url("one"), f"CREATE ROLE {LOGIN} LOGIN")
    with pytest.raises(SettingsError, match=r"denied to alter role: .*CREATEROLE and ADMIN OPTION") as caught:
        make_login(owner, LOGIN)
    told = re.search(r"GRANT .* WITH ADMIN OPTION", str(caught.value))
    assert told is not None
    sql_of(cluster.url("one"), told.group())
    assert sql_of(make_login(owner, LOGIN), "SELECT current_user") == [(LOGIN,)]


def put(name: str, value: str) -> None:
    boto3.client("ssm", region_name=REGION).put_parameter(Name=name, Value=value, Type="SecureString")


def readonly_login(stage: str, region: str | None = REGION) -> str:
    wiring.forget()
    environment = {"COLUMNS": "200", "TERM": "dumb", "AWS_DEFAULT_REGION": region}
    done = CliRunner().invoke(app, ["readonly-login", "--stage", stage], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def test_the_command_puts_the_login_beside_the_owners_and_shows_no_password(
    moto_aws: None, db: Database, database_url: str
) -> None:
    name = "/cryptocast/dev/readonly-database-url"
    login = f"cryptocast_api_dev_{conninfo_to_dict(database_url)['dbname']}"
    put("/cryptocast/dev/database-url", database_url)
    made = []
    for _ in range(2):
        said = readonly_login("dev")
        assert said == f"{login} may read\nSSM has it as {name}\n"
        kept = boto3.client("ssm", region_name=REGION).get_parameter(Name=name, WithDecryption=True)[
            "Parameter"
        ]
        assert kept["Type"] == "SecureString"
        made.append(kept["Value"])
        assert conninfo_to_dict(kept["Value"])["password"] not in said
    assert made[0] != made[1]
    bars.upsert(db, [make_bar()])
    assert bars.latest(Database(made[1]), "BTC", 1) == [make_bar()]
    assert sql_of(made[1], "SELECT current_user") == [(login,)]


def test_the_command_says_what_is_missing(moto_aws: None) -> None:
    said = readonly_login("dev", "eu-west-3")
    assert "SSM has no parameter /cryptocast/dev/database-url in eu-west-3" in said
    assert "AWS_DEFAULT_REGION" in said
    assert "SSM was not asked: You must specify a region" in readonly_login("dev", None)
