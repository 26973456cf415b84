"""Random teams, machines and moments: `svcgen update` loses no byte, and says what is true."""

import os
import re
import subprocess
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from update.machine import programs
from update.machine.snapshot import State, differences, read_files, split
from update.machine.team import HOOKS, PATHS, SETTINGS, Team
from update.machine.world import LAYOUTS, TOKEN, VERSIONS, Lab, Result, World

paths = st.sampled_from(PATHS)
lines = st.sampled_from((0, 3, 9, 12, 99))
_CALLS = (
    "",
    "git",
    "switch",
    "update-ref",
    "symbolic-ref",
    "git branch",
    "update-index",
    "commit-tree",
    "merge-tree",
    "uv",
    "status",
    "unpack",
    "read-tree",
)
_SIGNALS = {
    "INT": "kill -INT $1; ",
    "TERM": "kill -TERM $1; ",
    "KILL": "kill -KILL $1; ",
    "two": "kill -INT $1; sleep 0.05; kill -INT $1; ",
    "INT soon": "(sleep 0.02; kill -INT $1) > /dev/null 2>&1 < /dev/null & ",
    "TERM later": "(sleep 0.1; kill -TERM $1) > /dev/null 2>&1 < /dev/null & ",
}
# What the team does in another terminal.
_MEANWHILE = ("commit --all --message Meanwhile", "switch --create meanwhile", "add --all", "switch --detach", "stash")
events = st.fixed_dictionaries(
    {
        "call": st.sampled_from(_CALLS),
        "number": st.sampled_from((1, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55)),
        "when": st.sampled_from(("before", "after")),
        "signal": st.sampled_from(("", "", *_SIGNALS)),
        "typed": st.lists(paths, max_size=2),
        "elsewhere": st.booleans(),
        "git": st.sampled_from(("", "", "", "", *_MEANWHILE)),
    }
)
Event = Mapping[str, Any]


