"""The parameters of a Postgres URL, from libpq's names to those that asyncpg and SQLAlchemy take.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic_core import PydanticCustomError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

# app/db.py and alembic/env.py decide these for every connection: its name, and how long anything may take.
DECIDED_HERE = {
    "application_name",
    "connect_timeout",
    "fallback_application_name",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "tcp_user_timeout",
}
AS_THEY_ARE = {
    "gsslib",
    "host",
    "krbsrvname",
    "passfile",
    "port",
    "prepared_statement_cache_size",
    "ssl",
    "target_session_attrs",
}
# asyncpg takes these as parameters of a URL of its own, and in no other way.
IN_DSN = {
    "options",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslnegotiation",
    "sslrootcert",
}
IN_URL = {"user": "username", "password": "password", "dbname": "database"}
VERIFYING = ("verify-ca", "verify-full")
TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "gsslib": ("gssapi", "sspi"),
    "ssl": ("disable", "allow", "prefer", "require", *VERIFYING),
    "sslnegotiation": ("postgres", "direct"),
    "ssl_max_protocol_version": TLS_VERSIONS,
    "ssl_min_protocol_version": TLS_VERSIONS,
    "target_session_attrs": ("any", "primary", "standby", "read-write", "read-only", "prefer-standby"),
}
# With these values they ask for nothing that asyncpg does not do anyway.
WITHOUT_EFFECT: Mapping[str, tuple[str, ...]] = {
    "channel_binding": ("disable", "prefer"),
    "client_encoding": ("auto", "UTF8", "utf8", "UTF-8", "utf-8"),
    "gssencmode": ("disable", "prefer"),
    "pgbouncer": ("false",),
    "sslcompression": ("0",),
    "sslsni": ("1",),
}
LIBPQ = {"ssl": "sslmode"}
HINTS = {
    # What such a URL leads to gives each transaction another connection; this service sets timeouts once for each.
    "pgbouncer": ": take the URL of the database itself, or of a pooler in session mode",
}
# A name, an IPv6 address, the folder of a socket.
HOST = re.compile(r"([\w-]{1,63}\.?)+|[0-9A-Fa-f:.]+(%\w+)?|/.+")


def refusal(reason: str) -> PydanticCustomError:
    """Return an error that is shown to whoever starts the service; its text must quote nothing that was given."""
    return PydanticCustomError("setting", reason)


def read_url(value: object) -> URL | None:
    """Return a URL that a connection can be tried with, or nothing; what parsers say quotes what they were given."""
    if not isinstance(value, str | URL):
        return None
    with suppress(ArgumentError, ValueError):
        url = make_url(value.strip() if isinstance(value, str) else value)
        is_postgres = url.get_backend_name() in {"postgres", "postgresql"}
        url = url.set(drivername="postgresql+asyncpg")
        _, options = url.get_dialect()().create_connect_args(url)
        are_hosts = all(HOST.fullmatch(host) for host in listed(options.get("host", [])))
        are_ports = all(0 < int(port) < 1 << 16 for port in listed(options.get("port", [])))
        is_text = b"\0" not in "".join(map(str, options.values())).encode()  # UnicodeEncodeError for half a character
        if is_postgres and are_hosts and are_ports and is_text:
            return url
    return None


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def translate(url: URL) -> URL:
    """Return the URL with the parameters that asyncpg takes.

    Raises:
        PydanticCustomError: A parameter is unknown, has a value that is not allowed, or asks for what asyncpg can't do.
    """
    given = parameters(url)
    require_verification(given)
    for name, allowed in {**ALLOWED, **WITHOUT_EFFECT}.items():
        if given.get(name, allowed[0]) not in allowed:
            raise refusal(
                f"the parameter {LIBPQ.get(name, name)} must be one of {', '.join(allowed)}{HINTS.get(name, '')}"
            )
    check_certificates(given)
    query = {name: value for name, value in given.items() if name in AS_THEY_ARE}
    if in_dsn := {name: value for name, value in given.items() if name in IN_DSN}:
        query["dsn"] = f"postgresql://?{urlencode(in_dsn)}"
    return url.set(query=query, **{part: given[name] for name, part in IN_URL.items() if name in given})


def parameters(url: URL) -> dict[str, Any]:
    """Return what is given, with the last value of each as libpq does; only hosts and their ports may be several."""
    given: dict[str, Any] = {
        name: value if isinstance(value, str) or name in {"host", "port"} else value[-1]
        for name, value in url.query.items()
    }
    given |= parse_qsl(given.pop("dsn", "").partition("?")[2])  # from what was translated before
    if "sslmode" in given:
        given["ssl"] = given.pop("sslmode")
    for name in given.keys() - DECIDED_HERE - IN_DSN - AS_THEY_ARE - IN_URL.keys() - WITHOUT_EFFECT.keys():
        # The rest of a password that is not percent-encoded looks like a parameter, too.
        shown = f" {name}" if re.fullmatch("[A-Za-z_]+", name) and "password" not in given else ""
        raise refusal(f"the parameter{shown} is not one that asyncpg takes: leave it out")
    return given


def require_verification(given: dict[str, Any]) -> None:
    """Ask for a verified server where that is what is meant, and for the certificates that it takes."""
    # asyncpg does not bind the password to the channel; a verified server keeps others out of the middle as well.
    if given.get("channel_binding") == "require":
        given.update(channel_binding="prefer", ssl="verify-full", sslrootcert=given.get("sslrootcert", "system"))
    if given.get("sslrootcert") == "system":
        given.update(ssl="verify-full", sslrootcert=system_certificates())
    if given.get("ssl") in VERIFYING and "sslrootcert" not in given:
        raise refusal("the parameter sslmode needs sslrootcert beside it: a file of certificates, or system")


def system_certificates() -> str:
    # asyncpg reads a file. OpenSSL's default is one, or a directory, in which Debian has that file.
    paths = ssl.get_default_verify_paths()
    for path in (Path(paths.cafile or ""), Path(paths.capath or "", "ca-certificates.crt")):
        if path.is_file():
            return str(path)
    raise refusal("the parameter sslrootcert is system, and there are no certificates: install ca-certificates")


def check_certificates(given: Mapping[str, str]) -> None:
    """Read the files that asyncpg reads, which would fail at every connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name in given.keys() & {"sslrootcert", "sslcrl", "sslcert"}:
        try:
            if name == "sslcert":
                context.load_cert_chain(given[name], given.get("sslkey"), password="")  # or it asks for one
            else:
                context.load_verify_locations(given[name])
        except OSError:
            raise refusal(f"the parameter {name} must name a file of certificates that can be read") from None
