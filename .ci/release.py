"""Release the version in pyproject.toml, or check that it can be.

uv run .ci/release.py            check everything, then make two commits and a tag: the release, and what follows it
uv run .ci/release.py --check    check everything, change nothing
uv run .ci/release.py --check v0.2.0    check a release commit, which has this tag; the release workflow runs it

Between releases the version is a development one, 0.3.0.dev0, and CHANGELOG.md has its section under "Unreleased". The
release commit has 0.3.0. The next commit carries its template, for updates from it, and begins 0.4.0.dev0.
"""
# /// script
# requires-python = ">=3.11"
# ///
# ruff: noqa: D103  (a script: nobody imports it)

import datetime as dt
import gzip
import itertools
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
RELEASES = ROOT / "src/svcgen/template/releases"
UV = os.environ.get("UV", "uv")
PARTS = ("copier.yml", "template")
LINK = "https://github.com/svcgen/svcgen/releases/tag/v"
DEVELOPMENT = ".dev0"


def run(*command: str | Path) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def current_version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def replace(file: str, old: str, new: str) -> None:
    path = ROOT / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        sys.exit(f"{file} has {text.count(old)} times, not once: {old}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def changelog_complaints(version: str, *, released: bool) -> Iterator[str]:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d" if released else "Unreleased"
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        yield f"CHANGELOG.md has no section {f'[{version}] - <date>' if released else 'Unreleased'!r}"
    elif not re.search(r"^### What a team must do\n\n- ", section[1], re.MULTILINE):
        yield f"CHANGELOG.md does not list what a team must do for {version}; if nothing, list that: '- Nothing.'"
    if (f"[{version}]: " in text) != released:
        yield f"CHANGELOG.md has {'no' if released else 'a'} link for [{version}] at its end"


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
    bundled = {name.removeprefix("svcgen/_bundle/") for name in names if "/_bundle/" in name}
    bundled -= {"CHANGELOG.md", "VERSION"}
    if bundled != tracked:
        yield f"the wheel's template is not git's: {', '.join(sorted(bundled ^ tracked))}"


def command_complaints() -> Iterator[str]:
    for command in ((UV, "run", ".ci/lock.py", "--check"), (UV, "run", "pytest", "--quiet", "tests/update")):
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            yield f"failed: {' '.join(command)}"


def release(version: str) -> None:
    tag, today = f"v{version}", dt.datetime.now(tz=dt.UTC).date()
    previous = (RELEASES / "COMMITS").read_text().splitlines()[-1].split()[0]
    replace("pyproject.toml", f'version = "{version}{DEVELOPMENT}"', f'version = "{version}"')
    replace("CHANGELOG.md", "\n## Unreleased\n", f"\n## [{version}] - {today}\n")
    replace("CHANGELOG.md", f"\n[{previous[1:]}]: ", f"\n[{version}]: {LINK}{version}\n[{previous[1:]}]: ")
    readme = ROOT / "README.md"
    installs = re.subn(r"(?<=svcgen/svcgen@)v[\d.]+\d", tag, readme.read_text(encoding="utf-8"))
    if not installs[1]:
        sys.exit("README.md has no command that installs a release")
    readme.write_text(installs[0], encoding="utf-8")
    run("git", "commit", "--quiet", "--all", "--message", f"Release {version}")
    run("git", "tag", "--annotate", "--message", tag, tag)


def begin_next(version: str) -> str:
    major, minor, _ = version.split(".")
    tag, following = f"v{version}", f"{major}.{int(minor) + 1}.0{DEVELOPMENT}"
    commit = run("git", "rev-list", "-n1", tag).strip()
    archive = subprocess.run(
        ["git", "archive", "--format=tar", commit, *PARTS], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    (RELEASES / f"{tag}.tar.gz").write_bytes(gzip.compress(archive, mtime=0))
    with (RELEASES / "COMMITS").open("a") as commits:
        commits.write(
            " ".join((tag, commit, *run("git", "rev-parse", *(f"{tag}:{part}" for part in PARTS)).split())) + "\n"
        )
    replace("pyproject.toml", f'version = "{version}"', f'version = "{following}"')
    replace("CHANGELOG.md", f"\n## [{version}]", f"\n## Unreleased\n\n## [{version}]")
    run("git", "add", str(RELEASES))
    run("git", "commit", "--quiet", "--all", "--message", f"Carry the template of {tag}, begin {following}")
    return following


def main(arguments: list[str]) -> str | None:
    version = current_version().removesuffix(DEVELOPMENT)
    tag, released = f"v{version}", version == current_version()
    if arguments and (arguments[0] != "--check" or len(arguments) > 2):  # noqa: PLR2004
        return __doc__
    complaints = (changelog_complaints(version, released=released), git_complaints(tag), bundle_complaints())
    found = [*itertools.chain(*complaints), *command_complaints()]
    if arguments[1:] not in ([], [tag]):
        found.insert(0, f"the tag is {arguments[1]}, and pyproject.toml has version {version}")
    if released and not arguments:
        found.insert(0, f"pyproject.toml has {version}, which is released; it needs a development version")
    if arguments[1:] and not released:
        found.insert(0, f"pyproject.toml has {current_version()}, which is a development version")
    if found:
        return "\n".join((f"{tag} can't be released:", *(f"  {complaint}" for complaint in found)))
    if not arguments:
        release(version)
        following = begin_next(version)
        print(f"{tag} is tagged, and main is {following}. Publish both: git push origin main {tag}")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
