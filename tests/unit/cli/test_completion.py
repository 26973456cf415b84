"""What the shells are told can stand at the end of a line."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from support.svcgen import ROOT
from svcgen.cli.app import _application
from svcgen.cli.completion import complete_line
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.template.find import find_template
from svcgen.template.questions import read_config

ANSWERS = "_commit: v0.2.0\n_src_path: {source}\nservice_name: billing\n"


@cache
def program() -> tuple[Any, Any]:
    return get_command(_application()), read_config(ROOT).questions


def completions(line: str) -> list[str]:
    found = complete_line(*program(), line)
    return [candidate.partition("\t")[0] for candidate in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("svcgen ", "new update status add"),
        ("svcgen s", "status"),
        ("svcgen --v", "--version"),
        ("svcgen add ", "resource"),
        ("svcgen new --platform ", "fly railway"),
        ("svcgen new --platform r", "railway"),
        ("svcgen new --platform=r", "--platform=railway"),
        ("svcgen new billing . --python 3.1", "3.13 3.14"),
        ("svcgen new --des", "--description"),
        ("svcgen new --description x --des", ""),
        ("svcgen new --resource 'invoice due:date' --res", "--resource"),
        ("svcgen new --description 'a b' --platform f", "fly"),
        ("svcgen new --description 'a ", ""),
        ("svcgen new ", ""),
        ("svcgen new --owner ", ""),
        ("svcgen new billing ", ":directories"),
        ("svcgen new --quiet billing ", ":directories"),
        ("svcgen new --owner me billing ", ":directories"),
        ("svcgen new --data-file ", ":files"),
        ("svcgen new --data-file=", ":files"),
        ("svcgen status a b", ":directories"),
        ("svcgen status --repos a", ":files"),
        ("svcgen update --t", "--to --test"),
        ("svcgen update --he", "--help"),
        ("svcgen nothing ", ""),
        ("svcgen", ""),
        ("complete_zsh", ""),
        ("", ""),
    ],
)
def test_lines(line: str, expected: str) -> None:
    assert completions(line) == expected.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ""),
        ("inv", ""),
        ("invoice ", ""),
        ("invoice due", ""),
        ("invoice due:date ", "and"),
        ("invoice due:date and ", ""),
        ("invoice due:date and customer ", ""),
        ("invoice due:dat", "due:date due:datetime"),
        ("invoice total:de", "total:decimal:"),
        ("invoice total:decimal:", ""),
        ("invoice total:decimal:12,2:m", "total:decimal:12,2:min= total:decimal:12,2:max="),
        ("invoice status:enum:", ""),
        ("invoice paid:bool:", "paid:bool:optional paid:bool:unique paid:bool:index paid:bool:default="),
        (
            "invoice paid:bool:optional:",
            "paid:bool:optional:unique paid:bool:optional:index paid:bool:optional:default=",
        ),
        ("invoice due:date:min=2026-01-01:m", "due:date:min=2026-01-01:max="),
        ("invoice tags:list:da", "tags:list:date tags:list:datetime"),
        ("invoice x:nothing:", ""),
        ("invoice a:str to:ref:", "to:ref:invoice"),
        ("invoice a:str and person b:str to:ref:", "to:ref:invoice to:ref:person"),
        ("--dry-run invoice due:dat", "due:date due:datetime"),
        ("invoice due:date --plural invoices to:ref:", "to:ref:invoice"),
    ],
)
def test_fields(words: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completions(f"svcgen add resource {words}") == expected.split()


def test_every_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = completions("svcgen add resource invoice x:")
    assert [candidate.split(":")[1] for candidate in found] == list(FIELD_TYPES)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service at v0.2.0 that has a customer and an order line."""
    (tmp_path / ".copier-answers.yml").write_text(ANSWERS.format(source=find_template(None).source))
    (tmp_path / "app" / "models").mkdir(parents=True)
    for name in ("Customer", "OrderLine"):
        model = f"class {name}(Base):\n    __tablename__ = '{name}'\n    id: Mapped[int]\n"
        (tmp_path / "app" / "models" / f"{name}.py").write_text(model)
    monkeypatch.chdir(tmp_path / "app")
    return tmp_path


@pytest.mark.usefixtures("service")
def test_resources_of_the_service() -> None:
    assert completions("svcgen add resource order to:ref:") == ["to:ref:customer", "to:ref:order", "to:ref:order_line"]
    assert completions("svcgen add resource order to:ref:c") == ["to:ref:customer"]


def test_a_model_that_is_being_edited(service: Path) -> None:
    (service / "app" / "models" / "broken.py").write_text("class (")
    assert completions("svcgen add resource order to:ref:") == ["to:ref:order"]


@pytest.mark.usefixtures("service")
def test_releases_from_that_of_the_service_on() -> None:
    found = completions("svcgen update --to ")
    assert found[-2:] == ["v0.3.0", "v0.2.0"]
    assert "v0.1.0" not in found
    assert completions("svcgen update --to=v0.3.") == ["--to=v0.3.1", "--to=v0.3.0"]


def test_releases_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completions("svcgen update --to v0.1") == ["v0.1.0"]


def test_releases_of_a_fork_are_not_known(service: Path) -> None:
    (service / ".copier-answers.yml").write_text(ANSWERS.format(source="git+https://git.example.com/svcgen"))
    assert completions("svcgen update --to ") == []
