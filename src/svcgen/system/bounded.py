"""Reads files that nobody vouches for: regular files of a bounded size, and YAML that can't make a parser explode."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import yaml

# libyaml is ten times as fast, and not in every build of PyYAML.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Every scalar is the text that stands there: 3.10 no float, a commit of digits no number, no answer a date.
TextLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

# An answers file of svcgen has 300 bytes, copier.yml 7 KB.
LARGEST = 256 << 10
# Deeper nesting crashes libyaml: it composes recursively, on the C stack.
_DEEPEST = 50


def read_bounded(path: Path, largest: int = LARGEST) -> bytes:
    """Return what a file holds.

    Args:
        path: The file, or a link to one.
        largest: How many bytes it may hold.

    Raises:
        OSError: It can't be read, is not a regular file, or is larger.
    """
    _require_regular(path, path.stat().st_mode)
    # It may have become a FIFO meanwhile, and opening one waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor)
        _require_regular(path, os.fstat(descriptor).st_mode)
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest >> 10} KiB", str(path))
    return content


def load_yaml(content: bytes, loader: Any = Loader, *, aliases: int = 0) -> Any:
    """Return what a YAML document holds.

    Args:
        content: The document.
        loader: One that makes nothing but plain values.
        aliases: How many there may be; each can double what the document holds.

    Raises:
        yaml.YAMLError: It is not one document of YAML, is nested too deep, or has more aliases.
        ValueError: It holds a number or a date that there is not.
    """
    depth = 0
    for event in yaml.parse(content, loader):
        aliases -= isinstance(event, yaml.AliasEvent)
        if aliases < 0:
            raise yaml.YAMLError("it has too many aliases (*name)")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"it is nested more than {_DEEPEST} levels deep")
    return yaml.load(content, loader)  # noqa: S506  (both loaders are safe)


def load_toml(content: bytes) -> dict[str, Any]:
    """Return what a TOML document holds.

    Raises:
        ValueError: It is not UTF-8 or TOML, or is nested too deep.
    """
    # Inside the function: --help needs no TOML.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _require_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
