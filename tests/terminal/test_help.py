from collections.abc import Callable

import pytest

from terminal.conftest import Run
from terminal.emulator import Terminal


@pytest.mark.parametrize("size", [(80, 24)])
def test_a_screen_is_compared_with_its_snapshot(terminal: Run, snapshot: Callable[[Terminal, str], None]) -> None:
    screen = terminal("add", "--help")
    assert screen.exit_code() == 0
    snapshot(screen, "help/add")
