"""The template's repository with a tag on each release, and services made from one of them."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import ROOT
from svcgen.service.lock import export, lock
from svcgen.system.uv import Uv
from svcgen.template.find import Template
from svcgen.template.history import find_version
from svcgen.template.render import render

_COMMITS = (ROOT / "src" / "svcgen" / "template" / "releases" / "COMMITS").read_text()
RELEASES: dict[str, str] = dict(line.split()[:2] for line in _COMMITS.splitlines())
OLDEST, *BETWEEN, NEWEST = RELEASES
# What the working tree would be released as.
NEXT = "v99.0.0"
ANSWERS = {
    "service_name": "billing",
    "description": 'Sends "invoices"',
    "platform": "fly",
    "owner": "@acme/payments",
    "python": "3.13",
}


def tagged_repository(directory: Path, environ: Mapping[str, str]) -> Path:
    """Clone this repository, tag its releases, whether the clone has the tags or not, and release the working tree."""
    if git(ROOT, "rev-parse", "--is-shallow-repository") == "true":
        pytest.fail("a shallow clone lacks the commits of the releases: git fetch --unshallow")
    git(ROOT, "clone", "--quiet", "--no-local", "--no-tags", str(ROOT), str(directory), environ=environ)
    for tag, commit in RELEASES.items():
        git(directory, "tag", tag, commit, environ=environ)
    for name in ("copier.yml", "template"):
        git(directory, "rm", "--quiet", "-r", name, environ=environ)
    for name in git(
        ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "copier.yml", "template"
    ).splitlines():
        # A name that git quotes is none of ours, and one that is deleted is not there to be copied.
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    git(directory, "add", "--all", environ=environ)
    git(directory, "commit", "--quiet", "--allow-empty", "--message", NEXT, environ=environ)
    git(directory, "tag", NEXT, environ=environ)
    return directory


def make_service(
    version: str, source: Path | str, current: Template, directory: Path, environ: Mapping[str, str]
) -> Path:
    """Make a service as the svcgen of that release made it: rendered, locked, committed, with a `.env`."""
    scratch = directory.with_name(f"{directory.name}-scratch")
    scratch.mkdir()
    template = find_version(version, current.source, current, scratch / "template")
    render(Template(template.root, version, str(source)), directory, ANSWERS)
    uv = Uv.find("3.13", lambda _event: None)
    lock(directory, scratch, "3.13", uv)
    export(directory, uv)
    (directory / ".env").write_text("API_KEY=a-secret-of-the-team\n")
    git(directory, "init", "--quiet", "-b", "main", environ=environ)
    commit(directory, "Scaffold", environ)
    return directory


def add_resource(service: Path, *words: str) -> None:
    """Add a resource with the svcgen of the service's release, or with the first that could add any."""
    release = next(tag for tag in RELEASES if f"_commit: {tag}" in (service / ".copier-answers.yml").read_text())
    able = [tag for tag in RELEASES if git(ROOT, "ls-tree", RELEASES[tag], "src/svcgen/resource")]
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder, "code.tar")
        git(ROOT, "archive", f"--output={code}", RELEASES[release if release in able else able[0]])
        with tarfile.open(code) as archive:
            archive.extractall(folder, filter="data")
        # From 0.3.0 on, svcgen takes the virtual environment that is there.
        Uv.find("3.13", lambda _event: None).run(service, "sync", "--frozen")
        foreign = ("COV_", "PYTEST_", "PYTHONDONTWRITEBYTECODE", "UV_", "VIRTUAL_ENV")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        added = run(
            *(sys.executable, "-m", "svcgen", "add", "resource", *words, "--allow-dirty"),
            cwd=service,
            environ={**environ, "PYTHONPATH": str(Path(folder, "src"))},
        )
    assert added.returncode == 0, added.stdout + added.stderr
    # A copy of the service makes its own.
    shutil.rmtree(service / ".venv")


def commit(service: Path, message: str, environ: Mapping[str, str]) -> None:
    git(service, "add", "--all", environ=environ)
    git(service, "commit", "--quiet", "--message", message, environ=environ)


def run(*command: str | Path, cwd: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def added(service: Path, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Each line that a commit added, and its file."""
    file = ""
    for line in git(service, "diff", "--find-renames", "--unified=0", before, after).splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif line.startswith("+"):
            yield file, line[1:]
