"""What is rendered is Python, whatever was asked for; a service that runs it is in tests/service."""

from pathlib import Path

from hypothesis import given, settings

from service.resources import RESOURCES, named
from svcgen.resource.code.layout import Layout, Target
from svcgen.resource.code.render import render
from svcgen.resource.syntax.parse import parse_resource

OTHER = Target("Other", "app.models.other", "others", "int")
LAYOUT = Layout(Path("nowhere"), Path("app/api/__init__.py"), {"other": OTHER})


def rendered(words: list[str]) -> dict[Path, str]:
    resource = parse_resource(words)
    return render(resource, LAYOUT.including(resource), "/")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RESOURCES)
def test_python(words: list[str]) -> None:
    for file, text in rendered(named([words], ["thing"])[0]).items():
        compile(text, str(file), "exec")


def test_if_none_match_is_asked_of_what_knows_it(tmp_path: Path) -> None:
    """Resources of 0.2.0 depend on an app/etag.py that does not, so it stays as it is."""
    resource = parse_resource(["thing", "x:str"])
    layout = Layout(tmp_path, Path("app/api/__init__.py")).including(resource)
    test = Path("tests/api/test_things.py")
    refused = (
        'client.delete(path, headers=headers)).status_code == 412\n    assert (await client.get(path, headers={"If-None'
    )
    assert refused in render(resource, layout, "/")[test]

    (tmp_path / "app").mkdir()
    (tmp_path / "app/etag.py").write_text("IfMatch = str\n")
    assert refused not in render(resource, layout, "/")[test]
