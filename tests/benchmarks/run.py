"""Measures svcgen and what it makes, each beside a reference in the same run: uv run python tests/benchmarks/run.py.

A figure is the median of five runs that take turns with those of its reference, after one warm-up. On a busy machine
the ratios still hold, the seconds do not. Needs a warm uv cache for the full `svcgen new`.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]
RUNS = 5
# Bytecode is part of what is measured; the environments are those of this script and no user's.
ENVIRON = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}}
SCRIPTS = Path(sys.executable).parent


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        template = _tagged_template(scratch / "template")
        answers = ["--data", "service_name=billing", "--defaults", "--quiet"]
        python = [sys.executable, "-c", "pass"]
        svcgen = [str(SCRIPTS / "svcgen")]
        copier = [str(SCRIPTS / "copier"), "copy", *answers, str(template)]
        print(f"{'':38} {'median':>9} {'reference':>9}  ratio")
        _show("svcgen --help / python -c pass", *_compare([*svcgen, "--help"], python, scratch))
        new = [*svcgen, "new", "billing", "--defaults", "--quiet"]
        target = [str(scratch / "made")]
        _show("new --no-sync / copier copy", *_compare([*new, *target, "--no-sync"], [*copier, *target], scratch))
        _show("new / copier copy", *_compare([*new, *target], [*copier, *target], scratch))
        _show("update / copier update", *_compare_updates(template, scratch / "updated"))
        subprocess.run([*new, str(scratch / "service")], env=ENVIRON, check=True)
        _show_pipeline(scratch / "service")


def _tagged_template(directory: Path) -> Path:
    """Return the template as plain copier is given it: a git repository with a tag."""
    directory.mkdir()
    shutil.copy(ROOT / "copier.yml", directory)
    shutil.copytree(ROOT / "template", directory / "template")
    _git(directory, "init", "--quiet")
    _release(directory, "v1")
    return directory


def _release(repository: Path, tag: str) -> None:
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message", tag)
    _git(repository, "tag", tag)


def _git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com")
    subprocess.run(["git", "-C", directory, *identity, *arguments], check=True, stderr=subprocess.DEVNULL)


def _compare_updates(template: Path, service: Path) -> tuple[float, float]:
    """Time an update that changes ten files; svcgen's relocks, checks the hard rules and commits too."""
    new = ["new", "billing", str(service), "--defaults", "--quiet", "--source", str(template)]
    subprocess.run([SCRIPTS / "svcgen", *new], env=ENVIRON, check=True)
    recorded = service / ".copier-answers.yml"
    recorded.write_text(re.sub(r"(?m)^_commit: .*", "_commit: v1", recorded.read_text()))
    _release(service, "made")
    for path in sorted((template / "template" / "tests").glob("test_*.py"))[:10]:
        path.write_text(f"{path.read_text()}\n\n# {path.name} of the next release\n")
    _release(template, "v2")

    def update(command: str) -> Callable[[], float]:
        def run() -> float:
            start = perf_counter()
            arguments = [str(SCRIPTS / command), "update", *(["--defaults"] if command == "copier" else [])]
            subprocess.run(arguments, cwd=service, env=ENVIRON, capture_output=True, check=True)
            taken = perf_counter() - start
            _git(service, "switch", "--quiet", "--discard-changes", "--force-create", "main", "made")
            subprocess.run(["git", "-C", service, "branch", "-D", "svcgen/v2"], capture_output=True, check=False)
            return taken

        return run

    return _medians(update("svcgen"), update("copier"))


def _compare(command: list[str], reference: list[str], scratch: Path) -> tuple[float, float]:
    def run(arguments: list[str]) -> float:
        shutil.rmtree(scratch / "made", ignore_errors=True)
        start = perf_counter()
        subprocess.run(arguments, env=ENVIRON, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return perf_counter() - start

    return _medians(lambda: run(command), lambda: run(reference))


def _medians(measure: Callable[[], float], reference: Callable[[], float]) -> tuple[float, float]:
    pairs = [(measure(), reference()) for _ in range(RUNS + 1)][1:]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def _show(name: str, median: float, reference: float) -> None:
    print(f"{name:38} {median * 1000:6.0f} ms {reference * 1000:6.0f} ms {median / reference:6.2f}")


def _show_pipeline(service: Path) -> None:
    script = Path(__file__).with_name("pipeline.py")
    environ = {
        **ENVIRON,
        "DATABASE_URL": "postgresql://unused/unused",
        "API_KEY": "sixteen-characters",
        "DOCS_ENABLED": "false",
    }
    measured = subprocess.run(
        [service / ".venv" / "bin" / "python", script],
        cwd=service,
        env={**environ, "PYTHONPATH": str(service)},
        stdout=subprocess.DEVNULL,  # its log lines; the result is on standard error
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures = json.loads(measured.stderr)
    bare = figures["bare FastAPI"]
    print(f"\n{'CPU a request, in process':38} {'median':>9} {'over bare':>9}  ratio")
    for name, microseconds in figures.items():
        print(f"{name:38} {microseconds:6.1f} us {microseconds - bare:6.1f} us {microseconds / bare:6.2f}")


if __name__ == "__main__":
    main()
