"""Report the last responses and exceptions of a failing test; drop the coverage floor if only some tests run."""

import traceback
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from httpx import Response, ResponseNotRead

ROOT = Path(__file__).resolve().parents[2]
LONGEST_BODY = 1_000
# The last responses and exceptions of the running test.
responses: deque[Response] = deque(maxlen=3)
exceptions: deque[BaseException] = deque(maxlen=3)


async def remember(response: Response) -> None:
    """Keep a response. This is an event hook of httpx.AsyncClient."""
    responses.append(response)


def describe(response: Response) -> str:
    try:
        body = response.text[:LONGEST_BODY]
    except ResponseNotRead:  # a stream that the test has not read
        body = "..."
    return f"{response.request.method} {response.request.url.raw_path.decode()}: {response.status_code} {body}"


def explain(error: BaseException) -> Iterator[str]:
    """Return the lines of this repository in a traceback, and the exception itself."""
    for frame in traceback.extract_tb(error.__traceback__)[1:]:  # without the frame that caught it
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            yield f"{path.relative_to(ROOT)}:{frame.lineno} in {frame.name}: {frame.line}"
    yield from "".join(traceback.format_exception_only(error)).splitlines()


def runs_all(config: pytest.Config) -> bool:
    chosen = {Path(config.invocation_params.dir, argument).resolve() for argument in config.args}
    narrowed = any(config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "lf"))
    return bool(chosen & {ROOT, ROOT / "tests"}) and not narrowed


def pytest_configure(config: pytest.Config) -> None:
    """Drop the coverage floor of pyproject.toml unless all tests run: some tests cover only a part of the app."""
    if not runs_all(config):
        config.known_args_namespace.cov_fail_under = 0  # pytest-cov reads its options from here


def pytest_runtest_setup() -> None:
    responses.clear()
    exceptions.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and responses:
        report.sections.append(("Last responses", "\n".join(map(describe, responses))))
    if report.failed and exceptions:
        report.sections.append(("Exceptions", "\n".join(line for error in exceptions for line in explain(error))))
    return report
