"""What git does not see, or a team has made another thing of, is never overwritten by `svcgen update`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.helpers import fake_program, git
from support.upstream import APP, FILES, Upstream, changed, state
from svcgen.errors import ServiceError

THEIRS = {APP: changed(FILES[APP], 3, "theirs")}


def by_gitignore(upstream: Upstream, pattern: str) -> None:
    (upstream.service / ".gitignore").write_text(f"{pattern}\n")
    upstream.commit(upstream.service, "Ignore it")


def by_the_repository(upstream: Upstream, pattern: str) -> None:
    (upstream.service / ".git/info/exclude").write_text(f"{pattern}\n")


def by_the_user(upstream: Upstream, pattern: str) -> None:
    ignored = upstream.service.parent / "ignored"
    ignored.write_text(f"{pattern}\n")
    git(upstream.service, "config", "core.excludesFile", str(ignored))


def by_hiding(upstream: Upstream, _pattern: str) -> None:
    git(upstream.service, "config", "status.showUntrackedFiles", "no")


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("hide", [by_gitignore, by_the_repository, by_the_user])
def test_a_new_file_of_the_template_where_an_ignored_one_is(
    upstream: Upstream, hide: Callable[[Upstream, str], None], in_place: bool
) -> None:
    hide(upstream, ".vscode/")
    (upstream.service / ".vscode").mkdir()
    (upstream.service / ".vscode/extensions.json").write_text("ours\n")
    before = state(upstream.service)
    update = upstream.update(
        upstream.release("v1.1.0", **THEIRS, **{"template/.vscode/extensions.json": "theirs\n"}), in_place=in_place
    )

    assert update.needs_a_look
    assert update.merged.beside == ((".vscode/extensions.json", ".vscode/extensions.json.new-in-v1.1.0"),)
    assert upstream.read(".vscode/extensions.json") == "ours\n"
    assert upstream.read(".vscode/extensions.json.new-in-v1.1.0") == "theirs\n"
    upstream.undo(update)
    assert state(upstream.service) == before


def test_untracked_files_that_git_is_told_not_to_show(upstream: Upstream) -> None:
    by_hiding(upstream, "")
    (upstream.service / "notes.txt").write_text("ours\n")
    template = upstream.release("v1.1.0", **THEIRS)

    with pytest.raises(ServiceError, match=r"\?\? notes.txt"):
        upstream.update(template)
    assert upstream.read("notes.txt") == "ours\n"


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_is_told_not_to_see(upstream: Upstream, flag: str, in_place: bool) -> None:
    git(upstream.service, "update-index", flag, "app.py", "old.py")
    (upstream.service / "app.py").write_text("ours\n")
    (upstream.service / "old.py").write_text("ours\n")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS, **{"template/old.py": None}), in_place=in_place)

    assert update.merged.beside == (("app.py", "app.py.new-in-v1.1.0"),)
    assert upstream.read("app.py") == upstream.read("old.py") == "ours\n"
    assert "line_3 = 'theirs'" in upstream.read("app.py.new-in-v1.1.0")
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_file_that_is_on_disk_and_never_was_in_git(upstream: Upstream) -> None:
    by_the_user(upstream, "app.py")
    git(upstream.service, "rm", "--quiet", "--cached", "app.py")
    git(upstream.service, "commit", "--quiet", "--message", "Out of git", environ=upstream.environ)
    before = upstream.read("app.py")
    first = upstream.update(upstream.release("v1.1.0", **THEIRS))
    second = upstream.update(upstream.release("v1.2.0", **{"template/new.py": "new = 1\n"}))

    assert first.merged.untracked == ("app.py",)
    assert not second.needs_a_look
    assert upstream.read("app.py") == before


@pytest.mark.parametrize("name", ["old.py", "docs"])
def test_something_else_in_the_place_of_a_file(upstream: Upstream, name: str) -> None:
    """A link out of the service, or a folder that became one."""
    upstream.update(upstream.release("v1.0.1", **{"template/docs/runbook.md": "Read it.\n"}))
    elsewhere = upstream.service.parent / "elsewhere"
    elsewhere.mkdir()
    target = upstream.service / name
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    target.symlink_to(elsewhere)
    upstream.commit(upstream.service, "A link")
    old = "".join(f"new_{number} = {number}\n" for number in range(20))
    update = upstream.update(
        upstream.release("v1.1.0", **{"template/docs/runbook.md": "Read all of it.\n", "template/old.py": old})
    )

    assert (upstream.service / name).readlink() == elsewhere
    assert list(elsewhere.iterdir()) == []
    if name == "old.py":
        assert update.merged.beside == (("old.py", "old.py.new-in-v1.1.0"),)
        assert upstream.read("old.py.new-in-v1.1.0") == old
    else:
        assert "docs/runbook.md" in {*update.merged.left_out, *update.merged.untracked}
    assert git(upstream.service, "status", "--porcelain") == ""


def test_a_link_to_another_file_is_followed(upstream: Upstream) -> None:
    (upstream.service / "app.py").rename(upstream.service / "impl.py")
    (upstream.service / "app.py").symlink_to("impl.py")
    upstream.edit("impl.py", "line_15 = 15", "line_15 = 'ours'")
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert not update.needs_a_look
    assert (upstream.service / "app.py").readlink() == Path("impl.py")
    assert "line_3 = 'theirs'" in upstream.read("impl.py")
    assert "line_15 = 'ours'" in upstream.read("impl.py")


def test_a_conflict_behind_a_link(upstream: Upstream) -> None:
    (upstream.service / "app.py").rename(upstream.service / "impl.py")
    (upstream.service / "app.py").symlink_to("impl.py")
    upstream.edit("impl.py", "line_3 = 3", "line_3 = 'ours'")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert [conflict.path for conflict in update.merged.conflicts] == ["impl.py"]
    assert git(upstream.service, "diff", "--name-only", "--diff-filter=U") == "impl.py"
    upstream.undo(update)
    assert state(upstream.service) == before


def typed(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, name: str, text: str, moment: str = "merge-tree"
) -> None:
    """Let a person save a file while git is busy with something."""
    real, file = shutil.which("git"), upstream.service / name
    path = fake_program(
        upstream.service.parent / "bin",
        "git",
        f'case "$*" in *{moment}*) mkdir -p {file.parent}; printf "{text}" >> {file};; esac\nexec {real} "$@"',
    )
    monkeypatch.setenv("PATH", path)


def test_text_that_is_typed_meanwhile(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    template = upstream.release("v1.1.0", **THEIRS)
    typed(upstream, monkeypatch, "old.py", "typed\\n")
    update = upstream.update(template)

    assert upstream.read("old.py").endswith("typed\n")
    assert git(upstream.service, "status", "--porcelain") == "M old.py"
    assert git(upstream.service, "branch", "--show-current") == update.branch


@pytest.mark.parametrize("name", ["app.py", "new.py"])
def test_text_that_is_typed_meanwhile_in_the_way(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    template = upstream.release("v1.1.0", **THEIRS, **{"template/new.py": "new = 1\n"})
    by_the_user(upstream, "new.py")
    typed(upstream, monkeypatch, name, "typed\\n", "commit-tree*Update")
    update = upstream.update(template)

    assert upstream.read(name).endswith("typed\n")
    assert git(upstream.service, "branch", "--show-current") == "main"
    (step,) = [step for step in update.steps if step.name == "git"]
    assert (step.outcome, step.command) == ("failed", "git switch svcgen/v1.1.0")
    assert update.needs_a_look
    assert "line_3 = 'theirs'" in git(upstream.service, "show", "svcgen/v1.1.0:app.py")


def test_a_commit_made_meanwhile(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    template = upstream.release("v1.1.0", **THEIRS)
    real = shutil.which("git")
    somebody = "-c user.name=Ada -c user.email=ada@example.com"
    commit = f"{real} -C {upstream.service} {somebody} commit --quiet --allow-empty --message meanwhile"
    path = fake_program(
        upstream.service.parent / "bin", "git", f'case "$*" in *merge-tree*) {commit};; esac\nexec {real} "$@"'
    )
    monkeypatch.setenv("PATH", path)
    update = upstream.update(template)

    assert git(upstream.service, "log", "-1", "--format=%s") == "meanwhile"
    assert git(upstream.service, "branch", "--show-current") == "main"
    assert update.needs_a_look


def test_extra_answers_and_comments(upstream: Upstream) -> None:
    file = upstream.service / ".copier-answers.yml"
    file.write_text(f"# ours\nteam: payments # of finance\n{file.read_text()}slack:\n  - '#billing'\n")
    upstream.commit(upstream.service, "Our own keys")
    upstream.update(upstream.release("v1.1.0", **THEIRS))

    text = upstream.read(".copier-answers.yml")
    assert text.startswith("# ours\nteam: payments # of finance\n")
    assert text.endswith("slack:\n  - '#billing'\n")
    assert "_commit: v1.1.0\n" in text


@pytest.mark.parametrize("configured", ["core.autocrlf", "core.eol"])
def test_line_endings(upstream: Upstream, configured: str) -> None:
    git(upstream.service, "config", configured, {"core.autocrlf": "true", "core.eol": "crlf"}[configured])
    upstream.edit("app.py", "line_15 = 15", "line_15 = 'ours'")
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert update.merged.conflicts == ()
    assert git(upstream.service, "diff", "--stat", "main").splitlines()[1].strip().startswith("app.py")


def test_a_service_that_stores_crlf(upstream: Upstream) -> None:
    app = upstream.service / "app.py"
    app.write_bytes(app.read_bytes().replace(b"\n", b"\r\n").replace(b"line_15 = 15", b"line_15 = 'ours'"))
    upstream.commit(upstream.service, "Windows")
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert update.merged.conflicts == ()
    assert b"line_3 = 'theirs'\r\n" in app.read_bytes()
    assert app.read_bytes().count(b"\n") == app.read_bytes().count(b"\r\n")


def test_a_service_that_git_ignores(upstream: Upstream, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet", "-b", "main")
    (outer / ".gitignore").write_text("services/\n")
    upstream.commit(outer, "All but the services")
    shutil.rmtree(upstream.service / ".git")
    shutil.copytree(upstream.service, outer / "services/billing")
    template = upstream.release("v1.1.0", **THEIRS)

    with pytest.raises(ServiceError, match=r"no file of .*billing is committed"):
        upstream.update(template, outer / "services/billing")


@pytest.mark.parametrize("name", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge"])
def test_while_git_is_in_the_middle_of_something(upstream: Upstream, name: str) -> None:
    (upstream.service / ".git" / name).write_text(git(upstream.service, "rev-parse", "HEAD"))
    template = upstream.release("v1.1.0", **THEIRS)

    with pytest.raises(ServiceError, match="is in progress"):
        upstream.update(template, in_place=True)


def test_a_sparse_checkout(upstream: Upstream) -> None:
    upstream.update(upstream.release("v1.0.1", **{"template/docs/a.md": "a\n", "template/app/b.py": "b\n"}))
    git(upstream.service, "sparse-checkout", "set", "app")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS, **{"template/docs/a.md": "new a\n"}))

    assert not update.needs_a_look
    assert not (upstream.service / "docs").exists()
    assert git(upstream.service, "show", "HEAD:docs/a.md") == "new a"
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_filter_of_the_repository(upstream: Upstream) -> None:
    """As git-crypt configures it: git's own is encrypted, and what is on disk is not."""
    git(upstream.service, "config", "filter.rot.clean", "tr a-z n-za-m")
    git(upstream.service, "config", "filter.rot.smudge", "tr a-z n-za-m")
    git(upstream.service, "config", "filter.rot.required", "true")
    (upstream.service / ".gitattributes").write_text("*.secret filter=rot\n")
    (upstream.service / "ours.secret").write_text("hello\n")
    upstream.commit(upstream.service, "A secret")
    before = state(upstream.service)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert update.merged.updated == ("app.py",)
    assert upstream.read("ours.secret") == "hello\n"
    assert git(upstream.service, "status", "--porcelain") == ""
    upstream.undo(update)
    assert state(upstream.service) == before


def test_nobody_listens_to_the_hooks(upstream: Upstream) -> None:
    for hook in ("post-checkout", "pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        file = upstream.service / ".git/hooks" / hook
        file.write_text("#!/bin/sh\nexit 1\n")
        file.chmod(0o755)
    update = upstream.update(upstream.release("v1.1.0", **THEIRS))

    assert not update.needs_a_look
    (upstream.service / ".git/hooks/reference-transaction").unlink()
    subprocess.run(["sh", "-c", update.undo], cwd=upstream.service, env=upstream.environ, check=True)
    assert git(upstream.service, "status", "--porcelain", "--branch") == "## main"
    assert git(upstream.service, "branch", "--list", "svcgen/*") == ""
