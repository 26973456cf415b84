"""What `svcgen update` prints and its JSON, word for word."""

from pathlib import Path

import pytest

from support.updates import EVERYTHING, PLACE
from svcgen.cli.report_update import show_aborted, show_total, show_update, show_update_preview
from svcgen.cli.screen import Screen
from svcgen.cli.update_json import aborted_object, update_object
from svcgen.commands.resume import Aborted
from svcgen.commands.update_result import Update
from svcgen.service.merging.merge_result import Conflict, Merged
from svcgen.service.merging.moves import Mention
from svcgen.service.vcs.repository import Head
from svcgen.system.steps import Step

SHOWN = """\
Updated /srv/billing from v1.0.0 to v1.1.0, on the branch svcgen/v1.1.0

Updated:
  a.py

Merged with your changes:
  b.py

Left as you have it:
  kept.py

Deleted by you, not restored:
  gone.py

Not tracked by git, not changed:
  CLAUDE.md

Renamed by the template, with your changes:
  from.py -> to.py

Yours, with the new names of moved files:
  app/mine.py

New answers:
  region: ams

To do for your team:
  v1.1.0: Set PORT.

Notes:
  requirements.txt is exported

To undo the update:
  cd /srv/billing
  git switch main
"""
PREVIEW = """\
Dry run: /srv/billing would go from v1.0.0 to v1.1.0: 2 conflicts, 1 file updated, 1 file merged, 1 file renamed, \
2 files removed, 1 file not replaced
"""
ERRORS = """\
error: the answer size changes from 'small' to 'large'
hint: check that this is what you want
error: app.py, lines 4, 9: conflict between your changes and the template's
error: logo.png: conflict between your changes and the template's
error: old.py is removed from the template, and you had changed it
hint: your version is in old.py.removed-in-v1.1.0
error: used.py is removed from the template, and you have changed or import it
hint: it stays as a file of yours
error: link.md is not replaced, because git does not have your version
hint: the template's version is in link.md.new-in-v1.1.0
error: compose.yaml, line 3: app.server is now app.core.server
error: some of your lines have the old names of moved files
hint: review them, then run:
  cd /srv/billing
  perl -pi -e 's{(?<![\\w./-])app\\.server(?![\\w-])}{app.core.server}g' -- compose.yaml
error: lock: no network
error: the update is incomplete
hint: run the remaining steps:
  cd /srv/billing
  uv lock
  uv run scripts/check.py
"""


def test_everything(capsys: pytest.CaptureFixture[str]) -> None:
    show_update(Screen(), EVERYTHING)
    assert capsys.readouterr() == (SHOWN, ERRORS)


def test_a_dry_run_ends_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    show_update_preview(Screen(), EVERYTHING)
    shown = capsys.readouterr()
    blocks = SHOWN.partition("\n\n")[2].partition("\nTo undo")[0]
    assert shown.out == f"\n{blocks}{PREVIEW}"
    assert shown.err == ERRORS.partition("error: the update is incomplete")[0]


