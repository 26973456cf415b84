"""Whatever interrupts an update, a git command that fails or SIGKILL, the service can be brought back."""

import shutil

import pytest

from support.helpers import fake_program, git
from support.svcgen import Svcgen
from support.upstream import APP, FILES, Upstream, changed, state
from svcgen.commands.resume import abort_update
from svcgen.errors import SvcgenError

RESOLVED = changed(FILES[APP], 3, "both").replace("{{ service_name }}", "billing")


def git_that(upstream: Upstream, moment: str, does: str) -> str:
    """A git that does something else at one moment; return the PATH with it."""
    real = shutil.which("git")
    script = f'case " $*" in {moment}) {does};; esac\nexec {real} "$@"'
    return fake_program(upstream.service.parent / "bin", "git", script)


@pytest.mark.parametrize(
    ("in_place", "moment"),
    [
        (False, '*" update-index -z --index-info"'),
        (True, '*" update-index -z --index-info"'),
        (False, '*"update-ref refs/heads/"*'),
    ],
)
def test_git_fails_half_way(upstream: Upstream, monkeypatch: pytest.MonkeyPatch, moment: str, in_place: bool) -> None:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})
    before = state(upstream.service)
    # The scratch repository, objects.git, is not the team's.
    monkeypatch.setenv("PATH", git_that(upstream, moment, '[ "${PWD##*/}" = objects.git ] || exit 9'))
    with pytest.raises(SvcgenError):
        upstream.update(template, in_place=in_place)

    assert state(upstream.service) == before


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("action", ["--continue", "--abort"])
def test_killed_half_way(upstream: Upstream, svcgen: Svcgen, action: str, in_place: bool) -> None:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    template = upstream.release("v1.1.0", **{APP: changed(FILES[APP], 3, "theirs"), "template/new.py": "new = 1\n"})
    before = state(upstream.service)
    upstream.update(template, in_place=in_place)
    (upstream.service / "app.py").write_text(RESOLVED)
    git(upstream.service, "add", "app.py")
    path = git_that(upstream, '*"read-tree -m -u "[0-9a-f]*" "*|*"switch "*" --detach "*', "kill -9 $PPID; exit 9")
    killed = svcgen("update", action, str(upstream.service), PATH=path)
    assert killed.returncode == -9
    aborted = abort_update(upstream.service)

    # A branch that the commit had reached stays.
    branch = "refs/heads/svcgen/v1.1.0"
    assert "line_3 = 'both'" in git(upstream.service, "show", f"{aborted.kept or branch}:app.py")
    for ref in git(upstream.service, "for-each-ref", "--format=%(refname)", "refs/svcgen", branch).split():
        git(upstream.service, "update-ref", "-d", ref)
    assert state(upstream.service) == before
