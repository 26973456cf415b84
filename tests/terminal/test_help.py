from collections.abc import Callable

from terminal.conftest import Run
from terminal.emulator import Terminal


def test_add_resource(terminal: Run, snapshot: Callable[[Terminal, str], None]) -> None:
    screen = terminal("add", "resource", "--help")
    assert screen.exit_code() == 0
    snapshot(screen, "help/add-resource")
