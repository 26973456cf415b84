"""Runs the scripts of a job of a workflow as GitHub would, as far as ours need it."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.svcgen import ROOT


@dataclass
class JobRun:
    """What became of a job.

    Attributes:
        contexts: What expressions may ask for, `vars.URL` say; each step adds its outcome and output.
        ran: The steps that ran, by id or name, and whether they succeeded.
    """

    contexts: dict[str, str]
    ran: dict[str, bool] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return not all(self.ran.values())

    def wants(self, step: Mapping[str, Any]) -> bool:
        """Evaluate the condition of a step, made of `failure()`, contexts, comparisons and `&&`."""
        if "if" not in step:
            return not self.failed
        terms = step["if"].replace("failure()", f"'{'true' if self.failed else ''}'").split(" && ")
        return all(self._holds(term) for term in terms)

    def _holds(self, term: str) -> bool:
        left, operator, right = term.partition(" != ") if "!=" in term else term.partition(" == ")
        value = left.strip("'") if left.startswith("'") else self.contexts.get(left, self._default(left))
        return (value == right.strip("'")) == (operator == " == ") if operator else bool(value)

    @staticmethod
    def _default(name: str) -> str:
        return "skipped" if name.endswith(".outcome") else ""

    def fill(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: self.contexts.get(found[1], ""), value)
            for name, value in variables.items()
        }


def run_job(job: Mapping[str, Any], contexts: Mapping[str, str], directory: Path, path: str) -> JobRun:
    """Run every script of a job in a directory, with a `PATH` that has stubs of what it calls."""
    run = JobRun(dict(contexts))
    for step in job["steps"]:
        if "run" not in step or not run.wants(step):
            continue
        output = directory / "output"
        output.write_text("")
        environ = {
            **os.environ,
            **run.fill({**job["env"], **step.get("env", {})}),
            "PATH": path,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_SHA": contexts["github.sha"],
        }
        result = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=directory, env=environ, check=False, timeout=60)
        name = step.get("id", step.get("name", step["run"]))
        run.ran[name] = result.returncode == 0
        run.contexts[f"steps.{name}.outcome"] = "success" if result.returncode == 0 else "failure"
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            run.contexts[f"steps.{name}.outputs.{key}"] = value
    return run


WORKFLOW = yaml.load((ROOT / ".github/workflows/bootstrap.yml").read_text(), yaml.BaseLoader)  # noqa: S506