@pytest.mark.parametrize(
    ("update", "shown"),
    [
        (Update(PLACE, "v1", "v1", branch="b", undo="u"), "/srv/billing is up to date at v1\n"),
        (Update(PLACE, "v1", "v2"), "Updated /srv/billing from v1 to v2\n"),
        (Update(PLACE, "v1", "v2", unfinished=True), "Updating /srv/billing from v1 to v2\n"),
    ],
)
def test_the_first_line(update: Update, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_update(Screen(), update)
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("update", "shown"),
    [
        (Update(PLACE, "v1", "v1"), "/srv/billing is up to date at v1\n"),
        (Update(PLACE, "v1", "v2"), "Dry run: /srv/billing would go from v1 to v2: no file changes\n"),
    ],
)
def test_the_last_line(update: Update, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_update_preview(Screen(), update)
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("merged", "first"),
    [
        (Merged(), "run"),
        (Merged(conflicts=(Conflict("a", (1,)),)), "resolve the conflicts, `git add` the files, then run"),
    ],
)
@pytest.mark.parametrize(("place", "path"), [(PLACE, " /srv/billing"), (Path.cwd(), "")])
def test_what_finishes_it(
    merged: Merged, first: str, place: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The steps that are left are `--continue`'s, so their commands are not printed."""
    step = Step("check", "pending", command="uv run scripts/check.py")
    show_update(Screen(), Update(place, "v1", "v2", merged=merged, unfinished=True, steps=(step,)))
    assert capsys.readouterr().err.endswith(
        f"error: the update is unfinished\nhint: {first}: svcgen update --continue{path}\n"
        f"or undo the update: svcgen update --abort{path}\n"
    )


def test_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    show_update(Screen(), Update(PLACE, "v1", "v2", steps=(Step("lock", "done", command="uv lock"),)))
    assert capsys.readouterr().err == ""


def test_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    attention = {PLACE: "unfinished", Path.cwd() / "b": "failed"}
    show_total(Screen(), ["updated", "unfinished", "failed", "updated"], attention)
    assert capsys.readouterr().out == (
        "\n4 services: 2 updated, 1 unfinished, 1 failed\n  unfinished  /srv/billing\n  failed      b\n"
    )


@pytest.mark.parametrize(("path", "ok"), [("docs/adr.md", True), ("Dockerfile", False)])
def test_an_old_name_in_prose_breaks_nothing(path: str, ok: bool) -> None:
    merged = Merged(mentions=(Mention(path, 1, "app.server", "app.core.server"),))
    assert update_object(Update(PLACE, "v1", "v2", merged=merged))["ok"] is ok


def test_many_old_names_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    mentions = tuple(Mention("Dockerfile", line, "app.server", "app.core.server") for line in range(1, 23))
    show_update(Screen(), Update(PLACE, "v1", "v2", merged=Merged(mentions=mentions)))
    shown = capsys.readouterr().err
    assert shown.count("error: Dockerfile, line ") == 20
    assert "error: 2 more lines; --json lists all of them\n" in shown


def test_object() -> None:
    def step(name: str, outcome: str, seconds: float, command: str = "", reason: str = "") -> dict[str, object]:
        return {"name": name, "outcome": outcome, "seconds": seconds, "command": command, "reason": reason}

    assert update_object(EVERYTHING) == {
        "ok": False,
        "path": "/srv/billing",
        "from": "v1.0.0",
        "to": "v1.1.0",
        "branch": "svcgen/v1.1.0",
        "undo": "git switch main",
        "updated": ["a.py", "b.py"],
        "kept": ["b.py", "kept.py"],
        "conflicts": [{"path": "app.py", "lines": (4, 9)}, {"path": "logo.png", "lines": ()}],
        "removed": [
            {"path": "old.py", "kept_as": "old.py.removed-in-v1.1.0"},
            {"path": "used.py", "kept_as": "used.py"},
        ],
        "renamed": [{"from": "from.py", "to": "to.py"}],
        "left_out": ["gone.py"],
        "beside": [{"path": "link.md", "new": "link.md.new-in-v1.1.0"}],
        "untracked": ["CLAUDE.md"],
        "rewritten": ["app/mine.py"],
        "mentions": [{"path": "compose.yaml", "line": 3, "old": "app.server", "new": "app.core.server"}],
        "rewrite": r"perl -pi -e 's{(?<![\w./-])app\.server(?![\w-])}{app.core.server}g' -- compose.yaml",
        "answers": {"region": {"before": None, "after": "ams"}, "size": {"before": "small", "after": "large"}},
        "duties": ["v1.1.0: Set PORT."],
        "notes": ["requirements.txt is exported"],
        "unfinished": False,
        "diff": "+one\n\n",
        "steps": [
            step("merge", "done", 0.123),
            step("lock", "failed", 1.0, "uv lock", "no network"),
            step("check", "pending", 0.0, "uv run scripts/check.py", "needs the lock"),
            step("sync", "skipped", 0.0, "uv sync"),
        ],
    }
    assert update_object(Update(PLACE, "v1", "v2"))["ok"] is True


@pytest.mark.parametrize(("branch", "out"), [("main", "main"), ("", "c0ffee")])
def test_aborted(branch: str, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_aborted(Screen(), Aborted(PLACE, "v2", Head(branch, "c0ffee"), ""))
    line = f"Undid the update of /srv/billing to v2; {out} is checked out as before\n"
    assert capsys.readouterr().out == line

    aborted = Aborted(PLACE, "v2", Head(branch, "c0ffee"), "beef")
    show_aborted(Screen(), aborted)
    kept = "Your changes to the files of the update are in a commit: git show beef\n"
    assert capsys.readouterr().out == line + kept
    assert aborted_object(aborted) == {
        "ok": True,
        "path": "/srv/billing",
        "aborted": "v2",
        "checked_out": out,
        "kept": "beef",
    }
