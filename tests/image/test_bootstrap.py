"""The bootstrap workflow: its own scripts, with a GitHub that is a few files and a bare repository."""

import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from image.workflow import WORKFLOW, JobRun, run_job
from support.helpers import fake_program, git
from support.svcgen import ROOT

JOB = WORKFLOW["jobs"]["bootstrap"]
TOKEN = "ghp_secret"  # noqa: S105
# Everything that GitHub remembers is in the folder `github`. A name in the file `broken` makes that call fail.
GH = r"""
cd {github}
echo "$*" >> calls
if [ -s broken ] && printf '%s' "$*" | grep -q "$(cat broken)"; then echo "gh: HTTP 502" >&2; exit 1; fi
case "$1 $2" in
  "auth setup-git") exit ;;
esac
[ "$GH_TOKEN" = ghp_secret ] || exit 4
case "$*" in
  "repo view acme/"*) [ -d "$(basename "$3").git" ] || exit 1; echo '{{}}' ;;
  "repo create acme/"*) git init --quiet --bare --initial-branch master "$(basename "$3").git" ;;
  "repo clone acme/"*) bare=$(basename "$3").git
    # As on GitHub, the branch that is pushed first is the default.
    if git -C "$bare" rev-parse --quiet --verify main; then git -C "$bare" symbolic-ref HEAD refs/heads/main; fi
    exec git clone --quiet "$PWD/$bare" "$OLDPWD/$4" ;;
  "api orgs/acme/teams/payments/repos/"*) [ -e team ] ;;
  "api --method PUT orgs/acme/teams/payments/repos/"*" --field permission=maintain") touch team ;;
  "api repos/acme/"*"/environments --jq .environments[].name") cat environments ;;
  "api --method PUT repos/acme/"*"/environments/"*" --input -")
    cat > "policy-$(basename "$4")"; basename "$4" >> environments ;;
  "variable get "*) grep -q "^$7 $3 " variables ;;
  "variable set "*) echo "$7 $3 $9" >> variables ;;
  "api repos/acme/"*"/branches/"*" --jq .protected") if [ -e protection ]; then echo true; else echo false; fi ;;
  "api --method PUT repos/acme/"*"/branches/"*"/protection --input -") cat > protection ;;
  *) echo "gh: unexpected: $*" >&2; exit 2 ;;
esac
"""
SVCGEN = f"""
[ -z "$GH_TOKEN" ] || exit 9
shift
exec {shlex.quote(sys.executable)} -m svcgen new --no-sync "$@"
"""
# For what happens around it, a svcgen that takes no time.
QUICK_SVCGEN = """
case "$*" in *--dry-run*) exit ;; esac
cd service
[ ! -e .copier-answers.yml ] || exit 5
touch .copier-answers.yml
git add . && git commit --quiet --message "Scaffold billing"
"""
GRANT = "orgs/acme/teams/payments/repos/acme/billing"


@dataclass
class Forge:
    """An organization on GitHub, and the runner that works for it."""

    place: Path
    path: str

    def bootstrap(self, **inputs: str) -> JobRun:
        """Run the workflow on a fresh runner."""
        runner = self.place / f"runner-{len(list(self.place.glob('runner-*')))}"
        runner.mkdir()
        given = {"name": "billing", "owner": "@acme/payments", "platform": "fly", "python": "3.13", **inputs}
        contexts = {
            **{f"inputs.{name}": value for name, value in given.items()},
            "github.actor": "ada",
            "github.actor_id": "7",
            "github.repository_owner": "acme",
            "github.server_url": "https://github.com",
            "github.sha": "",
            "secrets.BOOTSTRAP_TOKEN": TOKEN,
            "vars.SVCGEN || 'svcgen'": "svcgen",
        }
        return run_job(JOB, contexts, runner, self.path)

    def read(self, name: str) -> str:
        return (self.place / "github" / name).read_text()

    def calls(self, word: str) -> list[str]:
        return [call for call in self.read("calls").splitlines() if word in call]

    @property
    def repository(self) -> Path:
        return self.place / "github" / "billing.git"


