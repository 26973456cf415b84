"""Measures `svcgen status` of 200 services: uv run python tests/benchmarks/fleet.py.

The services are copies of one, with its virtual environment. What status finds out of one it does not keep for the
next, so equal services take as long as different ones. On a busy machine the CPU time still holds.
"""

import json
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

from load.installed import ENVIRON, install_wheel

SERVICES = 200


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Path(folder)
        made = fleet / "made"
        svcgen = install_wheel(fleet) / "svcgen"
        subprocess.run([svcgen, "new", "billing", made, "--defaults", "--quiet"], env=ENVIRON, check=True)
        names = [f"service-{number}" for number in range(SERVICES)]
        for name in names:
            shutil.copytree(made, fleet / name, ignore=shutil.ignore_patterns(".venv", ".git"))
            (fleet / name / ".venv").symlink_to(made / ".venv")
        (fleet / "repos.txt").write_text("\n".join(names))
        assert [one["edited"] for one in _status(svcgen, fleet)] == [[]] * SERVICES
        assert [one["failed_rules"] for one in _status(svcgen, fleet, "--rules")] == [{}] * SERVICES


def _status(svcgen: Path, fleet: Path, *flags: str) -> list[dict[str, object]]:
    cpu, start = _cpu(), perf_counter()
    command = [str(svcgen), "status", "--json", *flags, "--repos", str(fleet / "repos.txt")]
    printed = subprocess.run(command, env=ENVIRON, stdout=subprocess.PIPE, check=True).stdout
    words = " ".join(("svcgen status", *flags))
    print(f"{words} of {SERVICES} services: {perf_counter() - start:.1f} s, of CPU {_cpu() - cpu:.1f} s")
    return list(json.loads(printed)["services"])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
