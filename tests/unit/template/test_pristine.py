"""What is rendered without copier is what copier renders."""

import shutil
from pathlib import Path

import pytest

from svcgen.template.find import Template, find_template
from svcgen.template.history import carried_versions, find_version
from svcgen.template.pristine import Pristine
from svcgen.template.render import render

CURRENT = find_template(None).version
ANSWERS = (
    ("aa", 'It\'s "billing": {{ x }} ${X} %s #1 C:\\new \N{MONEY BAG}', "fly", "@acme/payments", "3.13"),
    ("zz-top", "- starts with a dash, <b>and</b> ends", "railway", "Käse & Co.", "3.14"),
)
NOT_THE_TEMPLATES = {".copier-answers.yml", "CHANGELOG.md", "README.md", "requirements.txt"}


@pytest.fixture(params=[CURRENT, *carried_versions()])
def template(request: pytest.FixtureRequest, tmp_path: Path) -> Template:
    current = find_template(None)
    return find_version(request.param, current.source, current, tmp_path / "template")


@pytest.mark.parametrize("values", ANSWERS, ids=["fly", "railway"])
def test_files_are_those_of_copier(template: Template, values: tuple[str, ...], tmp_path: Path) -> None:
    answers = dict(zip(("service_name", "description", "platform", "owner", "python"), values, strict=True))
    service = tmp_path / "service"
    render(template, service, answers)
    made = {path.relative_to(service).as_posix(): path.read_bytes() for path in service.rglob("*") if path.is_file()}

    pristine = Pristine(template)
    files = dict(pristine.files(answers))

    assert made.keys() - files.keys() == NOT_THE_TEMPLATES
    assert files == {path: content for path, content in made.items() if path not in NOT_THE_TEMPLATES}
    assert pristine.compare(service, answers) == ([], [])


def test_what_was_left_in_the_template_by_tools_is_no_file(plain_template: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(plain_template, root)
    (root / "template" / "app" / "__pycache__").mkdir()
    (root / "template" / "app" / "__pycache__" / "db.cpython-313.pyc").write_bytes(b"")
    (root / "template" / ".DS_Store").write_bytes(b"")
    answers = {"service_name": "billing", "description": "d", "platform": "fly", "owner": "o", "python": "3.13"}

    files = dict(Pristine(Template(root, "v1.0.0", "source")).files(answers))

    assert "app/db.py" in files
    assert not [path for path in files if "__pycache__" in path or ".DS_Store" in path]