@pytest.fixture
def forge(tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Forge:
    (tmp_path / "github").mkdir()
    for name in ("calls", "environments", "variables"):
        (tmp_path / "github" / name).touch()
    (tmp_path / "gitconfig").write_text("")  # a runner does not know who is committing
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    bin_ = tmp_path / "bin"
    fake_program(bin_, "gh", GH.format(github=shlex.quote(str(tmp_path / "github"))))
    fake_program(
        bin_, "svcgen", f'[ -z "$GH_TOKEN" ] || exit 9\nshift\nexec {sys.executable} -m svcgen new --no-sync "$@"'
    )
    path = fake_program(bin_, "uv", f'echo "$*" >> {tmp_path}/uv')
    return Forge(tmp_path, path)


@pytest.fixture
def quick(forge: Forge) -> Forge:
    fake_program(forge.place / "bin", "svcgen", QUICK_SVCGEN)
    return forge


def test_a_service_and_its_repository(forge: Forge, tmp_path: Path) -> None:
    run = forge.bootstrap(description="Sends $(touch /tmp/owned) `invoices`")

    assert not run.failed, run.ran
    assert (tmp_path / "uv").read_text() == "tool install --python 3.13 svcgen\n"
    assert git(forge.repository, "log", "--format=%an <%ae> %s", "main") == (
        "ada <7+ada@users.noreply.github.com> Scaffold billing"
    )
    answers = yaml.safe_load(git(forge.repository, "show", "main:.copier-answers.yml"))
    assert answers["description"] == "Sends $(touch /tmp/owned) `invoices`"
    assert answers["owner"] == "@acme/payments"
    assert forge.calls("repo create") == [
        "repo create acme/billing --private --description Sends $(touch /tmp/owned) `invoices`"
    ]
    assert forge.read("environments").split() == ["staging", "production"]
    assert json.loads(forge.read("policy-staging"))["deployment_branch_policy"]["protected_branches"] is True
    assert forge.read("variables").splitlines() == [
        "staging FLY_APP billing-staging",
        "staging URL https://billing-staging.fly.dev",
        "production FLY_APP billing",
        "production URL https://billing.fly.dev",
    ]
    assert json.loads(forge.read("protection"))["required_pull_request_reviews"]
    assert forge.calls(f"--method PUT {GRANT}")
    assert "the secret FLY_API_TOKEN" in (tmp_path / "summary").read_text()


def test_railway(quick: Forge, tmp_path: Path) -> None:
    assert not quick.bootstrap(platform="railway", owner="payments", python="3.14").failed
    assert quick.read("variables").splitlines() == [
        "staging RAILWAY_SERVICE billing",
        "production RAILWAY_SERVICE billing",
    ]
    assert not quick.calls("teams")
    assert "RAILWAY_TOKEN and the variable URL" in (tmp_path / "summary").read_text()


def test_a_second_run_changes_nothing(quick: Forge) -> None:
    assert not quick.bootstrap().failed
    before = {name: quick.read(name) for name in ("environments", "variables", "protection")}
    (quick.place / "github" / "calls").write_text("")
    commit = git(quick.repository, "rev-parse", "main")

    assert not quick.bootstrap(description="Another").failed
    assert {name: quick.read(name) for name in before} == before
    assert git(quick.repository, "rev-parse", "main") == commit
    assert not quick.calls("PUT")
    assert not quick.calls("create")
    assert not quick.calls("variable set")


EVE = {f"GIT_{who}_{what}": "eve@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
# For each step that talks to GitHub, a call of it that fails once.
BREAKS = {
    "Create the repository": ["repo create", f"PUT {GRANT}", "repo clone"],
    "Push it": [],
    "Create the environments": ["PUT .*/production", "set FLY_APP .*production", "environments --jq"],
    "Protect main": ["PUT .*/protection"],
}


@pytest.mark.parametrize("broken", [call for calls in BREAKS.values() for call in calls])
def test_a_run_after_one_that_failed_completes_it(quick: Forge, broken: str) -> None:
    (quick.place / "github" / "broken").write_text(broken)
    failed = quick.bootstrap()
    (step,) = (name for name, succeeded in failed.ran.items() if not succeeded)
    assert broken in BREAKS[step]

    (quick.place / "github" / "broken").unlink()
    assert not quick.bootstrap().failed
    assert git(quick.repository, "log", "--format=%s", "main") == "Scaffold billing"
    assert sorted(quick.read("environments").split()) == ["production", "staging"]
    assert len(quick.read("variables").splitlines()) == 4
    assert json.loads(quick.read("protection"))
    assert (quick.place / "github" / "team").exists()


def test_a_push_that_fails_is_made_up_for(quick: Forge) -> None:
    git(quick.place / "github", "init", "-q", "--bare", "billing.git")
    hook = quick.repository / "hooks" / "pre-receive"
    fake_program(hook.parent, hook.name, "exit 1")
    assert quick.bootstrap().ran["Push it"] is False

    hook.unlink()
    assert not quick.bootstrap().failed
    assert git(quick.repository, "log", "--format=%s", "main") == "Scaffold billing"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "../other"),
        ("name", "--help"),
        ("description", "two\nlines"),
        ("resources", "invoice due:nothing"),
    ],
)
def test_a_wrong_answer_creates_nothing(forge: Forge, name: str, value: str) -> None:
    run = forge.bootstrap(**{name: value})
    assert [step for step, succeeded in run.ran.items() if not succeeded] == ["Check the answers"]
    assert forge.read("calls") == ""


