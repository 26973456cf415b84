"""Install completion for a shell: one file, and one line that sources it."""

import os
import shlex
from pathlib import Path

from svcgen.errors import UsageError

_SCRIPTS = Path(__file__).parent / "completions"
SHELLS = ("bash", "zsh", "fish")


def detect_shell() -> str:
    """Return the shell that svcgen was started from.

    Raises:
        UsageError: Completion is not available for it.
    """
    import shellingham

    try:
        name = str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:
        name = Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError(
            f"completion is not available for the shell {name or '(unknown)'}, only for {', '.join(SHELLS)}",
            hint="start one of them, and run svcgen --install-completion in it",
        )
    return name


def completion_script(shell: str) -> str:
    """Return the completion script of a shell."""
    return (_SCRIPTS / f"svcgen.{shell}").read_text(encoding="utf-8")


def install_completion(shell: str) -> Path:
    """Write the script to a file that the shell reads at start, and return the file.

    Args:
        shell: One of `SHELLS`.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  (Path.home() raises if the user has no home)
    if shell == "fish":
        file = _directory("XDG_CONFIG_HOME", home / ".config") / "fish" / "completions" / "svcgen.fish"
    else:
        file = _directory("XDG_DATA_HOME", home / ".local" / "share") / "svcgen" / f"completion.{shell}"
        start = home / ".bashrc" if shell == "bash" else Path(os.environ.get("ZDOTDIR") or home) / ".zshrc"
        _append_line(start, f"source {shlex.quote(str(file))}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(completion_script(shell), encoding="utf-8")
    return file


def _directory(variable: str, default: Path) -> Path:
    given = Path(os.environ.get(variable, ""))
    return given if given.is_absolute() else default


def _append_line(file: Path, line: str) -> None:
    content = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
    if line in content.splitlines():
        return
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"{'' if content.endswith(chr(10)) or not content else chr(10)}{line}\n")
