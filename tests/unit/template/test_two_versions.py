"""A template from elsewhere is rendered within limits, and says the same as in this process."""

from pathlib import Path

import pytest

from support.upstream import COPIER_YML, FILES, Upstream
from svcgen.errors import ServiceError, TemplateError
from svcgen.template import two_versions
from svcgen.template.find import Template
from svcgen.template.recorded import read_service
from svcgen.template.two_versions import render_both, render_both_apart


def templates(upstream: Upstream, tmp_path: Path, **changes: str) -> tuple[Template, Template]:
    """The version that the service is at, and one with changes."""
    for name in ("old", "new"):
        for path, content in {**FILES, **(changes if name == "new" else {})}.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
    source = str(upstream.repository)
    return Template(tmp_path / "old", "v1.0.0", source), Template(tmp_path / "new", "v1.1.0", source)


def test_apart_is_as_here(upstream: Upstream, tmp_path: Path) -> None:
    asked = COPIER_YML + "region: {type: str, default: 'near {{ service_name }}'}\n"
    old, new = templates(upstream, tmp_path, **{"copier.yml": asked})
    service = read_service(upstream.service)
    here, apart = (
        render(old, new, service, tmp_path / name / "base", tmp_path / name / "theirs")
        for name, render in (("here", render_both), ("apart", render_both_apart))
    )

    assert here == apart
    assert apart["region"] == "near billing"
    for side in ("base", "theirs"):
        rendered = {
            name: {path.name: path.read_bytes() for path in (tmp_path / name / side).iterdir()}
            for name in ("here", "apart")
        }
        assert rendered["here"] == rendered["apart"] != {}


@pytest.mark.parametrize(
    "evil",
    [
        {"copier.yml": COPIER_YML + "evil: {type: str, default: '{{ (9**9)**(9**7) }}', when: false}\n"},
        {"copier.yml": COPIER_YML + "evil: {type: str, default: '{{ \"x\" * 10**10 }}', when: false}\n"},
        {"template/evil.txt.jinja": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"},
        {"template/evil.txt.jinja": "{{ 'x' * 10**8 }}"},
    ],
)
def test_what_never_ends_is_ended(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: dict[str, str]
) -> None:
    monkeypatch.setattr(two_versions, "_SECONDS", 1)
    old, new = templates(upstream, tmp_path, **evil)
    with pytest.raises(TemplateError, match=r"can't be rendered"):
        render_both_apart(old, new, read_service(upstream.service), tmp_path / "base", tmp_path / "theirs")


def test_an_answer_that_is_not_allowed_any_more(upstream: Upstream, tmp_path: Path) -> None:
    old, new = templates(upstream, tmp_path, **{"copier.yml": COPIER_YML.replace("[small, large]", "[medium, large]")})
    with pytest.raises(ServiceError, match="size 'small' is not one of: medium, large"):
        render_both_apart(old, new, read_service(upstream.service), tmp_path / "base", tmp_path / "theirs")
