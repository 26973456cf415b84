"""docs/bootstrap.md: every command runs as it is written, and every file in it is valid."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from image.linters import lint
from image.workflow import WORKFLOW
from support.helpers import fake_program, git
from support.svcgen import ROOT

DOC = (ROOT / "docs/bootstrap.md").read_text(encoding="utf-8")
TEMPLATE = ROOT / "docs/backstage/template.yaml"
INPUTS = WORKFLOW["on"]["workflow_call"]["inputs"]
# Calls that `gh` understands; each is noted.
GH = r"""
echo "$*" >> {place}/calls
case "$*" in
  "api --method PUT repos/{{owner}}/{{repo}}/environments/bootstrap") ;;
  "secret set BOOTSTRAP_TOKEN --env bootstrap") ;;
  "variable set SVCGEN --body git+https://"*) ;;
  "workflow run bootstrap.yml --field "*) ;;
  "repo clone acme/billing") exec git clone --quiet {place}/billing.git ;;
  *) echo "gh: unexpected: $*" >&2; exit 2 ;;
esac
"""
# GitLab's API of environments, in the file `environments`.
CURL = r"""
case "$*" in *"PRIVATE-TOKEN: glpat-secret"*) ;; *) exit 22 ;; esac
for url; do :; done
case "$url" in
  https://gitlab.example/api/v4/projects/acme%2Fteam%2Fbilling/environments?name=*)
    grep "^${{url#*=}}$" {place}/environments || echo "[]" ;;
  https://gitlab.example/api/v4/projects/acme%2Fteam%2Fbilling/environments)
    for word; do case "$word" in name=*) echo "${{word#name=}}" >> {place}/environments ;; esac; done ;;
  *) exit 22 ;;
