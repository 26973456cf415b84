"""What a team writes into the answers file survives an update; what the template writes is renewed."""

import pytest
import yaml

from svcgen.service.merging.answers_file import merge_answers

BASE = "# Written by the template.\n_commit: v1\nname: billing\nold: gone\nteams:\n- one\n"
NEW = "# Written by the new template.\n_commit: v2\nname: billing\nteams:\n- one\n- two\nregion: ams\n"


@pytest.mark.parametrize(
    ("service", "merged"),
    [
        pytest.param(BASE, NEW, id="untouched"),
        pytest.param(
            "# ours\n" + BASE,
            "# Written by the new template.\n# ours\n_commit: v2\nname: billing\nteams:\n- one\n- two\nregion: ams\n",
            id="a comment",
        ),
        pytest.param(
            BASE + "slack: '#billing'\n",
            NEW.replace("region: ams\n", "slack: '#billing'\nregion: ams\n"),
            id="an extra key",
        ),
        pytest.param(
            BASE + "owners:\n  - ada\n  # who else?\n  - bob\n",
            NEW.replace("region: ams\n", "owners:\n  - ada\n  # who else?\n  - bob\nregion: ams\n"),
            id="an extra list",
        ),
        pytest.param(
            BASE.replace("name: billing", "name: billing  # never rename it"),
            NEW.replace("name: billing", "name: billing  # never rename it"),
            id="a remark",
        ),
        pytest.param(BASE.replace("name: billing", "name: 'billing # 1'"), NEW, id="a number sign that is no remark"),
        pytest.param(BASE.replace("teams:", "teams: # all of them"), NEW, id="a remark on a list goes with the list"),
        pytest.param(
            "name: billing\n_commit: v1\n",
            "# Written by the new template.\nname: billing\n_commit: v2\nteams:\n- one\n- two\nregion: ams\n",
            id="another order",
        ),
        pytest.param(
            BASE.removesuffix("\n") + "\nmine: 1", NEW.replace("region", "mine: 1\nregion"), id="no last newline"
        ),
        pytest.param(BASE.replace("\n", "\n\n", 1), NEW.replace("\n", "\n\n", 1), id="an empty line"),
    ],
)
def test_merge(service: str, merged: str) -> None:
    assert merge_answers(BASE, service, NEW) == merged


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        ("{_commit: v1, name: billing, old: gone, teams: [one]}\n", {}),
        ("{_commit: v1, name: billing, slack: '#billing'}\n", {"slack": "#billing"}),
        (BASE + "slack: x\n...\n", {"slack": "x"}),
        ("---\n" + BASE, {}),
        ("'_commit': v1\n\"name\": billing\n", {}),
        ("? name\n: billing\n_commit: v1\n", {}),
        ("name: &n billing\n_commit: v1\nteam: *n\n", {"team": "billing"}),
    ],
)
def test_what_comes_out_can_be_read(service: str, extra: dict[str, str]) -> None:
    merged = merge_answers(BASE, service, NEW)

    assert yaml.safe_load(merged) == yaml.safe_load(NEW) | extra
    assert merged.count("_commit") == 1
