"""What a team does to its repository, and what it has configured."""

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from update.machine.world import World

# Files of the template, of one release or the other, and of the team.
PATHS = (
    *("app.py", "old.py", "gone.py", "lib/util.py", "run.sh", "README.md", "pyproject.toml", ".gitignore"),
    *("new.py", ".vscode/extensions.json", "docs/guide.md", "lib/home.py", "later.py", "scripts/check.py"),
    *("plumb.py", "core/plumb.py", "core"),
    *("own.py", "sub/own.txt", "odd näme [x].txt", ".env", "uv.lock", "requirements.txt", ".copier-answers.yml"),
    *("docs", "lib", "new.py/inner.txt", "old.py.removed-in-v1.1.0", "new.py.new-in-v1.1.0"),
)
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "advice.statusHints": ("false",),
    "branch.autoSetupMerge": ("always", "inherit"),
    "checkout.workers": ("4",),
    "color.ui": ("always",),
    "commit.gpgSign": ("true",),
    "commit.verbose": ("true",),
    "core.autocrlf": ("true", "input"),
    "core.bigFileThreshold": ("10",),
    "core.checkStat": ("minimal",),
    "core.eol": ("crlf",),
    "core.fileMode": ("false",),
    "core.fsmonitor": ("false", "/bin/false"),
    "core.logAllRefUpdates": ("always", "false"),
    "core.quotePath": ("false",),
    "core.safecrlf": ("true",),
    "core.splitIndex": ("true",),
    "core.untrackedCache": ("true",),
    "core.whitespace": ("cr-at-eol",),
    "diff.external": ("/bin/false",),
    "diff.ignoreSubmodules": ("all",),
    "diff.mnemonicPrefix": ("true",),
    "diff.noprefix": ("true",),
    "diff.renames": ("false", "copies"),
    "feature.manyFiles": ("true",),
    "index.version": ("4",),
    "merge.autoStash": ("true",),
    "merge.conflictStyle": ("diff3", "zdiff3"),
    "merge.ff": ("only", "false"),
    "merge.renames": ("false",),
    "pull.rebase": ("true",),
    "push.autoSetupRemote": ("true",),
    "push.default": ("nothing",),
    "rerere.enabled": ("true",),
    "status.branch": ("true",),
    "status.relativePaths": ("false",),
    "status.short": ("true",),
    "status.showStash": ("true",),
    "status.showUntrackedFiles": ("no", "all"),
    "status.submoduleSummary": ("true",),
    "submodule.recurse": ("true",),
    "user.useConfigOnly": ("true",),
}
HOOKS = ("pre-commit", "commit-msg", "post-checkout", "post-commit", "reference-transaction", "post-index-change")
# Whole lines, which no part of a file contains by chance.
_APPENDED, _WHOLE = "append", "replace"


