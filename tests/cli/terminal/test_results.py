"""What every command prints at its end, at three widths."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.terminal.conftest import Run
from cli.terminal.emulator import CTRL_C, Terminal
from support.helpers import git
from support.upstream import APP, FILES, Upstream, changed
from svcgen.template.render import render

Snapshot = Callable[[Terminal, str], None]
WIDE = pytest.mark.parametrize("size", [(80, 24)])
TESTS = str(Path(__file__).parents[2])
VARIABLES = ("GIT_PAGER", "PAGER", "LESS", "LV")


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """Without a pager of whoever runs the tests."""
    return {**{name: value for name, value in environ.items() if name not in VARIABLES}, "PAGER": "cat"}


@pytest.fixture
def upstream(workdir: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Upstream:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    upstream = Upstream.make(workdir, environ)
    upstream.edit("app.py", "line_15 = 15", "line_15 = 'ours'")
    (workdir / "upstream" / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [1.1.0]\n\n### What a team must do\n\n"
        "- Set `SHUTDOWN_SECONDS` where the platform gives less than thirty seconds to stop a container.\n"
    )
    upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})
    return upstream


@pytest.fixture
def fleet(upstream: Upstream, workdir: Path) -> str:
    """A list of services in all states."""
    template = upstream.template("v1.0.0")
    git(upstream.repository, "checkout", "--quiet", "v1.0.0")
    for place, name in (("shop/backend", "orders"), ("shop/billing", "billing"), ("catalog", "catalog")):
        render(template, workdir / place, {"service_name": name, "python": "3.13", "size": "small"})
    git(upstream.repository, "checkout", "--quiet", "main")
    (workdir / "shop" / "backend" / "old.py").unlink()
    answers = workdir / "catalog" / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace("v1.0.0", "v1.1.0") + "owner: '@acme/search-and-discovery'\n")
    (workdir / "empty").mkdir()
    (workdir / "services.txt").write_text("billing\ncatalog\nshop/backend\nshop/billing\nempty\n")
    return "services.txt"


@pytest.mark.parametrize("name", ["new", "new_incomplete", "add", "update", "conflicts"])
def test_result(terminal: Run, snapshot: Snapshot, name: str) -> None:
    screen = terminal(name, module="cli.terminal.results", PYTHONPATH=TESTS)
    assert screen.exit_code() == 0
    snapshot(screen, f"results/{name}")


@WIDE
def test_times_are_aligned(terminal: Run) -> None:
    screen = terminal("new", module="cli.terminal.results", PYTHONPATH=TESTS)
    screen.exit_code()
    assert [line[-8:] for line in screen.text.splitlines()[:4]] == ["   0.7 s", " 102.3 s", "   0.3 s", "   2.0 s"]
    assert len({len(line) for line in screen.text.splitlines()[:4]}) == 1


@pytest.mark.usefixtures("fleet")
def test_status(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal("status", "--repos", "services.txt")
    assert screen.exit_code() == 1
    snapshot(screen, "results/status")


@WIDE
@pytest.mark.usefixtures("fleet")
def test_status_in_detail(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal("status", "--long", "--repos", "services.txt")
    assert screen.exit_code() == 1
    snapshot(screen, "results/status-long")


@pytest.mark.usefixtures("fleet")
def test_dry_run(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal("update", "billing", "--dry-run")
    assert screen.exit_code() == 0
    snapshot(screen, "results/dry-run")


@pytest.mark.parametrize("size", [(40, 20)])
def test_status_of_nothing(terminal: Run, workdir: Path) -> None:
    (workdir / "services.txt").touch()
    screen = terminal("status", "--repos", "services.txt")
    assert screen.exit_code() == 0
    assert screen.text.splitlines()[-1] == "no services"


def test_a_name_is_one_row(terminal: Run) -> None:
    screen = terminal("status", "evil\nbilling\tv9.9.9\t0")
    assert screen.exit_code() == 1
    assert not any(line.startswith("billing") for line in screen.text.splitlines())
    assert "evil\\nbilling" in screen.text.replace("\n", "")


@WIDE
@pytest.mark.usefixtures("fleet")
def test_several_services(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal("update", "billing", "empty", "catalog", "--check")
    assert screen.exit_code() == 1
    snapshot(screen, "results/check")


@WIDE
@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("interrupts", [0, 1, 2])
def test_leaving_the_pager(terminal: Run, interrupts: int) -> None:
    screen = terminal("update", "billing", "--dry-run", PAGER="less", LESS="RX")
    screen.expect("+line_3 = 'theirs'")
    assert "Dry run" not in screen.text
    for _ in range(interrupts):
        screen.send(CTRL_C)
        screen.settle(0.3)
    screen.send("q")
    assert screen.exit_code() == 0
    screen.expect("Dry run: ")


@WIDE
def test_the_order_of_pagers(terminal: Run, upstream: Upstream, environ: dict[str, str]) -> None:
    marks = {name: f"sed 's/^/<{name}>/'" for name in ("GIT_PAGER", "core.pager", "PAGER", "repository")}
    git(upstream.service, "config", "core.pager", marks["repository"])

    def used(**variables: str) -> set[str]:
        screen = terminal("update", "--dry-run", cwd=upstream.service, module="svcgen", **variables)
        assert screen.exit_code() == 0
        return {name for name in marks if f"<{name}>" in screen.text}

    assert used(PAGER=marks["PAGER"]) == {"PAGER"}
    Path(environ["GIT_CONFIG_GLOBAL"]).write_text(f'[core]\npager = "{marks["core.pager"]}"\n')
    assert used(PAGER=marks["PAGER"]) == {"core.pager"}
    assert used(PAGER=marks["PAGER"], GIT_PAGER=marks["GIT_PAGER"]) == {"GIT_PAGER"}
    assert used(PAGER=marks["PAGER"], GIT_PAGER="") == set()


@WIDE
@pytest.mark.parametrize(
    "variables",
    [
        {"PAGER": "no-such-pager"},
        {"PAGER": "cat"},
        {"TERM": "dumb", "PAGER": "false"},
        {"PAGER": "evil", "PATH": "bin"},
    ],
    ids=str,
)
def test_without_a_pager(terminal: Run, upstream: Upstream, environ: dict[str, str], variables: dict[str, str]) -> None:
    evil = upstream.service / "bin" / "evil"
    evil.parent.mkdir()
    evil.write_text("#!/bin/sh\necho EVIL\n")
    evil.chmod(0o755)
    upstream.commit(upstream.service, "A program")
    path = os.pathsep.join(filter(None, (variables.get("PATH"), environ["PATH"])))
    screen = terminal("update", "--dry-run", cwd=upstream.service, module="svcgen", **{**variables, "PATH": path})
    assert screen.exit_code() == 0
    assert "+line_3 = 'theirs'" in screen.text
    assert "EVIL" not in screen.text


@WIDE
@pytest.mark.usefixtures("upstream")
def test_no_colours(terminal: Run) -> None:
    coloured = terminal("update", "billing", "--dry-run", PAGER="cat -v; true")
    plain = terminal("update", "billing", "--dry-run", PAGER="cat -v; true", NO_COLOR="1")
    assert (coloured.exit_code(), plain.exit_code()) == (0, 0)
    assert "^[[32m+line_3" in coloured.text
    assert "^[" not in plain.text
