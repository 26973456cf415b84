"""Pass on the user's uv settings for package sources, but none that decide which packages are chosen.

A lock must be valid for everyone: `uv lock --check` runs in CI without the settings of the person who created the
service.
"""

import atexit
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

# Indexes, credentials, network, caches and interpreters. All other variables of uv are dropped, including future ones.
_VARIABLES = re.compile(
    r"UV_(?:(?:DEFAULT_|EXTRA_)?INDEX\w*|FIND_LINKS|KEYRING_PROVIDER|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|OFFLINE"
    r"|CREDENTIALS_DIR|\w*HTTPS?_\w+|NO_PROXY|\w*TIMEOUT|\w+_TOKEN|CONCURRENT_\w+|CACHE_DIR|NO_CACHE|LINK_MODE"
    r"|COMPILE_BYTECODE|PYTHON\w*|PYPY_\w+|(?:NO_)?MANAGED_PYTHON)"
)
_SETTINGS = re.compile(
    r"allow-insecure-host|cache-dir|compile-bytecode|concurrent-\w+|(?:extra-)?index-url|find-links|https?-proxy|index"
    r"|index-strategy|keyring-provider|link-mode|native-tls|no-cache|no-index|no-proxy|offline|pypy-install-mirror"
    r"|python-downloads|python-downloads-json-url|python-install-mirror|python-preference|required-version|system-certs"
)


def uv_environ() -> dict[str, str]:
    """Return an environment in which uv finds the user's indexes, but none of their other settings."""
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environ = {
        name: value for name, value in environ.items() if not name.startswith("UV_") or _VARIABLES.fullmatch(name)
    }
    config, system = _files(os.environ)
    if config or system or "UV_NO_CONFIG" in os.environ:
        environ |= _overlay(config, system, _config_home(os.environ))
    if _expanded("~") == "~" and not {"XDG_CACHE_HOME", "UV_CACHE_DIR"} & environ.keys():
        # The user has no home directory, so uv would create its cache in the service.
        environ["UV_CACHE_DIR"] = str(_scratch() / "cache")
    return environ


def _files(environ: Mapping[str, str]) -> tuple[Path | None, Path | None]:
    """Return uv's configuration files, as uv finds them: the user's, and the machine's."""
    if "UV_NO_CONFIG" in environ:
        return None, None
    if file := environ.get("UV_CONFIG_FILE"):
        return Path(file).absolute(), None
    home = _config_home(environ)
    folders = [Path(folder) for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":") if folder]
    system = [*(folder / "uv" / "uv.toml" for folder in folders), Path("/etc/uv/uv.toml")]
    user = [home / "uv" / "uv.toml"] if home else []
    return next(filter(Path.is_file, user), None), next(filter(Path.is_file, system), None)


def _config_home(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("XDG_CONFIG_HOME") or _expanded("~/.config")
    return Path(home) if home.startswith("/") else None


def _expanded(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111  (pathlib raises if there is no home)


@cache
def _scratch() -> Path:
    folder = tempfile.mkdtemp(prefix="svcgen-uv-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _overlay(config: Path | None, system: Path | None, home: Path | None) -> Mapping[str, str]:
    """Create a copy of the user's configuration directories with filtered files of uv."""
    top = _scratch()
    for name, file in (("user", config), ("system", system)):
        folder = top / name / "uv"
        folder.mkdir(parents=True)
        if file:
            _link(file.parent, folder, file.name)
        (folder / "uv.toml").write_text(_filtered(file) if file else "", encoding="utf-8")
    if home:
        _link(home, top / "user", "uv")
    folders = [str(top / "system"), os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"]
    return {"XDG_CONFIG_HOME": str(top / "user"), "XDG_CONFIG_DIRS": ":".join(folders)}


def _link(source: Path, target: Path, without: str) -> None:
    """Link the other files: git and keyring read theirs there, and uv's settings can name files beside them."""
    with suppress(OSError):
        for entry in source.iterdir():
            if entry.name not in {without, "uv.toml"}:
                (target / entry.name).symlink_to(entry)


def _filtered(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return text  # uv reports the error
    return "".join(f"{name} = {_toml(value)}\n" for name, value in settings.items() if _SETTINGS.fullmatch(name))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        # The only key of an index that decides which of its packages are chosen.
        pairs = (f"{json.dumps(key)} = {_toml(entry)}" for key, entry in value.items() if key != "exclude-newer")
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
