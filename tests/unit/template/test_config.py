"""copier.yml of any template, whoever wrote it."""

from pathlib import Path

import pytest

from svcgen.errors import TemplateError
from svcgen.template.questions import Config, Question, read_config


def read(folder: Path, text: str) -> Config:
    (folder / "copier.yml").write_text(text)
    return read_config(folder)


def test_all_of_it(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "_skip_if_exists: [README.md]\n_exclude: ['*.pyc', .DS_Store]\n_message_after_copy: Hello\n"
        "size: {choices: [small, large], default: small, help: How big?, validator: '{{ x }}'}\n"
        "moved_files: {default: {a.py: b.py}, when: false}\nteam_name: core\n",
    )
    size, moved, team = config.questions

    assert size == Question("size", "How big?", "small", ("small", "large"), "{{ x }}", computed=False)
    assert (moved.name, moved.computed) == ("moved_files", True)
    assert team == Question("team_name", "", "core", (), "", computed=False)
    assert (team.flag, team.label) == ("--team-name", "team name")
    assert config.moved == {"a.py": "b.py"}
    assert (config.team_owned, config.excluded) == (frozenset({"README.md"}), ("*.pyc", ".DS_Store"))


def test_choices_with_names(tmp_path: Path) -> None:
    (question,) = read(tmp_path, "size: {choices: {A few: small, A lot: large}}\n").questions
    assert question.choices == ("small", "large")


@pytest.mark.parametrize("text", ["{}\n", "_skip_if_exists:\n_exclude: []\n"])
def test_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Config((), {}, frozenset(), ())


@pytest.mark.parametrize("moved", ["5", "{default: 5}", "{default: [a.py]}", "{}"])
def test_moves_that_are_none(tmp_path: Path, moved: str) -> None:
    assert read(tmp_path, f"moved_files: {moved}\n").moved == {}


@pytest.mark.parametrize("name", ["_skip_if_exists", "_exclude"])
@pytest.mark.parametrize("value", ["5", "README.md", "[[a]]", "[5]", "{a: b}"])
def test_a_list_that_is_none(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(TemplateError, match=f"{name} in copier.yml of the template is not a list of texts"):
        read(tmp_path, f"{name}: {value}\n")


@pytest.mark.parametrize("text", ["", "[a]", "5"])
def test_no_mapping(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError, match="is not a mapping of questions") as caught:
        read(tmp_path, text)
    assert caught.value.hint == "fix it in the template, or update to a version without it: --to VERSION"


@pytest.mark.parametrize("text", ["a: [", "a: &a 1\n" + "".join(f"b{n}: *a\n" for n in range(21))])
def test_unreadable(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError, match=r"copier.yml of the template can't be read: "):
        read(tmp_path, text)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"copier.yml of the template can't be read: "):
        read_config(tmp_path)


@pytest.mark.parametrize("name", ["_jinja_extensions", "_migrations", "_tasks"])
def test_code(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateError, match=f"the template has {name} in copier.yml, which run code; svcgen refuses"):
        read(tmp_path, f"{name}: [x]\n")


def test_as_many_aliases_as_are_allowed(tmp_path: Path) -> None:
    assert len(read(tmp_path, "a: &a 1\n" + "".join(f"b{n}: *a\n" for n in range(20))).questions) == 21
