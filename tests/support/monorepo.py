"""A repository of two services, with main at one commit and another commit that no branch has."""

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from support.helpers import git
from svcgen.service.vcs.repository import Repository

START = {
    "services/billing/app.py": "app\n",
    "services/billing/old.py": "old\n",
    "services/orders/o.py": "o\n",
    "z": "z\n",
}
END = {**START, "services/billing/app.py": "app 2\n", "services/billing/new.py": "new\n", "deep/er/new.py": "new\n"}


class Monorepo:
    """Its work tree is that of main: START."""

    def __init__(self, top: Path, environ: Mapping[str, str]) -> None:
        self.top, self.environ = top, environ
        self.start, self.end = (git(top, "rev-parse", name) for name in ("HEAD", "refs/hidden/end"))

    @classmethod
    def make(cls, top: Path, environ: Mapping[str, str]) -> "Monorepo":
        top.mkdir()
        git(top, "init", "--quiet", "--template=", "-b", "main")
        commit(top, END, environ)
        git(top, "update-ref", "refs/hidden/end", "HEAD")
        git(top, "update-ref", "-d", "refs/heads/main")
        for name in END.keys() - START.keys():
            (top / name).unlink()
        shutil.rmtree(top / "deep")
        commit(top, START, environ)
        (top / ".git" / "info").mkdir()
        return cls(top, environ)

    @cached_property
    def repository(self) -> Repository:
        return Repository.find(self.top / "services" / "billing")

    def commit(self, files: Mapping[str, str]) -> str:
        return commit(self.top, files, self.environ)

    @property
    def files(self) -> dict[str, str]:
        found = (path for path in self.top.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(self.top).as_posix(): path.read_text() for path in found}

    @property
    def status(self) -> list[str]:
        return git(self.top, "status", "--porcelain").splitlines()


def commit(top: Path, files: Mapping[str, str], environ: Mapping[str, str]) -> str:
    for name, content in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(content)
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "All", environ=environ)
    return git(top, "rev-parse", "HEAD")
