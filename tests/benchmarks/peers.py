"""Compare `svcgen new` with other generators that a package registry has.

Each runs in an environment of its own, without a terminal. One that is not available, or that does not work without a
terminal, is listed with the reason. Where `.venv` is listed, the time includes the installation of dependencies.
"""

import shutil
import statistics
import subprocess
from pathlib import Path
from time import perf_counter

from load.installed import ENVIRON, install, installed_version

RUNS = 3
SECONDS = 60
# The package, and the command that creates a service for Postgres in the directory `made` without installing it.
PEERS = {
    "svcgen": ["svcgen", "new", "made", "--defaults", "--no-sync"],
    "poleposition": ["polepos", "start", "made", "--db", "postgres"],
    "fastapi-new": ["fastapi-new", "made"],
    "fastapi-fullstack": ["fastapi-fullstack", "create", "made", "--minimal", "--ai-framework", "none"],
    "fastapi-template": ["fastapi_template", "--quiet", "--name", "made", "--db", "postgresql", "--orm", "sqlalchemy"],
}


def main(scratch: Path) -> None:
    """Measure and print.

    Args:
        scratch: A directory for environments; svcgen's wheel is installed in `svcgen`.
    """
    print(f"\n{'other generators':38} {'--help':>9} {'creation':>9}  files")
    for package, command in PEERS.items():
        try:
            programs = scratch / package / "bin" if package == "svcgen" else install(scratch / package, package)
            program, *arguments = command
            help_time = _median([str(programs / program), "--help"], scratch)
            creation = _median([str(programs / program), *arguments], scratch)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"{package:38} skipped: {_reason(error)}", flush=True)
            continue
        made = scratch / "peer" / "made"
        files = sum(path.is_file() for path in made.rglob("*") if not {".git", ".venv"} & {*path.parts})
        name = f"{package} {installed_version(programs, package)}"
        environment = " and .venv" if (made / ".venv").exists() else ""
        print(f"{name:38} {help_time * 1000:6.0f} ms {creation * 1000:6.0f} ms {files:6}{environment}", flush=True)


def _median(command: list[str], scratch: Path) -> float:
    return statistics.median([_run(command, scratch / "peer") for _ in range(RUNS + 1)][1:])


def _run(command: list[str], directory: Path) -> float:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    start = perf_counter()
    subprocess.run(
        command,
        cwd=directory,
        env=ENVIRON,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        start_new_session=True,
        check=True,
    )
    return perf_counter() - start


def _reason(error: Exception) -> str:
    output = getattr(error, "stderr", "") or ""
    lines = (output if isinstance(output, str) else output.decode(errors="replace")).strip().splitlines()
    return lines[-1] if lines else str(error)
