"""A git and a uv for PATH that do what they are told to at one of their calls: type a text, send a signal."""

import shutil
from pathlib import Path

_PROGRAM = """\
#!/bin/sh
# From {lab}: `countdown` counts the calls that match `pattern`; at the last, `action` is run, as `when` says.
run() {{
{run}
}}
if [ -e {lab}/countdown ]; then
  pattern=$(cat {lab}/pattern)
  case "{name} $*" in
  *"$pattern"*)
    left=$(($(cat {lab}/countdown) - 1))
    if [ $left -gt 0 ]; then echo $left > {lab}/countdown; else
      rm {lab}/countdown
      echo "{name} $*" > {lab}/happened
      when=$(cat {lab}/when)
      [ $when = after ] || /bin/sh {lab}/action $PPID
      [ $when = instead ] && exit 1
      run "$@"
      code=$?
      [ $when = after ] && /bin/sh {lab}/action $PPID
      exit $code
    fi;;
  esac
fi
{last} "$@"
"""
_GIT = '{real} "$@"'
_UV = """\
  fail=$(cat {lab}/fail)
  case "$*" in
  lock|*" lock") [ "$fail" = lock ] && exit 1; printf 'lock of %s\\n' "$(cksum < pyproject.toml)" > uv.lock;;
  *export*) [ "$fail" = export ] && exit 1; printf 'requirements of %s\\n' "$(cat uv.lock)" > requirements.txt;;
  *check.py*) [ "$fail" = check ] && exit 1;;
  esac
  return 0"""


def install(lab: Path) -> Path:
    """Write the programs and return their directory."""
    place = lab / "bin"
    place.mkdir(parents=True)
    real = shutil.which("git")
    texts = {
        "git": _PROGRAM.format(lab=lab, name="git", run=_GIT.format(real=real), last=f"exec {real}"),
        "uv": _PROGRAM.format(lab=lab, name="uv", run=_UV.format(lab=lab), last="run"),
    }
    for name, text in texts.items():
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    (lab / "fail").write_text("")
    return place


def plan(lab: Path, pattern: str, number: int, when: str, action: str) -> None:
    """Let something happen at a call."""
    for name, text in {"pattern": pattern, "when": when, "action": action, "countdown": str(number)}.items():
        (lab / name).write_text(text)


def happened(lab: Path) -> str:
    """Return the call at which it did, if any, and expect nothing more."""
    (lab / "countdown").unlink(missing_ok=True)
    file = lab / "happened"
    call = file.read_text() if file.exists() else ""
    file.unlink(missing_ok=True)
    return call.strip()


def typed(lab: Path) -> dict[str, str]:
    """Return each text that was typed and the file that it was typed into, and forget them."""
    file = lab / "typed"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return dict(line.split(" ", 1) for line in lines)