@pytest.mark.parametrize("owner", ["@acme/payments/../../../../user/keys", "@other/payments", "@acme/"])
def test_only_a_team_of_the_organization_gets_access(quick: Forge, owner: str) -> None:
    assert not quick.bootstrap(owner=owner).failed
    assert not quick.calls("teams")


def test_a_repository_of_somebody_else_is_left_alone(forge: Forge, tmp_path: Path, environ: Mapping[str, str]) -> None:
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", "work")
    (work / "README.md").write_text("theirs\n")
    git(work, "add", ".")
    git(
        work, "-c", "user.name=Eve", "-c", "user.email=eve@example.com", "commit", "-q", "-m", "Theirs", environ=environ
    )
    git(tmp_path, "clone", "-q", "--bare", "work", str(forge.repository))

    assert forge.bootstrap().ran["Create the service"] is False
    assert git(forge.repository, "log", "--format=%s", "main") == "Theirs"
    assert not forge.calls("environments")

    assert not forge.bootstrap(keep_existing="true").failed
    assert git(forge.repository, "log", "--format=%s", "main").splitlines() == ["Scaffold billing", "Theirs"]
    assert git(forge.repository, "show", "main:README.md") == "theirs"


def test_protection_requires_the_jobs_of_a_service() -> None:
    jobs = yaml.safe_load((ROOT / "template/.github/workflows/ci.yml").read_text())["jobs"]
    (step,) = (step for step in JOB["steps"] if step.get("name") == "Protect main")
    required = json.loads(step["env"]["PROTECTION"])["required_status_checks"]["contexts"]
    assert required == [job["name"] for job in jobs.values()]


def test_environments_are_those_that_a_deploy_expects() -> None:
    (step,) = (step for step in JOB["steps"] if step.get("name") == "Create the environments")
    for platform, variables in (("fly", {"FLY_APP", "URL"}), ("railway", {"RAILWAY_SERVICE", "URL"})):
        file = f"{{% if platform == '{platform}' %}}deploy.yml{{% endif %}}"
        text = (ROOT / "template/.github/workflows" / file).read_text()
        jobs = yaml.safe_load(text)["jobs"].values()
        assert [job["environment"] for job in jobs if "environment" in job] == ["staging", "production"]
        assert "for environment in staging production;" in step["run"]
        assert all(f"vars.{name} }}}}" in text for name in variables)


def test_both_ways_to_call_it_have_the_same_inputs() -> None:
    dispatch, call = (WORKFLOW["on"][way]["inputs"] for way in ("workflow_dispatch", "workflow_call"))
    assert list(dispatch) == list(call)
    questions = yaml.safe_load((ROOT / "copier.yml").read_text())
    assert dispatch["platform"]["options"] == list(questions["platform"]["choices"].values())
    assert dispatch["python"]["options"] == questions["python"]["choices"]


def test_no_input_is_interpolated_into_a_script() -> None:
    scripts: list[Any] = [step["run"] for step in JOB["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script]


def test_only_steps_that_need_the_token_have_it() -> None:
    with_token = {step["name"] for step in JOB["steps"] if "BOOTSTRAP_TOKEN" in json.dumps(step)}
    assert with_token == set(BREAKS)
    assert JOB["permissions"] == WORKFLOW["permissions"] == {}
