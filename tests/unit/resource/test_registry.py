"""A new type is one entry of FIELD_TYPES: whatever lists or reads types finds it there."""

from pathlib import Path

import pytest
from typer.main import get_command

from support.svcgen import ROOT
from svcgen.cli.app import _application
from svcgen.cli.completion import complete_line
from svcgen.errors import SpecError
from svcgen.resource.code.generate import generate
from svcgen.resource.code.layout import Layout
from svcgen.resource.fields import texts
from svcgen.resource.fields.registry import FIELD_TYPES, FieldType
from svcgen.resource.syntax.parse import parse_field, parse_resource
from svcgen.resource.vocabulary import explained
from svcgen.template.questions import read_config

SLUG = FieldType(
    "slug",
    "code:slug:a,b",
    "text for a URL",
    "string",
    lambda given: texts.text(40, given.low, given.high),
    arguments=1,
    bounded=True,
    commas=True,
)


@pytest.fixture(autouse=True)
def _slug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIELD_TYPES, SLUG.name, SLUG)


def completed(line: str) -> list[str]:
    found = complete_line(get_command(_application()), read_config(ROOT).questions, line)
    return [candidate.partition("\t")[0] for candidate in found]


def test_the_parser_accepts_it() -> None:
    resource = parse_resource(["part", "code:slug:a,b:max=20:unique", "codes:list:slug:a,b:min=1"])

    code, codes = resource.fields
    assert (code.kind.annotation, code.unique, codes.kind.annotation) == ("str", True, "list[str]")
    assert "BETWEEN" not in code.kind.check
    assert "20" in code.kind.check


def test_words_that_powershell_splits_are_rejoined() -> None:
    assert len(parse_resource(["part", "code:slug:a", "b", "due:date"]).fields) == 2


def test_its_files_are_rendered() -> None:
    resource = parse_resource(["part", "code:slug:a"])
    layout = Layout(Path("nowhere"), Path("app/api/__init__.py"), {})

    files = generate(resource, layout.including(resource), "/")

    assert "max_length=40" in files[Path("app/schemas/part.py")]
    for file, text in files.items():
        compile(text, str(file), "exec")


def test_it_is_listed() -> None:
    assert (SLUG.example, SLUG.meaning) in explained(FIELD_TYPES)
    with pytest.raises(SpecError) as caught:
        parse_field("part", "parts", "code:slog")
    assert caught.value.hint.startswith("did you mean slug?")


def test_completion_offers_it() -> None:
    assert "code:slug:" in completed("svcgen add resource part code:")
    assert completed("svcgen add resource part codes:list:slu") == ["codes:list:slug"]
    assert "code:slug:a:max=" in completed("svcgen add resource part code:slug:a:m")


def test_a_list_refuses_what_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIELD_TYPES, "slug", FieldType("slug", "", "", "", SLUG.kind, listable=False))
    with pytest.raises(SpecError, match="which can't be json, enum, ref, list or slug"):
        parse_field("part", "parts", "codes:list:slug")
    assert completed("svcgen add resource part codes:list:slu") == []
