"""Paths lead to the same services in every command."""

import os
from pathlib import Path

import pytest

from support.svcgen import Svcgen
from svcgen.errors import UsageError
from svcgen.service import places
from svcgen.service.places import absolute, find_service, find_services, read_list


def make(service: Path) -> Path:
    """Make what is taken for a service."""
    (service / "app" / "api").mkdir(parents=True)
    (service / ".copier-answers.yml").touch()
    return service


@pytest.fixture
def mono(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two services and a folder that is none; the working directory."""
    top = tmp_path / "mono"
    (top / ".git").mkdir(parents=True)
    (top / "docs").mkdir()
    make(top / "billing")
    make(top / "orders")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(top)
    return top


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("billing", "mono/billing"),
        ("./billing/", "mono/billing"),
        ("../mono/billing", "mono/billing"),
        ("billing/app/../../orders", "mono/orders"),
        ("~/mono", "mono"),
        ("~", "."),
        ("link", "mono/link"),
        ("link/..", "elsewhere"),
        ("link/../x", "elsewhere/x"),
        ("~nobody-of-that-name/x", "mono/~nobody-of-that-name/x"),
    ],
)
def test_absolute(given: str, expected: str, mono: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "real").mkdir(parents=True)
    (mono / "link").symlink_to(tmp_path / "elsewhere" / "real")
    assert absolute(Path(given)) == Path(os.path.normpath(tmp_path / expected))


@pytest.mark.parametrize("inside", [".", "app", "app/api"])
def test_the_service_that_a_directory_is_in(mono: Path, inside: str) -> None:
    assert find_service(mono / "billing" / inside) == mono / "billing"


def test_the_nearest_one(mono: Path) -> None:
    make(mono / "billing" / "app" / "worker")
    assert find_service(mono / "billing" / "app" / "worker" / "app") == mono / "billing" / "app" / "worker"


@pytest.mark.parametrize("elsewhere", ["docs", ".", "missing", "billing/missing", "billing/file", "billing/.git/hooks"])
def test_no_service(mono: Path, elsewhere: str) -> None:
    (mono / "billing" / ".git" / "hooks").mkdir(parents=True)
    (mono / "billing" / "file").touch()
    assert find_service(mono / elsewhere) == mono / elsewhere


@pytest.mark.parametrize("boundary", ["directory", "file", "dangling link"])
def test_never_beyond_a_repository(mono: Path, boundary: str) -> None:
    """A submodule, a work tree and a clone in a service's folder are not the service's."""
    inner = mono / "billing" / "vendored"
    (inner / "src").mkdir(parents=True)
    if boundary == "directory":
        (inner / ".git").mkdir()
    elif boundary == "file":
        (inner / ".git").touch()
    else:
        (inner / ".git").symlink_to("nowhere")
    assert find_service(inner / "src") == inner / "src"
    assert find_service(inner) == inner


def test_never_into_the_directory_of_another_owner(mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /tmp is: anybody can put an answers file there."""
    owner = places._owner
    monkeypatch.setattr(places, "_owner", lambda place: (owner(place)[0], 1 if place.name == "billing" else 2))
    assert find_service(mono / "billing" / "app") == mono / "billing" / "app"


def test_a_link_into_a_service(mono: Path, tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "api").symlink_to(mono / "billing" / "app" / "api")
    (tmp_path / "other").symlink_to(mono / "billing")
    assert find_service(tmp_path / "api") == mono / "billing"
    assert find_service(tmp_path / "other") == tmp_path / "other"


def test_each_service_once(mono: Path) -> None:
    (mono / "link").symlink_to("billing")
    given = ["billing/app", "billing", "link", "docs", "orders", "./docs"]
    assert find_services(map(Path, given)) == {
        mono / "billing": mono / "billing" / "app",
        mono / "docs": mono / "docs",
        mono / "orders": mono / "orders",
    }


def test_a_list(mono: Path) -> None:
    file = mono / "docs" / "list.txt"
    file.write_text("\ufeff# ours\r\n../billing  # the first\n\n~/x\n/srv/c#\n", encoding="utf-8")
    assert [*map(absolute, read_list(Path("~/mono/docs/list.txt")))] == [
        mono / "billing",
        mono.parent / "x",
        Path("/srv/c#"),
    ]


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_list_that_can_not_be_read(mono: Path, content: bytes | None) -> None:
    if content:
        (mono / "list.txt").write_bytes(content)
    with pytest.raises(UsageError, match=r"list\.txt can't be read: ") as failed:
        read_list(Path("list.txt"))
    assert failed.value.hint == "list one path a line, with # before a comment"


@pytest.mark.parametrize("command", ["status", "update --check", "add resource invoice due:date"])
def test_the_service_found_is_named(svcgen: Svcgen, workdir: Path, command: str) -> None:
    make(workdir / "billing")
    result = svcgen(*command.split(), cwd="billing/app")
    assert f"note: using the service {workdir}/billing, which contains {workdir}/billing/app" in result.stderr
