"""What names a file that the template has moved gets the new name, and nothing else changes."""

import re
import subprocess
from pathlib import Path

import pytest

from svcgen.service.merging.moves import Mention, Moves, fix_command

MOVES = Moves(
    {
        "app/logging.py": "app/core/logging.py",
        "app/middleware.py": "app/core/middleware.py",
        "app/migrations.py": "app/core/schema_check.py",
        "tests/documents.py": "tests/core/documents.py",
        "ruff.toml": "hard-rules/ruff.toml",
    }
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from app.logging import configure\n", "from app.core.logging import configure\n"),
        ("    from app.migrations import (\n        heads,\n    )\n", None),
        ("from app.logging import a  # noqa: PLC0415\n", "from app.core.logging import a  # noqa: PLC0415\n"),
        ("import app.logging as log\n", "import app.core.logging as log\n"),
        ("import app.logging  # its own\n", "import app.core.logging  # its own\n"),
        ("import app.logging\n\napp.logging.x(app.db)\n", "import app.core.logging\n\napp.core.logging.x(app.db)\n"),
        ("from app import db, logging\n", "from app import db\nfrom app.core import logging\n"),
        ("from app import migrations\n", "from app.core import schema_check as migrations\n"),
        ("from app import migrations as m\n", "from app.core import schema_check as m\n"),
        ("from app import migrations as schema_check\n", "from app.core import schema_check\n"),
        ("from app import (\n    logging,\n    middleware,\n)\n", "from app.core import logging, middleware\n"),
        ("from .logging import a\n", "from app.core.logging import a\n"),
        ("from . import db, logging\n", "from . import db\nfrom app.core import logging\n"),
        ('setattr("app.logging._lock", None)\n', 'setattr("app.core.logging._lock", None)\n'),
        ("run('app.logging:main')\n", "run('app.core.logging:main')\n"),
        ('open("app/logging.py")\n', 'open("app/core/logging.py")\n'),
    ],
)
def test_python(old: str, new: str | None) -> None:
    assert MOVES.rewrite("app/mine.py", old) == (new or old.replace("app.migrations", "app.core.schema_check"))


@pytest.mark.parametrize(
    "text",
    [
        '@app.middleware("http")\n',
        "app.logging.info\n",
        "from app.logging_config import a\n",
        "from app.errors import logging\n",
        "from myapp.logging import a\n",
        "from app import db\n",
        "from ..logging import a\n",
        "import app.loggings\n",
        'print("see app.logging")\n',
        'open("other/app/logging.py")\n',
        "import logging\n",
    ],
)
def test_python_of_another_meaning(text: str) -> None:
    assert MOVES.rewrite("app/mine.py", text) == text


def test_relative_imports_of_a_file_that_moves() -> None:
    text = "from . import db, logging\nfrom .errors import a\nfrom .logging import b\n"
    assert MOVES.rewrite("app/core/middleware.py", text) == (
        "from app import db\nfrom app.core import logging\nfrom app.core.logging import b\nfrom app.errors import a\n"
    )


def test_imports_are_sorted_where_they_were() -> None:
    text = "import os\n\nfrom app.db import a\nfrom app.logging import (\n    b,\n)\n\nfrom app.z import c\n"
    assert MOVES.rewrite("app/mine.py", text) == (
        "import os\n\nfrom app.core.logging import (\n    b,\n)\nfrom app.db import a\n\nfrom app.z import c\n"
    )
    text = "from app.db import b\nfrom app.a import a\nfrom app.logging import c\n"
    assert MOVES.rewrite("app/mine.py", text) == text.replace("app.logging", "app.core.logging")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[log](../app/logging.py#L3)", "[log](../app/core/logging.py#L3)"),
        ("`app/migrations.py`.", "`app/core/schema_check.py`."),
        ("/app/logging.py @acme/sre", "/app/core/logging.py @acme/sre"),
        ("pytest tests/documents.py::test_x", "pytest tests/core/documents.py::test_x"),
        ("other/app/logging.py", "other/app/logging.py"),
        ("app/logging.pyi my-app/logging.py", "app/logging.pyi my-app/logging.py"),
        ("python -m app.logging; ruff.toml", "python -m app.logging; ruff.toml"),
    ],
)
def test_text(old: str, new: str) -> None:
    assert MOVES.rewrite("docs/adr.md", old) == new
    assert MOVES.rewrite("docs/adr.md", new) == new


def test_mentions() -> None:
    text = "x\nCMD app.logging:main\n--config ruff.toml tests/ruff.toml\nmy.app.logging\nknown app.logging\n"
    assert MOVES.mentions("Dockerfile", text, {"known app.logging"}) == [
        Mention("Dockerfile", 2, "app.logging", "app.core.logging"),
        Mention("Dockerfile", 3, "ruff.toml", "hard-rules/ruff.toml"),
    ]
    text = '@app.middleware("http")\nopen("ruff.toml")\nimport app.logging\n'
    assert MOVES.mentions("a.py", text) == [
        Mention("a.py", 2, "ruff.toml", "hard-rules/ruff.toml"),
        Mention("a.py", 3, "app.logging", "app.core.logging"),
    ]


def test_the_command_does_what_is_left(tmp_path: Path) -> None:
    texts = {
        "it's.txt": "app.logging.x ruff.toml tests/ruff.toml ../app/logging.py other/app/logging.py app.loggings\n",
        "a.py": 'import app.middleware\n@app.middleware("ruff.toml")\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    mentions = [mention for name, text in texts.items() for mention in MOVES.mentions(name, text)]
    for _ in range(2):
        subprocess.run(["sh", "-ec", fix_command(mentions)], cwd=tmp_path, check=True)
    new = texts["it's.txt"].replace("app.logging.", "app.core.logging.").replace(" ruff.toml", " hard-rules/ruff.toml")
    assert (tmp_path / "it's.txt").read_text() == new.replace("../app/", "../app/core/")
    assert (tmp_path / "a.py").read_text() == ('import app.core.middleware\n@app.middleware("hard-rules/ruff.toml")\n')
    assert fix_command([]) == ""


@pytest.mark.parametrize("old", ["app/@ARGV.py", "docs/@{[system q(touch run)]}.md", "app/a'b.py", "app/{a}|$0.py"])
@pytest.mark.parametrize(
    "new", ["core/$0.md", "core/@{[system q(touch run)]}.md", "core/}; system q(touch run); #{.md"]
)
def test_the_command_runs_nothing_that_a_name_holds(tmp_path: Path, old: str, new: str) -> None:
    name = "touch run|"
    (tmp_path / name).write_text(f"see {old}\n")
    command = fix_command([Mention(name, 1, old, new)])
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == f"see {new}\n"


def test_nothing_moves() -> None:
    assert Moves({}).rewrite("a.py", "import a\n") == "import a\n"
    assert Moves({}).mentions("a.md", "") == []
    assert Moves({}).words == []


def test_every_word_is_in_what_is_found() -> None:
    assert all(re.search(rf"\b{word}\b", " ".join(MOVES.files)) for word in MOVES.words)
