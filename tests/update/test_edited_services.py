"""A service of every release takes the working tree's template, by each of the tools that teams use."""

import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git, tree
from support.night import NIGHT
from support.svcgen import ROOT
from svcgen.service.merging.moves import Moves
from svcgen.system.uv import Uv
from svcgen.template.find import Template
from svcgen.template.questions import read_config
from svcgen.template.render import render
from update.edits import HEALTH_TEST, MOVED_EDITS, edited_plumbing, rows_beside_reworded_ones
from update.history import ANSWERS, NEWEST, NEXT, RELEASES, added, commit, make_service, run

COPIER = (sys.executable, "-m", "copier", "update", "--defaults")
# Renovate 44, lib/modules/manager/copier/artifacts.ts, buildCommand.
RENOVATE = (
    *(sys.executable, "-m", "copier", "update", "--skip-answered", "--defaults"),
    *("--answers-file", ".copier-answers.yml", "--vcs-ref", NEXT),
)
SVCGEN = (sys.executable, "-m", "svcgen", "update", "--json")
SVCGEN_TEST = (*SVCGEN, "--test")
# For what does not depend on the release.
one_release = pytest.mark.parametrize("released", list(RELEASES) if NIGHT else [NEWEST], indirect=True)
# Before the template moved its plumbing.
OLD_LAYOUT = [tag for tag, release in RELEASES.items() if git(ROOT, "ls-tree", release, "template/app/lifespan.py")]
old_layout = pytest.mark.parametrize(
    "released", OLD_LAYOUT if NIGHT else [OLD_LAYOUT[0], OLD_LAYOUT[-1]], indirect=True
)
# Written once, or made anew, so that an update neither merges nor compares them.
APART = {".copier-answers.yml", ".env", "CHANGELOG.md", "README.md", "requirements.txt", "uv.lock"}


def files_of(directory: Path) -> dict[str, bytes]:
    ignored = (".venv", ".git", "__pycache__", "cache")
    return {
        name: content
        for name, (_mode, content) in tree(directory).items()
        if name not in APART and not any(part in name for part in ignored)
    }


