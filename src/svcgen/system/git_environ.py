"""Configure each call of git: never prompt, and run no program that a repository names.

A checkout is not trusted, and its configuration may name programs: hooks, filters, drivers, helpers, a file system
monitor. All of them are overridden. Those of the user's own configuration keep working.
"""

import os
from collections.abc import Iterable, Mapping

# A git hook sets these, and they would direct every call to its repository (`git rev-parse --local-env-vars`).
# GIT_CONFIG_COUNT is not in the list, because CI uses it to give git credentials.
_FOREIGN = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIFF_OPTS",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        "LANGUAGE",
    }
)
_ENVIRON = {
    "GCM_INTERACTIVE": "never",
    "GIT_ADVICE": "0",
    "GIT_ASKPASS": "",  # if empty, git also ignores core.askPass and SSH_ASKPASS
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",  # the remote of a partial clone can name a program
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    # ssh has no terminal (children.py). BatchMode would need GIT_SSH_COMMAND, which hides the user's core.sshCommand.
    "SSH_ASKPASS_REQUIRE": "never",
}
_SETTINGS = {
    "color.ui": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "diff.autoRefreshIndex": "false",  # it writes the index despite GIT_OPTIONAL_LOCKS
    "diff.noprefix": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "rerere.enabled": "false",
    "status.showUntrackedFiles": "normal",
    "submodule.recurse": "false",
}
# The last part of each setting that names a program, and its replacement.
_PROGRAMS = {
    "alternaterefscommand": "",
    "askpass": "",
    "clean": "",
    "command": "",
    "cmd": "",
    "defaultkeycommand": "",
    "driver": "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B",  # what git does without a driver
    "editor": "false",
    "external": "",
    "gitproxy": "",
    "helper": "",
    "packobjectshook": "",
    "pager": "cat",
    "process": "",
    "program": "false",
    "receivepack": "git-receive-pack",
    "required": "false",
    "smudge": "",
    "sshcommand": "ssh",
    "textconv": "",
    "uploadpack": "git-upload-pack",
    "vcs": "",
}


def base_environ() -> dict[str, str]:
    """Return svcgen's environment, without variables that redirect git, and with those that prevent prompts."""
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN} | _ENVIRON


def disarmed(own: Iterable[str]) -> dict[str, str]:
    """Return settings that stop git from running the programs which a repository's own settings name."""
    return {name: _PROGRAMS[last] for name in own if (last := name.rpartition(".")[2]) in _PROGRAMS}


def with_settings(environ: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return an environment to which the settings of every call and of a repository are added.

    The command line can't carry all of them: `-c` accepts no section with an equals sign in its name.

    Args:
        environ: The environment.
        own: The settings for this repository.
    """
    count = environ.get("GIT_CONFIG_COUNT", "")
    settings = list((_SETTINGS | dict(own)).items())
    first = int(count) if count.isdecimal() else 0
    variables = {**environ, "GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings, first):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
