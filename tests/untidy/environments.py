"""What people have in their environment, and what of it reaches the tools that a check runs.

Those of one group can be set together: the suite does that, and the night tries each alone.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

Environ = Mapping[str, str]

# Files that git ignores on one machine only, and settings that change what git prints.
GIT_CONFIG = """
[core]
excludesFile = {ignore}
quotePath = true
[color]
ui = always
[diff]
noprefix = true
external = false
renames = copies
relative = false
[init]
defaultBranch = trunk
"""


def git_config(folder: Path) -> Environ:
    (folder / "ignore").write_text("api/\nmodels/\nschemas/\nversions/\n")
    (folder / "gitconfig").write_text(GIT_CONFIG.format(ignore=folder / "ignore"))
    return {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig")}


def ignored_at_home(folder: Path) -> Environ:
    (folder / ".config" / "git").mkdir(parents=True)
    (folder / ".config" / "git" / "ignore").write_text("api/\nmodels/\nschemas/\nversions/\n")
    return {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}


def other_packages(folder: Path) -> Environ:
    for name in ("app", "importlinter", "alembic", "check"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} of somebody else')\n")
    return {"PYTHONPATH": str(folder)}


def odd_temporary_folder(folder: Path) -> Environ:
    (folder / "t[e]m p").mkdir()
    return {"TMPDIR": str(folder / "t[e]m p")}


def hook(_: Path) -> Environ:
    return {"GIT_DIR": "/nowhere/.git/worktrees/x", "GIT_INDEX_FILE": "/nowhere/index", "GIT_PREFIX": "docs/"}


def given(**environ: str) -> Callable[[Path], Environ]:
    return lambda _folder: environ


GROUPS: Mapping[str, Mapping[str, Callable[[Path], Environ]]] = {
    "colour and width": {
        "FORCE_COLOR": given(FORCE_COLOR="1"),
        "TTY_COMPATIBLE": given(TTY_COMPATIBLE="1", TTY_INTERACTIVE="1"),
        "CLICOLOR_FORCE": given(CLICOLOR_FORCE="1", CLICOLOR="1"),
        "PY_COLORS": given(PY_COLORS="1", PYTHON_COLORS="1"),
        "a narrow terminal": given(COLUMNS="20", LINES="5", JUPYTER_COLUMNS="20"),
        "a kind of terminal": given(TERM="xterm-256color", COLORTERM="truecolor"),
        "RUFF_OUTPUT_FORMAT": given(RUFF_OUTPUT_FORMAT="concise", RUFF_NO_CACHE="1"),
        "RUFF_OUTPUT_FILE": given(RUFF_OUTPUT_FILE="/dev/null"),
    },
    "git": {
        "in a hook": hook,
        "a work tree elsewhere": given(GIT_WORK_TREE="/", GIT_CEILING_DIRECTORIES="/"),
        "another repository": given(GIT_COMMON_DIR="/nowhere", GIT_OBJECT_DIRECTORY="/nowhere", GIT_NAMESPACE="x"),
        "pathspecs": given(GIT_LITERAL_PATHSPECS="1"),
        "a trace": given(GIT_TRACE="1", GIT_EXTERNAL_DIFF="false", GIT_PAGER="false"),
        "settings of the user": git_config,
    },
    "Python, locale and home": {
        "NO_COLOR": given(NO_COLOR="1", TERM="dumb"),
        "PYTHONPATH": other_packages,
        "PYTHONSAFEPATH": given(PYTHONSAFEPATH="1"),
        "warnings are errors": given(PYTHONWARNINGS="error", PYTHONOPTIMIZE="2", PYTHONDEVMODE="1"),
        "ASCII": given(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
        "RUST_LOG": given(RUST_LOG="trace", RUST_BACKTRACE="full"),
        "ignored at home": ignored_at_home,
        "a temporary folder": odd_temporary_folder,
    },
}
