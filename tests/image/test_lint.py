"""What linters say of the files that no test of ours runs: the image, compose.yaml and the workflows."""

import re
from pathlib import Path

import pytest
import yaml

from image.conftest import Render
from image.linters import lint
from service.conftest import Service
from support.svcgen import ROOT


@pytest.fixture
def workflows(services: list[Service]) -> list[Path]:
    """Those of svcgen and of the services."""
    directories = [ROOT, *(service.path for service in services)]
    found = [path for directory in directories for path in sorted((directory / ".github" / "workflows").iterdir())]
    assert len(found) > len(directories)
    return found


def test_images(services: list[Service]) -> None:
    assert lint("hadolint", *(service.path / "Dockerfile" for service in services)) == ""


def test_images_are_pinned_by_digest(services: list[Service]) -> None:
    for service in services:
        files = ("Dockerfile", "compose.yaml", ".github/workflows/ci.yml")
        text = "\n".join((service.path / file).read_text(encoding="utf-8") for file in files)
        images = re.findall(r"^(?:FROM|\s+image:) (\S+)", text, flags=re.MULTILINE)
        assert len(images) == 5
        assert [image for image in images if not re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image)] == []


def test_schema_of_compose(services: list[Service]) -> None:
    files = [service.path / "compose.yaml" for service in services]
    assert lint("check-jsonschema", "--builtin-schema=vendor.compose-spec", *files) == ""


@pytest.mark.parametrize(("platform", "file"), [("fly", "fly.toml"), ("railway", "railway.json")])
def test_schema_of_platforms(rendered: Render, platform: str, file: str) -> None:
    schema = Path(__file__).parent / "schemas" / f"{platform}.json"
    assert lint("check-jsonschema", "--schemafile", schema, rendered(platform, "3.13").path / file) == ""


def test_schema_of_workflows(workflows: list[Path]) -> None:
    assert lint("check-jsonschema", "--builtin-schema=vendor.github-workflows", *workflows) == ""


def test_security_of_workflows(workflows: list[Path]) -> None:
    # What is not offline asks for known flaws in actions, and Renovate does so too.
    assert lint("zizmor", "--offline", "--persona=pedantic", "--no-progress", "--quiet", *workflows) == ""


def test_scripts_of_workflows(workflows: list[Path]) -> None:
    jobs = [job for path in workflows for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()]
    scripts = {step["run"] for job in jobs for step in job.get("steps", ()) if "run" in step}
    assert len(scripts) > 10
    for script in sorted(scripts):
        # GitHub fills in its expressions before a shell sees them; zizmor says which of them are dangerous.
        plain = re.sub(r"\$\{\{.*?\}\}", "filled-in", script)
        assert lint("shellcheck", "--shell=bash", "-", text=plain) == "", script
