import json
from pathlib import Path

import pytest

from support.svcgen import ROOT, Svcgen
from svcgen.errors import AnswerError
from svcgen.template.answers import read_data_file
from svcgen.template.questions import read_config

QUESTIONS = read_config(ROOT).questions


@pytest.mark.parametrize(
    ("content", "answers"),
    [
        ("", {}),
        ("python: 3.13", {"python": "3.13"}),
        ("python: '3.14'", {"python": "3.14"}),
        ("owner: 007", {"owner": "007"}),
        ("owner: 2026-01-01", {"owner": "2026-01-01"}),
        ("owner: 'yes'", {"owner": "yes"}),
        ('{"service_name": "billing", "platform": "railway"}', {"service_name": "billing", "platform": "railway"}),
    ],
)
def test_answers_are_the_text_that_stands_there(tmp_path: Path, content: str, answers: dict[str, str]) -> None:
    file = tmp_path / "answers.yml"
    file.write_text(content)
    assert read_data_file(file, QUESTIONS) == answers


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        ("plaform: fly", "'plaform' is not a question", "did you mean platform?"),
        ("zzz: 1", "'zzz' is not a question", "allowed: service_name, description, platform, owner, python"),
        ("reserved_names: {}", "'reserved_names' is not a question", "did you mean service_name?"),
        ("_commit: v1", "'_commit' is not a question", "allowed: "),
        ("1: 2", "'1' is not a question", "allowed: "),
        ("owner: yes", "owner in ", "put it in quotes"),
        ("owner:", "must be text, not None", "put it in quotes"),
        ("owner: [a, b]", "must be text, not ['a', 'b']", "put it in quotes"),
        ("platform: {fly: true}", "platform in ", "put it in quotes"),
        ("- a", "must be a mapping of questions to answers", ""),
        ("a: b: c", "is not YAML", ""),
        ("\x00", "is not YAML", ""),
        ("!!python/object/apply:os.getpid []", "is not YAML", ""),
    ],
)
def test_content_that_is_refused(tmp_path: Path, content: str, what: str, hint: str) -> None:
    file = tmp_path / "answers.yml"
    file.write_text(content)
    with pytest.raises(AnswerError) as caught:
        read_data_file(file, QUESTIONS)
    assert what in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.hint.startswith(hint)


def test_a_file_that_is_not_there(svcgen: Svcgen, workdir: Path) -> None:
    result = svcgen("new", "billing", "--data-file", "nowhere.yml")
    assert (result.returncode, result.stderr) == (2, f"error: {workdir / 'nowhere.yml'}: No such file or directory\n")
    assert list(workdir.iterdir()) == []


def test_flags_win_over_the_file(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "answers.yml").write_text("service_name: orders\nplatform: railway\nowner: payments\n")
    result = svcgen("new", "--data-file", "answers.yml", "--owner", "core", "--dry-run", "--json")
    answers = json.loads(result.stdout)["answers"]
    assert (answers["service_name"], answers["platform"], answers["owner"]) == ("orders", "railway", "core")
