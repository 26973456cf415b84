"""Release the version that pyproject.toml has, or check that it can be.

uv run .ci/release.py            check everything, tag it, and commit what later versions carry of its template
uv run .ci/release.py --check    check everything, change nothing
uv run .ci/release.py --check v0.2.0    and that this tag is the version's; the release workflow runs it
"""
# /// script
# requires-python = ">=3.11"
# ///
# ruff: noqa: D103  (a script: nobody imports it)

import gzip
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASES = ROOT / "src/svcgen/releases"
UV = os.environ.get("UV", "uv")
PARTS = ("copier.yml", "template")


def run(*command: str | Path) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def changelog_complaints(version: str) -> Iterator[str]:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if section is None:
        yield f"CHANGELOG.md has no section '## [{version}] - <date>'"
    elif version != "0.1.0" and "### What a team must do" not in section[1]:
        yield f"CHANGELOG.md does not say for {version} what a team must do; if nothing, say nothing is to be done"
    if f"[{version}]: " not in text:
        yield f"CHANGELOG.md has no link for [{version}] at its end"


def git_complaints(tag: str) -> Iterator[str]:
    if run("git", "status", "--porcelain"):
        yield "there are changes that are not committed"
    tagged = [other for other in run("git", "tag", "--points-at", "HEAD").split() if other != tag]
    if tagged:
        yield f"this commit has another tag, {tagged[0]}, which Copier may record instead"
    commit = run("git", "rev-parse", "HEAD").strip()
    if run("git", "tag", "--list", tag) and run("git", "rev-list", "-n1", tag).strip() != commit:
        yield f"{tag} is another commit already"


def bundle_complaints() -> Iterator[str]:
    tracked = set(run("git", "ls-files", *PARTS).splitlines())
    with tempfile.TemporaryDirectory() as folder:
        run(UV, "build", "--quiet", "--wheel", "--out-dir", folder)
        (wheel,) = Path(folder).glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
    bundled = {name.removeprefix("svcgen/_bundle/") for name in names if "/_bundle/" in name} - {"CHANGELOG.md"}
    if bundled != tracked:
        yield f"the wheel's template is not git's: {', '.join(sorted(bundled ^ tracked))}"


def command_complaints() -> Iterator[str]:
    for command in ((UV, "run", ".ci/lock.py", "--check"), (UV, "run", "pytest", "--quiet", "tests/update")):
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            yield f"failed: {' '.join(command)}"


def release(tag: str) -> None:
    run("git", "tag", "--annotate", "--message", tag, tag)
    commit = run("git", "rev-list", "-n1", tag).strip()
    archive = subprocess.run(
        ["git", "archive", "--format=tar", commit, *PARTS], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    (RELEASES / f"{tag}.tar.gz").write_bytes(gzip.compress(archive, mtime=0))
    with (RELEASES / "COMMITS").open("a") as commits:
        commits.write(f"{tag} {commit}\n")
    run("git", "add", str(RELEASES))
    run("git", "commit", "--quiet", "--message", f"Carry the template of {tag}")
    print(f"{tag} is tagged. Publish it, and what was committed after it: git push origin main {tag}")


def main(arguments: list[str]) -> str | None:
    tag = f"v{version()}"
    if arguments and (arguments[0] != "--check" or len(arguments) > 2):  # noqa: PLR2004
        return __doc__
    found = [*changelog_complaints(version()), *git_complaints(tag), *bundle_complaints(), *command_complaints()]
    if arguments[1:] not in ([], [tag]):
        found.insert(0, f"the tag is {arguments[1]}, and pyproject.toml has version {version()}")
    if found:
        return "\n".join((f"{tag} can't be released:", *(f"  {complaint}" for complaint in found)))
    if not arguments:
        release(tag)
    return None


sys.exit(main(sys.argv[1:]))
