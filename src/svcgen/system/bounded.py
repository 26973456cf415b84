"""Read untrusted files: regular files of a limited size, and YAML and TOML of a limited depth."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

# An answers file of svcgen has 300 bytes, copier.yml 7 KB.
LARGEST = 256 << 10
# Deeper nesting crashes libyaml, which composes nodes recursively on the C stack.
_DEEPEST = 50


def read_bounded(path: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a file.

    Args:
        path: The file, or a link to one.
        largest: The maximum size in bytes.

    Raises:
        OSError: It can't be read, is not a regular file, or is larger.
    """
    _require_regular(path, path.stat().st_mode)
    # The file may have become a FIFO since then, and opening a FIFO blocks until there is a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor)
        _require_regular(path, os.fstat(descriptor).st_mode)
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest >> 10} KiB", str(path))
    return content


def yaml_loader(*, plain: bool = False) -> Any:
    """Return a loader that creates only plain values.

    Args:
        plain: Whether every scalar is text: 3.10 is not a float, and a commit that is all digits is not a number.
    """
    import yaml  # not needed for --help

    # libyaml is ten times as fast, but not every build of PyYAML has it.
    names = ("CBaseLoader", "BaseLoader") if plain else ("CSafeLoader", "SafeLoader")
    return next(getattr(yaml, name) for name in names if hasattr(yaml, name))


def load_yaml(content: bytes, loader: Any = None, *, aliases: int = 0) -> Any:
    """Return the value of a YAML document.

    Args:
        content: The document.
        loader: A loader that creates only plain values; by default `yaml_loader()`.
        aliases: The maximum number of aliases; each can double the size of the value.

    Raises:
        ValueError: It is not one YAML document, is nested too deeply, has too many aliases, or contains an impossible
            number or date.
    """
    import yaml

    loader = loader or yaml_loader()
    depth = 0
    try:
        for event in yaml.parse(content, loader):
            aliases -= isinstance(event, yaml.AliasEvent)
            if aliases < 0:
                raise ValueError("it has too many aliases (*name)")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
        return yaml.load(content, loader)  # noqa: S506  (every loader creates only plain values)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def load_toml(content: bytes) -> dict[str, Any]:
    """Return the value of a TOML document.

    Raises:
        ValueError: It is not UTF-8 or TOML, or is nested too deeply.
    """
    # Imported here because --help needs no TOML.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _require_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
