"""The deploy workflow: its own scripts, with a platform that is a few files and a service that answers for real."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from image.conftest import Render
from image.workflow import JobRun, run_job
from support.helpers import fake_program

# The file `running` has the release that runs. One with `broken` in its name gets there and is not ready, one with
# `refused` does not get there.
FLYCTL = """
case "$1 $2" in
  "machine list") test -s running || { echo "[]"; exit; }
    echo '[{"config": {"metadata": {"fly_process_group": "fly_app_release_command"}, "image": "of-a-migration"}},
           {"config": {"metadata": {"fly_process_group": "app"}, "image": "'"$(cat running)"'"}}]' ;;
  "deploy --app") echo "$*" >> deploys
    case "$5" in *refused*) exit 1 ;; *) echo "$5" > running ;; esac ;;
esac
"""
RAILWAY = """
case "$1 $2" in
  "deployment list") status=SUCCESS
    case "$(cat next)" in *refused*) status=FAILED ;; ?*) cp next running ;; esac
    test -s next && echo '{"id": "'"$(cat next)"'", "status": "'"$status"'"}' > list
    test "$status" = SUCCESS || echo '{"id": "'"$(cat running)"'", "status": "SUCCESS"}' >> list
    jq --slurp . list ;;
  "up --service") echo "$*" >> deploys; echo "$5" > next; echo '{"deploymentId": "'"$5"'"}' ;;
  "api mutation"*) echo "$*" >> deploys; echo "${4#id=}" > running ;;
esac
"""
# It waits and retries for half a minute, which is not what is tried here.
CURL = 'for word; do shift; case "$word" in 10 | 3) word=0 ;; esac; set -- "$@" "$word"; done; exec {curl} "$@"'
BEFORE = {"fly": "registry.fly.io/billing:before", "railway": "before"}
pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs: curl and jq")


@pytest.fixture(params=["fly", "railway"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workflow(rendered: Render, platform: str) -> dict[str, Any]:
    file = rendered(platform, "3.13").path / ".github" / "workflows" / "deploy.yml"
    return dict(yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader))  # noqa: S506


@pytest.fixture
def running(tmp_path: Path, platform: str) -> Path:
    """What the platform runs; a release that went well to begin with."""
    for name in ("deploys", "next"):
        (tmp_path / name).touch()
    (tmp_path / "list").write_text('{"id": "before", "status": "SUCCESS"}')
    file = tmp_path / "running"
    file.write_text(f"{BEFORE[platform]}\n")
    return file


@pytest.fixture
def url(running: Path) -> Iterator[str]:
    """A service that is ready unless the release that runs is broken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            broken = self.path == "/readyz" and "broken" in running.read_text()
            self.send_response(503 if broken else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def deploy(workflow: dict[str, Any], running: Path, url: str, version: str, stage: str = "staging") -> JobRun:
    tools = running.parent / "bin"
    for name, script in (("flyctl", FLYCTL), ("railway", RAILWAY), ("docker", ""), ("npm", ""), ("sleep", "")):
        fake_program(tools, name, script)
    path = fake_program(tools, "curl", CURL.format(curl=shutil.which("curl")))
    contexts = {"vars.URL": url, "vars.FLY_APP": "billing", "vars.RAILWAY_SERVICE": "billing", "github.sha": version}
    return run_job(workflow["jobs"][stage], contexts, running.parent, path)


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_good_release_stays(workflow: dict[str, Any], running: Path, url: str, stage: str) -> None:
    run = deploy(workflow, running, url, "good", stage)

    assert not run.failed, run.ran
    assert running.read_text().strip().endswith("good")
    assert "Roll back" not in run.ran


def test_one_that_is_not_ready_is_rolled_back(workflow: dict[str, Any], running: Path, url: str, platform: str) -> None:
    run = deploy(workflow, running, url, "broken")

    assert run.failed
    assert run.ran["Roll back"]
    assert running.read_text().strip() == BEFORE[platform]
    last = (running.parent / "deploys").read_text().splitlines()[-1]
    assert ("--skip-release-command" if platform == "fly" else "deploymentRollback") in last


def test_one_that_does_not_get_there_changes_nothing(
    workflow: dict[str, Any], running: Path, url: str, platform: str
) -> None:
    run = deploy(workflow, running, url, "refused")

    assert run.failed
    assert running.read_text().strip() == BEFORE[platform]


def test_the_first_one_has_nothing_to_go_back_to(workflow: dict[str, Any], running: Path, url: str) -> None:
    running.write_text("")
    (running.parent / "list").write_text("")
    run = deploy(workflow, running, url, "broken")

    assert run.failed
    assert "Roll back" not in run.ran


@pytest.mark.parametrize("platform", ["fly"], indirect=True)
def test_a_machine_that_was_left_behind_is_noticed(workflow: dict[str, Any], running: Path, url: str) -> None:
    (script,) = (step for step in workflow["jobs"]["staging"]["steps"] if step.get("name") == "Smoke test")
    running.write_text("registry.fly.io/billing:another\n")
    only = {"env": workflow["jobs"]["staging"]["env"], "steps": [script]}
    run = deploy({"jobs": {"staging": only}}, running, url, "good")

    assert run.failed


def test_nothing_runs_before_it_is_turned_on(workflow: dict[str, Any]) -> None:
    """A job that needs one that was skipped is skipped, too."""
    jobs = workflow["jobs"]
    for name, job in jobs.items():
        assert job.get("if") == "vars.DEPLOY == 'true'" or job["needs"], name
    assert jobs["production"]["needs"] == "staging"
    assert "test" in jobs["staging"]["needs"]


def test_every_wait_is_bounded(workflow: dict[str, Any]) -> None:
    for job in workflow["jobs"].values():
        bounded = [int(step["timeout-minutes"]) for step in job.get("steps", ()) if "timeout-minutes" in step]
        assert "uses" in job or sum(bounded) < int(job["timeout-minutes"])


def test_railway_has_ended_the_one_before(rendered: Render) -> None:
    """Until then that one may answer the smoke test."""
    service = rendered("railway", "3.13").path
    overlap = yaml.safe_load((service / "railway.json").read_text())["deploy"]["overlapSeconds"]
    script = (service / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")

    assert int(script.partition("          sleep ")[2].split()[0]) > overlap
