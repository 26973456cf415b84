"""The parameters of a Postgres URL, translated from libpq's names to those of asyncpg and SQLAlchemy.

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

# app/db.py and alembic/env.py set these for every connection: its name and its timeouts.
IGNORED = re.compile(
    r"connect_timeout|(fallback_)?application_name|keepalives(_count|_idle|_interval)?|tcp_user_timeout"
)
PASSED_ON = frozenset(
    ["gsslib", "host", "krbsrvname", "passfile", "port", "prepared_statement_cache_size", "ssl", "target_session_attrs"]
)
# asyncpg accepts these only as parameters of a URL of its own.
IN_DSN = re.compile(r"options|ssl(cert|crl|key|negotiation|rootcert)|ssl_(max|min)_protocol_version")
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
    # asyncpg has no such parameters; these values ask only for what it does anyway.
    "channel_binding": ("disable", "prefer"),
    "client_encoding": ("auto", "UTF8", "utf8", "UTF-8", "utf-8"),
    "gssencmode": ("disable", "prefer"),
    "pgbouncer": ("false",),
    "sslcompression": ("0",),
    "sslsni": ("1",),
}
KNOWN = PASSED_ON | IN_URL.keys() | ALLOWED.keys()
# A pooler in transaction mode changes the connection between transactions; this service sets timeouts once for each.
HINTS = {"pgbouncer": ": use the URL of the database itself, or of a pooler in session mode"}
# A name, an IPv6 address, the directory of a socket.
HOST = re.compile(r"([\w-]{1,63}\.?)+|[0-9A-Fa-f:.]+(%\w+)?|/.+")


def refusal(reason: str) -> PydanticCustomError:
    """Return an error that is shown when the service starts; its text must not quote the value."""
    return PydanticCustomError("setting", reason)


def read_url(value: object) -> URL | None:
    """Return a URL to try a connection with, or None: the message of a parser would quote the value."""
    if not isinstance(value, str | URL):
        return None
    with suppress(ArgumentError, ValueError):
        url = make_url(value.strip() if isinstance(value, str) else value)
        is_postgres = url.get_backend_name() in {"postgres", "postgresql"}
        url = url.set(drivername="postgresql+asyncpg")
        _, options = url.get_dialect()().create_connect_args(url)
        are_hosts = all(HOST.fullmatch(host) for host in listed(options.get("host", [])))
        are_ports = all(0 < int(port) < 1 << 16 for port in listed(options.get("port", [])))
        is_text = b"\0" not in "".join(map(str, options.values())).encode()  # UnicodeEncodeError for a lone surrogate
        if is_postgres and are_hosts and are_ports and is_text:
            return url
    return None


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def translate(url: URL) -> URL:
    """Return the URL with the parameters that asyncpg accepts, or raise a ``refusal``."""
    given = parameters(url)
    require_verification(given)
    for name, allowed in ALLOWED.items():
        if given.get(name, allowed[0]) not in allowed:
            shown = "sslmode" if name == "ssl" else name
            raise refusal(f"the parameter {shown} must be one of {', '.join(allowed)}{HINTS.get(name, '')}")
    check_certificates(given)
    query = {name: value for name, value in given.items() if name in PASSED_ON}
    if in_dsn := {name: value for name, value in given.items() if IN_DSN.fullmatch(name)}:
        query["dsn"] = f"postgresql://?{urlencode(in_dsn)}"
    return url.set(query=query, **{part: given[name] for name, part in IN_URL.items() if name in given})


def parameters(url: URL) -> dict[str, Any]:
    """Return the parameters with the last value of each, as libpq does. Only hosts and ports may have several."""
    given: dict[str, Any] = {
        name: value if isinstance(value, str) or name in {"host", "port"} else value[-1]
        for name, value in url.query.items()
    }
    given |= parse_qsl(given.pop("dsn", "").partition("?")[2])  # of a URL that is translated already
    if "sslmode" in given:
        given["ssl"] = given.pop("sslmode")
    for name in given.keys() - KNOWN:
        if IGNORED.fullmatch(name) or IN_DSN.fullmatch(name):
            continue
        # The rest of a password that is not percent-encoded looks like a parameter, too.
        shown = f" {name}" if re.fullmatch("[A-Za-z_]+", name) and "password" not in given else ""
        raise refusal(f"the parameter{shown} is not one that asyncpg accepts: remove it")
    return given


def require_verification(given: dict[str, Any]) -> None:
    """Verify the server where the parameters ask for it, and name the certificates to verify it with."""
    # asyncpg can't bind the password to the channel. Verifying the server prevents a man in the middle, too.
    if given.get("channel_binding") == "require":
        given.update(channel_binding="prefer", ssl="verify-full", sslrootcert=given.get("sslrootcert", "system"))
    if given.get("sslrootcert") == "system":
        given.update(ssl="verify-full", sslrootcert=system_certificates())
    if given.get("ssl") in VERIFYING and "sslrootcert" not in given:
        raise refusal("the parameter sslmode needs sslrootcert beside it: a file of certificates, or system")


def system_certificates() -> str:
    # asyncpg needs a file. OpenSSL's default is one, or a directory, in which Debian has that file.
    paths = ssl.get_default_verify_paths()
    for path in (Path(paths.cafile or ""), Path(paths.capath or "", "ca-certificates.crt")):
        if path.is_file():
            return str(path)
    raise refusal("the parameter sslrootcert is system, and there are no certificates: install ca-certificates")


def check_certificates(given: Mapping[str, str]) -> None:
    """Read the files that asyncpg would otherwise fail to read at every connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name in given.keys() & {"sslrootcert", "sslcrl", "sslcert"}:
        try:
            if name == "sslcert":
                context.load_cert_chain(given[name], given.get("sslkey"), password="")  # without, OpenSSL prompts
            else:
                context.load_verify_locations(given[name])
        except OSError:
            raise refusal(f"the parameter {name} must name a file of certificates that can be read") from None
