"""A merge of two renderings into a service: what becomes of each file, and that none is in two lists."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.helpers import git
from svcgen.service.merging.merge import TemplateMerge
from svcgen.service.merging.merge_result import Conflict, Merged, MergeResult
from svcgen.service.merging.moves import Mention
from svcgen.service.vcs.filters import Filters
from svcgen.service.vcs.objects import ObjectStore
from svcgen.service.vcs.repository import Repository
from svcgen.service.vcs.tree import EXECUTABLE, LINK, REGULAR, Entry

LINES = "".join(f"{number}\n" for number in range(20))
OURS, THEIRS, BOTH = LINES.replace("3\n", "ours\n", 1), LINES.replace("9\n", "theirs\n", 1), "both\n"
MERGED = OURS.replace("9\n", "theirs\n", 1)
TOP = LINES.replace("3\n", "theirs\n", 1)
CONFLICT = LINES.replace("3\n", "<<<<<<< yours\nours\n=======\ntheirs\n>>>>>>> template-v2\n", 1)
Files = Mapping[str, Any]


def write(directory: Path, files: Files) -> Path:
    """Write files; a path is a link, a list the lines of an executable file."""
    directory.mkdir(exist_ok=True)
    for name, content in files.items():
        place = directory / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            place.symlink_to(content)
        elif isinstance(content, list):
            place.write_text("".join(content))
            place.chmod(0o755)
        else:
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory


class Bench:
    """A service at the top of its repository, or in a folder of it."""

    def __init__(self, place: Path, environ: Mapping[str, str]) -> None:
        self.place, self.environ = place, environ
        self.service = place / "service"
        self.prepare: Callable[[Path], object] = lambda _service: None

    def merge(
        self,
        base: Files,
        ours: Files,
        theirs: Files,
        apart: tuple[str, ...] = (),
        moved: Mapping[str, str] | None = None,
    ) -> MergeResult:
        write(self.service, {"own.py": "own\n", **ours})
        git(self.service, "init", "--quiet", "--template=", "-b", "main")
        git(self.service, "add", "--all")
        git(self.service, "commit", "--quiet", "--message", "All", environ=self.environ)
        (self.service / ".git" / "info").mkdir()
        self.prepare(self.service)
        (self.place / "scratch").mkdir()
        repository = Repository.find(self.service)
        self.store = ObjectStore(self.service, repository.tree("HEAD"), self.place / "scratch")
        merging = TemplateMerge(Filters(repository, self.store, own=True), "v2")
        self.result = merging.run(write(self.place / "base", base), write(self.place / "theirs", theirs), apart, moved)
        return self.result

    def text(self, entry: Entry) -> str:
        return self.store.contents([entry.oid])[entry.oid].decode(errors="replace")

    @property
    def files(self) -> dict[str, str]:
        return {path: self.text(entry) for path, entry in self.result.tree.items() if path != "own.py"}


@pytest.fixture
def bench(tmp_path: Path, environ: Mapping[str, str]) -> Bench:
    return Bench(tmp_path, environ)


def names(report: Merged) -> list[str]:
    """Return every path of a report, once for each list that it is in."""
    alone = (*report.updated, *report.kept, *report.left_out, *report.untracked)
    pairs = (*report.removed, *report.renamed, *report.beside)
    return [*alone, *(conflict.path for conflict in report.conflicts), *(old for old, _ in pairs)]


CASES: dict[str, tuple[Files, Files, Files, Merged, Files]] = {
    "nothing changed": ({"a": LINES}, {"a": LINES}, {"a": LINES}, Merged(), {"a": LINES}),
    "only the template": ({"a": LINES}, {"a": LINES}, {"a": THEIRS}, Merged(updated=("a",)), {"a": THEIRS}),
    "only the team": ({"a": LINES}, {"a": OURS}, {"a": LINES}, Merged(kept=("a",)), {"a": OURS}),
    "both, in two places": (
        {"a": LINES},
        {"a": OURS},
        {"a": THEIRS},
        Merged(updated=("a",), kept=("a",)),
        {"a": MERGED},
    ),
    "both alike": ({"a": LINES}, {"a": OURS}, {"a": OURS}, Merged(kept=("a",)), {"a": OURS}),
    "both, in one place": (
        {"a": LINES, "b": LINES},
        {"a": OURS, "b": OURS},
        {"a": TOP, "b": TOP},
        Merged(conflicts=(Conflict("a", (4,)), Conflict("b", (4,)))),
        {"a": CONFLICT, "b": CONFLICT},
    ),
    "a day is no change": (
        {"a": "2001-02-03\n" + LINES},
        {"a": "2004-05-06\n" + LINES},
        {"a": "2001-02-03\n" + THEIRS},
        Merged(updated=("a",)),
        {"a": "2004-05-06\n" + THEIRS},
    ),
    "new": ({}, {}, {"a": THEIRS, "b/c": THEIRS}, Merged(updated=("a", "b/c")), {"a": THEIRS, "b/c": THEIRS}),
    "new on both sides": (
        {},
        {"a": "ours\n"},
        {"a": "theirs\n"},
        Merged(conflicts=(Conflict("a", (1,)),)),
        {"a": "<<<<<<< yours\nours\n=======\ntheirs\n>>>>>>> template-v2\n"},
    ),
    "removed": ({"a": LINES}, {"a": LINES}, {}, Merged(updated=("a",)), {}),
    "removed, and changed by the team": (
        {"a": LINES, "b": LINES},
        {"a": OURS, "b": OURS},
        {},
        Merged(removed=(("a", "a.removed-in-v2"), ("b", "b.removed-in-v2"))),
        {"a.removed-in-v2": OURS, "b.removed-in-v2": OURS},
    ),
    "removed, and the name is taken": (
        {"a": LINES},
        {"a": OURS, "a.removed-in-v2": "1\n", "a.removed-in-v2-2": "2\n"},
        {},
        Merged(removed=(("a", "a.removed-in-v2-3"),)),
        {"a.removed-in-v2": "1\n", "a.removed-in-v2-2": "2\n", "a.removed-in-v2-3": OURS},
    ),
    "removed, and renamed by the team": (
        {"a": LINES},
        {"mine": OURS},
        {},
        Merged(kept=("a",), removed=(("mine", "mine"),)),
        {"mine": OURS},
    ),
    "renamed": (
        {"a": LINES},
        {"a": OURS},
        {"b": LINES},
        Merged(updated=("a", "b"), renamed=(("a", "b"),)),
        {"b": OURS},
    ),
    "renamed, and not changed": ({"a": LINES}, {"a": LINES}, {"b": LINES}, Merged(updated=("a", "b")), {"b": LINES}),
    "deleted by the team": (
        {"a": LINES, "b": LINES},
        {"b": LINES},
        {"a": THEIRS, "b": LINES},
        Merged(left_out=("a",)),
        {"b": LINES},
    ),
    "deleted by the team alone": ({"a": LINES}, {}, {"a": LINES}, Merged(kept=("a",)), {}),
    "a new file in a folder that the team renamed": (
        {f"old/{name}": name + LINES for name in "abc"},
        {f"new/{name}": name + LINES for name in "abc"},
        {**{f"old/{name}": name + LINES for name in "abc"}, "old/d": "d\n"},
        Merged(updated=("old/d",), kept=("old/a", "old/b", "old/c")),
        {**{f"new/{name}": name + LINES for name in "abc"}, "old/d": "d\n"},
    ),
    "no text": (
        {"a": b"\0base"},
        {"a": b"\0ours"},
        {"a": b"\0theirs"},
        Merged(conflicts=(Conflict("a", ()),)),
        {"a": "\0ours"},
    ),
    "a folder in its place": (
        {"a": LINES},
        {"a/b": "ours\n"},
        {"a": THEIRS},
        Merged(beside=(("a", "a.new-in-v2"),)),
        {"a/b": "ours\n", "a.new-in-v2": THEIRS},
    ),
    "a file where its folder would be": (
        {},
        {"a": "ours\n"},
        {"a/b": THEIRS},
        Merged(left_out=(), untracked=("a/b",)),
        {"a": "ours\n"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_merge(bench: Bench, case: str) -> None:
    base, ours, theirs, report, files = CASES[case]
    result = bench.merge(base, ours, theirs)
    assert result.report == report
    assert bench.files == files
    before = {path: entry for path, entry in result.tree.items() if path == "own.py"}
    assert list(before) == ["own.py"]
    assert set(result.stages) == {conflict.path for conflict in report.conflicts}
    head = bench.store.read(git(bench.service, "rev-parse", "HEAD^{tree}"))
    assert result.changed == {
        path for path in head.keys() | result.tree.keys() if head.get(path) != result.tree.get(path)
    }
    twice = {name for name in names(report) if names(report).count(name) > 1}
    # What is merged is both, and a file that was renamed is gone from its place.
    assert twice <= {*report.kept, *(old for old, _ in report.renamed)} & set(report.updated)


# So little of it is left that git takes it for another file.
REWRITTEN = "".join(f"theirs {number}\n" for number in range(20)) + LINES[-6:]
END = "18\n19\n"
MOVED: dict[str, tuple[Files, Files, Files, Merged, Files]] = {
    "edited": (
        {"a": LINES},
        {"a": "ours\n" + LINES},
        {"b/a": THEIRS},
        Merged(updated=("a", "b/a"), renamed=(("a", "b/a"),)),
        {"b/a": "ours\n" + THEIRS},
    ),
    "edited, and rewritten by the template": (
        {"a": LINES},
        {"a": LINES + "ours\n"},
        {"b/a": REWRITTEN},
        Merged(updated=("a", "b/a"), renamed=(("a", "b/a"),)),
        {"b/a": REWRITTEN + "ours\n"},
    ),
    "edited where the template has rewritten it": (
        {"a": LINES},
        {"a": OURS},
        {"b/a": TOP},
        Merged(conflicts=(Conflict("b/a", (4,)),), renamed=(("a", "b/a"),)),
        {"b/a": CONFLICT},
    ),
    "not edited": ({"a": LINES}, {"a": LINES}, {"b/a": THEIRS}, Merged(updated=("a", "b/a")), {"b/a": THEIRS}),
    "deleted by the team": ({"a": LINES}, {}, {"b/a": THEIRS}, Merged(left_out=("b/a",)), {}),
    "deleted by the team alone": ({"a": LINES}, {}, {"b/a": LINES}, Merged(kept=("a",)), {}),
    "renamed by the team": (
        {"a": LINES},
        {"mine": OURS},
        {"b/a": THEIRS},
        Merged(updated=("mine",), kept=("a",)),
        {"mine": MERGED},
    ),
    "moved by the team alike": (
        {"a": LINES},
        {"b/a": OURS},
        {"b/a": THEIRS},
        Merged(updated=("b/a",), renamed=(("a", "b/a"),)),
        {"b/a": MERGED},
    ),
    "another file of the team's in the new place": (
        {"a": LINES},
        {"a": LINES, "b/a": "ours\n"},
        {"b/a": REWRITTEN},
        Merged(conflicts=(Conflict("b/a", (1,)),), updated=("a",)),
        {"b/a": f"<<<<<<< yours\nours\n=======\n{REWRITTEN}>>>>>>> template-v2\n"},
    ),
    "a link": (
        {"a": LINES},
        {"a": Path("docs/real"), "docs/real": OURS},
        {"b/a": THEIRS},
        Merged(updated=("b/a",), renamed=(("a", "b/a"),)),
        {"a": "docs/real", "docs/real": OURS, "b/a": MERGED},
    ),
}


@pytest.mark.parametrize("case", MOVED)
def test_moved(bench: Bench, case: str) -> None:
    """The table of the template says where a file is now, however little of it is left."""
    base, ours, theirs, report, files = MOVED[case]
    # The template has moved other files earlier, and not all that the table says is in each service.
    result = bench.merge(base, ours, theirs, moved={"a": "b/a", "own.py": "b/own.py", "early": "b/early"})
    assert (result.report, bench.files) == (report, files)
    assert set(result.stages) == {conflict.path for conflict in report.conflicts}


def test_what_names_a_moved_file(bench: Bench) -> None:
    old = {"app/log.py": LINES, "app/main.py": f"from app.db import a\nfrom app.log import b\n{LINES}"}
    new = {"app/core/log.py": LINES, "app/main.py": f"from app.core.log import b\nfrom app.db import a\n{THEIRS}"}
    own = {
        "app/mine.py": "import app.log as log\r\n",
        "kept.py": "import app.log\n",
        "docs/a.md": "app/log.py\n",
        "Dockerfile": "CMD app.log\n",
        "both.py": b"import app.log\r\nimport os\n",
        "no.py": b"import app.log\n\0",
        "large.py": "import app.log\n" + "#" * 2**20,
        "latin.py": b"import app.log  # \xe9\n",
    }
    main = old["app/main.py"].replace("from app.log", "from app.extra import c\nfrom app.log")
    ours = {**old, **own, "app/main.py": main}
    bench.merge(old, ours, new, apart=("kept.py",), moved={"app/log.py": "app/core/log.py"})
    changed = ("app/mine.py", "both.py", "docs/a.md", "latin.py")
    assert bench.result.report == Merged(
        updated=tuple(sorted(("app/core/log.py", "app/log.py", "app/main.py", *changed))),
        kept=("app/main.py",),
        rewritten=changed,
        mentions=(
            Mention("Dockerfile", 1, "app.log", "app.core.log"),
            Mention("kept.py", 1, "app.log", "app.core.log"),
        ),
    )
    assert (
        bench.files["app/main.py"]
        == f"from app.core.log import b\nfrom app.db import a\nfrom app.extra import c\n{THEIRS}"
    )
    assert bench.files["app/mine.py"] == "import app.core.log as log\r\n"
    assert bench.files["both.py"] == "import app.core.log\r\nimport os\n"


def test_a_module_that_is_removed_and_in_use(bench: Bench) -> None:
    names = ("shell", "words", "named", "lazy", "changed", "unused", "quoted", "prose", "same")
    old = {f"tests/{name}.py": f"{name}\n" for name in names}
    old |= {"tests/shell.py": "from tests import words\n", "a.py": f"import tests.same\n{LINES}"}
    own = {
        "own/a.py": "import tests.shell\nfrom tests import (\n    b,\n    named,\n)\n",
        "own/b.py": 'def f():\n    from tests.lazy import x\n\n\nsetattr("tests.quoted.x", 1)\n',
        "own/c/__init__.py": "from tests.changed import x\n",
        "own/c.py": "# tests.unused, unused\nimport tests.unused_too\n",
        "own/d.md": "import tests.prose\n",
    }
    changed = {"tests/changed.py": "ours\n", "tests/unused.py": "ours\n", "a.py": f"import tests.same\n{OURS}"}
    result = bench.merge(old, {**old, **own, **changed}, {"a.py": f"import tests.same\n{THEIRS}"})
    stays = [f"tests/{name}.py" for name in ("changed", "lazy", "named", "quoted", "shell", "words")]
    beside = ("tests/unused.py", "tests/unused.py.removed-in-v2")
    assert result.report.removed == tuple(sorted([*((path, path) for path in stays), beside]))
    assert {path: text for path, text in bench.files.items() if path.startswith("tests/")} == {
        **{path: {**old, **changed}[path] for path in stays},
        "tests/unused.py.removed-in-v2": "ours\n",
    }


def test_what_is_apart_is_not_touched(bench: Bench) -> None:
    files = {"a": LINES, "b": LINES}
    changed = {"a": TOP, "b": TOP, "c": "c\n"}
    result = bench.merge(files, {"a": OURS, "b": LINES}, changed, apart=("a", "c"))
    assert result.report == Merged(updated=("b", "c"))
    assert bench.files == {"a": OURS, "b": TOP, "c": "c\n"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "mode", "report"),
    [
        (LINES, [LINES], LINES, EXECUTABLE, Merged(kept=("a",))),
        (LINES, LINES, [LINES], EXECUTABLE, Merged(updated=("a",))),
        (LINES, [LINES], THEIRS, EXECUTABLE, Merged(updated=("a",), kept=("a",))),
        (LINES, Path("none"), THEIRS, LINK, Merged(beside=(("a", "a.new-in-v2"),))),
        (LINES, Path("none"), LINES, LINK, Merged(kept=("a",))),
        (LINES, Path("own.py"), LINES, LINK, Merged(kept=("a",))),
    ],
)
def test_modes(bench: Bench, base: Any, ours: Any, theirs: Any, mode: str, report: Merged) -> None:
    assert bench.merge({"a": base}, {"a": ours}, {"a": theirs}).report == report
    assert bench.result.tree["a"].mode == mode


def test_a_link_to_a_file_that_took_its_place(bench: Bench) -> None:
    ours = {"a": Path("docs/real"), "docs/real": OURS}
    assert bench.merge({"a": LINES}, ours, {"a": THEIRS}).report.kept == ("a",)
    assert bench.files == {"a": "docs/real", "docs/real": MERGED}
    assert (bench.result.tree["a"].mode, bench.result.tree["docs/real"].mode) == (LINK, REGULAR)


def test_line_endings_are_those_of_the_service(bench: Bench) -> None:
    bench.merge({"a": LINES, "b": LINES}, {"a": OURS.replace("\n", "\r\n")}, {"a": [THEIRS]})
    assert bench.files == {"a": MERGED.replace("\n", "\r\n")}
    assert bench.result.tree["a"].mode == EXECUTABLE


def test_a_link_to_a_name_of_any_encoding(bench: Bench) -> None:
    bench.merge({"a": LINES}, {"a": LINES, "link": Path(os.fsdecode(b"caf\xe9"))}, {"a": THEIRS})
    assert bench.result.report == Merged(updated=("a",))


def test_a_link_in_place_of_a_file_that_is_removed(bench: Bench) -> None:
    ours = {"a": Path("docs/real"), "docs/real": LINES}
    bench.merge({"a": LINES, "b": LINES}, {**ours, "b": LINES}, {"b": THEIRS})
    assert bench.files == {"a": "docs/real", "docs/real": LINES, "b": THEIRS}


def test_a_link_to_a_file_that_conflicts(bench: Bench) -> None:
    bench.merge({"a": LINES}, {"a": Path("docs/real"), "docs/real": OURS}, {"a": TOP})
    assert bench.result.report == Merged(conflicts=(Conflict("docs/real", (4,)),), kept=("a",))
    assert set(bench.result.stages) == {"docs/real"}
    assert sorted(bench.result.stages["docs/real"]) == [1, 2, 3]


@pytest.mark.parametrize("how", [".git/info/exclude", "index"])
def test_what_git_does_not_see_stays(bench: Bench, how: str) -> None:
    """A file that only the disk has, or an edit that git was told not to look at."""

    def prepare(service: Path) -> None:
        if how == "index":
            git(service, "update-index", "--assume-unchanged", "a")
        else:
            (service / how).write_text("a\n")
        (service / "a").write_text("typed\n")

    bench.prepare = prepare
    there = {"a": LINES} if how == "index" else {}
    result = bench.merge(there, there, {"a": THEIRS, "b": "b\n"})
    assert result.report == Merged(updated=("b",), beside=(("a", "a.new-in-v2"),))
    assert bench.files == {**there, "a.new-in-v2": THEIRS, "b": "b\n"}
    assert result.changed == {"a.new-in-v2", "b"}


def test_an_unseen_edit_of_a_file_that_is_removed(bench: Bench) -> None:
    def prepare(service: Path) -> None:
        git(service, "update-index", "--skip-worktree", "a", "b")
        for name in ("a", "b"):
            (service / name).write_text("typed\n")

    bench.prepare = prepare
    files = {"a": LINES, "b": LINES}
    assert bench.merge(files, files, {}).report == Merged(removed=(("a", "a"), ("b", "b")))
    assert bench.files == files
    assert bench.result.changed == frozenset()


def test_a_file_that_is_kept_out_of_git(bench: Bench) -> None:
    """The team has deleted it from git alone."""

    def prepare(service: Path) -> None:
        (service / ".git" / "info" / "exclude").write_text("a\n")
        (service / "a").write_text(LINES)

    bench.prepare = prepare
    assert bench.merge({"a": LINES}, {}, {"a": THEIRS}).report == Merged(untracked=("a",))
    assert bench.files == {}


def test_a_folder_on_disk_that_is_a_link(bench: Bench) -> None:
    def prepare(service: Path) -> None:
        (service / ".git" / "info" / "exclude").write_text("docs\n")
        (service / "docs").symlink_to("..")

    bench.prepare = prepare
    assert bench.merge({}, {}, {"docs/a": THEIRS, "b": "b\n"}).report == Merged(updated=("b",), untracked=("docs/a",))
    assert bench.files == {"b": "b\n"}


def test_a_file_in_place_of_a_folder_that_is_not_checked_out(bench: Bench) -> None:
    def prepare(service: Path) -> None:
        git(service, "update-index", "--skip-worktree", "a")
        (service / "a").unlink()

    bench.prepare = prepare
    assert bench.merge({}, {"a": "ours\n"}, {"a/b/c": THEIRS}).report == Merged(left_out=("a/b/c",))
    assert bench.files == {"a": "ours\n"}


def test_names_that_are_taken_on_disk(bench: Bench) -> None:
    def prepare(service: Path) -> None:
        (service / ".git" / "info" / "exclude").write_text("a*\n")
        for name in ("a", "a.new-in-v2"):
            (service / name).write_text("typed\n")

    bench.prepare = prepare
    assert bench.merge({}, {}, {"a": THEIRS}).report == Merged(beside=(("a", "a.new-in-v2-2"),))


def test_filters_apply_where_a_file_comes_to(bench: Bench) -> None:
    def prepare(service: Path) -> None:
        git(service, "config", "filter.upper.clean", "tr a-z A-Z")
        (service / ".git" / "info" / "attributes").write_text("moved/* filter=upper\n*.up filter=upper\n")

    bench.prepare = prepare
    bench.merge({"a": LINES + "a\n"}, {"moved/a": LINES + "A\n"}, {"a": THEIRS + "a\n", "new.up": "new\n"})
    assert bench.files["new.up"] == "NEW\n"
    assert bench.files["moved/a"] == THEIRS.upper() + "A\n"


def test_another_file_can_be_added(bench: Bench) -> None:
    result = bench.merge({"a": LINES}, {"a": LINES}, {"a": THEIRS})
    entry = Entry(REGULAR, bench.store.add(b"x\n"))
    added = result.with_file("b", entry)
    assert added.tree == {**result.tree, "b": entry}
    assert (added.report, added.changed, added.stages) == (result.report, result.changed, result.stages)
    assert "b" not in result.tree


def test_two_files_that_move_to_one_place(bench: Bench) -> None:
    """From two releases; where a fork has both at once, no line of either is lost."""
    base, ours = {"a": LINES, "b": LINES}, {"a": LINES + "a\n", "b": LINES + "b\n"}
    result = bench.merge(base, ours, {"c": THEIRS}, moved={"a": "c", "b": "c"})

    assert result.report.renamed == (("a", "c"),)
    assert result.report.removed == (("b", "b.removed-in-v2"),)
    assert bench.files == {"c": THEIRS + "a\n", "b.removed-in-v2": LINES + "b\n"}


def test_a_cycle_of_moves(bench: Bench) -> None:
    result = bench.merge(
        {"a": "1\n", "b": "2\n"}, {"a": OURS, "b": "2\n"}, {"a": "1\n", "b": "2\n"}, moved={"a": "b", "b": "a"}
    )

    assert bench.files == {"a": OURS, "b": "2\n"}
    assert result.report.kept == ("a",)


def test_a_file_of_the_team_does_not_get_a_second_in_its_new_place(bench: Bench) -> None:
    bench.merge(
        {"SECURITY.md": "old\n"},
        {"SECURITY.md": OURS},
        {".github/SECURITY.md": "new\n"},
        ("SECURITY.md",),
        {"SECURITY.md": ".github/SECURITY.md"},
    )

    assert bench.files == {"SECURITY.md": OURS}
