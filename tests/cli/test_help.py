"""The help pages: every flag in every width, with examples that the parser accepts."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from support.svcgen import Svcgen
from svcgen.cli.app import _application
from svcgen.errors import ExitCode

PAGES = [[], ["new"], ["add"], ["add", "resource"], ["update"], ["status"]]
WIDTHS = [200, 80, 40]


def command(words: list[str]) -> Any:
    found: Any = get_command(_application())
    for word in words:
        found = found.commands[word]
    return found


def examples(page: str) -> Iterator[list[str]]:
    for line in page.splitlines():
        if re.match(r"    svcgen [a-z]", line):
            yield shlex.split(line)[1:]


@pytest.mark.parametrize("words", PAGES, ids="-".join)
def test_short_flag(svcgen: Svcgen, words: list[str]) -> None:
    long, short = svcgen(*words, "--help"), svcgen(*words, "-h")
    assert (long.returncode, long.stderr) == (0, "")
    assert (short.returncode, short.stdout) == (0, long.stdout)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("words", PAGES, ids="-".join)
def test_every_flag_and_every_width(svcgen: Svcgen, words: list[str], width: int) -> None:
    page = svcgen(*words, "-h", COLUMNS=str(width)).stdout
    flags = {flag for parameter in command(words).params for flag in parameter.opts if flag.startswith("-")}
    assert flags | {"-h", "--help"} == set(re.findall(r"(?m)(?:^  |, )(--?[a-z][a-z-]*)", page))
    # A command that is cut can't be copied.
    prose = [line for line in page.splitlines() if not line.startswith("    svcgen ")]
    assert max(map(len, prose)) <= min(width, 80)
    assert "..." not in page.partition("Options:")[2]
    assert "<" not in page


@pytest.mark.parametrize("words", PAGES[1:], ids="-".join)
def test_examples(svcgen: Svcgen, words: list[str]) -> None:
    found = list(examples(svcgen(*words, "-h").stdout))
    assert found
    for example in found:
        assert example[: len(words)] == words
        depth = 2 if example[0] == "add" else 1
        command(example[:depth]).make_context("svcgen", example[depth:], resilient_parsing=False)


def test_exit_codes(svcgen: Svcgen) -> None:
    page = " ".join(svcgen("--help").stdout.split())
    for code in ExitCode:
        assert f" {code.value} {code.meaning}" in page


@pytest.mark.parametrize(
    ("arguments", "listed"), [(["add"], "svcgen add --help lists every command"), (["ad"], "svcgen --help lists every")]
)
def test_usage_errors_of_groups(svcgen: Svcgen, arguments: list[str], listed: str) -> None:
    result = svcgen(*arguments)
    assert result.returncode == 2
    assert listed in result.stderr