esac
"""
SVCGEN = f'shift; exec {shlex.quote(sys.executable)} -m svcgen new --no-sync "$@"'


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOC, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """An environment with stubs of what is not svcgen or git, and a repository as a forge makes it."""
    for name in ("calls", "environments"):
        (tmp_path / name).touch()
    git(tmp_path, "init", "-q", "-b", "main", "forge")
    (tmp_path / "forge" / "README.md").write_text("# billing\n")
    git(tmp_path / "forge", "add", ".")
    git(tmp_path / "forge", "commit", "-q", "-m", "Initial commit", environ=environ)
    git(tmp_path, "clone", "-q", "--bare", "forge", "billing.git")
    place = shlex.quote(str(tmp_path))
    for name, script in (("gh", GH.format(place=place)), ("curl", CURL.format(place=place)), ("svcgen", SVCGEN)):
        path = fake_program(tmp_path / "bin", name, script)
    fake_program(tmp_path / "bin", "uvx", f"shift; {SVCGEN}")
    (tmp_path / "work").mkdir()
    return {**environ, "PATH": path}


def run(script: str, place: Path, environ: Mapping[str, str]) -> str:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=place, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_command(shell: Mapping[str, str], tmp_path: Path) -> None:
    printed = [run(block, tmp_path / "work", shell) for block in blocks("sh")]

    assert any("+++ template/README.md" in text for text in printed)
    pushed = git(tmp_path / "billing.git", "log", "--format=%s", "main").splitlines()
    assert pushed == ["Scaffold billing", "Initial commit"]
    assert git(tmp_path / "billing.git", "show", "main:README.md") == "# billing"
    (dispatched,) = re.findall(r"workflow run .*", (tmp_path / "calls").read_text())
    assert set(re.findall(r"--field (\w+)=", dispatched)) <= INPUTS.keys()


def test_a_workflow_that_calls_it(tmp_path: Path) -> None:
    (block,) = (block for block in blocks("yaml") if block.startswith("jobs:"))
    caller = tmp_path / "workflow.yml"
    caller.write_text(f"on: workflow_dispatch\n{block}")
    job = yaml.safe_load(block)["jobs"]["billing"]

    assert lint("check-jsonschema", "--builtin-schema=vendor.github-workflows", caller) == ""
    assert job["uses"] == "acme/svcgen/.github/workflows/bootstrap.yml@main"
    assert job["with"].keys() <= INPUTS.keys()
    assert job["secrets"].keys() == WORKFLOW["on"]["workflow_call"]["secrets"].keys()


def test_inputs_are_listed_with_their_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|[^|]*\|$", DOC, flags=re.MULTILINE)
    assert [name for name, _ in rows] == list(INPUTS)
    defaults = {name: cell.strip(" `") for name, cell in rows if "`" in cell}
    assert defaults == {name: value["default"] for name, value in INPUTS.items() if "default" in value}


@pytest.fixture
def pipeline() -> dict[str, Any]:
    (block,) = (block for block in blocks("yaml") if "bootstrap:\n" in block)
    return dict(yaml.safe_load(block))


def test_schema_of_the_gitlab_pipeline(pipeline: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(yaml.safe_dump(pipeline))
    assert lint("check-jsonschema", "--builtin-schema=vendor.gitlab-ci", "--data-transform=gitlab-ci", file) == ""
    assert lint("shellcheck", "--shell=bash", "-", text="\n".join(pipeline["bootstrap"]["script"])) == ""


def test_gitlab_pipeline(pipeline: dict[str, Any], shell: Mapping[str, str], tmp_path: Path) -> None:
    """The project is created by the push, which a bare repository stands for."""
    remote = "https://oauth2:glpat-secret@gitlab.example/acme/team/billing.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "project.git")
    given = {
        "BOOTSTRAP_TOKEN": "glpat-secret",
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_NAMESPACE": "acme/team",
        "CI_SERVER_FQDN": "gitlab.example",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{tmp_path}/project.git.insteadOf",
        "GIT_CONFIG_VALUE_0": remote,
        "NAME": "billing",
        "OWNER": pipeline["variables"]["OWNER"]["value"],
        "PLATFORM": pipeline["variables"]["PLATFORM"]["value"],
    }
    script = [f"REMOTE={pipeline['bootstrap']['variables']['REMOTE']}", *pipeline["bootstrap"]["script"]]
    for number in ("first", "second"):
        (tmp_path / number).mkdir()
        run("\n".join(script), tmp_path / number, {**shell, **given})

        assert git(tmp_path / "project.git", "log", "--format=%s", "main") == "Scaffold billing"
        assert (tmp_path / "environments").read_text().split() == ["staging", "production"]


def test_schema_of_the_backstage_template() -> None:
    schema = Path(__file__).parent / "schemas" / "backstage.json"
    assert lint("check-jsonschema", "--schemafile", schema, TEMPLATE) == ""


def test_backstage_template_asks_for_the_inputs() -> None:
    spec = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))["spec"]
    (step,) = spec["steps"]
    asked = {name: field for form in spec["parameters"] for name, field in form["properties"].items()}
    inputs = step["input"]["workflowInputs"]
    dispatch = WORKFLOW["on"]["workflow_dispatch"]["inputs"]

    assert step["input"]["workflowId"] == "bootstrap.yml"
    assert inputs.keys() == asked.keys() == dispatch.keys() - {"keep_existing"}
    assert all(f"parameters.{name} " in text for name, text in inputs.items())
    for name in ("platform", "python"):
        assert asked[name]["enum"] == dispatch[name]["options"]
    assert re.fullmatch(asked["name"]["pattern"], "billing-2")
    for wrong in ("Billing", "a--b", "1a", "a-", "../a"):
        assert not re.fullmatch(asked["name"]["pattern"], wrong), wrong


def test_backstage_reads_the_template_from_this_repository() -> None:
    (block,) = (block for block in blocks("yaml") if block.startswith("catalog:"))
    (location,) = yaml.safe_load(block)["catalog"]["locations"]
    path = location["target"].partition("/blob/main/")[2]
    assert ROOT / path == TEMPLATE
