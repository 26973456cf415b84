"""The user's uv settings: where packages come from is theirs to say; what is locked is the same for everyone."""

import json
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program
from support.svcgen import Svcgen
from svcgen.system import uv_environ
from svcgen.system.uv import Uv

untidy = pytest.mark.untidy
VARIABLES = {
    "UV_CONSTRAINT": "/nowhere.txt",
    "UV_EXCLUDE_NEWER": "2020-01-01",
    "UV_FORK_STRATEGY": "fewest",
    "UV_ISOLATED": "1",
    "UV_NO_BINARY": "1",
    "UV_NO_DEFAULT_GROUPS": "1",
    "UV_NO_DEV": "1",
    "UV_NO_SOURCES": "1",
    "UV_PREVIEW": "1",
    "UV_PRERELEASE": "allow",
    "UV_RESOLUTION": "lowest",
    "UV_WORKING_DIR": "/",
}
KEPT = {
    "SSL_CERT_FILE": "/etc/ssl/corporate.pem",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "UV_CACHE_DIR": "/var/cache/uv",
    "UV_DEFAULT_INDEX": "https://packages.example/simple",
    "UV_EXTRA_INDEX_URL": "https://more.example/simple",
    "UV_HTTP_TIMEOUT": "99",
    "UV_INDEX": "private=https://private.example/simple",
    "UV_INDEX_PRIVATE_PASSWORD": "secret",
    "UV_INDEX_PRIVATE_USERNAME": "ada",
    "UV_INSECURE_HOST": "packages.example",
    "UV_KEYRING_PROVIDER": "subprocess",
    "UV_PYTHON_INSTALL_MIRROR": "https://pythons.example",
    "UV_SYSTEM_CERTS": "1",
}
SETTINGS = """
exclude-newer = "2020-01-01"
resolution = "lowest"
prerelease = "allow"
fork-strategy = "fewest"
no-sources = true
keyring-provider = "disabled"

[[index]]
name = "flat"
url = "{packages}"
format = "flat"

[pip]
no-deps = true
"""
PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = "==3.13.*"\ndependencies = ["inhouse"]\n[tool.uv]\n'


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing is remembered from one test to the next."""
    yield
    uv_environ._overlay.cache_clear()
    uv_environ._scratch.cache_clear()


@untidy("svcgen new", "UV_EXCLUDE_NEWER, UV_RESOLUTION, UV_NO_DEV and nine more", "`uv lock --check` holds, with tests")
def test_variables_stay_out_of_the_lock(svcgen: Svcgen, workdir: Path, environ: Mapping[str, str]) -> None:
    result = svcgen("new", "billing", **VARIABLES)

    assert result.returncode == 0, result.stderr
    service = workdir / "billing"
    assert (service / ".venv" / "bin" / "pytest").exists()
    assert "options" not in tomllib.loads((service / "uv.lock").read_text())
    subprocess.run(["uv", "lock", "--check", "--offline"], cwd=service, env=environ, check=True, capture_output=True)


@untidy("uv", "a private index, keyring, certificates, proxies, caches in the environment", "uv gets them")
def test_variables_of_the_network_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**VARIABLES, **KEPT}.items():
        monkeypatch.setenv(name, value)
    environ = uv_environ.uv_environ()

    assert {name: environ.get(name) for name in KEPT} == KEPT
    assert not VARIABLES.keys() & environ.keys()


def wheel(folder: Path, version: str) -> None:
    """Make a package that only a private index has."""
    folder.mkdir(exist_ok=True)
    info = f"inhouse-{version}.dist-info"
    with zipfile.ZipFile(folder / f"inhouse-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: inhouse\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@untidy("uv", "uv.toml with exclude-newer, resolution … and a private index", "the index is used, the rest is not")
@pytest.mark.parametrize("place", ["user", "machine", "UV_CONFIG_FILE"])
def test_settings_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    packages, config, project = tmp_path / "packages", tmp_path / "config" / "uv" / "uv.toml", tmp_path / "project"
    for version in ("1.0", "2.0", "3.0rc1"):
        wheel(packages, version)
    config.parent.mkdir(parents=True)
    config.write_text(SETTINGS.format(packages=packages))
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    named = {"user": ("XDG_CONFIG_HOME", config.parents[1]), "machine": ("XDG_CONFIG_DIRS", config.parents[1])}
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv(*map(str, named.get(place, ("UV_CONFIG_FILE", config))))

    Uv.find("3.13", lambda _event: None).run(project, "lock")

    lock = tomllib.loads((project / "uv.lock").read_text())
    assert {package["name"]: package["version"] for package in lock["package"]} == {"inhouse": "2.0", "x": "1"}
    assert "options" not in lock


@untidy("uv", "uv.toml beside the files of git and keyring", "other programs find theirs")
def test_other_programs_find_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("git/config", "uv/uv.toml", "uv/netrc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    home = Path(uv_environ.uv_environ()["XDG_CONFIG_HOME"])
    assert home != tmp_path
    assert {path.name for path in home.iterdir()} == {"git", "uv"}
    assert (home / "git" / "config").exists()
    assert {path.name for path in (home / "uv").iterdir()} == {"uv.toml", "netrc"}


@untidy("uv", "a uv.toml that is not TOML", "uv's own message")
def test_a_broken_file(svcgen: Svcgen, tmp_path: Path) -> None:
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "uv.toml").write_text("[[[")
    result = svcgen("new", "billing", XDG_CONFIG_HOME=str(tmp_path))

    assert result.returncode == 1
    assert "TOML parse error" in result.stderr


@untidy("svcgen new", "an old uv", "told which version is needed, before anything is written")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_old_uv(svcgen: Svcgen, workdir: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    path = fake_program(tmp_path / "bin", "uv", "echo 'uv 0.4.30 (abc 2024-11-04)'")
    result = svcgen("new", "billing", *options, PATH=path)

    assert result.returncode == 1
    assert f"{tmp_path}/bin/uv is uv 0.4.30, and svcgen needs 0.6.11 or newer" in result.stderr
    assert "uv lock" not in result.stderr
    assert "uv self update" in (json.loads(result.stdout)["hint"] if options else result.stderr)
    assert list(workdir.iterdir()) == []
    assert svcgen("new", "billing", "--no-sync", PATH=path).returncode == 0


@untidy("svcgen new", "a user id without a home", "uv's cache is not in the service")
def test_a_user_without_a_home(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv_environ, "_expanded", lambda path: path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)

    assert not Path(uv_environ.uv_environ()["UV_CACHE_DIR"]).is_relative_to(workdir)