class Team:
    """Writes texts that are found again wherever they go.

    Args:
        world: Where.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._numbers = itertools.count(1)

    def text(self) -> str:
        """Return a new one."""
        return f"team-{next(self._numbers):04}"

    def write(self, path: str, line: int) -> None:
        """Change a line of a file, or append one where there are fewer; make the file where there is none."""
        place = self.world.service / path
        if place.is_dir() or (place.is_symlink() and not place.exists()) or not _is_free(self.world, place):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        text = f"# {self.text()}"
        lines = place.read_bytes().split(b"\n") if place.exists() else [b""]
        if line < len(lines) - 1 and path not in {"pyproject.toml", ".copier-answers.yml"}:
            end = b"\r" if lines[line].endswith(b"\r") else b""
            lines[line] = text.encode() + end
        else:
            lines.insert(len(lines) - 1, text.encode())
        place.write_bytes(b"\n".join(lines))

    def typed(self, path: str) -> str:
        """Return a shell command that writes a line into a file."""
        place = self.world.service / path
        folder = f"mkdir -p '{place.parent}' 2>/dev/null; "
        text, log = self.text(), self.world.lab.lab / "typed"
        write = f"{{ echo '# {text}' >> '{place}' && echo {text} $(realpath '{place}') >> {log}; }} 2>/dev/null"
        return f"{folder}[ -d '{place}' ] || {write}; "

    def git(self, arguments: str) -> str:
        """Return a shell command that runs git as from another terminal."""
        lab = self.world.lab
        unset = "env -i " + " ".join(f"{name}='{lab.own[name]}'" for name in ("HOME", "PATH", "GIT_CONFIG_GLOBAL"))
        return f"(cd '{self.world.top}' && {unset} git {arguments}) > {lab.lab}/git.log 2>&1; " if arguments else ""

    def delete(self, path: str) -> None:
        """Remove a file from the disk."""
        place = self.world.service / path
        if place.is_symlink() or (place.is_file() and path != ".copier-answers.yml"):
            place.unlink()

    def rename(self, path: str, new: str) -> None:
        """Rename a file, if nothing is there."""
        old, place = self.world.service / path, self.world.service / new
        if old.is_file() and not os.path.lexists(place) and _is_free(self.world, place):
            place.parent.mkdir(parents=True, exist_ok=True)
            old.rename(place)

    def chmod(self, path: str) -> None:
        """Turn the bit that makes a file a program."""
        place = self.world.service / path
        if place.is_file() and not place.is_symlink():
            place.chmod(place.stat().st_mode ^ 0o111)

    def link(self, path: str, target: str) -> None:
        """Replace a file by a link."""
        place = self.world.service / path
        if (place.is_dir() and not place.is_symlink()) or not _is_free(self.world, place):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(os.path.relpath(self.world.service / target, place.parent))

    def ignore(self, path: str, where: str) -> None:
        """Tell git not to see a path, in a file of the repository, of the clone or of the user."""
        file = {
            "repository": self.world.service / ".gitignore",
            "clone": self.world.directory / "info" / "exclude",
            "user": self.world.lab.root / "home" / "ignore",
        }[where]
        if file.is_symlink() or file.is_dir():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as stream:
            stream.write(f"/{self.world.prefix if where != 'repository' else ''}{path}\n".replace("[", "\\["))
        if where == "user":
            self.configure("core.excludesFile", str(file), everywhere=True)

    def configure(self, name: str, value: str, *, everywhere: bool) -> None:
        """Change a setting of the repository, or of the user."""
        self.world.git("config", "--global" if everywhere else "--local", name, value)

    def hook(self, name: str, code: int) -> None:
        """Install a hook that fails."""
        hooks = Path(self.world.git("rev-parse", "--git-path", "hooks").strip())
        place = self.world.top / hooks / name
        place.parent.mkdir(exist_ok=True)
        # One that forbids each commit would keep the test from committing.
        harmless = name in {"reference-transaction", "commit-msg", "pre-commit"}
        place.write_text(f"#!/bin/sh\nexit {0 if harmless else code}\n")
        place.chmod(0o755)

    def filter(self, *, everywhere: bool) -> None:
        """Let the content of some files be another in git than on disk, as LFS and git-crypt do."""
        self.configure("filter.tilde.clean", "sed s/^~*/~/", everywhere=everywhere)
        self.configure("filter.tilde.smudge", "sed s/^~//", everywhere=everywhere)
        file = self.world.top / ".gitattributes"
        if not file.exists():
            file.write_text(f"{self.world.prefix}lib/** filter=tilde\n{self.world.prefix}*.txt filter=tilde\n")
        self.commit()
        self.world.git("add", "--renormalize", ".", accept=range(256))
        self.commit()

    def line_endings(self) -> None:
        """Commit all Python files with the line endings of Windows."""
        for path in self.world.service.rglob("*.py"):
            if path.is_file() and not path.is_symlink():
                path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        self.commit()

    def stage(self, path: str = "") -> None:
        """Stage a file, or all."""
        self.world.git("add", "--all", "--", f":(literal){self.world.prefix}{path}" if path else ".", accept=range(256))

    def unstage(self, path: str) -> None:
        """Stop tracking a file that stays on disk."""
        self.world.git(
            "rm", "--cached", "--quiet", "-r", "--", f":(literal){self.world.prefix}{path}", accept=range(256)
        )

    def commit(self) -> None:
        """Commit everything that git sees."""
        self.stage()
        self.world.git("-c", "commit.gpgSign=false", "commit", "--quiet", "--message", "Work", accept=(0, 1, 128))

    def stash(self) -> None:
        """Put everything aside."""
        self.world.git("stash", "--include-untracked", "--quiet", accept=(0, 1))

    def mark(self, path: str, flag: str) -> None:
        """Tell git not to look at the changes of a file."""
        self.world.git("update-index", flag, "--", f"{self.world.prefix}{path}", accept=(0, 128))

    def sparse(self, *patterns: str) -> None:
        """Check out a part of the repository."""
        place = f"/{self.world.prefix}"
        patterns = tuple(f"!{place}{pattern[1:]}" if pattern.startswith("!") else pattern for pattern in patterns)
        self.world.git("sparse-checkout", "set", "--no-cone", *patterns, accept=(0, 1, 128))

    def submodule(self) -> None:
        """Add another repository in a folder of the service."""
        if not (self.world.service / "vendor").exists():
            url = str(self.world.lab.upstream)
            self.world.lab.git(self.world.service, "submodule", "--quiet", "add", url, "vendor", accept=range(256))
            self.commit()

    def branch(self, name: str) -> None:
        """Make a branch."""
        self.world.git("branch", name, accept=(0, 128))

    def merge(self, path: str) -> None:
        """Begin a merge that conflicts, and leave it there."""
        self.commit()
        branch = self.world.branch()
        if not branch:
            return
        self.world.git("switch", "--quiet", "-c", f"side-{self.text()}", accept=range(256))
        for name in (None, branch):
            if name:
                self.world.git("switch", "--quiet", name, accept=range(256))
            self.write(path, 0)
            self.commit()
        self.world.git("-c", "commit.gpgSign=false", "merge", "--quiet", "@{-1}", accept=range(256))

    def end_merge(self) -> None:
        """Commit it, with all that stands there."""
        if (self.world.directory / "MERGE_HEAD").exists():
            self.commit()

    def go_back(self) -> None:
        """Switch to the branch that all began on."""
        self.world.git("switch", "--quiet", "work" if self.world.layout == "linked" else "main", accept=range(256))

    def detach(self) -> None:
        """Check out a commit and no branch."""
        self.world.git("switch", "--quiet", "--detach", accept=range(256))

    def resolve(self) -> None:
        """Resolve all conflicts by keeping what both sides have."""
        for path in sorted({line.split("\t")[1] for line in self.world.git("ls-files", "--unmerged").splitlines()}):
            place = self.world.top / path
            if place.is_file() and not place.is_symlink():
                lines = place.read_bytes().split(b"\n")
                marks = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")
                place.write_bytes(b"\n".join(line for line in lines if not line.startswith(marks)))
            self.world.git("add", "--", path, accept=range(256))


def _inside(world: World, place: Path) -> list[Path]:
    return [parent for parent in place.parents if parent.is_relative_to(world.service) and parent != world.service]


def _is_free(world: World, place: Path) -> bool:
    return not any(parent.is_file() or parent.is_symlink() for parent in _inside(world, place))
