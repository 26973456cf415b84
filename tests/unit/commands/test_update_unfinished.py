"""An update with conflicts waits: it is finished by `--continue` and taken back by `--abort`."""

import json
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import Svcgen
from support.upstream import APP, FILES, Upstream, changed, state
from svcgen.commands.resume import abort_update, continue_update
from svcgen.commands.update import plan
from svcgen.commands.update_result import UpdateRequest
from svcgen.errors import ServiceError
from svcgen.system.steps import ignore
from svcgen.template.find import Template

RESOLVED = changed(FILES[APP], 3, "both").replace("{{ service_name }}", "billing")


@pytest.fixture
def template(upstream: Upstream) -> Template:
    """A release that conflicts with what the team did."""
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    return upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})


def resolve(upstream: Upstream) -> None:
    (upstream.service / "app.py").write_text(RESOLVED)
    git(upstream.service, "add", "app.py")


@pytest.mark.parametrize("in_place", [False, True])
def test_abort(upstream: Upstream, template: Template, in_place: bool) -> None:
    before = state(upstream.service)
    update = upstream.update(template, in_place=in_place)
    assert update.unfinished
    assert update.needs_a_look
    assert "<<<<<<< yours" in upstream.read("app.py")
    assert ">>>>>>> template-v1.1.0" in upstream.read("app.py")

    aborted = abort_update(upstream.service)
    assert (aborted.head.branch, aborted.kept) == ("main", "")
    assert state(upstream.service) == before


def test_abort_keeps_what_was_resolved(upstream: Upstream, template: Template) -> None:
    before = state(upstream.service)
    upstream.update(template)
    resolve(upstream)
    (upstream.service / "notes.txt").write_text("typed meanwhile\n")
    (upstream.service / "old.py").write_text("typed meanwhile\n")
    aborted = abort_update(upstream.service)

    assert "line_3 = 'both'" in git(upstream.service, "show", f"{aborted.kept}:app.py")
    assert git(upstream.service, "for-each-ref", "--contains", aborted.kept)
    assert git(upstream.service, "status", "--porcelain").splitlines() == ["M old.py", "?? notes.txt"]
    git(upstream.service, "restore", "old.py")
    (upstream.service / "notes.txt").unlink()
    git(upstream.service, "update-ref", "-d", f"refs/svcgen/aborted/{aborted.kept[:12]}")
    assert state(upstream.service) == before


@pytest.mark.parametrize("in_place", [False, True])
def test_continue(upstream: Upstream, template: Template, in_place: bool) -> None:
    head = git(upstream.service, "rev-parse", "HEAD")
    before = state(upstream.service)
    upstream.update(template, in_place=in_place)
    resolve(upstream)
    (upstream.service / "notes.txt").write_text("typed meanwhile\n")
    update = continue_update(upstream.service, ignore)

    assert not update.unfinished
    assert not update.needs_a_look
    assert upstream.read("app.py") == RESOLVED
    assert upstream.read("notes.txt") == "typed meanwhile\n"
    status = git(upstream.service, "status", "--porcelain").splitlines()
    if in_place:
        assert status == ["M  .copier-answers.yml".strip(), "M  app.py", "A  new.py", "?? notes.txt"]
        assert git(upstream.service, "rev-parse", "HEAD", "--abbrev-ref", "HEAD").split() == [head, "main"]
    else:
        assert status == ["?? notes.txt"]
        assert git(upstream.service, "log", "-1", "--format=%P %s") == f"{head} Update the template to v1.1.0"
    assert plan(UpdateRequest(upstream.service, template)).up_to_date
    (upstream.service / "notes.txt").unlink()
    upstream.undo(update)
    after = state(upstream.service)
    if in_place:
        (kept,) = set(after["refs"].splitlines()) - set(before["refs"].splitlines())
        assert git(upstream.service, "show", f"{kept.split()[0]}:app.py") == RESOLVED.strip()
        before["refs"] = after["refs"]
    assert after == before


def test_what_a_team_staged_survives_the_abort_of_a_resolved_update(upstream: Upstream, template: Template) -> None:
    upstream.update(template, in_place=True)
    resolve(upstream)
    for name in ("notes.txt", "old.py"):
        (upstream.service / name).write_text("of the team\n")
        git(upstream.service, "add", name)
    continue_update(upstream.service, ignore)
    abort_update(upstream.service)

    assert git(upstream.service, "status", "--porcelain").splitlines() == ["A  notes.txt", "M  old.py"]


def test_abort_of_files_that_both_renamed(upstream: Upstream) -> None:
    git(upstream.service, "mv", "old.py", "ours.py")
    upstream.commit(upstream.service, "Rename")
    template = upstream.release("v1.1.0", **{"template/old.py": None, "template/theirs.py": FILES["template/old.py"]})
    before = state(upstream.service)
    assert upstream.update(template).unfinished
    assert not abort_update(upstream.service).kept
    assert state(upstream.service) == before


