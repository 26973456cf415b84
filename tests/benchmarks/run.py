"""Print every figure of the README: uv run tests/benchmarks/run.py [--short]. Needs Linux and a package registry.

svcgen's wheel is installed with pip, as a user does. A figure is the median of five runs that take turns with those of
its reference, after one warm-up. On a busy machine the ratios still hold, the seconds do not.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import peers
import throughput
from load.installed import ENVIRON, ROOT, describe_run, install_wheel
from load.report import judge

RUNS = 5


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    print(*describe_run(), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        programs = install_wheel(scratch)
        _compare_commands(programs, scratch)
        peers.main(scratch)
        subprocess.run(
            [programs / "svcgen", "new", "billing", scratch / "service", "--defaults", "--quiet"],
            env=ENVIRON,
            check=True,
        )
        _show_pipeline(scratch / "service")
    print("\nCPU and rate of a request under uvicorn", flush=True)
    throughput.main(arguments)


def _compare_commands(programs: Path, scratch: Path) -> None:
    template = _tagged_template(scratch / "template")
    answers = ["--data", "service_name=billing", "--defaults", "--quiet"]
    svcgen, copier = str(programs / "svcgen"), str(programs / "copier")
    target = str(scratch / "made")
    new, copy = [svcgen, "new", "billing", target, "--defaults", "--quiet"], [copier, "copy", *answers]
    print(f"\n{'':38} {'median':>9} {'reference':>9}  ratio")
    python = [str(programs / "python"), "-c", "pass"]
    _show("--help / python -c pass", *_compare([svcgen, "--help"], python, scratch), at_most=9)
    files_only = [*new, "--no-sync", "--no-git"]
    _show("new, files only / copier copy", *_compare(files_only, [*copy, str(template), target], scratch), at_most=0.5)
    _show("new / copier copy", *_compare(new, [*copy, str(template), target], scratch), at_most=0.9)
    _show("update / copier update", *_compare_updates(programs, template, scratch / "updated"), at_most=0.8)


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


def _compare_updates(programs: Path, template: Path, service: Path) -> tuple[float, float]:
    """Time an update that changes ten files; svcgen's relocks, checks the hard rules and commits too."""
    new = ["new", "billing", str(service), "--defaults", "--quiet", "--source", str(template)]
    subprocess.run([programs / "svcgen", *new], env=ENVIRON, check=True)
    recorded = service / ".copier-answers.yml"
    recorded.write_text(re.sub(r"(?m)^_commit: .*", "_commit: v1", recorded.read_text()))
    _release(service, "made")
    for path in sorted((template / "template" / "tests" / "core").glob("test_*.py"))[:10]:
        path.write_text(f"{path.read_text()}\n\n# {path.name} of the next release\n")
    _release(template, "v2")

    def update(command: str) -> Callable[[], float]:
        def run() -> float:
            start = perf_counter()
            arguments = [str(programs / command), "update", *(["--defaults"] if command == "copier" else [])]
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


def _show(name: str, median: float, reference: float, *, at_most: float) -> None:
    ratio = median / reference
    print(
        f"{name:38} {median * 1000:6.0f} ms {reference * 1000:6.0f} ms {ratio:6.2f} {judge(ratio, at_most=at_most)}",
        flush=True,
    )


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
    bare, tuned = figures["bare FastAPI"], figures["bare FastAPI on equal settings"]
    print(f"\n{'CPU a request, in process':44} {'median':>9} {'as it comes':>12} {'equal settings':>15}")
    for name, microseconds in figures.items():
        print(f"{name:44} {microseconds:6.1f} us {microseconds / bare:11.2f}x {microseconds / tuned:14.2f}x")


if __name__ == "__main__":
    main(sys.argv[1:])