class Machine(RuleBasedStateMachine):
    """One team."""

    lab: Lab
    examples = 0
    commands = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.before: State | None = None
        self.undo = ""
        self.after: State | None = None
        self.quiet: frozenset[str] = frozenset()
        self.last = Result(0, "", "", "")

    # The team.

    @initialize(layout=st.sampled_from(LAYOUTS))
    def begin(self, layout: str) -> None:
        self.world = World(self.lab, layout)
        self.team = Team(self.world)

    @rule(
        settings=st.dictionaries(st.sampled_from(sorted(SETTINGS)), st.integers(0, 1), min_size=1, max_size=5),
        everywhere=st.booleans(),
    )
    def configure(self, settings: dict[str, int], everywhere: bool) -> None:
        for name, number in settings.items():
            self.team.configure(name, SETTINGS[name][number % len(SETTINGS[name])], everywhere=everywhere)

    @rule(path=paths, line=lines, commit=st.booleans())
    def write(self, path: str, line: int, commit: bool) -> None:
        self.team.write(path, line)
        if commit:
            self.team.commit()

    @rule(path=paths, new=paths)
    def rename(self, path: str, new: str) -> None:
        self.team.rename(path, new)
        self.team.commit()

    @rule(path=paths, what=st.sampled_from(("delete", "chmod", "unstage", "stage")))
    def change(self, path: str, what: str) -> None:
        getattr(self.team, what)(path)

    @rule(path=paths, leads_to=paths)
    def link(self, path: str, leads_to: str) -> None:
        self.team.link(path, leads_to)
        self.team.commit()

    @rule(path=paths, where=st.sampled_from(("repository", "clone", "user")), line=lines)
    def hide(self, path: str, where: str, line: int) -> None:
        """Keep a file to oneself."""
        self.team.ignore(path, where)
        self.team.commit()
        self.team.write(path, line)

    @rule(path=paths, flag=st.sampled_from(("--assume-unchanged", "--skip-worktree")), line=lines)
    def mark(self, path: str, flag: str, line: int) -> None:
        self.team.mark(path, flag)
        self.team.write(path, line)

    @rule(
        what=st.sampled_from(
            ("commit", "go_back", "go_back", "stash", "detach", "submodule", "line_endings", "end_merge")
        )
    )
    def do(self, what: str) -> None:
        getattr(self.team, what)()

    @rule(path=paths)
    def merge(self, path: str) -> None:
        self.team.merge(path)

    @rule(everywhere=st.booleans())
    def filter(self, everywhere: bool) -> None:
        self.team.filter(everywhere=everywhere)

    @rule(name=st.sampled_from(HOOKS))
    def hook(self, name: str) -> None:
        self.team.hook(name, 1)

    @rule(path=st.sampled_from(("lib/", "docs/", "app.py", "uv.lock")))
    def sparse(self, path: str) -> None:
        self.team.commit()
        self.team.sparse("/*", f"!{path}")

    @rule(name=st.sampled_from(("svcgen", "svcgen/v1.2.0", "svcgen/mine")))
    def branch(self, name: str) -> None:
        self.team.branch(name)

    @rule(step=st.sampled_from(("", "lock", "export", "check")))
    def fail(self, step: str) -> None:
        (self.lab.lab / "fail").write_text(step)

    # svcgen.

    @rule(to=st.sampled_from(VERSIONS[1:]), in_place=st.booleans(), both=st.booleans())
    def update(self, to: str, in_place: bool, both: bool) -> None:
        """Update a service, or both of a repository in one call."""
        self.team.commit()
        services = [".", "../orders"] if both and self.world.layout == "mono" and not in_place else ["."]
        self._update(None, "--to", to, *(["--in-place"] if in_place else []), *services)

    @rule(
        to=st.sampled_from(VERSIONS[1:]),
        in_place=st.booleans(),
        event=events,
        commit=st.sampled_from((True, True, False)),
    )
    def disturbed_update(self, to: str, in_place: bool, event: Event, commit: bool) -> None:
        if commit:
            self.team.commit()
        self._update(event, "--to", to, *(["--in-place"] if in_place else []))

    def _update(self, event: Event | None, *arguments: str) -> None:
        before = self.world.state()
        result, typed = self._run(event, "update", "--json", *arguments)
        after = self.world.state()
        self._judge_update(before, after, result, typed)
        undo = [str(service["undo"]) for service in result.services if service.get("undo")]
        if undo and before != after and not self._meanwhile:
            self.before, self.undo, self.after, self.quiet = before, undo[-1], after, typed

    def _judge_update(self, before: State, after: State, result: Result, typed: frozenset[str]) -> None:
        said = result.service
        if result.code in {0, 1} and any("branch" in service for service in result.services):
            if self._meanwhile:
                return
            if result.code == 0:
                self._is_complete(before, after, said, typed)
            elif any(step["name"] == "git" and step["outcome"] == "failed" for step in said.get("steps", ())):
                changed = [line for line in differences(before, after, but=typed) if not line.startswith("refs: +")]
                assert not changed, f"an update that did not switch ({result}) left:\n" + "\n".join(changed)
            return
        if self._meanwhile:
            return
        if self._is_killed:
            self._is_restorable(before, typed)
            return
        changed = differences(before, after, but=typed)
        assert not changed, f"an update that ended by {result} left:\n" + "\n".join(changed)

    def _is_complete(self, before: State, after: State, said: Mapping[str, Any], typed: frozenset[str]) -> None:
        if said["from"] == said["to"] and len(self.last.services) > 1:
            return
        if said["from"] == said["to"]:
            assert not differences(before, after, but=typed)
            return
        assert not said["unfinished"]
        in_place = before.refs == after.refs and before.head == after.head
        if not in_place:
            assert self.world.branch() == said["branch"]
            self.world.git("merge-base", "--is-ancestor", before.head.split()[-1], "HEAD")
            assert typed or _dirty(before) == _dirty(after)
        assert not self.world.git("ls-files", "--unmerged")
        tree = self.world.git("write-tree").strip()
        changed = self.world.git("diff-tree", "-r", "-z", "--name-only", before.head.split()[-1], tree).split("\0")
        places = [os.path.relpath(str(service["path"]), self.world.top) for service in self.last.services]
        assert all("." in places or path.startswith(tuple(places)) for path in changed if path), changed
        for path in filter(None, changed):
            blob = self.world.git("cat-file", "-p", f"{tree}:{path}", accept=range(256))
            assert "<<<<<<< yours" not in blob, f"{path} has conflict markers"
        self._has_the_template(before, tree, said)

    def _has_the_template(self, before: State, tree: str, said: Mapping[str, Any]) -> None:
        """Where the team changed nothing, the service is as the template now has it."""
        base, theirs = (self.lab.renderings["billing", said[version]] for version in ("from", "to"))
        head = before.head.split()[-1]
        apart = {".copier-answers.yml", "README.md", "requirements.txt", *said["untracked"], *said["left_out"]}
        apart |= {renamed["to"] for renamed in said["renamed"]}

        def blob(commit: str, path: str) -> bytes | None:
            name = f"{commit}:{self.world.prefix}{path}"
            if self.world.git("cat-file", "-t", name, accept=range(256)).strip() != "blob":
                return None
            content = os.fsencode(self.world.git("cat-file", "blob", name)).replace(b"\r\n", b"\n")
            return re.sub(rb"(?m)^~", b"", content)

        for path in {*base, *theirs} - apart:
            if blob(head, path) == (base[path][2] if path in base else None):
                wanted = theirs[path][2] if path in theirs else None
                assert blob(tree, path) == wanted, path
        answers = blob(tree, ".copier-answers.yml") or b""
        assert f"_commit: {said['to']}".encode() in answers

    @precondition(lambda self: self.before)
    @rule(event=st.none() | events)
    def resume(self, event: Event | None) -> None:
        before = self.world.state()
        result, typed = self._run(event, "update", "--continue", "--json")
        after = self.world.state()
        if result.code == 0:
            assert not self.world.git("ls-files", "--unmerged")
        elif "branch" not in result.service and not self._is_killed and not self._meanwhile:
            changed = differences(before, after, but=typed)
            assert not changed, f"a --continue that ended by {result} left:\n" + "\n".join(changed)
        self.after = None

    @precondition(lambda self: self.before)
    @rule()
    def resolve(self) -> None:
        self.team.resolve()

    @precondition(lambda self: self.before)
    @rule(event=st.none() | events)
    def abort(self, event: Event | None) -> None:
        assert self.before
        exact = self.after == self.world.state() and not self.quiet
        before = self.world.state()
        result, typed = self._run(event, "update", "--abort", "--json")
        if self._meanwhile:
            pass
        elif result.code == 0 and exact:
            self._is_as_before(result, typed, named=result.service.get("kept"))
        elif result.code in {130, 143, -9} and exact:
            again = self.world.svcgen("update", "--abort", "--json")
            assert again.code == 0 or typed or "has no unfinished update" in again.out, (
                f"{self.last_note}, then {again}"
            )
            self._is_as_before(again, typed, named=again.service.get("kept"))
        elif result.code == 1 and not typed:
            changed = differences(before, self.world.state(), but=typed)
            assert not changed, f"an abort that ended by {result} left:\n" + "\n".join(changed)
        elif result.code == 1 and exact and not event:
            assert "has no unfinished update" in result.out, result
        self.before = self.after = None

    @precondition(lambda self: self.undo)
    @rule()
    def take_back(self) -> None:
        """Run the command that was printed, if nothing has been done since."""
        if self.undo and self.before and self.after == self.world.state():
            if self.undo.startswith("svcgen "):
                result, _ = self._run(None, *self.undo.split()[1:], "--json")
                assert result.code == 0 or self.quiet, result
                if not self.quiet:
                    self._is_as_before(result, frozenset(), named=result.service.get("kept"))
            else:
                kept = self.world.tokens()
                done = subprocess.run(
                    ["sh", "-c", self.undo], cwd=self.world.service, env=self.lab.own, capture_output=True, check=False
                )
                if not self.quiet:
                    self._is_as_before(
                        Result(done.returncode, str(done.stdout), str(done.stderr), self.undo), frozenset()
                    )
                assert kept <= self.world.tokens()
        self.undo, self.before = "", None

    def _is_as_before(self, result: Result, typed: frozenset[str], named: object = "") -> None:
        assert self.before
        after = self.world.state()
        changed = differences(self.before, after, but=typed | self.quiet)
        if named or typed:
            changed = [line for line in changed if "refs/svcgen/aborted" not in line]
        assert not changed, f"{result} did not give back:\n" + "\n".join(changed)

    @rule(
        arguments=st.sampled_from(
            (("update", "--check"), ("update", "--dry-run"), ("update", "--dry-run", "--json"), ("status",))
        )
    )
    def look(self, arguments: tuple[str, ...]) -> None:
        before = read_files(self.lab.world)
        result, _ = self._run(None, *arguments)
        after = read_files(self.lab.world)
        changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        assert not changed, f"{arguments} changed {changed}"
        assert result.code in {0, 1, 4}, result

    # What always holds.

    def _run(self, event: Event | None, *arguments: str) -> tuple[Result, frozenset[str]]:
        """Run svcgen, and see that it lost nothing and left nothing."""
        type(self).commands += 1
        self._plan(event)
        before, _ = split(read_files(self.lab.world))
        hidden, tokens = self.world.hidden(before), self.world.tokens()
        trees = self.world.git("worktree", "list", "--porcelain")
        result = self.last = self.world.svcgen(*arguments)
        self._meanwhile = bool(result.call and event and event["git"])
        self._is_killed = result.code < 0 or bool(result.call and event and event["signal"] == "two")
        if result.code < 0:
            subprocess.run(["sleep", "0.2"], check=True)
        note = f"{arguments} {event} {result}"
        self.last_note = note
        assert result.code in {0, 1, 4, 130, 143, -9}, note
        assert "Traceback" not in result.err, note
        named = set(re.findall(r"\b[0-9a-f]{40}\b", result.out + result.err))
        typed = programs.typed(self.lab.lab)
        tokens |= {token.encode() for token in typed}
        lost = tokens - self.world.tokens(*named)
        assert not lost, f"{lost} lost by {note}"
        places = frozenset(os.path.relpath(path, self.lab.world) for path in typed.values())
        after, _ = split(read_files(self.lab.world))
        touched = (
            {}
            if self._meanwhile
            else {
                path: (file, after.get(path))
                for path, file in hidden.items()
                if after.get(path) != file
                and path not in places
                and (arguments[1] != "--abort" or TOKEN.search(file[2]))
            }
        )
        assert not touched, f"{touched} touched by {note}"
        if result.code >= 0:
            left = list(self.lab.tmp.rglob("*"))
            assert not left, f"{left} left by {note}"
            locks = [path for path in self.lab.world.rglob("*.lock") if ".git/" in str(path)]
            assert not locks, f"{locks} left by {note}"
        else:
            self.lab.reset_tmp()
        assert self.world.git("worktree", "list", "--porcelain").count("worktree ") == trees.count("worktree "), note
        return result, places

    def _plan(self, event: Event | None) -> None:
        """Let something happen at a call of git or uv."""
        if not event:
            return
        elsewhere = os.path.relpath(self.world.top / "elsewhere.txt", self.world.service)
        typed = [*event["typed"], *([elsewhere] if event["elsewhere"] else [])]
        action = "".join(map(self.team.typed, typed)) + self.team.git(event["git"]) + _SIGNALS.get(event["signal"], "")
        when = "instead" if event["signal"] == "KILL" and event["when"] == "before" else event["when"]
        programs.plan(self.lab.lab, event["call"], event["number"], when, action)

    def _is_restorable(self, before: State, typed: frozenset[str]) -> None:
        """After a kill, all is as before, or can be brought there, or is complete."""
        check = self.world.svcgen("update", "--check")
        assert check.code in {0, 1, 4}, check
        if not differences(before, self.world.state(), but=typed):
            return
        if check.code == 1 and "unfinished" in check.err:
            result = self.world.svcgen("update", "--abort", "--json")
            assert result.code == 0 or typed, result
            changed = differences(before, self.world.state(), but=typed)
            changed = [line for line in changed if "refs/svcgen/aborted" not in line]
            assert not changed or (typed and result.code), f"{self.last_note} and {result} left:\n" + "\n".join(changed)
            return
        # It was killed when all was done.
        subject = self.world.git("log", "-1", "--format=%s")
        assert check.code in {0, 4}, check
        changed = [line for line in differences(before, self.world.state(), but=typed) if "svcgen-update" not in line]
        complete = subject.startswith("Update the template") or "is at v1.0.0" not in check.out
        assert complete or not changed, f"{self.last_note} and {check}"


def _dirty(state: State) -> list[str]:
    return [line for line in state.status.split("\0") if line[:2] not in {"??", "!!"}]
