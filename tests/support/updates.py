"""An update with everything that can be in one."""

from pathlib import Path

from svcgen.commands.update_result import Update
from svcgen.service.merging.merge_result import Conflict, Merged
from svcgen.service.merging.moves import Mention
from svcgen.system.steps import Step

PLACE = Path("/srv/billing")
EVERYTHING = Update(
    PLACE,
    "v1.0.0",
    "v1.1.0",
    branch="svcgen/v1.1.0",
    undo="git switch main",
    merged=Merged(
        updated=("a.py", "b.py"),
        kept=("b.py", "kept.py"),
        conflicts=(Conflict("app.py", (4, 9)), Conflict("logo.png", ())),
        removed=(("old.py", "old.py.removed-in-v1.1.0"), ("used.py", "used.py")),
        renamed=(("from.py", "to.py"),),
        left_out=("gone.py",),
        beside=(("link.md", "link.md.new-in-v1.1.0"),),
        untracked=("CLAUDE.md",),
        rewritten=("app/mine.py",),
        mentions=(Mention("compose.yaml", 3, "app.server", "app.core.server"),),
    ),
    answers={"region": (None, "ams"), "size": ("small", "large")},
    duties=("v1.1.0: Set PORT.",),
    notes=("requirements.txt is exported",),
    diff="+one\n\n",
    steps=(
        Step("merge", "done", 0.12345),
        Step("lock", "failed", 1.0, "uv lock", "no network"),
        Step("check", "pending", command="uv run scripts/check.py", reason="needs the lock"),
        Step("sync", "skipped", command="uv sync"),
    ),
)
