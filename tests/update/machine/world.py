"""A template of a few files with three releases, and a service of the first one in repositories of several forms."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcgen.template.find import Template
from svcgen.template.render import render
from update.machine import programs
from update.machine.snapshot import File, State, read_files, split

TOKEN = re.compile(rb"team-\d+")
VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")
LAYOUTS = ("alone", "mono", "linked", "inner")
_COPIER = """\
_subdirectory: template
_skip_if_exists: [README.md]
service_name: {type: str}
python: {type: str, default: "3.13"}
"""
# The second is rewritten where it moves, so that git does not know it again.
_MOVED = "moved_files: {type: yaml, when: false, default: {old.py: lib/home.py, plumb.py: core/plumb.py}}\n"
_CONFIG = """\
[user]
name = Ada
email = ada@example.com
[init]
defaultBranch = main
[protocol "file"]
allow = always
"""
_ANSWERS = (
    "{% set origin = {'_src_path': template_source, '_commit': template_version} if template_source is defined %}"
    "{{ dict(_copier_answers, **(origin or {})) | to_nice_yaml }}"
)


def _lines(name: str, **other: str) -> str:
    return "".join(f"{other.get(f'at_{number}', f'{name}_{number} = {number}')}\n" for number in range(20))


_PROJECT = '[project]\nname = "{{ service_name }}"\nversion = "0"\n\ndependencies = [\n  "one",\n]\n'
_FIRST = {
    "copier.yml": _COPIER,
    "template/{{ _copier_conf.answers_file }}.jinja": _ANSWERS,
    "template/README.md": "# Theirs\n",
    "template/app.py.jinja": _lines("app") + "name = '{{ service_name }}'\n",
    "template/old.py": _lines("old"),
    "template/plumb.py": _lines("plumb"),
    "template/gone.py": _lines("gone"),
    "template/lib/util.py": _lines("util"),
    "template/run.sh": "#!/bin/sh\necho run\n",
    "template/.gitignore": ".env\n",
    "template/pyproject.toml.jinja": _PROJECT,
    "template/scripts/check.py": "print('checked')\n",
}
_CHANGES: Sequence[Mapping[str, str | None]] = (
    _FIRST,
    {
        "copier.yml": _COPIER + _MOVED,
        "template/app.py.jinja": _lines("app", at_3="app_3 = 'theirs'") + "name = '{{ service_name }}'\n",
        "template/old.py": None,
        "template/lib/home.py": _lines("old", at_9="old_9 = 'theirs'"),
        "template/plumb.py": None,
        "template/core/plumb.py": f"import lib.home\n{_lines('pipe')}",
        "template/gone.py": None,
        "template/new.py": "new = 1\n",
        "template/.vscode/extensions.json": "{}\n",
        "template/docs/guide.md": "# Guide\n",
        "template/run.sh": "#!/bin/sh\necho run better\n",
        "template/pyproject.toml.jinja": _PROJECT.replace('  "one",\n', '  "one",\n  "two",\n'),
    },
    {
        "template/app.py.jinja": _lines("app", at_3="app_3 = 'theirs'", at_12="app_12 = 'theirs'")
        + "name = '{{ service_name }}'\n",
        "template/lib/util.py": _lines("util", at_0="util_0 = 'theirs'"),
        "template/.gitignore": ".env\n*.local\n",
        "template/new.py": None,
        "template/later.py": "later = 1\n",
        "template/README.md": "# Theirs, better\n",
    },
)


@dataclass(frozen=True)
class Result:
    """What a command said."""

    code: int
    out: str
    err: str
    call: str

    @property
    def services(self) -> list[dict[str, Any]]:
        """The services of its JSON object; none where there is no such object."""
        try:
            found: list[dict[str, Any]] = json.loads(self.out)["services"]
        except (ValueError, KeyError):
            return []
        return found

    @property
    def service(self) -> dict[str, Any]:
        """The first of them."""
        return self.services[0] if self.services else {}

    def __str__(self) -> str:
        return f"exit code {self.code} (at: {self.call})\n{self.out}\n{self.err}"


class Lab:
    """What is made once: the template, a repository of each layout, fake programs, a process to fork."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root, self.tmp, self.world = root, root / "tmp", root / "w"
        self.programs = programs.install(root / "lab")
        self.lab = root / "lab"
        self.environ = {
            **environ,
            "HOME": str(root / "home"),
            "GIT_CONFIG_GLOBAL": str(root / "home" / "gitconfig"),
            "TMPDIR": str(self.tmp),
            "PATH": f"{self.programs}{os.pathsep}{environ['PATH']}",
        }
        self.own = {**self.environ, "PATH": environ["PATH"], "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        self.reset_home()
        self.upstream = root / "upstream"
        self.renderings = {
            (name, version): read_files(directory)
            for name in ("billing", "orders")
            for version, directory in self._render(name)
        }
        for layout in LAYOUTS:
            self._build(layout)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("zygote.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environ,
        )

    def close(self) -> None:
        """End the process that is forked."""
        self._process.communicate()

    def reset_tmp(self) -> None:
        """Remove what a process that was killed had there."""
        shutil.rmtree(self.tmp, ignore_errors=True)
        self.tmp.mkdir()

    def reset_home(self) -> None:
        """Forget what was configured."""
        for directory in (self.root / "home", self.tmp):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
        (self.root / "home" / "gitconfig").write_text(_CONFIG)

    def git(self, directory: Path, *arguments: str, accept: Collection[int] = (0,), stdin: str | None = None) -> str:
        """Run the real git as the team does, and return its output."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env=self.own,
            input=(stdin or "").encode(errors="surrogateescape"),
            capture_output=True,
            check=False,
        )
        if done.returncode not in accept:
            raise AssertionError(f"git {arguments}: {done.returncode}\n{done.stdout!r}\n{done.stderr!r}")
        return done.stdout.decode(errors="surrogateescape")

    def svcgen(self, directory: Path, *arguments: str) -> Result:
        """Run svcgen in a process of its own."""
        output = self.root / "lab" / "said"
        request = {
            "arguments": arguments,
            "directory": str(directory),
            "environ": self.environ,
            "output": str(output),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        said = [output.with_suffix(suffix).read_text(errors="backslashreplace") for suffix in (".out", ".err")]
        out, err = said
        return Result(code, out, err, programs.happened(self.root / "lab"))

    def _render(self, name: str) -> list[tuple[str, Path]]:
        found = []
        for version, changes in zip(VERSIONS, _CHANGES, strict=True):
            if name == "billing":
                self._release(version, changes)
            self.git(self.upstream, "checkout", "--quiet", version)
            directory = self.root / "renderings" / name / version
            answers = {"service_name": name, "python": "3.13"}
            render(Template(self.upstream, version, str(self.upstream)), directory, answers)
            found.append((version, directory))
        return found

    def _release(self, version: str, changes: Mapping[str, str | None]) -> None:
        self.upstream.mkdir(exist_ok=True)
        self.git(self.upstream, "init", "--quiet", "-b", "main")
        for name, content in changes.items():
            path = self.upstream / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        self.git(self.upstream, "add", "--all")
        self.git(self.upstream, "commit", "--quiet", "--message", version)
        self.git(self.upstream, "tag", version)

    def _build(self, layout: str) -> None:
        shutil.rmtree(self.world, ignore_errors=True)
        repository = self.world / "repository"
        repository.mkdir(parents=True)
        self.git(repository, "init", "--quiet", "-b", "main")
        if layout == "mono":
            (repository / "other.txt").write_text("other\n")
            for name in ("billing", "orders"):
                self._scaffold(name, repository / "services" / name)
        else:
            self._scaffold("billing", repository)
        self.git(repository, "add", "--all")
        self.git(repository, "commit", "--quiet", "--message", "Scaffold")
        if layout == "linked":
            self.git(repository, "worktree", "add", "--quiet", "../linked", "-b", "work")
        if layout == "inner":
            outer = self.world / "outer"
            outer.mkdir()
            self.git(outer, "init", "--quiet", "-b", "main")
            self.git(outer, "submodule", "--quiet", "add", str(repository), "billing")
            self.git(outer, "commit", "--quiet", "--message", "Begin")
        self.world.rename(self.root / f"world-{layout}")

    def _scaffold(self, name: str, directory: Path) -> None:
        shutil.copytree(self.root / "renderings" / name / VERSIONS[0], directory, dirs_exist_ok=True)
        (directory / "run.sh").chmod(0o755)
        for command in (["uv", "lock"], ["uv", "export"]):
            subprocess.run(command, cwd=directory, env=self.environ, check=True)


class World:
    """The repositories of one example.

    Args:
        lab: What is shared.
        layout: What is where.
    """

    def __init__(self, lab: Lab, layout: str) -> None:
        self.lab, self.layout = lab, layout
        shutil.rmtree(lab.world, ignore_errors=True)
        shutil.copytree(lab.root / f"world-{layout}", lab.world, symlinks=True)
        lab.reset_home()
        self.top = lab.world / {"linked": "linked", "inner": "outer/billing"}.get(layout, "repository")
        self.prefix = "services/billing/" if layout == "mono" else ""
        self.service = self.top / self.prefix
        self.directory = Path(self.git("rev-parse", "--absolute-git-dir").strip())
        (self.lab.lab / "fail").write_text("")
        self.git("update-index", "--refresh", "-q")

    def git(self, *arguments: str, accept: Collection[int] = (0,), stdin: str | None = None) -> str:
        """Run git in the service's repository."""
        return self.lab.git(self.top, *arguments, accept=accept, stdin=stdin)

    def svcgen(self, *arguments: str) -> Result:
        """Run svcgen in the service."""
        return self.lab.svcgen(self.service, *arguments)

    def state(self) -> State:
        """Look at all of it."""
        files, of_git = split(read_files(self.lab.world))
        return State(
            head=f"{self.branch()} {self.git('rev-parse', 'HEAD')}",
            refs=self.git("for-each-ref", "--format=%(refname) %(objectname) %(symref)").replace("\n", "\0"),
            index=self.git("ls-files", "-v", "-z", "--stage"),
            status=self.git("status", "--porcelain=v1", "-z", "--ignored", "--untracked-files=all"),
            work_trees=self.git("worktree", "list", "--porcelain"),
            files=self._as_git_writes(files),
            git_files=of_git,
        )

    def branch(self) -> str:
        """Return what is checked out; empty at no branch."""
        return self.git("branch", "--show-current").strip()

    def tracked(self) -> set[str]:
        """Return the paths, in the repository, that git knows and looks at."""
        lines = self.git("ls-files", "-v", "-z").split("\0")
        return {
            path for tag, _, path in (line.partition(" ") for line in lines if line) if tag.isupper() and tag != "S"
        }

    def hidden(self, files: Mapping[str, File]) -> dict[str, File]:
        """Return those files that no update may touch: what git does not know or look at, and other folders."""
        place = f"{self.top.relative_to(self.lab.world).as_posix()}/"
        services = "services/" if self.prefix else ""
        own = {f"{place}{path}" for path in self.tracked() if path.startswith(services)}
        return {path: file for path, file in files.items() if path not in own}

    def name(self, path: str) -> str:
        """Return the path of a file of the service in the world."""
        return f"{self.service.relative_to(self.lab.world).as_posix()}/{path}"

    def tokens(self, *named: str) -> set[bytes]:
        """Return the texts of the team that are anywhere: on disk, in the index, in a commit that can be found."""
        files, _ = split(read_files(self.lab.world))
        found = {token for _, _, content in files.values() for token in TOKEN.findall(content)}
        found |= {token for path in files for token in TOKEN.findall(os.fsencode(path))}
        commits = [name for name in named if self._is_commit(name)]
        objects = self.git("rev-list", "--objects", "--all", "--indexed-objects", "HEAD", *commits)
        names = "".join(f"{line.split()[0]}\n" for line in objects.splitlines())
        return found | set(TOKEN.findall(os.fsencode(self.git("cat-file", "--batch", stdin=names))))

    def _is_commit(self, name: str) -> bool:
        return self.git("cat-file", "-t", name, accept=range(256)).strip() == "commit"

    def _as_git_writes(self, files: Mapping[str, File]) -> dict[str, File]:
        """Leave out of tracked files what git does not keep of them: all but one bit of the mode, line endings."""
        place = f"{self.top.relative_to(self.lab.world).as_posix()}/"
        tracked = {f"{place}{path}" for path in self.tracked()}
        return {
            path: (kind, 0o755 if mode & 0o100 else 0o644, content.replace(b"\r\n", b"\n"))
            if path in tracked
            else (kind, mode, content)
            for path, (kind, mode, content) in files.items()
        }
