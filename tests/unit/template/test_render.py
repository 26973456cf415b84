import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.helpers import tree
from support.svcgen import Svcgen
from svcgen.template.find import Template
from svcgen.template.render import render

ANSWERS = {"service_name": "billing", "description": "Bills", "platform": "fly", "owner": "core", "python": "3.13"}


@pytest.fixture
def template(plain_template: Path) -> Template:
    return Template(plain_template, "v1.2.3", "https://git.example/fork")


def test_the_answers_file_records_origin_and_answers(template: Template, tmp_path: Path) -> None:
    render(template, tmp_path / "billing", ANSWERS)
    recorded = yaml.safe_load((tmp_path / "billing" / ".copier-answers.yml").read_text())
    assert recorded == {"_commit": "v1.2.3", "_src_path": "https://git.example/fork", **ANSWERS}


@pytest.mark.parametrize("content", ["defaults: {owner: elsewhere, platform: heroku}", "no: settings: at: all"])
def test_settings_of_the_user_change_nothing(svcgen: Svcgen, workdir: Path, content: str) -> None:
    settings = workdir / "settings.yml"
    settings.write_text(content)
    svcgen("new", "billing", "--no-sync", "--no-git")
    result = svcgen("new", "billing", "again", "--no-sync", "--no-git", COPIER_SETTINGS_PATH=str(settings))
    assert result.returncode == 0
    assert tree(workdir / "billing") == tree(workdir / "again")


@pytest.mark.parametrize(("umask", "modes"), [("022", {0o644, 0o755}), ("077", {0o600, 0o700})])
def test_modes_follow_the_umask(workdir: Path, environ: Mapping[str, str], umask: str, modes: set[int]) -> None:
    command = f'umask {umask} && exec "{sys.executable}" -m svcgen new billing --no-sync'
    subprocess.run(["sh", "-c", command], cwd=workdir, env=environ, check=True, capture_output=True)
    service = workdir / "billing"
    directories = {Path(folder).stat().st_mode & 0o777 for folder, _, _ in os.walk(service) if ".git" not in folder}
    files = tree(service)
    assert files.pop(".env")[0] == 0o600
    assert {mode for mode, _ in files.values()} <= modes
    assert directories == {max(modes)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ nothing.at.all }}", "'nothing' is undefined"),
    ],
)
def test_an_error_in_the_template(svcgen: Svcgen, workdir: Path, bundled: Path, content: str, message: str) -> None:
    (bundled / "svcgen" / "_bundle" / "template" / "broken.txt.jinja").write_text(content)
    result = svcgen("new", "billing", PYTHONPATH=str(bundled))
    assert result.returncode == 1
    assert "can't be rendered" in result.stderr
    assert "broken.txt.jinja" in result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert list(workdir.iterdir()) == []


def test_an_error_in_a_file_name(svcgen: Svcgen, workdir: Path, bundled: Path) -> None:
    (bundled / "svcgen" / "_bundle" / "template" / "{{ nothing.at.all }}").touch()
    result = svcgen("new", "billing", PYTHONPATH=str(bundled))
    assert (result.returncode, list(workdir.iterdir())) == (1, [])
    assert "{{ nothing.at.all }}" in result.stderr


def test_a_render_is_copiers_own(template: Template, tmp_path: Path) -> None:
    """Texts are compiled once, and what comes out is the same."""
    from copier import Settings, run_copy
    from jinja2 import Environment

    as_copier_has_it, compiled = Environment.from_string, Counter[tuple[int, object]]()

    def counted(environment: Environment, source: Any) -> object:
        compiled[id(environment), source] += 1
        return as_copier_has_it(environment, source)

    data = {**ANSWERS, "template_source": template.source, "template_version": template.version}
    run_copy(str(template.root), tmp_path / "expected", data=data, defaults=True, quiet=True, settings=Settings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "from_string", counted)
        render(template, tmp_path / "billing", ANSWERS)
        assert Environment.from_string is counted

    contents = [
        {path: content for path, (_, content) in tree(tmp_path / name).items()} for name in ("expected", "billing")
    ]
    assert contents[0] == contents[1]
    assert {text: times for (_, text), times in compiled.items() if times > 1 and isinstance(text, str)} == {}


def test_a_path_for_each_of_several_values(tmp_path: Path) -> None:
    """Copier's tag `yield` works beside names that are compiled once."""
    (tmp_path / "template" / "docs").mkdir(parents=True)
    (tmp_path / "copier.yml").write_text(
        "_subdirectory: template\n_answers_file: .copier-answers.yml\nservice_name: {type: str}\n"
    )
    for name in ("{% yield c from service_name %}{{ c }}{% endyield %}.txt", "same.txt", "docs/same.txt"):
        (tmp_path / "template" / name).touch()
    render(Template(tmp_path, "v1", "https://git.example/fork"), tmp_path / "made", {"service_name": "ab"})
    assert sorted(tree(tmp_path / "made")) == ["a.txt", "b.txt", "docs/same.txt", "same.txt"]
