"""What is recorded as the source of a service, and which sources are one repository."""

import json
import os
from pathlib import Path

import pytest
from copier._vcs import get_repo

from support.helpers import git
from svcgen.errors import TemplateError
from svcgen.template.source import find_source, git_install, git_url, same_source

OWN = "https://github.com/svcgen/svcgen"
HINT = "give a git URL, such as https://git.example.com/platform/svcgen, or the path of a repository"


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("https://github.com/platform/svcgen", None),
        ("https://gitlab.com/platform/svcgen", None),
        ("https://git.example.com/platform/svcgen.git", None),
        ("git@git.example.com:platform/svcgen", None),
        ("git://git.example.com/platform/svcgen", None),
        ("git+https://git.example.com/platform/svcgen", None),
        ("git+https://github.com/platform/svcgen", "https://github.com/platform/svcgen"),
        # Copier takes these for paths unless git+ marks them.
        ("https://git.example.com/platform/svcgen", "git+https://git.example.com/platform/svcgen"),
        ("https://github.company.com/x", "git+https://github.company.com/x"),
        ("ssh://git@git.example.com/platform/svcgen", "git+ssh://git@git.example.com/platform/svcgen"),
        ("forgejo@git.example.com:svcgen", "git+forgejo@git.example.com:svcgen"),
        # Renovate does not know these.
        ("gh:platform/svcgen", "https://github.com/platform/svcgen"),
        ("gl:platform/svcgen", "https://gitlab.com/platform/svcgen"),
        # What is committed is no place for a password.
        ("https://user:secret@github.com/platform/svcgen", "https://github.com/platform/svcgen"),
        ("https://user:s@cret@git.example.com/svcgen.git", "https://git.example.com/svcgen.git"),
        ("https://token@git.example.com/a@b.git", "https://git.example.com/a@b.git"),
    ],
)
def test_a_url_that_is_given(given: str, recorded: str | None, tmp_path: Path) -> None:
    assert find_source(given, tmp_path) == (recorded or given)
    assert get_repo(recorded or given), "Copier takes it for a path"


@pytest.mark.parametrize(
    "form", ["{0}", "file://{0}", "git+file://{0}", "git+{0}", "fork", "./fork", "~/fork", "git+fork"]
)
def test_a_path_that_is_given(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fork").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_source(form.format(tmp_path / "fork"), tmp_path) == str(tmp_path / "fork")


def test_a_link_that_is_given_is_recorded_as_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "fork").mkdir()
    (tmp_path / "link").symlink_to("fork")
    assert find_source(str(tmp_path / "link"), tmp_path) == str(tmp_path / "fork")


