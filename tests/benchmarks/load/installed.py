"""The wheel of svcgen and other generators, each in an environment of its own, as pip installs them."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Bytecode is part of what is measured; the environments are those of the benchmarks and no user's.
ENVIRON = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}}


def install_wheel(scratch: Path) -> Path:
    """Build and install svcgen's wheel with pip, which compiles the template too; return the directory of programs."""
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", scratch], cwd=ROOT, env=ENVIRON, check=True)
    (wheel,) = scratch.glob("*.whl")
    return install(scratch / "svcgen", str(wheel))


def install(directory: Path, package: str) -> Path:
    """Install a package with pip into a new environment, and return the directory of its programs.

    Args:
        directory: The environment.
        package: Its name, or the path of its wheel.

    Raises:
        subprocess.CalledProcessError: The package is not available.
    """
    subprocess.run([sys.executable, "-m", "venv", directory], env=ENVIRON, check=True)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", package]
    subprocess.run(pip, env=ENVIRON, check=True, capture_output=True)
    return directory / "bin"


def installed_version(programs: Path, package: str) -> str:
    """Return the version of a package.

    Args:
        programs: What install() returned.
        package: Its name.
    """
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([programs / "python", "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def describe_run() -> Iterator[str]:
    """Yield what the figures depend on: commit, machine and versions."""
    commit = subprocess.run(
        ["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
    )
    yield f"svcgen {version('svcgen')}, commit {commit.stdout.strip()}"
    yield f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}, copier {version('copier')}, typer {version('typer')}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
