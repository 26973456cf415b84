"""The template through copier alone, and what `svcgen` says of it."""

import itertools
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie

from conftest import RELEASE, ROOT
from svcgen import template as module
from svcgen.errors import TemplateError
from svcgen.questions import load_questions
from svcgen.template import Template, find_template

CHOICES = {question.name: question.choices for question in load_questions(ROOT) if question.choices}
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


@pytest.mark.parametrize("description", NASTY)
def test_any_description_stays_what_it_is(copie: Copie, plain_template: Path, description: str) -> None:
    given = {"service_name": "billing", "description": description, "owner": description[:60]}
    result = copie.copy(given, plain_template)
    assert result.exception is None
    assert result.project_dir is not None
    assert_valid(result.project_dir)
    project = tomllib.loads((result.project_dir / "pyproject.toml").read_text())
    assert project["project"]["description"] == description
    recorded = yaml.safe_load((result.project_dir / ".copier-answers.yml").read_text())
    assert (recorded["description"], recorded["owner"]) == (description, description[:60])


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
    ("version", "released"),
    [
        ("v1.2.3", True),
        ("v1.2.3rc1", True),
        ("v1.2.3-4-g2410643", False),
        ("v1.2.3-dirty", False),
        ("2410643", False),
        ("v1.2.3.dev1", False),
        ("unknown", False),
    ],
)
def test_only_a_tag_is_a_release(version: str, released: bool) -> None:
    assert Template(ROOT, version, "x").is_release == released


def direct_url(monkeypatch: pytest.MonkeyPatch, **vcs_info: str) -> None:
    recorded = {"url": "https://git.example/fork", "vcs_info": {"vcs": "git", "commit_id": "abc1234", **vcs_info}}
    monkeypatch.setattr("importlib.metadata.PathDistribution.read_text", lambda *_: json.dumps(recorded))


@pytest.mark.usefixtures("in_wheel")
class TestInstalled:
    def test_from_a_wheel(self) -> None:
        template = find_template(None)
        assert (template.version, template.source) == (RELEASE, "https://github.com/svcgen/svcgen")

    def test_from_a_tag_of_a_fork(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "installed_version", lambda: "0.1.0")
        direct_url(monkeypatch, requested_revision="v0.1.0")
        template = find_template(None)
        assert (template.version, template.source) == ("v0.1.0", "https://git.example/fork")

    @pytest.mark.parametrize("revision", ["main", "v0.0.9"])
    def test_from_another_revision(self, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
        monkeypatch.setattr(module, "installed_version", lambda: "0.1.0")
        direct_url(monkeypatch, requested_revision=revision)
        assert find_template(None).version == "abc1234"

    def test_the_source_given_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "installed_version", lambda: "0.1.0")
        direct_url(monkeypatch)
        assert find_template("https://git.example/mine").source == "https://git.example/mine"


@pytest.fixture
def in_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_bundle").mkdir()
    (tmp_path / "_bundle" / "copier.yml").touch()
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)


def test_without_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "site-packages" / "svcgen")
    with pytest.raises(TemplateError, match="no template in"):
        find_template(None)


def test_a_checkout_is_described_by_git() -> None:
    template = find_template(None)
    assert template.root == ROOT
    assert template.version not in {"", "unknown"}
