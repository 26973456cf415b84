"""What random histories found (`tests/update/machine`), each alone."""

import pytest

from support.helpers import git
from support.upstream import APP, FILES, Upstream, changed, state
from svcgen.commands.resume import abort_update
from svcgen.errors import ToolError

THEIRS = {APP: changed(FILES[APP], 3, "theirs")}


@pytest.mark.parametrize("in_place", [False, True])
def test_files_of_the_template_that_go_through_a_filter(upstream: Upstream, in_place: bool) -> None:
    """They were committed as rendered: as changed at once, and in clear text where git-crypt was to encrypt them."""
    git(upstream.service, "config", "filter.rot.clean", "sed s/^~*/~/")
    git(upstream.service, "config", "filter.rot.smudge", "sed s/^~//")
    (upstream.service / ".gitattributes").write_text("*.py filter=rot\n")
    git(upstream.service, "add", "--renormalize", ".")
    upstream.commit(upstream.service, "A filter")
    before = state(upstream.service)
    moved = {"template/old.py": None, "template/lib/old.py": FILES["template/old.py"]}
    update = upstream.update(
        upstream.release("v1.1.0", **THEIRS, **moved, **{"template/new.py": "new = 1\n"}), in_place=in_place
    )

    assert not update.needs_a_look
    assert update.merged.kept == ()
    assert "\nline_3 = 'theirs'" in upstream.read("app.py")
    assert git(upstream.service, "show", ":new.py") == "~new = 1"
    assert git(upstream.service, "show", ":lib/old.py").startswith("~old_0")
    assert git(upstream.service, "diff", "--name-only") == ""
    upstream.undo(update)
    assert state(upstream.service) == before


def test_a_new_file_below_a_folder_that_is_a_file_on_disk(upstream: Upstream) -> None:
    """No name beside it is free: it was a bug, exit code 3."""
    (upstream.service / ".git/info/exclude").write_text("docs\n")
    (upstream.service / "docs").write_text("ours\n")
    update = upstream.update(upstream.release("v1.1.0", **THEIRS, **{"template/docs/guide.md": "theirs\n"}))

    assert update.merged.untracked == ("docs/guide.md",)
    assert upstream.read("docs") == "ours\n"


def test_a_file_that_the_template_removed_and_git_does_not_look_at(upstream: Upstream) -> None:
    """It was kept without a word."""
    git(upstream.service, "update-index", "--assume-unchanged", "old.py")
    (upstream.service / "old.py").write_text("ours\n")
    update = upstream.update(upstream.release("v1.1.0", **{"template/old.py": None}))

    assert update.merged.removed == (("old.py", "old.py"),)
    assert upstream.read("old.py") == "ours\n"


@pytest.mark.parametrize("ignored", [False, True])
def test_an_untracked_file_in_a_sparse_checkout(upstream: Upstream, ignored: bool) -> None:
    """There `git switch` writes over it, and exits with 0."""
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    git(upstream.service, "sparse-checkout", "set", "--no-cone", "/*", "!/README.md")
    upstream.update(upstream.release("v1.1.0", **THEIRS, **{"template/old.py": None}))
    (upstream.service / "app.py").write_text("resolved = 1\n")
    (upstream.service / ".gitignore").write_text("/old.py\n" if ignored else "")
    upstream.commit(upstream.service, "Resolve")
    (upstream.service / "old.py").write_text("typed\n")

    with pytest.raises(ToolError, match=r"in the way: old\.py"):
        abort_update(upstream.service)
    assert upstream.read("old.py") == "typed\n"
