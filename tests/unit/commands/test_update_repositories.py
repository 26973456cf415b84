"""`svcgen update` in repositories of every kind: several services, linked work trees, detached heads, older gits."""

import json
import shutil
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import Svcgen
from support.upstream import APP, FILES, Upstream, changed, state
from svcgen.commands.update import update_service
from svcgen.commands.update_result import UpdateRequest
from svcgen.system.steps import ignore

THEIRS = {APP: changed(FILES[APP], 3, "theirs")}


@pytest.fixture
def monorepo(upstream: Upstream, tmp_path: Path) -> Path:
    """A repository with two services and a folder of its own."""
    root = tmp_path / "mono"
    (root / "libs").mkdir(parents=True)
    (root / "libs/shared.py").write_text("shared = 1\n")
    shutil.rmtree(upstream.service / ".git")
    for name in ("billing", "catalog"):
        shutil.copytree(upstream.service, root / "services" / name)
    git(root, "init", "--quiet", "-b", "main")
    upstream.commit(root, "All of it")
    return root


def test_two_services_in_one_call(upstream: Upstream, monorepo: Path, svcgen: Svcgen) -> None:
    upstream.release("v1.1.0", **THEIRS)
    before = state(monorepo)
    (monorepo / "libs/notes.txt").write_text("ours\n")
    result = svcgen("update", "--json", *(str(monorepo / "services" / name) for name in ("billing", "catalog")))

    assert result.returncode == 0, result.stdout
    first, second = json.loads(result.stdout)["services"]
    assert first["branch"] == second["branch"] == "svcgen/v1.1.0"
    assert git(monorepo, "log", "--format=%s", "main..HEAD").splitlines() == ["Update the template to v1.1.0"] * 2
    assert git(monorepo, "diff", "--name-only", "main").splitlines() == [
        f"services/{name}/{file}" for name in ("billing", "catalog") for file in (".copier-answers.yml", "app.py")
    ]
    assert git(monorepo, "status", "--porcelain") == "?? libs/notes.txt"
    (monorepo / "libs/notes.txt").unlink()
    assert first["undo"] == second["undo"]
    upstream.run(first["undo"], monorepo)
    assert state(monorepo) == before


def test_an_unfinished_service_is_no_obstacle_of_another_folder(
    upstream: Upstream, monorepo: Path, svcgen: Svcgen
) -> None:
    app = monorepo / "services/billing/app.py"
    app.write_text(app.read_text().replace("line_3 = 3", "line_3 = 'ours'"))
    upstream.commit(monorepo, "Edit")
    upstream.release("v1.1.0", **THEIRS)
    before = state(monorepo)
    billing, catalog = (str(monorepo / "services" / name) for name in ("billing", "catalog"))
    result = svcgen("update", "--json", billing, catalog)

    first, second = json.loads(result.stdout)["services"]
    assert result.returncode == 1
    assert first["unfinished"]
    assert "unfinished" in second["error"]
    assert svcgen("update", "--abort", catalog).returncode == 1
    assert svcgen("update", "--abort", billing).returncode == 0
    assert state(monorepo) == before


def test_the_second_service_conflicts(upstream: Upstream, monorepo: Path, svcgen: Svcgen) -> None:
    app = monorepo / "services/catalog/app.py"
    app.write_text(app.read_text().replace("line_3 = 3", "line_3 = 'ours'"))
    upstream.commit(monorepo, "Edit")
    upstream.release("v1.1.0", **THEIRS)
    billing, catalog = (str(monorepo / "services" / name) for name in ("billing", "catalog"))
    assert svcgen("update", billing, catalog).returncode == 1

    assert svcgen("update", "--abort", catalog).returncode == 0
    assert git(monorepo, "branch", "--show-current") == "svcgen/v1.1.0"
    assert git(monorepo, "status", "--porcelain") == ""
    assert git(monorepo, "diff", "--name-only", "main").split()[-1] == "services/billing/app.py"


def test_a_linked_work_tree(upstream: Upstream, tmp_path: Path) -> None:
    git(upstream.service, "worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "linked"))
    main, before = state(upstream.service), state(tmp_path / "linked")
    update = upstream.update(upstream.release("v1.1.0", **THEIRS), tmp_path / "linked")

    assert git(tmp_path / "linked", "branch", "--show-current") == "svcgen/v1.1.0"
    upstream.run(update.undo, tmp_path / "linked")
    assert state(tmp_path / "linked") == before
    assert state(upstream.service) == main


@pytest.mark.parametrize("conflict", [False, True])
def test_a_detached_head(upstream: Upstream, conflict: bool) -> None:
    if conflict:
        upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    git(upstream.service, "checkout", "--quiet", "--detach")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert git(upstream.service, "branch", "--show-current") == "svcgen/v1.1.0"
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_detached_head_in_place(upstream: Upstream) -> None:
    git(upstream.service, "checkout", "--quiet", "--detach")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS), in_place=True)

    assert git(upstream.service, "rev-parse", "HEAD") == before["head"]
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_branch_named_svcgen(upstream: Upstream) -> None:
    git(upstream.service, "branch", "svcgen")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert update.branch == "svcgen-v1.1.0"
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_submodule(upstream: Upstream, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet", "-b", "main")
    (inner / "file").write_text("1\n")
    upstream.commit(inner, "Inner")
    git(upstream.service, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "vendor")
    upstream.commit(upstream.service, "Add a submodule")
    git(upstream.service, "config", "submodule.recurse", "true")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert not update.needs_a_look
    assert (upstream.service / "vendor/file").read_text() == "1\n"
    upstream.undo(update)
    assert state(upstream.service) == before


@pytest.mark.parametrize("line", ["line_3 = 3", "line_15 = 15"])
def test_a_git_without_merge_tree(upstream: Upstream, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    upstream.edit("app.py", line, f"{line.partition(' ')[0]} = 'ours'")
    upstream.edit("old.py", "old_7 = 7", "old_7 = 'ours'")
    template = upstream.release("v1.1.0", **THEIRS, **{"template/old.py": None, "template/new.py": "new = 1\n"})
    request = UpdateRequest(upstream.service, template)
    new = update_service(request, ignore)
    files, index = state(upstream.service)["files"], git(upstream.service, "ls-files", "--stage")
    upstream.undo(new)
    monkeypatch.setattr("svcgen.service.vcs.objects.git_version", lambda: (2, 34))
    old = update_service(request, ignore)

    assert old.merged == new.merged
    assert state(upstream.service)["files"] == files
    assert git(upstream.service, "ls-files", "--stage") == index


def test_a_dry_run_writes_nothing_at_all(upstream: Upstream) -> None:
    from svcgen.commands.update import preview_update

    git(upstream.service, "config", "diff.external", "false")
    git(upstream.service, "config", "diff.noprefix", "true")
    git(upstream.service, "config", "color.ui", "always")
    before = {path: path.stat().st_mtime_ns for path in upstream.service.rglob("*")}
    update = preview_update(UpdateRequest(upstream.service, upstream.release("v1.1.0", **THEIRS)), ignore)

    assert "\n--- a/app.py\n+++ b/app.py\n@@ " in update.diff
    assert {path: path.stat().st_mtime_ns for path in upstream.service.rglob("*")} == before
