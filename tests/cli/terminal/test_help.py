from collections.abc import Callable

from cli.terminal.conftest import Run
from cli.terminal.emulator import Terminal


def test_add_resource(terminal: Run, snapshot: Callable[[Terminal, str], None]) -> None:
    screen = terminal("add", "resource", "--help")
    assert screen.exit_code() == 0
    snapshot(screen, "help/add-resource")
