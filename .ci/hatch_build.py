"""Build hook: put the version of the template, as git tells it, beside copier.yml in a wheel and an sdist."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {"wheel": "svcgen/_bundle/VERSION", "sdist": "VERSION"}


class VersionHook(BuildHookInterface[Any]):
    """An sdist has the file already, and an editable install asks git itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file to what is packed."""
        root = Path(self.root)
        built = root / "VERSION"
        if (root / ".git").exists():
            sys.path.insert(0, str(root / "src"))
            from svcgen.template.describe import UNKNOWN, describe

            self.scratch = tempfile.TemporaryDirectory()  # kept until the file is packed
            built = Path(self.scratch.name, "VERSION")
            if (described := describe(root)) != UNKNOWN:
                built.write_text(f"{described}\n", encoding="utf-8")
        if version != "editable" and built.exists():
            build_data["force_include"][str(built)] = PLACES[self.target_name]
