"""What is rendered is Python, whatever was asked for; a service that runs it is in tests/service."""

from pathlib import Path

from hypothesis import given, settings

from service.resources import RESOURCES, named
from svcgen.resource.code.generate import generate
from svcgen.resource.code.layout import Layout, Target
from svcgen.resource.syntax.parse import parse_resource

OTHER = Target("Other", "app.models.other", "others", "int")
LAYOUT = Layout(Path("nowhere"), Path("app/api/__init__.py"), {"other": OTHER})


def rendered(words: list[str]) -> dict[Path, str]:
    resource = parse_resource(words)
    return generate(resource, LAYOUT.including(resource), "/")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RESOURCES)
def test_python(words: list[str]) -> None:
    for file, text in rendered(named([words], ["thing"])[0]).items():
        compile(text, str(file), "exec")