def test_a_link_to_a_folder_of_a_repository(upstream: Upstream, tmp_path: Path) -> None:
    folder, link = upstream.service / "services" / "billing", tmp_path / "link"
    folder.mkdir(parents=True)
    for file in git(upstream.service, "ls-files").split():
        git(upstream.service, "mv", file, "services/billing")
    upstream.commit(upstream.service, "Move")
    link.symlink_to(folder)
    upstream.edit("services/billing/app.py", "line_3 = 3", "line_3 = 'ours'")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs")})
    upstream.update(template, folder)
    with pytest.raises(ServiceError, match="is unfinished"):
        plan(UpdateRequest(link, template))


def test_continue_before_it_is_resolved(upstream: Upstream, template: Template) -> None:
    upstream.update(template)
    with pytest.raises(ServiceError, match=r"not resolved yet in: app\.py"):
        continue_update(upstream.service, ignore)
    git(upstream.service, "add", "app.py")
    with pytest.raises(ServiceError, match=r"app\.py still has conflict markers"):
        continue_update(upstream.service, ignore)
    resolve(upstream)
    git(upstream.service, "stash", "--quiet")
    git(upstream.service, "switch", "--quiet", "main")
    with pytest.raises(ServiceError, match=r"on the branch svcgen/v1\.1\.0, and main is checked out"):
        continue_update(upstream.service, ignore)


def test_a_team_that_commits_by_itself(upstream: Upstream, template: Template) -> None:
    upstream.update(template)
    resolve(upstream)
    git(upstream.service, "commit", "--quiet", "--message", "Resolved", environ=upstream.environ)
    update = continue_update(upstream.service, ignore)

    assert not update.unfinished
    assert git(upstream.service, "log", "-1", "--format=%s") == "Resolved"
    assert plan(UpdateRequest(upstream.service, template)).up_to_date


def test_abort_leaves_a_branch_with_commits(upstream: Upstream, template: Template) -> None:
    upstream.update(template)
    resolve(upstream)
    git(upstream.service, "commit", "--quiet", "--message", "Resolved", environ=upstream.environ)
    abort_update(upstream.service)

    assert git(upstream.service, "branch", "--show-current") == "main"
    assert git(upstream.service, "log", "-1", "--format=%s", "svcgen/v1.1.0") == "Resolved"
    assert git(upstream.service, "status", "--porcelain") == ""


def test_nothing_is_unfinished(upstream: Upstream) -> None:
    for action in (lambda: continue_update(upstream.service, ignore), lambda: abort_update(upstream.service)):
        with pytest.raises(ServiceError, match="has no unfinished update"):
            action()


@pytest.mark.usefixtures("template")
def test_every_command_says_unfinished(upstream: Upstream, svcgen: Svcgen) -> None:
    service = str(upstream.service)
    first = svcgen("update", service)
    assert first.returncode == 1
    assert "svcgen update --continue" in first.stderr
    for flags in ([], ["--check"], ["--dry-run"], ["--in-place"]):
        again = svcgen("update", *flags, service)
        assert again.returncode == 1, again.stdout
        assert "unfinished" in again.stderr
        assert "up to date" not in again.stdout
    status = svcgen("status", "--json", service)
    assert "unfinished" in status.stdout
    assert "unfinished" in svcgen("status", service).stdout
    aborted = svcgen("update", "--abort", "--json", service)
    assert aborted.returncode == 0, aborted.stderr
    assert json.loads(aborted.stdout)["services"][0]["checked_out"] == "main"


@pytest.mark.parametrize("flags", [("--check", "--continue"), ("--abort", "--continue"), ("--dry-run", "--abort")])
def test_flags_that_contradict(svcgen: Svcgen, flags: tuple[str, ...], tmp_path: Path) -> None:
    result = svcgen("update", *flags, str(tmp_path))
    assert result.returncode != 0
    assert "can't be combined" in result.stderr


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start", "--output=canary"),
        ("result", "--output=canary"),
        ("start", "HEAD"),
        ("branch", "--orphan=canary"),
        ("moving", ["--output=canary", "0" * 40]),
        ("origin", {"branch": "--orphan=canary", "commit": "0" * 40}),
        ("origin", {"branch": "main", "commit": "--output=canary"}),
    ],
)
def test_a_record_that_svcgen_did_not_write(upstream: Upstream, template: Template, key: str, value: object) -> None:
    upstream.update(template)
    record = upstream.service / ".git/svcgen-update.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), key: value}))
    before = state(upstream.service)

    for action in (lambda: abort_update(upstream.service), lambda: continue_update(upstream.service, ignore)):
        with pytest.raises(ServiceError, match=r"can't be read: .* is not the name of a"):
            action()
    assert state(upstream.service) == before