@pytest.fixture(scope="session")
def fresh(current: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A new service of the working tree's template."""
    directory = tmp_path_factory.mktemp("fresh") / "billing"
    render(current, directory, ANSWERS)
    return files_of(directory)


# Its files are those of a new service, whose suite test_suite.py runs.
@pytest.mark.parametrize(
    "tool", [COPIER, RENOVATE, SVCGEN_TEST if NIGHT else SVCGEN], ids=["copier", "renovate", "svcgen"]
)
def test_untouched(
    tool: tuple[str, ...], untouched: Path, fresh: Mapping[str, bytes], git_environ: Mapping[str, str]
) -> None:
    locked = (untouched / "uv.lock").read_bytes()
    result = run(*tool, cwd=untouched, environ=git_environ)

    assert result.returncode == 0, result.stdout + result.stderr
    assert files_of(untouched) == fresh
    assert f"_commit: {NEXT}" in (untouched / ".copier-answers.yml").read_text()
    assert (untouched / ".env").read_text() == "API_KEY=a-secret-of-the-team\n"
    if "copier" in tool:
        assert (untouched / "uv.lock").read_bytes() == locked


def test_edited(edited: Path, git_environ: Mapping[str, str]) -> None:
    """Nothing of the team's is lost, and what comes out is green."""
    for edit in MOVED_EDITS:
        edit(edited)
    git(edited, "add", "--all")
    git(edited, "commit", "--quiet", "--amend", "--no-edit", environ=git_environ)
    env = (edited / ".env").read_bytes()
    result = run(*SVCGEN_TEST, cwd=edited, environ=git_environ)
    assert result.returncode == 0, result.stdout + result.stderr
    (report,) = json.loads(result.stdout)["services"]

    assert report["conflicts"] == report["removed"] == []
    assert {step["name"]: step["outcome"] for step in report["steps"]} == dict.fromkeys(
        ("render", "merge", "lock", "export", "check", "test", "git"), "done"
    )
    assert not (edited / ".github/CODEOWNERS").exists()
    assert not (edited / "app/api/health.py").exists()
    assert (edited / ".env").read_bytes() == env
    assert git(edited, "status", "--porcelain") == ""
    assert report["mentions"] == []
    moves = Moves({old: new for old, new in read_config(ROOT).moved.items() if git(edited, "ls-tree", "main", old)})
    for file, line in added(edited, "main~1", "main"):
        place = moves.files.get(file, file)
        expected = renamed(moves, place, git(edited, "show", f"main:{file}"), line)
        assert expected in (edited / place).read_text().splitlines(), f"{file} has lost {line!r}"


@old_layout
def test_no_edit_of_a_moved_file_is_lost(untouched: Path, git_environ: Mapping[str, str]) -> None:
    """Whatever a release makes of the file: what it can't merge is a conflict."""
    moved = {old: new for old, new in read_config(ROOT).moved.items() if (untouched / old).is_file()}
    for old in moved:
        lines = (untouched / old).read_text().splitlines(keepends=True)
        middle = len(lines) // 2
        edited = [*lines[:middle], f"# {old}, in the middle\n", *lines[middle:], f"# {old}, at the end\n"]
        (untouched / old).write_text("".join([f"# {old}, at the top\n", *edited]))
    commit(untouched, "Edit every file that moves", git_environ)
    result = run(*SVCGEN, "--in-place", cwd=untouched, environ=git_environ)
    (report,) = json.loads(result.stdout)["services"]

    assert result.returncode == (1 if report["conflicts"] or not report["ok"] else 0)
    assert report["removed"] == report["beside"] == []
    assert {entry["from"]: entry["to"] for entry in report["renamed"]} == moved
    for old, new in moved.items():
        assert not (untouched / old).exists()
        text = (untouched / new).read_text()
        assert [place for place in ("at the top", "in the middle", "at the end") if f"{place}\n" not in text] == []


@old_layout
def test_rows_beside_reworded_ones(untouched: Path, fresh: Mapping[str, bytes], git_environ: Mapping[str, str]) -> None:
    rows_beside_reworded_ones(untouched)
    commit(untouched, "What the team did", git_environ)
    result = run(*SVCGEN, cwd=untouched, environ=git_environ)
    (report,) = json.loads(result.stdout)["services"]

    assert report["conflicts"] == []
    own = [line for file, line in added(untouched, "main~1", "main") if file == "AGENTS.md"]
    assert [row for row in ("`app/etag.py`", "`app/mailer.py`", "Added orders") if row not in " ".join(own)] == []
    assert [line for line in own if line not in (untouched / "AGENTS.md").read_text().splitlines()] == []
    left = [line for line in (untouched / "AGENTS.md").read_text().splitlines() if line not in own]
    assert "\n".join([*left, ""]).encode() == fresh["AGENTS.md"]


def renamed(moves: Moves, place: str, text: str, line: str) -> str:
    """Return a line with the new names of moved modules; its imports, which are sorted again, say what they are."""
    if line.startswith(("import ", "from ")):
        return moves.rewrite(place, line)
    return moves.rewrite(place, text).splitlines()[text.splitlines().index(line)]


@old_layout
@pytest.mark.parametrize("tool", [COPIER, RENOVATE], ids=["copier", "renovate"])
def test_edited_with_copier(
    tool: tuple[str, ...],
    edited: Path,
    fresh: Mapping[str, bytes],
    git_environ: Mapping[str, str],
) -> None:
    """It marks conflicts beside what moved: an import, a row of the file map. With those and a new lock, all is green.

    What Copier can't do is in docs/fleet.md: it drops the team's rename of a module from a test that moves.
    """
    env = (edited / ".env").read_bytes()
    result = run(*tool, cwd=edited, environ=git_environ)

    assert result.returncode == 0, result.stderr
    assert set(git(edited, "diff", "--name-only", "--diff-filter=U").split()) - {"AGENTS.md"} == {"app/main.py"}
    agents = (edited / "AGENTS.md").read_text()
    own_row = r"<<<<<<< before updating\n(\| `app/etag.py` [^\n]*\n)(?:\|[^\n]*\n)*=======\n>>>>>>> after updating\n"
    (edited / "AGENTS.md").write_text(re.sub(own_row, r"\1", agents))
    assert "<<<<<<<" not in (edited / "AGENTS.md").read_text()
    assert git(edited, "diff", "--", "app/main.py").count("<<<<<<<") == 1
    assert (edited / ".env").read_bytes() == env
    for path in ("app/main.py", "app/api/health.py", "tests/core/test_health.py"):
        text = fresh[path].decode().replace("api import health", "api import probes").replace("(health", "(probes")
        (edited / path.replace("/health", "/probes")).write_text(text)
    uv = Uv.find("3.13", lambda _event: None)
    uv.run(edited, "lock")
    uv.run(edited, "run", "--frozen", "scripts/check.py")
    if NIGHT and tool is COPIER:
        uv.run(edited, "run", "--frozen", "pytest", "--quiet")


@old_layout
def test_copier_drops_edits_of_a_file_that_moves(untouched: Path, git_environ: Mapping[str, str]) -> None:
    """Without a word, as Renovate does too; docs/fleet.md has the commands that help."""
    edited_plumbing(untouched)
    commit(untouched, "What the team did", git_environ)
    result = run(*RENOVATE, cwd=untouched, environ=git_environ)

    assert result.returncode == 0, result.stderr
    assert git(untouched, "ls-files", "--unmerged") == ""
    assert not (untouched / "app/lifespan.py").exists()
    assert "SLACK_SECONDS" not in (untouched / "app/core/lifespan.py").read_text()

    page = (ROOT / "docs/fleet.md").read_text()
    (stash,) = re.findall(r"```sh\n(git stash [^\n]*)\nsvcgen update\n```", page)
    git(untouched, *stash.split()[1:], environ=git_environ)
    assert git(untouched, "status", "--porcelain") == ""

    git(untouched, "stash", "pop", "--quiet", environ=git_environ)
    commit(untouched, "Merge Renovate's pull request", git_environ)
    (switch, diff) = re.findall(r"```sh\n(git switch [^\n]*)\nsvcgen update\n(git diff [^\n]*)\n```", page)[0]
    git(untouched, *switch.replace("COMMIT_BEFORE_THE_UPDATE", "main~1").split()[1:], environ=git_environ)
    result = run(*SVCGEN, cwd=untouched, environ=git_environ)
    assert result.returncode == 0, result.stdout + result.stderr
    missing = [line for line in git(untouched, *diff.split()[1:]).splitlines() if line.startswith(("+", "-"))]
    assert [line for line in missing if not line.startswith(("+++", "---"))] == [
        *("+from math import tau", "+", "+", "+SLACK_SECONDS = tau"),
        *(f"+{line}" for line in HEALTH_TEST.splitlines()),
    ]


def test_offline(
    released: str, current: Template, tmp_path: Path, git_environ: Mapping[str, str], fresh: Mapping[str, bytes]
) -> None:
    """The templates of all releases come with svcgen."""
    service = tmp_path / "billing"
    make_service(released, current.source, current, service, git_environ)
    real = shutil.which("git")
    no_network = f'case "$*" in *clone*|*ls-remote*|*fetch*) exit 1;; esac\nexec {real} "$@"'
    path = fake_program(tmp_path / "bin", "git", no_network)
    result = run(*SVCGEN, cwd=service, environ={**git_environ, "PATH": path, "UV_OFFLINE": "1"})

    assert result.returncode == 0, result.stdout + result.stderr
    assert files_of(service) == fresh


@one_release
def test_edits_of_what_is_generated(untouched: Path, git_environ: Mapping[str, str]) -> None:
    """They are named, as the next export can't keep them."""
    requirements = untouched / "requirements.txt"
    requirements.write_text(f"# Ours, by hand\nleft-pad==1.3\n{requirements.read_text()}")
    git(untouched, "commit", "--quiet", "--all", "--message", "By hand", environ=git_environ)
    result = run(*SVCGEN, cwd=untouched, environ=git_environ)

    (note,) = json.loads(result.stdout)["services"][0]["notes"]
    assert "# Ours, by hand, left-pad==1.3" in note
    assert "left-pad" not in requirements.read_text()


@old_layout
def test_edited_settings_that_move_into_pyproject(untouched: Path, git_environ: Mapping[str, str]) -> None:
    """The team's version stays beside the files of the service, and is reported."""
    names = [name for name in (".importlinter", "mypy.ini") if (untouched / name).exists()]
    for name in names:
        with (untouched / name).open("a") as settings:
            settings.write("# Ours\n")
    git(untouched, "commit", "--quiet", "--all", "--message", "Our settings", environ=git_environ)
    result = run(*SVCGEN, cwd=untouched, environ=git_environ)

    assert result.returncode == 1, result.stdout + result.stderr
    removed = json.loads(result.stdout)["services"][0]["removed"]
    assert [item["path"] for item in removed] == names
    for item in removed:
        assert item["kept_as"] != item["path"]
        assert (untouched / item["kept_as"]).read_text().endswith("# Ours\n")


@one_release
def test_a_shallow_clone(untouched: Path, place: Path, git_environ: Mapping[str, str]) -> None:
    git(place, "clone", "--quiet", "--depth=1", untouched.as_uri(), "shallow", environ=git_environ)
    result = run(*SVCGEN, cwd=place / "shallow", environ={**git_environ, "CI": "true"})

    assert result.returncode == 0, result.stdout + result.stderr


@one_release
def test_without_a_lock(untouched: Path, git_environ: Mapping[str, str]) -> None:
    git(untouched, "rm", "--quiet", "uv.lock", environ=git_environ)
    git(untouched, "commit", "--quiet", "--message", "No lock", environ=git_environ)
    result = run(*SVCGEN, cwd=untouched, environ=git_environ)

    report = json.loads(result.stdout)["services"][0]
    assert result.returncode == 1
    assert not report["unfinished"]
    assert next(step["command"] for step in report["steps"] if step["outcome"] == "pending") == "uv lock"
    assert git(untouched, "status", "--porcelain") == ""
