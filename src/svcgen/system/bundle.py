"""Find the files that come with svcgen: copier.yml and the template."""

from pathlib import Path

from svcgen.errors import TemplateError

_PACKAGE = Path(__file__).parents[1]


def find_root() -> Path:
    """Return the directory that contains `copier.yml`: in the wheel, or else the checkout.

    Raises:
        TemplateError: Neither exists.
    """
    candidates = (_PACKAGE / "_bundle", _PACKAGE.parents[1])
    for root in candidates:
        if (root / "copier.yml").is_file():
            return root
    places = ", ".join(map(str, candidates))
    raise TemplateError(f"no template in {places}", hint="install svcgen again")
