"""Files are stored as the repository of a service would commit them."""

from pathlib import Path

import pytest

from support.helpers import git
from support.monorepo import Monorepo
from svcgen.errors import ToolError
from svcgen.service.vcs.filters import Filters
from svcgen.service.vcs.objects import ObjectStore
from svcgen.service.vcs.tree import EXECUTABLE, LINK, REGULAR, Entry

ATTRIBUTES = "*.up filter=upper\n*.set filter\n*.off -filter\n*.user filter=user\nin/*.py filter=upper\n"


@pytest.fixture
def store(monorepo: Monorepo, tmp_path: Path) -> ObjectStore:
    (tmp_path / "scratch").mkdir()
    service = monorepo.top / "services" / "billing"
    git(monorepo.top, "config", "filter.upper.clean", "tr a-z A-Z; echo %f")
    git(monorepo.top, "config", "--global", "filter.user.clean", "tr a-z A-Z")
    (service / ".gitattributes").write_text(ATTRIBUTES)
    tree = git(monorepo.top, "rev-parse", "HEAD:services/billing")
    return ObjectStore(service, tree, tmp_path / "scratch")


def stored(monorepo: Monorepo, store: ObjectStore, *, own: bool) -> dict[str, tuple[str, bytes]]:
    oid = store.add(b"text\n")
    files = {name: Entry(REGULAR, oid) for name in ("a.py", "a.up", "a.set", "a.off", "a.user", "in/a.py", "ä b.up")}
    files |= {"x.up": Entry(EXECUTABLE, oid), "link.up": Entry(LINK, oid)}
    found = Filters(monorepo.repository, store, own=own).as_committed(files)
    contents = store.contents(entry.oid for entry in found.values())
    return {path: (entry.mode, contents[entry.oid]) for path, entry in found.items()}


PLAIN = dict.fromkeys(("a.py", "a.set", "a.off"), (REGULAR, b"text\n")) | {"link.up": (LINK, b"text\n")}


def test_the_filters_of_the_repository(monorepo: Monorepo, store: ObjectStore) -> None:
    assert stored(monorepo, store, own=True) == {
        **PLAIN,
        "a.user": (REGULAR, b"TEXT\n"),
        **{name: (REGULAR, f"TEXT\nservices/billing/{name}\n".encode()) for name in ("a.up", "in/a.py", "ä b.up")},
        "x.up": (EXECUTABLE, b"TEXT\nservices/billing/x.up\n"),
    }


def test_only_those_of_the_user(monorepo: Monorepo, store: ObjectStore) -> None:
    before = git(monorepo.top, "count-objects")
    assert stored(monorepo, store, own=False) == {
        **PLAIN,
        "a.user": (REGULAR, b"TEXT\n"),
        **dict.fromkeys(("a.up", "in/a.py", "ä b.up"), (REGULAR, b"text\n")),
        "x.up": (EXECUTABLE, b"text\n"),
    }
    assert git(monorepo.top, "count-objects") == before


def test_a_filter_that_is_required(monorepo: Monorepo, store: ObjectStore) -> None:
    git(monorepo.top, "config", "filter.upper.clean", "false")
    git(monorepo.top, "config", "filter.upper.required", "true")
    with pytest.raises(ToolError, match="clean filter 'upper' failed"):
        stored(monorepo, store, own=True)
