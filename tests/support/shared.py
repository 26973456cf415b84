"""What all workers of a test run use: made by the first, removed by the last."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

# Not below tmp_path, which pytest closes to the user that Postgres runs as for root.
PLACE = Path(tempfile.gettempdir())


@contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock that other workers respect; raises BlockingIOError for one that is not to be waited for."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(name: str, fill: Callable[[Path], object]) -> Iterator[Path]:
    """Yield the directory of a name, which is unique to the test run; the first to come fills it."""
    directory = PLACE / f"svcgen-{name}"
    with ExitStack() as use:
        with locked(PLACE):
            if not directory.exists():
                directory.mkdir(mode=0o755)
                try:
                    fill(directory)
                except BaseException:
                    shutil.rmtree(directory)
                    raise
            use.enter_context(locked(directory, fcntl.LOCK_SH))
        yield directory
    not_last = suppress(BlockingIOError, FileNotFoundError)
    with not_last, locked(PLACE), locked(directory, fcntl.LOCK_EX | fcntl.LOCK_NB):
        shutil.rmtree(directory)
