"""The template through copier alone, and what `svcgen` says of it."""

import itertools
import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie

from support.night import NIGHT
from support.svcgen import ROOT
from svcgen.errors import TemplateError
from svcgen.template import find as module
from svcgen.template.describe import UNKNOWN, describe
from svcgen.template.find import BUILT, Template, find_template, installed_version
from svcgen.template.questions import read_config

CHOICES = {question.name: question.choices for question in read_config(ROOT).questions if question.choices}
NASTY = [
    "\"double\" 'single' `back`",
    "back\\slash \\n \\",
    "{{ service_name }} {% raw %} {# x #}",
    "${HOME} $(id) $X %d %(x)s",
    "# heading: - a, [b]: {c} & *d !e | > @f",
    "🚀 naïve 日本",
    "--leading -dash",
    "- item",
    "<script> & </html> ---",
    'three """ quotes',
    "x" * 500,
    "yes",
    "1.0",
]


@pytest.mark.parametrize("combination", list(itertools.product(*CHOICES.values())), ids="-".join)
def test_every_combination_renders(copie: Copie, plain_template: Path, combination: tuple[str, ...]) -> None:
    answers = dict(zip(CHOICES, combination, strict=True))
    result = copie.copy({"service_name": "billing", **answers}, plain_template)
    assert result.exception is None
    assert result.project_dir is not None
    assert_valid(result.project_dir)
    assert (result.project_dir / "fly.toml").exists() == (answers["platform"] == "fly")
    assert (result.project_dir / "railway.json").exists() == (answers["platform"] == "railway")
    assert not [path for path in result.project_dir.rglob("*") if "{" in path.name or path.suffix == ".jinja"]


# By day each text answers one of the two questions; at night each answers both.
HALF = len(NASTY) // 2
PAIRS = [(text, text) for text in NASTY] if NIGHT else list(zip(NASTY[HALF:], [*NASTY[:HALF], NASTY[-1]], strict=True))


@pytest.mark.parametrize(("description", "owner"), PAIRS)
def test_any_text_stays_what_it_is(copie: Copie, plain_template: Path, description: str, owner: str) -> None:
    given = {"service_name": "billing", "description": description, "owner": owner[:60]}
    result = copie.copy(given, plain_template)
    assert result.exception is None
    assert result.project_dir is not None
    assert_valid(result.project_dir)
    project = tomllib.loads((result.project_dir / "pyproject.toml").read_text())
    assert project["project"]["description"] == description
    recorded = yaml.safe_load((result.project_dir / ".copier-answers.yml").read_text())
    assert (recorded["description"], recorded["owner"]) == (description, owner[:60])


def assert_valid(project: Path) -> None:
    """Every file of a kind that has a parser can be parsed."""
    for path in project.rglob("*"):
        match path.suffix:
            case ".toml":
                tomllib.loads(path.read_text())
            case ".json":
                json.loads(path.read_text())
            case ".yml" | ".yaml":
                list(yaml.safe_load_all(path.read_text()))
    # The service's Python is newer than the one that may run this test.
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--target-version=py313",
        "--select=E9",
        str(project),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("version", "release", "rebuildable"),
    [
        ("v1.2.3", True, True),
        ("1.2.3", True, True),
        ("v1.2", True, True),
        ("v1.2.3rc1", True, True),
        ("v1.2.3.post1", True, True),
        ("v1", False, True),
        ("v1.2.3-4-g2410643", False, True),
        ("2410643", False, True),
        ("v1.2.3.dev1", False, True),
        ("v1.2.3-dirty", False, False),
        ("2410643-dirty", False, False),
        ("unknown", False, False),
    ],
)
def test_what_a_version_stands_for(version: str, release: bool, rebuildable: bool) -> None:
    template = Template(ROOT, version, "x")
    assert (template.is_release, template.is_rebuildable) == (release, rebuildable)


COMMIT = "abc1234" + "0" * 33


def direct_url(monkeypatch: pytest.MonkeyPatch, url: str = "https://git.example/fork", **vcs_info: str) -> None:
    recorded = {"url": url, "vcs_info": {"vcs": "git", "commit_id": COMMIT, **vcs_info}}
    monkeypatch.setattr("importlib.metadata.PathDistribution.read_text", lambda *_: json.dumps(recorded))


@pytest.mark.usefixtures("in_wheel")
class TestInstalled:
    @pytest.mark.parametrize("built", ["v0.4.0", "v0.3.0-2-gabc1234", "abc1234", "v0.3.0-2-gabc1234-dirty"])
    def test_as_the_build_described_it(self, built_version: Path, built: str) -> None:
        built_version.write_text(f"{built}\n")
        template = find_template(None)
        assert (template.version, template.source) == (built, "https://github.com/svcgen/svcgen")

    @pytest.mark.parametrize(
        ("built", "requested", "version"),
        [
            # What the build saw in the repository is the truth,
            ("v0.3.0-2-gabc1234", "v0.4.0", "v0.3.0-2-gabc1234"),
            ("v0.4.0", "main", "v0.4.0"),
            # but a clone of one commit has no tags.
            ("abc1234", "v0.4.0", "v0.4.0"),
            ("abc1234", "main", "abc1234"),
            ("abc1234", None, "abc1234"),
            (None, "v0.4.0", "v0.4.0"),
            (None, "main", COMMIT),
            (None, None, COMMIT),
        ],
    )
    def test_from_git(
        self,
        monkeypatch: pytest.MonkeyPatch,
        built_version: Path,
        built: str | None,
        requested: str | None,
        version: str,
    ) -> None:
        if built:
            built_version.write_text(f"{built}\n")
        direct_url(monkeypatch, **({"requested_revision": requested} if requested else {}))
        template = find_template(None)
        assert (template.version, template.source) == (version, "git+https://git.example/fork")

    @pytest.mark.parametrize(("installed", "version"), [("0.3.0", "v0.3.0"), ("0.4.0.dev0", "unknown")])
    def test_built_without_git(self, monkeypatch: pytest.MonkeyPatch, installed: str, version: str) -> None:
        monkeypatch.setattr(module, "installed_version", lambda: installed)
        assert find_template(None).version == version

    def test_the_source_given_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        direct_url(monkeypatch)
        assert find_template("git@git.example:mine").source == "git@git.example:mine"


@pytest.fixture
def in_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_bundle").mkdir()
    (tmp_path / "_bundle" / "copier.yml").touch()
    monkeypatch.setattr("svcgen.system.bundle._PACKAGE", tmp_path)


@pytest.fixture
def built_version(tmp_path: Path) -> Path:
    """What the build of a wheel writes."""
    return tmp_path / "_bundle" / BUILT


def test_without_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcgen.system.bundle._PACKAGE", tmp_path / "site-packages" / "svcgen")
    with pytest.raises(TemplateError) as caught:
        find_template(None)
    assert caught.value.message == f"no template in {tmp_path}/site-packages/svcgen/_bundle, {tmp_path}"
    assert caught.value.hint == "install svcgen again"


def test_svcgen_that_was_never_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    with pytest.raises(TemplateError) as caught:
        installed_version()
    assert (caught.value.message, caught.value.hint) == (
        "svcgen runs without being installed",
        "run it with: uv run svcgen",
    )


def test_a_checkout_is_described_by_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcgen.system.bundle._PACKAGE", repository / "src" / "svcgen")
    template = find_template(None)
    assert (template.root, template.version) == (repository, describe(repository))
    assert template.version != UNKNOWN
