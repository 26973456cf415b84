"""A template of a few lines, and a service made from it, so that each case of an update is seen alone."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.helpers import git
from svcgen.commands.update import update_service
from svcgen.commands.update_result import Update, UpdateRequest
from svcgen.system.steps import ignore
from svcgen.template.find import Template
from svcgen.template.render import render

COPIER_YML = """\
_subdirectory: template
_skip_if_exists: [README.md]
service_name: {type: str}
python: {type: str, default: "3.13"}
size: {type: str, choices: [small, large], default: small}
"""
FILES = {
    "copier.yml": COPIER_YML,
    "template/{{ _copier_conf.answers_file }}.jinja": (
        "{% set origin = {'_src_path': template_source, '_commit': template_version} if template_source is defined %}"
        "{{ dict(_copier_answers, **(origin or {})) | to_nice_yaml }}"
    ),
    "template/README.md": "# Theirs\n",
    "template/app.py.jinja": "".join(f"line_{number} = {number}\n" for number in range(20))
    + "name = '{{ service_name }}'\n",
    "template/old.py": "".join(f"old_{number} = {number}\n" for number in range(20)),
}


@dataclass
class Upstream:
    """The template's repository, and a service made from its first release."""

    repository: Path
    service: Path
    environ: Mapping[str, str]

    @classmethod
    def make(cls, place: Path, environ: Mapping[str, str], first: str = "v1.0.0") -> "Upstream":
        """Make both in a directory, as `upstream` and `billing`."""
        upstream = cls(place / "upstream", place / "billing", environ)
        for directory in (upstream.repository, upstream.service):
            directory.mkdir()
            git(directory, "init", "--quiet", "-b", "main")
        template = upstream.release(first, **FILES)
        render(template, upstream.service, {"service_name": "billing", "python": "3.13", "size": "small"})
        upstream.commit(upstream.service, "Scaffold")
        return upstream

    def release(self, tag: str, **changes: str | None) -> Template:
        for name, content in changes.items():
            path = self.repository / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        self.commit(self.repository, tag)
        git(self.repository, "tag", tag)
        return self.template(tag)

    def template(self, tag: str) -> Template:
        return Template(self.repository, tag, str(self.repository))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.service / name
        path.write_text(path.read_text().replace(old, new))
        self.commit(self.service, f"Edit {name}")

    def commit(self, directory: Path, message: str) -> None:
        git(directory, "add", "--all", environ=self.environ)
        git(directory, "commit", "--quiet", "--message", message, environ=self.environ)

    def update(self, template: Template, path: Path | None = None, *, in_place: bool = False) -> Update:
        return update_service(UpdateRequest(path or self.service, template, in_place=in_place), ignore)

    def undo(self, update: Update) -> None:
        self.run(update.undo, self.service)

    def run(self, command: str, directory: Path) -> None:
        subprocess.run(["sh", "-c", command], cwd=directory, env=self.environ, check=True, capture_output=True)

    def read(self, name: str) -> str:
        return (self.service / name).read_text()


def state(directory: Path) -> dict[str, Any]:
    """All of a work tree and its repository that a person could lose."""
    return {
        "head": git(directory, "rev-parse", "HEAD"),
        "branch": git(directory, "branch", "--show-current"),
        "refs": git(directory, "for-each-ref"),
        "index": git(directory, "ls-files", "--stage", "-v"),
        "status": git(directory, "status", "--porcelain", "--ignored"),
        "worktrees": git(directory, "worktree", "list").split(),
        "files": {
            path.relative_to(directory).as_posix(): path.readlink()
            if path.is_symlink()
            else (path.stat().st_mode & 0o777, path.read_bytes())
            for path in directory.rglob("*")
            if (path.is_file() or path.is_symlink()) and ".git" not in path.parts
        },
        "left": sorted(path.name for path in directory.rglob(".git/svcgen*")),
    }


def changed(text: str, line: int, by: str) -> str:
    return text.replace(f"line_{line} = {line}\n", f"line_{line} = '{by}'\n")


APP = "template/app.py.jinja"
