"""A new resource beside those that an earlier release added: what they share is the older one's, or brought up to date.

Every night: `SVCGEN_NIGHT=1 uv run pytest -n0 tests/update/test_resources.py`
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.night import nightly
from svcgen.system.uv import Uv
from update.history import add_resource, commit, run

FIELDS = (
    "name:str:unique at:datetime opens:time data:json:optional note:text day:date price:decimal:9,8 count_of:int"
    " big:bigint ratio:float key:uuid state:enum:a,b tags:list:str"
).split()
CHECKS = ("ruff check", "ruff format --check", "mypy", "python scripts/check.py", "pytest --quiet")


@nightly
def test_new_resource_beside_those_of_a_release(released: str, untouched: Path, git_environ: Mapping[str, str]) -> None:
    if released == "v0.1.0":
        pytest.skip("its svcgen could not add a resource")
    add_resource(untouched, "customer", *FIELDS)
    commit(untouched, "Add customers", git_environ)
    uv = Uv.find("3.13", lambda _event: None)
    updated = run(sys.executable, "-m", "svcgen", "update", "--quiet", cwd=untouched, environ=git_environ)
    assert updated.returncode == 0, updated.stdout + updated.stderr
    uv.run(untouched, "sync", "--frozen")
    command = (sys.executable, "-m", "svcgen", "add", "resource", "order", *FIELDS, "customer:ref:customer")
    added = run(*command, cwd=untouched, environ=git_environ)
    assert added.returncode == 0, added.stdout + added.stderr

    for check in CHECKS:
        uv.run(untouched, "run", "--frozen", *check.split())
