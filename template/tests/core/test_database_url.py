"""The URLs of platforms and tools are accepted, or rejected with a message that names the fault."""

import inspect
import ssl
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
from pydantic_core import PydanticCustomError
from sqlalchemy import URL

from app.settings import parse_database_url

SYSTEM = ssl.get_default_verify_paths().cafile or f"{ssl.get_default_verify_paths().capath}/ca-certificates.crt"
SECRET = "do-not-print-me"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not Path(SYSTEM).is_file():
        pytest.skip("this machine has no certificates")
    path = tmp_path_factory.mktemp("certificates") / "root.crt"
    path.write_bytes(Path(SYSTEM).read_bytes())
    return path


def arguments(url: URL) -> dict[str, object]:
    """Return the arguments that asyncpg.connect gets."""
    _, taken = url.get_dialect()().create_connect_args(url)
    assert taken.keys() - {"prepared_statement_cache_size"} <= inspect.signature(asyncpg.connect).parameters.keys()
    return {
        name: value for name, value in taken.items() if name not in {"host", "port", "user", "password", "database"}
    }


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        pytest.param("postgres://u:p@app-db.internal:5432/app?sslmode=disable", {"ssl": "disable"}, id="Fly"),
        pytest.param("postgresql://fly-user:p@pgbouncer.abc.flympg.net/fly-db", {}, id="Fly, managed"),
        pytest.param("postgresql://postgres:p@postgres.railway.internal:5432/railway", {}, id="Railway"),
        pytest.param(
            "postgresql://u:p@ep-x-pooler.eu.aws.neon.tech/neondb?sslmode=require", {"ssl": "require"}, id="Neon"
        ),
        pytest.param(
            "postgresql://u:p@host/neondb?sslmode=require&options=endpoint%3Dep-x",
            {"ssl": "require", "dsn": "postgresql://?options=endpoint%3Dep-x"},
            id="Neon, without SNI",
        ),
        pytest.param(
            "postgresql://postgres.abc:p@aws-0-eu.pooler.supabase.com:5432/postgres?sslmode=require&pgbouncer=false",
            {"ssl": "require"},
            id="Supabase",
        ),
        pytest.param(
            "postgresql://u:p@/app?host=one:1&host=two:2&target_session_attrs=read-write",
            {"target_session_attrs": "read-write"},
            id="several hosts",
        ),
        pytest.param(
            "postgresql://db/app?user=u&password=p&dbname=other&application_name=x&connect_timeout=10&keepalives_idle=30"
            "&gssencmode=disable&channel_binding=prefer&client_encoding=utf8",
            {},
            id="what the service decides, or asyncpg does anyway",
        ),
    ],
)
def test_taken(url: str, taken: dict[str, object]) -> None:
    parsed = parse_database_url(url)

    assert arguments(parsed) == taken
    assert parse_database_url(parsed.render_as_string(hide_password=False)) == parsed


@pytest.mark.parametrize(
    ("parameters", "mode"),
    [
        pytest.param("sslmode=verify-full&sslrootcert={}", "verify-full", id="RDS"),
        pytest.param("sslmode=verify-ca&sslrootcert={}", "verify-ca", id="of any name"),
        pytest.param("sslmode=require&channel_binding=require&sslrootcert={}", "verify-full", id="channel binding"),
    ],
)
def test_certificates(certificate: Path, parameters: str, mode: str) -> None:
    parsed = parse_database_url(f"postgresql://u:p@db/app?{parameters.format(certificate)}")

    assert arguments(parsed) == {"ssl": mode, "dsn": f"postgresql://?sslrootcert={quote(str(certificate), safe='')}"}


@pytest.mark.parametrize(
    "parameters", ["sslmode=require&channel_binding=require", "sslmode=verify-full&sslrootcert=system"]
)
def test_certificates_of_the_system(certificate: Path, parameters: str) -> None:
    """The first URL is Neon's: asyncpg does not support channel binding, so it verifies the server instead."""
    parsed = parse_database_url(f"postgresql://u:p@ep-x.eu.aws.neon.tech/neondb?{parameters}")

    assert arguments(parsed) == {"ssl": "verify-full", "dsn": f"postgresql://?sslrootcert={quote(SYSTEM, safe='')}"}


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("pgbouncer=true", "pgbouncer"),
        ("connection_limit=1", "connection_limit"),
        ("sslmode=on", "sslmode must be one of disable, allow"),
        ("sslmode=verify-full", "sslrootcert"),
        ("sslrootcert=/no/such/file", "sslrootcert"),
        (f"sslcert={__file__}&sslkey={__file__}", "sslcert"),
        (f"sslpassword={SECRET}", "sslpassword"),
        ("gssencmode=require", "gssencmode"),
        (f"gsslib={SECRET}", "gsslib must be one of gssapi, sspi"),
        ("target_session_attrs=any-one", "target_session_attrs"),
        (f"password=a&{'b' * 20}==", "parameter is not one"),
    ],
)
def test_refused_by_name(parameters: str, said: str) -> None:
    with pytest.raises(PydanticCustomError, match=said) as caught:
        parse_database_url(f"postgresql://u:p@db/app?{parameters}")

    assert SECRET not in str(caught.value)
    assert "bbbb" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@ss:{}@db/app",
        "postgres://u:p@ss/{}@db/app",
        "postgres://u:{}@{}@db/app",
        "postgres://u:p@db:{}/app",
        "postgres://u:p@db:99999/app",
        "postgres://u:p@..{}/app",
        "postgres://u:p@[{}/app",
        "postgres://u:p%00{}@db/app",
        "postgres://u:p\udcff{}@db/app",
        "postgres://u:p@one:1,two:{}/app",
        "postgres://u:p@/app?port={}",
        "postgres://u:p@/app?host=db:{}",
        "postgres://u:p@/app?host=one:1&host={}",
        "postgres://u:p@db/app?prepared_statement_cache_size={}",
        "{}://u:p@db/app",
        "{}+asyncpg://u:p@db/app",
        "'postgres://u:{}@db/app'",
        "{}",
    ],
)
def test_malformed(url: str) -> None:
    """A parser's error quotes its input. Neither the message nor the chain of the error may contain it."""
    with pytest.raises(PydanticCustomError, match="percent-encoded") as caught:
        parse_database_url(url.format(SECRET, SECRET))

    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