@pytest.mark.parametrize("given", ["../nowhere", "nowhere", "/nowhere/at/all", "file:///nowhere/at/all", "-x"])
def test_a_path_that_leads_nowhere(given: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        find_source(given, tmp_path)
    assert caught.value.message == f"the source {given!r} is neither a URL nor a path that exists"
    assert caught.value.hint == HINT


@pytest.mark.parametrize("given", ["ext::sh -c touch% canary", "http://git.example.com/x", "git@host:a\nb"])
def test_a_url_that_git_is_never_asked(given: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="is not supported") as caught:
        find_source(given, tmp_path)
    assert caught.value.hint == HINT


@pytest.mark.parametrize(
    ("vcs", "url", "source"),
    [
        ("git", "ssh://git@git.example.com/fork", "git+ssh://git@git.example.com/fork"),
        ("git", "file:///srv/git/fork", "/srv/git/fork"),
        ("git", "https://secret@github.com/platform/svcgen", "https://github.com/platform/svcgen"),
        ("hg", "https://hg.example.com/fork", OWN),
        (None, "file:///home/ada/svcgen", OWN),
    ],
)
def test_what_svcgen_was_installed_from(
    vcs: str | None, url: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = {"url": url, **({"vcs_info": {"vcs": vcs}} if vcs else {})}
    monkeypatch.setattr(
        "importlib.metadata.PathDistribution.read_text",
        lambda _self, name: json.dumps(recorded) if name == "direct_url.json" else "Project-URL: Source, " + OWN,
    )
    assert git_install() == (recorded if vcs == "git" else {})
    assert find_source(None, tmp_path) == source


@pytest.mark.parametrize(
    ("origin", "recorded"),
    [
        ("https://git.example.com/fork", "git+https://git.example.com/fork"),
        ("https://user:secret@github.com/platform/svcgen", "https://github.com/platform/svcgen"),
        ("git@github.com:platform/svcgen.git", None),
        ("git@github.com:svcgen/svcgen.git", OWN),
        ("/srv/git/svcgen", OWN),
        ("../svcgen", OWN),
        ("file:///srv/git/svcgen", OWN),
    ],
)
def test_the_origin_of_a_checkout(repository: Path, origin: str, recorded: str | None) -> None:
    git(repository, "remote", "add", "origin", origin)
    assert find_source(None, repository) == (recorded or origin)


def test_a_checkout_without_an_origin(repository: Path) -> None:
    git(repository, "remote", "add", "upstream", "https://git.example.com/fork")
    assert find_source(None, repository) == OWN


def test_the_origin_of_another_repository(repository: Path) -> None:
    """That a wheel happens to be installed into."""
    git(repository, "remote", "add", "origin", "https://git.example.com/app")
    (repository / "_bundle").mkdir()
    assert find_source(None, repository / "_bundle") == OWN


SAME = [
    [
        "https://github.com/svcgen/svcgen",
        "https://github.com/svcgen/svcgen.git",
        "https://GitHub.com/svcgen/svcgen/",
        "https://user:secret@github.com/svcgen/svcgen",
        "git+https://github.com/svcgen/svcgen",
        "git@github.com:svcgen/svcgen.git",
        "git@github.com:/svcgen/svcgen",
        "github.com:svcgen/svcgen.git/",
        "ssh://git@github.com/svcgen/svcgen",
        "ssh://git@github.com:22/svcgen/svcgen.git",
        "git://github.com/svcgen/svcgen",
        "gh:svcgen/svcgen",
    ],
    ["https://gitlab.com/svcgen/svcgen", "gl:svcgen/svcgen"],
    ["https://github.com/other/svcgen"],
    ["https://github.com/svcgen/svcgen2"],
    ["https://github.com/Svcgen/svcgen"],
    ["https://github.com:8443/svcgen/svcgen", "https://user@github.com:8443/svcgen/svcgen"],
    ["https://[::1]:8443/svcgen", "https://[::1]:8443/svcgen.git"],
    ["https://[::2]:8443/svcgen"],
    ["/svcgen/svcgen", "/svcgen/svcgen/", "file:///svcgen/svcgen", "/svcgen/svcgen.git"],
    ["https://github.com"],
    ["https://host:port/x"],
    [""],
]


@pytest.mark.parametrize(("row", "one"), [(row, one) for row, group in enumerate(SAME) for one in group])
def test_sources_that_are_one_repository(row: int, one: str) -> None:
    same = [other for group in SAME for other in group if same_source(one, other)]
    assert same == SAME[row]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("git+https://git.example.com/x", "https://git.example.com/x"),
        ("gh:platform/svcgen", "https://github.com/platform/svcgen"),
        ("git@git.example.com:x", "git@git.example.com:x"),
        ("/srv/git/x", "/srv/git/x"),
        ("git+/srv/git/x", "/srv/git/x"),
        ("~/x", f"{os.environ['HOME']}/x"),
        ("file:///srv/git/x", "file:///srv/git/x"),
    ],
)
def test_what_git_is_asked(source: str, url: str) -> None:
    assert git_url(source) == url


@pytest.mark.parametrize("source", ["../x", "x", "git+../x", "file:x", "file://x"])
def test_a_relative_path_is_another_place_in_each_directory(source: str) -> None:
    with pytest.raises(TemplateError) as caught:
        git_url(source)
    assert caught.value.message == f"the template's source {source!r} is a relative path"
    assert caught.value.hint == "set _src_path in .copier-answers.yml to a URL or an absolute path, and commit it"
