"""Imports that both sides of a merge add, change or remove do not conflict."""

import pytest

from svcgen.service.merging.merge_imports import with_own_imports

BASE = """\"\"\"Text.\"\"\"

import os
from pathlib import Path

from app import api
from app.api import health
from app.deps import A

X = 1
"""


def merged(ours: tuple[str, str], theirs: tuple[str, str]) -> tuple[str, str, str]:
    sides = [BASE.replace(*side) for side in (ours, theirs)]
    assert BASE not in sides
    return (*with_own_imports(BASE, sides[1], sides[0]), sides[0])


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (
            ("from app.deps", "from app.b import B\nfrom app.deps"),
            ("from app.deps", "from app.core import C\nfrom app.deps"),
            ("from app.deps", "from app.b import B\nfrom app.core import C\nfrom app.deps"),
        ),
        (
            ("import health", "import probes"),
            ("from app.deps import A", "from app.core import C"),
            ("import health\nfrom app.deps import A", "import probes\nfrom app.core import C"),
        ),
        (
            ("from app.api import health\n", ""),
            ("import os\n", "import os\nimport sys\n"),
            (
                "import os\nfrom pathlib import Path\n\nfrom app import api\nfrom app.api import health\n",
                "import os\nimport sys\nfrom pathlib import Path\n\nfrom app import api\n",
            ),
        ),
        (
            ("import A", "import (\n    A,\n    B,\n)"),
            ("X = 1", "X = 2"),
            ("import A\n\nX = 1", "import (\n    A,\n    B,\n)\n\nX = 2"),
        ),
        (
            ("import os\n", "import os\nimport sys\n"),
            ("import os\nfrom pathlib import Path\n\n", "import os\n\n"),
            ("import os\nfrom pathlib import Path\n\n", "import os\nimport sys\n\n"),
        ),
    ],
)
def test_merged(ours: tuple[str, str], theirs: tuple[str, str], result: tuple[str, str]) -> None:
    """The old rendering is then as the service, so that git takes the new one."""
    base, new, service = merged(ours, theirs)
    assert base == service
    assert new == BASE.replace(*result)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (("import A", "import B"), ("import A", "import C")),
        (("import A", "import B"), ("from app.deps import A\n", "")),
        (("import os", "import sys\nimport sys\nimport os"), ("import A", "import C")),
        (("import os", "from __future__ import annotations\n\nimport os"), ("import A", "import C")),
        (("X = 1", "X = 2"), ("import A", "import C")),
        (("from app.api", "# Why.\nfrom app.api"), ("import A", "import C")),
        (("import os", "# Why.\nimport os"), ("import A", "import C")),
    ],
)
def test_left_to_git(ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    base, new, _service = merged(ours, theirs)
    assert (base, new) == (BASE, BASE.replace(*theirs))


def test_without_imports() -> None:
    assert with_own_imports("a\n", "import b\n", "import c\n") == ("a\n", "import b\n")
