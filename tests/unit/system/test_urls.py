import pytest

from svcgen.errors import ServiceError
from svcgen.system.urls import check_source, check_version


@pytest.mark.parametrize(
    "source",
    [
        "https://github.com/svcgen/svcgen",
        "git+https://github.com/svcgen/svcgen.git",
        "gh:svcgen/svcgen",
        "gl:svcgen/svcgen",
        "https://user:token@git.example.com:8443/platform/svcgen",
        "ssh://git@git.example.com:2222/platform/svcgen",
        "git://git.example.com/platform/svcgen",
        "file:///srv/git/svcgen",
        "git@github.com:svcgen/svcgen.git",
        "host:~user/svcgen",
        "/srv/git/my template",
        "/srv/git/with:colon",
        "../template",
        "~/template",
        "./gh:x",
    ],
)
def test_what_git_can_be_asked(source: str) -> None:
    assert check_source(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "--upload-pack=touch canary",
        "git+--upload-pack=touch canary",
        "-u",
        "ext::sh -c touch% canary",
        "git+ext::sh -c touch% canary",
        "fd::17",
        "evil::https://github.com/svcgen/svcgen",
        "http://git.example.com/svcgen",
        "ftp://git.example.com/svcgen",
        "ssh://-oProxyCommand=touch/x",
        "ssh://git@host/-x",
        "-oProxyCommand=touch:x",
        "user@-oProxyCommand=x:y",
        "host:-oProxyCommand",
        "https://github.com/x\n--upload-pack=y",
        "https://github.com/\x1b[31mx",
        "",
        " ",
        "x" * 3000,
        "javascript:alert(1)//x y\t",
    ],
)
def test_what_it_cannot(source: str) -> None:
    with pytest.raises(ServiceError, match="is not supported"):
        check_source(source)


@pytest.mark.parametrize("version", ["v0.2.0", "v1.0.0rc1", "0.2.0", "v0.2.0-3-gabc123", "v1-dirty", "abc123", "a/b"])
def test_versions(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize(
    "version", ["", "-q", "--output=x", "v1..v2", "HEAD~1", "@{u}", "v1:file", "v1\n", "a b", "v1;x", "1" * 4500, "v1/"]
)
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(ServiceError, match="is not a version of a template"):
        check_version(version)
