import pytest

from svcgen.cli.typed_command import TypedCommand
from svcgen.errors import ToolError


def typed(*arguments: str) -> TypedCommand:
    command = TypedCommand("svcgen add resource", ["add", "resource", *arguments])
    command.word("person", "name:str:default=a b")
    command.option("--plural", "persons")
    return command


@pytest.mark.parametrize(
    ("arguments", "rest"),
    [((), "--plural persons"), (("-v",), "-v --plural persons"), (("-v", "--"), "-v --plural persons --")],
)
def test_what_was_typed_stands_where_the_command_line_accepts_it(arguments: tuple[str, ...], rest: str) -> None:
    assert str(typed(*arguments)) == f"svcgen add resource person 'name:str:default=a b' {rest}"


def test_an_error_names_the_command() -> None:
    command = typed()
    command.finish()
    with pytest.raises(ToolError) as caught, command:
        raise ToolError("uv failed", hint="look at it")

    assert caught.value.hint == f"look at it; retry with:\n  {command}"


def test_any_other_error_does_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="full"), typed() as command:
        raise OSError("full")

    assert capsys.readouterr().err == f"note: typed so far:\n  {command}\n"


def test_without_prompts_an_error_stays_as_it_is() -> None:
    command = TypedCommand("svcgen new", ["new", "billing"])
    assert command.finish() == ""
    with pytest.raises(ToolError) as caught, command:
        raise ToolError("uv failed")

    assert caught.value.hint == ""
