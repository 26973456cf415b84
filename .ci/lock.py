"""Lock what every new service starts with: the template's requirements.txt and the constraints in the wheel.

uv run .ci/lock.py            take the newest versions that template/pyproject.toml.jinja allows
uv run .ci/lock.py --check    do the recorded versions still fit it, and are their hashes still published?
"""
# /// script
# requires-python = ">=3.11"
# ///
# ruff: noqa: D103  (a script: nobody imports it)

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "template/pyproject.toml.jinja"
PYTHONS = ("3.13", "3.14")
UV = os.environ.get("UV", "uv")
EXPORT = ("export", "--frozen", "--format", "requirements-txt", "--no-header", "--no-annotate")


def requirements_path(python: str) -> Path:
    return ROOT / "template" / f"{{% if python == '{python}' %}}requirements.txt{{% endif %}}"


def constraints_path(python: str) -> Path:
    return ROOT / "src/svcgen/service/constraints" / f"{python}.txt"


def rendered_pyproject(python: str) -> dict[str, Any]:
    text = PYPROJECT.read_text(encoding="utf-8").replace("{{ python }}", python)
    # No other answer reaches a dependency, and a zero fits bare as well as between quotes.
    pyproject = tomllib.loads(re.sub(r"\{\{.*?\}\}", "0", text))
    if unknown := pyproject["tool"]["uv"].keys() - {"package"}:
        raise ValueError(f"[tool.uv] has {listed(unknown)}, which is not carried over to what is locked here")
    return pyproject


def export(requires_python: str, dependencies: list[str], constraints: list[str], *flags: str) -> str:
    """Lock and export a script: unlike a project's, its Python need not be installed where it is locked."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "service.py")
        metadata = (
            f"requires-python = {json.dumps(requires_python)}",
            f"dependencies = {json.dumps(dependencies)}",
            "[tool.uv]",
            f"constraint-dependencies = {json.dumps(constraints)}",
        )
        script.write_text("\n".join(("# /// script", *(f"# {line}" for line in metadata), "# ///\n")))
        uv(script, "lock")
        return uv(script, *EXPORT, *flags)


def uv(script: Path, *arguments: str) -> str:
    command = (UV, *arguments, "--quiet", "--python", sys.executable, "--script", str(script))
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def lock(python: str, recorded: list[str]) -> tuple[str, str]:
    """requirements.txt of the service, and the version of everything that its developers get."""
    pyproject = rendered_pyproject(python)
    requires_python, dependencies = pyproject["project"]["requires-python"], pyproject["project"]["dependencies"]
    everything = [*dependencies, *chain.from_iterable(pyproject["dependency-groups"].values())]
    constraints = export(requires_python, everything, recorded, "--no-hashes")
    return export(requires_python, dependencies, constraints.splitlines()), constraints


def without_hashes(requirements: str) -> list[str]:
    return [line for line in requirements.splitlines() if "--hash=" not in line]


def hashes(requirements: str) -> set[str]:
    return set(re.findall(r"--hash=(\S+)", requirements))


def listed(lines: set[str]) -> str:
    return ", ".join(sorted(lines)) or "nothing more"


def complaints(python: str) -> list[str]:
    requirements, constraints = requirements_path(python).read_text(), constraints_path(python).read_text()
    locked_requirements, locked_constraints = lock(python, constraints.splitlines())
    found = []
    if locked_constraints != constraints:
        recorded, locked = set(constraints.splitlines()), set(locked_constraints.splitlines())
        difference = f"recorded: {listed(recorded - locked)}; now: {listed(locked - recorded)}"
        found.append(f"the template no longer locks to the recorded versions ({difference})")
    if without_hashes(locked_requirements) != without_hashes(requirements):
        found.append("requirements.txt is not what the template's production dependencies lock to")
    # Wheels may be added to a release later, so more hashes than the recorded ones are fine.
    if gone := hashes(requirements) - hashes(locked_requirements):
        found.append(f"{len(gone)} recorded hashes are no longer published, such as {min(gone)}")
    return [f"{python}: {complaint}" for complaint in found]


def refresh(python: str) -> None:
    requirements, constraints = lock(python, [])
    requirements_path(python).write_text(requirements)
    constraints_path(python).write_text(constraints)
    in_image, in_all = len(without_hashes(requirements)), len(constraints.splitlines())
    print(f"{python}: {in_image} packages in the image, {in_all} with the tools")


def main(arguments: list[str]) -> str | None:
    if arguments not in ([], ["--check"]):
        return __doc__
    try:
        if not arguments:
            for python in PYTHONS:
                refresh(python)
        elif found := [complaint for python in PYTHONS for complaint in complaints(python)]:
            return "\n".join((*found, "If that is meant, run: uv run .ci/lock.py"))
    except subprocess.CalledProcessError as error:
        return f"uv {error.cmd[1]} failed, see above"
    except (tomllib.TOMLDecodeError, ValueError) as error:
        return f"{PYPROJECT.relative_to(ROOT)}: {error}"
    return None


sys.exit(main(sys.argv[1:]))
