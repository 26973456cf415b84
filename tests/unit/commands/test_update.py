"""`svcgen update` on a template of a few lines, so that each case is seen alone."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.helpers import fake_program, git, tree
from support.svcgen import Svcgen
from support.upstream import APP, COPIER_YML, FILES, Upstream, changed
from svcgen.commands.update import plan, preview_update
from svcgen.commands.update_result import UpdateRequest
from svcgen.errors import ServiceError, SvcgenError, TemplateError
from svcgen.system.steps import ignore


def test_what_only_the_template_changed(upstream: Upstream) -> None:
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})
    update = upstream.update(template)

    assert update.merged.updated == ("app.py", "new.py")
    assert not update.needs_a_look
    assert "line_3 = 'theirs'" in upstream.read("app.py")
    assert "_commit: v1.1.0" in upstream.read(".copier-answers.yml")
    assert git(upstream.service, "status", "--porcelain") == ""
    assert git(upstream.service, "branch", "--show-current") == update.branch == "svcgen/v1.1.0"


def test_both_changed_one_file(upstream: Upstream) -> None:
    upstream.edit("app.py", "line_15 = 15", "line_15 = 'ours'")
    update = upstream.update(upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")}))

    assert update.merged.kept == ("app.py",)
    assert not update.needs_a_look
    assert "line_3 = 'theirs'" in upstream.read("app.py")
    assert "line_15 = 'ours'" in upstream.read("app.py")


def test_the_day_of_a_rendering_is_no_edit(upstream: Upstream) -> None:
    dated = {"template/notes.md.jinja": "Made on {{ '%Y-%m-%d' | strftime }}.\n"}
    upstream.update(upstream.release("v1.1.0", **dated))
    today = upstream.read("notes.md")
    (upstream.service / "notes.md").write_text("Made on 2001-02-03.\n")
    upstream.commit(upstream.service, "As if it were old")
    update = upstream.update(upstream.release("v1.2.0", **{APP: changed(FILES[APP], 3, "theirs")}))

    assert today != upstream.read("notes.md") == "Made on 2001-02-03.\n"
    assert update.merged.kept == ()


def test_both_changed_one_line(upstream: Upstream) -> None:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    update = upstream.update(upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")}))

    (conflict,) = update.merged.conflicts
    assert (conflict.path, conflict.lines) == ("app.py", (4,))
    assert update.needs_a_look
    assert {step.name: step.outcome for step in update.steps}["git"] == "pending"
    assert "line_3 = 'ours'" in upstream.read("app.py")
    assert git(upstream.service, "ls-files", "--unmerged")


def test_undo(upstream: Upstream) -> None:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    before = git(upstream.service, "rev-parse", "HEAD")
    update = upstream.update(upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")}))

    subprocess.run(["sh", "-c", update.undo], cwd=upstream.service, env=upstream.environ, check=True)
    assert git(upstream.service, "rev-parse", "HEAD", "--abbrev-ref", "HEAD").split() == [before, "main"]
    assert git(upstream.service, "status", "--porcelain") == ""
    assert git(upstream.service, "branch", "--list", "svcgen/*") == ""


def test_removed_by_the_template_and_changed_by_us(upstream: Upstream) -> None:
    upstream.edit("old.py", "old_7 = 7", "old_7 = 'ours'")
    update = upstream.update(upstream.release("v1.1.0", **{"template/old.py": None}))

    assert update.merged.removed == (("old.py", "old.py.removed-in-v1.1.0"),)
    assert update.needs_a_look
    assert not (upstream.service / "old.py").exists()
    assert "old_7 = 'ours'" in upstream.read("old.py.removed-in-v1.1.0")


def test_removed_by_the_template_alone(upstream: Upstream) -> None:
    update = upstream.update(upstream.release("v1.1.0", **{"template/old.py": None}))

    assert not (upstream.service / "old.py").exists()
    assert not update.needs_a_look


def test_renamed_by_the_template_and_changed_by_us(upstream: Upstream) -> None:
    upstream.edit("old.py", "old_7 = 7", "old_7 = 'ours'")
    moved = {"template/old.py": None, "template/lib/new.py": FILES["template/old.py"]}
    update = upstream.update(upstream.release("v1.1.0", **moved))

    assert update.merged.renamed == (("old.py", "lib/new.py"),)
    assert not update.needs_a_look
    assert "old_7 = 'ours'" in upstream.read("lib/new.py")


def test_renamed_by_us_and_changed_by_the_template(upstream: Upstream) -> None:
    (upstream.service / "old.py").rename(upstream.service / "ours.py")
    upstream.commit(upstream.service, "Rename")
    theirs = FILES["template/old.py"].replace("old_7 = 7", "old_7 = 'theirs'")
    upstream.update(upstream.release("v1.1.0", **{"template/old.py": theirs}))

    assert "old_7 = 'theirs'" in upstream.read("ours.py")
    assert not (upstream.service / "old.py").exists()


def test_deleted_by_us_and_changed_by_the_template(upstream: Upstream) -> None:
    (upstream.service / "old.py").unlink()
    upstream.commit(upstream.service, "Delete")
    update = upstream.update(upstream.release("v1.1.0", **{"template/old.py": "all_new = 1\n"}))

    assert update.merged.left_out == ("old.py",)
    assert not (upstream.service / "old.py").exists()


def test_what_the_team_owns(upstream: Upstream) -> None:
    (upstream.service / "README.md").write_text("# Ours\n")
    upstream.commit(upstream.service, "Own words")
    update = upstream.update(upstream.release("v1.1.0", **{"template/README.md": "# Theirs, better\n"}))

    assert upstream.read("README.md") == "# Ours\n"
    assert update.merged.updated == ()


def test_a_new_question_takes_its_default(upstream: Upstream) -> None:
    asked = COPIER_YML + "region: {type: str, default: ams}\n"
    update = upstream.update(
        upstream.release("v1.1.0", **{"copier.yml": asked, "template/r.txt.jinja": "{{ region }}"})
    )

    assert update.answers == {"region": (None, "ams")}
    assert upstream.read("r.txt") == "ams"
    assert "region: ams" in upstream.read(".copier-answers.yml")


def test_an_answer_that_is_not_allowed_any_more(upstream: Upstream) -> None:
    """Copier would take the default and say nothing."""
    template = upstream.release("v1.1.0", **{"copier.yml": COPIER_YML.replace("[small, large]", "[medium, large]")})

    with pytest.raises(ServiceError, match="size 'small' is not one of: medium, large"):
        upstream.update(template)
    assert git(upstream.service, "branch", "--show-current") == "main"


def test_in_place(upstream: Upstream) -> None:
    head = git(upstream.service, "rev-parse", "HEAD")
    update = upstream.update(upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")}), in_place=True)

    assert git(upstream.service, "branch", "--show-current") == "main"
    assert git(upstream.service, "rev-parse", "HEAD") == head
    assert git(upstream.service, "diff", "--cached", "--name-only").split() == [".copier-answers.yml", "app.py"]
    subprocess.run(["sh", "-c", update.undo], cwd=upstream.service, env=upstream.environ, check=True)
    assert git(upstream.service, "status", "--porcelain", "--branch") == "## main"


def test_a_folder_of_a_larger_repository(upstream: Upstream, tmp_path: Path) -> None:
    inner = tmp_path / "mono" / "services" / "billing"
    inner.parent.mkdir(parents=True)
    (tmp_path / "mono" / "other.txt").write_text("ours\n")
    upstream.service.rename(inner)
    (inner / ".git").rename(tmp_path / "git-of-the-service")
    git(tmp_path / "mono", "init", "--quiet", "-b", "main")
    upstream.commit(tmp_path / "mono", "All of it")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})
    update = upstream.update(template, inner)

    assert update.merged.updated == ("app.py", "new.py")
    assert "line_3 = 'theirs'" in (inner / "app.py").read_text()
    assert git(tmp_path / "mono", "diff", "--name-only", "main", update.branch).split() == [
        f"services/billing/{name}" for name in (".copier-answers.yml", *update.merged.updated)
    ]


@pytest.mark.parametrize("detour", ["orders/../billing", "link"])
def test_path_of_a_service_in_a_larger_repository(upstream: Upstream, tmp_path: Path, detour: str) -> None:
    """The top of its repository was looked for in the words of the path: its files went to another folder."""
    services = tmp_path / "mono" / "services"
    services.mkdir(parents=True)
    (services / "orders").mkdir()
    (tmp_path / "link").symlink_to(services / "billing")
    (tmp_path / "mono" / "other.txt").write_text("ours\n")
    upstream.service.rename(services / "billing")
    (services / "billing" / ".git").rename(tmp_path / "git-of-the-service")
    git(tmp_path / "mono", "init", "--quiet", "-b", "main")
    upstream.commit(tmp_path / "mono", "All of it")
    path = tmp_path / "link" if detour == "link" else services / detour
    update = upstream.update(upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")}), path)

    assert git(tmp_path / "mono", "diff", "--name-only", "main", update.branch).split() == [
        "services/billing/.copier-answers.yml",
        "services/billing/app.py",
    ]
    assert (tmp_path / "mono" / "other.txt").exists()


def test_preview_changes_nothing(upstream: Upstream) -> None:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    before = tree(upstream.service)
    refs = git(upstream.service, "for-each-ref"), git(upstream.service, "worktree", "list")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 8, "theirs")})
    update = preview_update(UpdateRequest(upstream.service, template), ignore)

    assert "+line_8 = 'theirs'" in update.diff
    assert tree(upstream.service) == before
    assert (git(upstream.service, "for-each-ref"), git(upstream.service, "worktree", "list")) == refs
    assert git(upstream.service, "status", "--porcelain") == ""


def test_up_to_date(upstream: Upstream) -> None:
    update = upstream.update(upstream.template("v1.0.0"))

    assert update.up_to_date
    assert update.steps == ()
    assert git(upstream.service, "branch", "--show-current") == "main"


def spoil_with_a_change(service: Path) -> None:
    (service / "app.py").write_text("not committed\n")


def spoil_with_a_new_file(service: Path) -> None:
    (service / "untracked.txt").write_text("not committed\n")


def spoil_the_answers(service: Path) -> None:
    (service / ".copier-answers.yml").write_text("_src_path: elsewhere\n")


def spoil_the_repository(service: Path) -> None:
    (service / ".git").rename(service.parent / "elsewhere")


def spoil_by_removing_the_answers(service: Path) -> None:
    (service / ".copier-answers.yml").unlink()


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (spoil_with_a_change, ServiceError, "changes that are not committed:\n M app.py"),
        (spoil_with_a_new_file, ServiceError, r"changes that are not committed:\n\?\? untracked.txt"),
        (spoil_the_answers, ServiceError, "created from another template: elsewhere"),
        (spoil_by_removing_the_answers, ServiceError, "is not a service: it has no .copier-answers.yml"),
        (spoil_the_repository, ServiceError, "is not in a git repository"),
    ],
)
def test_refused(upstream: Upstream, spoil: Callable[[Path], None], error: type[SvcgenError], message: str) -> None:
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    spoil(upstream.service)
    before = {path.name: path.read_bytes() for path in upstream.service.iterdir() if path.is_file()}

    with pytest.raises(error, match=message):
        upstream.update(template)
    assert {path.name: path.read_bytes() for path in upstream.service.iterdir() if path.is_file()} == before


def test_a_branch_that_is_there_already(upstream: Upstream) -> None:
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    git(upstream.service, "branch", "svcgen/v1.1.0")

    with pytest.raises(ServiceError, match=r"already has a branch svcgen/v1.1.0"):
        upstream.update(template)


def test_a_newer_service(upstream: Upstream) -> None:
    with pytest.raises(ServiceError, match=r"newer than v0.9.0"):
        plan(UpdateRequest(upstream.service, upstream.template("v0.9.0")))


def test_a_release_that_is_nowhere(upstream: Upstream) -> None:
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    git(upstream.repository, "tag", "--delete", "v1.0.0")

    with pytest.raises(TemplateError, match=r"the template v1.0.0 is neither in this svcgen"):
        upstream.update(template)
    assert git(upstream.service, "branch", "--show-current") == "main"


def test_an_error_half_way_leaves_it_as_it_was(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    monkeypatch.setattr("svcgen.commands.update.publish", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        upstream.update(template)
    assert git(upstream.service, "branch", "--show-current") == "main"
    assert git(upstream.service, "status", "--porcelain") == ""
    assert git(upstream.service, "branch", "--list", "svcgen/*") == ""


def test_a_detached_head(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    git(upstream.service, "checkout", "--quiet", "--detach")
    head = git(upstream.service, "rev-parse", "HEAD")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    monkeypatch.setattr("svcgen.commands.update.publish", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        upstream.update(template)
    assert git(upstream.service, "rev-parse", "HEAD") == head
    assert git(upstream.service, "branch", "--show-current") == ""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(upstream: Upstream, signum: signal.Signals) -> None:
    upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    hang = upstream.repository.parent / "hang"
    started = hang / "started"
    real = shutil.which("git")
    path = fake_program(hang, "git", f'case "$*" in *merge-tree*) touch {started}; sleep 60;; esac\nexec {real} "$@"')
    environ = {**upstream.environ, "PATH": path}
    with subprocess.Popen(
        [sys.executable, "-m", "svcgen", "update", upstream.service], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        while not started.exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signum)
        process.communicate()

    assert process.returncode == 128 + signum
    assert git(upstream.service, "branch", "--show-current") == "main"
    assert git(upstream.service, "status", "--porcelain") == ""


def test_command_line(upstream: Upstream, svcgen: Svcgen, tmp_path: Path) -> None:
    upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    service, nowhere = str(upstream.service), str(tmp_path / "nowhere")

    assert svcgen("update", "--check", service).returncode == 4
    preview = svcgen("update", "--dry-run", service)
    assert preview.returncode == 0
    assert "would go from v1.0.0 to v1.1.0: 1 file updated\n" in preview.stdout
    assert "+line_3 = 'theirs'" in preview.stdout
    both = svcgen("update", "--json", nowhere, service)
    assert both.returncode == 1
    missing, updated = json.loads(both.stdout)["services"]
    assert "is not a service" in missing["error"]
    assert updated["ok"]
    assert updated["updated"] == ["app.py"]
    check = svcgen("update", "--check", service)
    assert (check.returncode, check.stdout) == (0, f"{service} is up to date at v1.1.0\n")


def test_a_chosen_release(upstream: Upstream, svcgen: Svcgen) -> None:
    upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "one")})
    upstream.release("v1.2.0", **{APP: changed(FILES[APP], 3, "two")})
    result = svcgen("update", "--to", "v1.1.0", str(upstream.service))

    assert result.returncode == 0, result.stderr
    assert "line_3 = 'one'" in upstream.read("app.py")
